//! A finished file: text in the charset a department would send, and the truth about it.

use std::io::{self, Write};

use encoding_rs::GB18030;

use crate::truth::Truth;

/// Text is encoded and handed on when so much of it has gathered.
const BUFFER_BYTES: usize = 256 << 10;

/// How the text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    #[default]
    Utf8,
    /// What a spreadsheet calls "CSV UTF-8".
    Utf8Bom,
    Gb18030,
}

/// Bytes ready to be sent, and what a right check must find in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    pub bytes: Vec<u8>,
    pub charset: Charset,
    pub truth: Truth,
}

impl GeneratedFile {
    pub(crate) fn from_text(text: &str, truth: Truth, charset: Charset) -> Self {
        Self {
            bytes: encode(text, charset),
            charset,
            truth,
        }
    }
}

/// Gathers text and hands it on in a charset.
pub(crate) struct Encoder<'a> {
    out: &'a mut dyn Write,
    charset: Charset,
    text: String,
}

impl<'a> Encoder<'a> {
    pub fn new(out: &'a mut dyn Write, charset: Charset) -> Self {
        let text = match charset {
            Charset::Utf8Bom => "\u{FEFF}".to_owned(),
            Charset::Utf8 | Charset::Gb18030 => String::new(),
        };
        Self { out, charset, text }
    }

    /// Where records are appended.
    pub fn text(&mut self) -> &mut String {
        &mut self.text
    }

    pub fn flush_if_full(&mut self) -> io::Result<()> {
        if self.text.len() < BUFFER_BYTES {
            Ok(())
        } else {
            self.finish()
        }
    }

    /// Hands on whatever is left.
    pub fn finish(&mut self) -> io::Result<()> {
        match self.charset {
            Charset::Utf8 | Charset::Utf8Bom => self.out.write_all(self.text.as_bytes())?,
            // GB18030 can express every character, so nothing is replaced.
            Charset::Gb18030 => self.out.write_all(&GB18030.encode(&self.text).0)?,
        }
        self.text.clear();
        Ok(())
    }
}

fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        // GB18030 can express every character, so nothing is replaced.
        Charset::Gb18030 => GB18030.encode(text).0.into_owned(),
    }
}

/// Appends one record: comma, quotes only where needed, CR LF, as RFC 4180 has it.
pub(crate) fn push_record<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_survive_gb18030() {
        let bytes = encode("彭㛃", Charset::Gb18030);
        assert!(bytes.ends_with(&[0x82, 0x30, 0xB7, 0x31]));
        assert_eq!(GB18030.decode(&bytes).0, "彭㛃");
    }

    #[test]
    fn cells_are_quoted_only_where_needed() {
        let mut text = String::new();
        push_record(&mut text, ["a", "b,c", "d\"e"].into_iter());
        assert_eq!(text, "a,\"b,c\",\"d\"\"e\"\r\n");
    }
}
