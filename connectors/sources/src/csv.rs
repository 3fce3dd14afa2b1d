//! Rows of text as CSV, for sources that have rows and no file: UTF-8, commas, `\r\n`, quotes doubled, a header line.
//! A missing value is an empty field; contracts know no difference between missing and empty.

/// Appends one record.
pub(crate) fn record<'a>(out: &mut Vec<u8>, fields: impl Iterator<Item = Option<&'a str>>) {
    let begin = out.len();
    for (number, field) in fields.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write_field(out, field.unwrap_or_default());
    }
    // A record of one empty field would be a blank line, and blank lines are no records.
    if out.len() == begin {
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(b"\r\n");
}

fn write_field(out: &mut Vec<u8>, field: &str) {
    let plain = |byte: u8| {
        !matches!(
            byte,
            b'"' | b',' | b'\r' | b'\n' | b'\t' | b';' | b'|' | b'#' | b' ' | b'\''
        )
    };
    if field.bytes().all(plain) {
        out.extend_from_slice(field.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in field.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::record;

    fn one(fields: &[Option<&str>]) -> String {
        let mut out = Vec::new();
        record(&mut out, fields.iter().copied());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_that_could_be_misread_are_quoted() {
        assert_eq!(one(&[Some("a"), None, Some("0012")]), "a,,0012\r\n");
        assert_eq!(
            one(&[Some("a,b"), Some("say \"yes\"")]),
            "\"a,b\",\"say \"\"yes\"\"\"\r\n"
        );
        assert_eq!(one(&[Some("two\nlines")]), "\"two\nlines\"\r\n");
    }

    #[test]
    fn a_record_of_one_empty_field_is_not_a_blank_line() {
        assert_eq!(one(&[None]), "\"\"\r\n");
        assert_eq!(one(&[Some("")]), "\"\"\r\n");
    }
}
