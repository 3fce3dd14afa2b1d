//! The name that a gzip file keeps of what is in it.

use super::listing::readable;

/// There is an extra field, a name.
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;

/// From the header; empty if there is none.
pub(crate) fn name(head: &[u8]) -> String {
    kept(head).unwrap_or_default()
}

fn kept(head: &[u8]) -> Option<String> {
    let flags = *head.get(3)?;
    if flags & NAME == 0 {
        return None;
    }
    let mut rest = head.get(10..)?;
    if flags & EXTRA != 0 {
        let length = u16::from_le_bytes(rest.get(..2)?.try_into().ok()?);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    let end = memchr::memchr(0, rest)?;
    let raw = rest.get(..end)?;
    // The format says Latin-1, and programs write what they have.
    Some(readable(raw, std::str::from_utf8(raw).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_behind_the_extra_field() {
        let head = |flags: u8, rest: &[u8]| [&[0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3], rest].concat();
        assert_eq!(name(&head(0x08, b"a.csv\0x")), "a.csv");
        assert_eq!(name(&head(0x0C, b"\x02\0zz\xB5\xE7.csv\0")), "电.csv");
        assert_eq!(name(&head(0x00, b"a.csv\0")), "");
        assert_eq!(name(&head(0x0C, b"\xFF\xFFzz")), "");
        assert_eq!(name(&head(0x08, b"endless")), "");
    }
}
