//! Memo files, which hold the long texts of a DBF table: `.dbt` of dBase III and IV, `.fpt` of FoxPro.

/// A text is not longer; one that says so is damaged.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Blocks of dBase III, where the file does not say.
const OLD_BLOCK_BYTES: usize = 512;

/// A memo file.
#[derive(Debug)]
pub(crate) struct Memo {
    bytes: Vec<u8>,
    kind: Kind,
    block_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A text ends where 0x1A stands.
    DBase3,
    /// A block says how long its text is, the low byte first.
    DBase4,
    /// The same, the high byte first.
    FoxPro,
}

impl Memo {
    /// `is_fpt` by the name of the file, which nothing in it tells for certain.
    pub fn new(bytes: Vec<u8>, is_fpt: bool) -> Self {
        let u16_at = |at: usize| bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
        let of_dbase4 = u16_at(20).map_or(0, u16::from_le_bytes);
        let (kind, block_bytes) = match (is_fpt, of_dbase4) {
            (true, _) => (Kind::FoxPro, u16_at(6).map_or(0, u16::from_be_bytes)),
            (false, 0) => (Kind::DBase3, 0),
            (false, block_bytes) => (Kind::DBase4, block_bytes),
        };
        let block_bytes = match usize::from(block_bytes) {
            // FoxPro counts single bytes then.
            0 if kind == Kind::FoxPro => 1,
            0 => OLD_BLOCK_BYTES,
            block_bytes => block_bytes,
        };
        Self {
            bytes,
            kind,
            block_bytes,
        }
    }

    /// The text that a field refers to; empty if it refers to none.
    pub fn get(&self, field: &[u8]) -> &[u8] {
        self.find(field).unwrap_or_default()
    }

    fn find(&self, field: &[u8]) -> Option<&[u8]> {
        let block: usize = match *field {
            [a, b, c, d] => usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?,
            _ => std::str::from_utf8(field).ok()?.trim().parse().ok()?,
        };
        // The first block is the file's own.
        let from = block.checked_mul(self.block_bytes).filter(|_| block > 0)?;
        let text = self.bytes.get(from..)?;
        let text = match self.kind {
            Kind::DBase3 => {
                let text = text.get(..text.len().min(TEXT_BYTES_MAX))?;
                let end = memchr::memchr(0x1A, text).unwrap_or(text.len());
                text.get(..end)?
            }
            Kind::DBase4 => {
                // The length counts the eight bytes before the text.
                let length = u32::from_le_bytes(text.get(4..8)?.try_into().ok()?);
                text.get(8..usize::try_from(length).ok()?)?
            }
            Kind::FoxPro => {
                // 1 is text; pictures and objects are not read.
                let kind = u32::from_be_bytes(text.get(..4)?.try_into().ok()?);
                let length = u32::from_be_bytes(text.get(4..8)?.try_into().ok()?);
                let length = usize::try_from(length).ok().filter(|_| kind == 1)?;
                text.get(8..length.checked_add(8)?)?
            }
        };
        Some(text.get(..text.len().min(TEXT_BYTES_MAX))?.trim_ascii_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_in_every_kind_of_memo_file() {
        let mut old = vec![0; 512];
        old.extend(b"old text\x1A\x1Arest");
        assert_eq!(Memo::new(old, false).get(b"         1"), b"old text");

        let mut newer = vec![0; 512];
        newer[20..22].copy_from_slice(&512u16.to_le_bytes());
        newer.extend(b"\xFF\xFF\x08\0\x0C\0\0\0textrest");
        assert_eq!(Memo::new(newer, false).get(b"1"), b"text");

        let mut fox = vec![0; 64];
        fox[6..8].copy_from_slice(&64u16.to_be_bytes());
        fox.extend(b"\0\0\0\x01\0\0\0\x04textrest");
        let fox = Memo::new(fox, true);
        assert_eq!(fox.get(&1u32.to_le_bytes()), b"text");
        for none in [
            &b""[..],
            b"0",
            b"x",
            b"99999999999999999999",
            b"5",
            &0u32.to_le_bytes(),
            &[255; 4],
        ] {
            assert_eq!(fox.get(none), b"");
        }
    }
}
