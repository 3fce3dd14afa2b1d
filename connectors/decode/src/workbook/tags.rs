//! Walks over the tags of an XML part without building anything, to count what a parser would be asked to hold.

use std::io::Read;

use crate::error::DecodeError;
use crate::window::read_once;

const CHUNK_BYTES: usize = 64 << 10;

/// No tag that a spreadsheet program writes is longer; floods of attributes are.
const TAG_BYTES_MAX: usize = 64 << 10;

/// A start tag: what stands between `<` and `>`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a>(&'a [u8]);

impl<'a> Tag<'a> {
    /// The name without its namespace prefix.
    pub fn name(self) -> &'a [u8] {
        let end = self
            .0
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        local(self.0.get(..end.unwrap_or(self.0.len())).unwrap_or_default())
    }

    /// The value of an attribute, whatever its prefix; entities stay as they are.
    pub fn attribute(self, name: &[u8]) -> Option<&'a [u8]> {
        let mut rest = self.0;
        while let Some(equals) = memchr::memchr(b'=', rest) {
            let key = rest.get(..equals)?.trim_ascii_end();
            let from = key
                .iter()
                .rposition(u8::is_ascii_whitespace)
                .map_or(0, |at| at + 1);
            let value = rest.get(equals + 1..)?.trim_ascii_start();
            let quote = *value.first()?;
            let value = value.get(1..)?;
            let end = memchr::memchr(quote, value)?;
            if local(key.get(from..)?) == name {
                return value.get(..end);
            }
            rest = value.get(end + 1..)?;
        }
        None
    }
}

fn local(name: &[u8]) -> &[u8] {
    let from = memchr::memrchr(b':', name).map_or(0, |at| at + 1);
    name.get(from..).unwrap_or_default()
}

/// Visits every start tag of a part and returns the part's length.
///
/// # Errors
/// The part is longer than `bytes_max`, is not in an ASCII-compatible encoding, has an endless tag, or cannot be
/// inflated.
pub(super) fn each(
    mut part: impl Read,
    bytes_max: u64,
    mut visit: impl FnMut(Tag<'_>) -> Result<(), DecodeError>,
) -> Result<u64, DecodeError> {
    let mut buffer = vec![0; TAG_BYTES_MAX + CHUNK_BYTES];
    let (mut carried, mut total) = (0, 0u64);
    loop {
        let room = buffer.get_mut(carried..).unwrap_or_default();
        let read = read_once(&mut part, room).map_err(|_| DecodeError::WorkbookDamaged)?;
        if read == 0 {
            return Ok(total);
        }
        // Tags are told by ASCII bytes; a part in UTF-16 would hide them.
        let start = room.get(..read.min(4)).unwrap_or_default();
        if total == 0
            && (start.contains(&0) || start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF"))
        {
            return Err(DecodeError::WorkbookDamaged);
        }
        total += read as u64;
        if total > bytes_max {
            return Err(DecodeError::WorkbookTooLarge);
        }
        let filled = carried + read;
        let mut at = 0;
        let rest = loop {
            let text = buffer.get(at..filled).unwrap_or_default();
            let Some(open) = memchr::memchr(b'<', text) else {
                break filled;
            };
            let Some(close) = memchr::memchr(b'>', text.get(open..).unwrap_or_default()) else {
                break at + open;
            };
            let tag = text.get(open + 1..open + close).unwrap_or_default();
            if !matches!(tag.first(), None | Some(b'/' | b'!' | b'?')) {
                visit(Tag(tag))?;
            }
            at += open + close + 1;
        };
        carried = filled - rest;
        if carried > TAG_BYTES_MAX {
            return Err(DecodeError::WorkbookDamaged);
        }
        buffer.copy_within(rest..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_seen_across_any_cut_of_the_bytes() {
        struct Dribble<'a>(&'a [u8]);
        impl Read for Dribble<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let count = self.0.len().min(buffer.len()).min(3);
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let xml = br#"<?xml version="1.0"?><x:row r="1" hidden = '1'><c r="A1"/></x:row><a b="=" c:d="e"/>"#;
        let mut seen = Vec::new();
        let total = each(Dribble(xml), 1000, |tag| {
            let attribute = |name: &[u8]| tag.attribute(name).map(<[u8]>::to_vec);
            seen.push((
                tag.name().to_vec(),
                attribute(b"hidden").or_else(|| attribute(b"d")),
            ));
            Ok(())
        });
        assert_eq!(total.unwrap(), xml.len() as u64);
        assert_eq!(
            seen,
            [
                (b"row".to_vec(), Some(b"1".to_vec())),
                (b"c".to_vec(), None),
                (b"a".to_vec(), Some(b"e".to_vec()))
            ]
        );
    }

    #[test]
    fn endless_tags_long_parts_and_hidden_encodings_are_refused() {
        let code = |part: &[u8], max: u64| each(part, max, |_| Ok(())).unwrap_err().code();
        assert_eq!(
            code(&[b"<a ".as_slice(), &[b'x'; 300_000]].concat(), 1 << 20),
            "decode.workbook_damaged"
        );
        assert_eq!(code(b"<a/><a/>", 4), "decode.workbook_too_large");
        assert_eq!(code(b"\xFF\xFE<\0a\0", 100), "decode.workbook_damaged");
    }
}
