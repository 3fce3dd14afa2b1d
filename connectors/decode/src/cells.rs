//! Turns the bytes of a field into UTF-8. A byte that is no character becomes U+FFFD and is always reported: its record
//! gets a defect with the offset, so that it never passes for text.

use crate::charset::Proved;
use crate::dialect::Charset;
use crate::private_use;
use crate::split::Span;

/// Defects told per record; the rest of a record of garbage would tell nothing new.
const MALFORMED_PER_RECORD_MAX: usize = 64;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    pub charset: Charset,
    /// The whole file decodes, so nothing need be checked again.
    pub clean: bool,
    /// Some characters of the file are of the private use area.
    pub private_use: bool,
    pub quote: u8,
    pub escape: Option<u8>,
}

impl Cells {
    /// For text that is UTF-8 already and has no quotes.
    pub const UTF8: Self = Self {
        charset: Charset::Utf8,
        clean: true,
        private_use: false,
        quote: b'"',
        escape: None,
    };

    /// For text in the charset of a file, without quotes of its own.
    pub const fn of(proved: &Proved) -> Self {
        Self {
            charset: proved.charset,
            clean: proved.clean,
            private_use: proved.private_use,
            ..Self::UTF8
        }
    }

    /// Appends the text of a field; false if some of it did not decode.
    pub fn append(self, record: &[u8], span: Span, text: &mut Vec<u8>) -> bool {
        let raw = record.get(span.start..span.end).unwrap_or_default();
        let from = text.len();
        let decoded = match self.charset {
            Charset::Gb18030 if !raw.is_ascii() => append_gb18030(raw, text),
            Charset::Utf8 if !self.clean => append_utf8(raw, text),
            _ => {
                text.extend_from_slice(raw);
                true
            }
        };
        if self.private_use {
            private_use::settle(text, from);
        }
        match self.escape {
            _ if !span.doubled => {}
            None => single(text, from, self.quote),
            Some(escape) => unescape(text, from, self.quote, escape),
        }
        decoded
    }

    /// The text of a field by itself, with whatever does not decode replaced.
    pub fn text(self, record: &[u8], span: Span) -> String {
        let mut text = Vec::new();
        self.append(record, span, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Where bytes of the record are no character, from its start.
    pub fn malformed(self, record: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        match self.charset {
            Charset::Gb18030 => decode_gb18030(record, &mut Vec::new(), |at| found.push(at)),
            Charset::Utf8 => decode_utf8(record, &mut Vec::new(), |at| found.push(at)),
            // Found while transcoding; see `Window::take_malformed_before`.
            Charset::Utf16Le | Charset::Utf16Be => {}
        }
        found.truncate(MALFORMED_PER_RECORD_MAX);
        found
    }
}

fn append_utf8(raw: &[u8], text: &mut Vec<u8>) -> bool {
    let mut clean = true;
    decode_utf8(raw, text, |_| clean = false);
    clean
}

/// A replacement character in the file is one that another program could not decode: it is lost like a bad byte.
fn decode_utf8(raw: &[u8], text: &mut Vec<u8>, mut malformed: impl FnMut(usize)) {
    let mut at = 0;
    for chunk in raw.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for (lost, _) in chunk.valid().match_indices(char::REPLACEMENT_CHARACTER) {
            malformed(at + lost);
        }
        if !chunk.invalid().is_empty() {
            malformed(at + chunk.valid().len());
            push_replacement(text);
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
}

fn append_gb18030(raw: &[u8], text: &mut Vec<u8>) -> bool {
    let mut clean = true;
    decode_gb18030(raw, text, |_| clean = false);
    clean
}

fn decode_gb18030(raw: &[u8], text: &mut Vec<u8>, mut malformed: impl FnMut(usize)) {
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut read = 0;
    loop {
        let rest = raw.get(read..).unwrap_or_default();
        let start = text.len();
        let room = decoder
            .max_utf8_buffer_length_without_replacement(rest.len())
            .unwrap_or(rest.len() * 4 + 16);
        text.resize(start + room, 0);
        let output = text.get_mut(start..).unwrap_or_default();
        let (result, used, written) = decoder.decode_to_utf8_without_replacement(rest, output, true);
        text.truncate(start + written);
        read += used;
        match result {
            encoding_rs::DecoderResult::InputEmpty => return,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(length, behind) => {
                malformed(read - usize::from(behind) - usize::from(length));
                push_replacement(text);
            }
        }
    }
}

fn push_replacement(text: &mut Vec<u8>) {
    text.extend_from_slice("\u{FFFD}".as_bytes());
}

/// Makes one of every two quotes behind `from`.
fn single(text: &mut Vec<u8>, from: usize, quote: u8) {
    let doubled = text.split_off(from.min(text.len()));
    let mut previous = false;
    text.extend(doubled.into_iter().filter(|byte| {
        previous = *byte == quote && !previous;
        *byte != quote || previous
    }));
}

/// Takes escapes away behind `from`, and makes one of every two quotes. Only what must be escaped is: other backslashes
/// stay, as in `C:\\data`. A field that holds nothing but `\\N` is the empty value of MySQL.
fn unescape(text: &mut Vec<u8>, from: usize, quote: u8, escape: u8) {
    let escaped = text.split_off(from.min(text.len()));
    if escaped == [escape, b'N'] {
        return;
    }
    let mut bytes = escaped.into_iter().peekable();
    while let Some(byte) = bytes.next() {
        let behind = bytes.peek().copied();
        let hidden = |next: u8| next == quote || next == escape || (next.is_ascii() && !is_letter(next));
        if (byte == escape && behind.is_some_and(hidden)) || (byte == quote && behind == Some(quote)) {
            text.extend(bytes.next());
        } else {
            text.push(byte);
        }
    }
}

/// Letters and digits behind a backslash are someone's text, and so is the other quote.
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_quotes_become_one_and_four_two() {
        for (doubled, single_) in [("a\"\"b", "a\"b"), ("\"\"\"\"", "\"\""), ("\"\"", "\""), ("", "")] {
            let mut text = doubled.as_bytes().to_vec();
            single(&mut text, 0, b'"');
            assert_eq!(text, single_.as_bytes());
        }
    }

    #[test]
    fn only_what_must_be_escaped_is() {
        for (written, meant) in [
            (r#"8" long"#, r#"8" long"#),
            (r#"8\" long"#, r#"8" long"#),
            (r#"8\'9\\"#, r#"8\'9\"#),
            (r"C:\data\new", r"C:\data\new"),
            (r#"a""b\,c"#, r#"a"b,c"#),
            (r"\N", ""),
            (r"x\N", r"x\N"),
            (r"end\", r"end\"),
        ] {
            let mut text = written.as_bytes().to_vec();
            unescape(&mut text, 0, b'"', b'\\');
            assert_eq!(String::from_utf8(text).unwrap(), meant, "{written}");
        }
    }

    #[test]
    fn offsets_point_at_the_first_byte_that_is_no_character() {
        let cells = |charset| Cells {
            charset,
            clean: false,
            ..Cells::UTF8
        };
        assert_eq!(
            cells(Charset::Utf8).malformed("电,\u{7ad9}".as_bytes()),
            [0usize; 0]
        );
        assert_eq!(
            cells(Charset::Utf8).malformed(b"ab\xFFcd\xE7\x94,\xE7"),
            [2, 5, 8]
        );
        // 0xFF leads nothing; 0x81 wants a second byte and gets a comma, which stays a comma.
        assert_eq!(
            cells(Charset::Gb18030).malformed(b"\xB5\xE7\xFFx\x81,\xB5"),
            [2, 4, 6]
        );
        let mut text = Vec::new();
        decode_gb18030(b"\xB5\xE7\xFFx\x81,\xB5", &mut text, |_| ());
        assert_eq!(String::from_utf8(text).unwrap(), "电\u{FFFD}x\u{FFFD},\u{FFFD}");
    }
}
