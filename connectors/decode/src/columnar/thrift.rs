//! Walks over the structures of a Parquet file (Thrift's compact protocol) before a parser that trusts them is let near:
//! it would make room for as many elements as a list claims to have.

/// Elements of one list. A file of a thousand columns in a hundred row groups stays far below.
const ELEMENTS_MAX: u64 = 100_000;

const DEPTH_MAX: usize = 16;

/// Types of fields, as they are written.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;

/// Bytes being walked over.
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What a page says about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    pub unpacked_bytes: u64,
    pub packed_bytes: u64,
    pub length: usize,
}

/// Is this one structure that claims nothing it does not have?
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    Thrift { bytes, at: 0 }.structure(0, &mut |_, _| ()).is_some()
}

/// The header of the page that begins here.
pub(super) fn page_header(bytes: &[u8]) -> Option<PageHeader> {
    let mut thrift = Thrift { bytes, at: 0 };
    let mut header = PageHeader::default();
    // Field 2 and 3 of the outermost structure; a size is never negative.
    let (mut unpacked, mut packed) = (None, None);
    thrift.structure(0, &mut |field, number| match field {
        2 => unpacked = u64::try_from(number).ok(),
        3 => packed = u64::try_from(number).ok(),
        _ => {}
    })?;
    header.unpacked_bytes = unpacked?;
    header.packed_bytes = packed?;
    header.length = thrift.at;
    Some(header)
}

impl Thrift<'_> {
    /// Walks over a structure; `number` gets the whole numbers that stand in it directly, by field.
    fn structure(&mut self, depth: usize, number: &mut dyn FnMut(i64, i64)) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut field = 0i64;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0F;
            if kind == STOP {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.zigzag()?,
                step => field.checked_add(i64::from(step))?,
            };
            match kind {
                TRUE | FALSE => {}
                I16..=I64 => number(field, self.zigzag()?),
                kind => self.value(kind, depth)?,
            }
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // In a list they take a byte.
            TRUE | FALSE | BYTE => self.skip(1),
            I16..=I64 => self.varint().map(|_| ()),
            DOUBLE => self.skip(8),
            BINARY => {
                let length = self.varint()?;
                self.skip(usize::try_from(length).ok()?)
            }
            LIST | SET => {
                let head = self.byte()?;
                let elements = match head >> 4 {
                    15 => self.varint()?,
                    few => u64::from(few),
                };
                if elements > ELEMENTS_MAX || depth > DEPTH_MAX {
                    return None;
                }
                (0..elements).try_for_each(|_| self.value(head & 0x0F, depth + 1))
            }
            STRUCT => self.structure(depth + 1, &mut |_, _| ()),
            // Parquet has no maps.
            _ => None,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.at = self.at.checked_add(length)?;
        (self.at <= self.bytes.len()).then_some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        let magnitude = i64::try_from(number >> 1).ok()?;
        Some(if number & 1 == 0 { magnitude } else { !magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_its_sizes() {
        // Field 1 (type) = 0, field 2 = 300, field 3 = 20, field 5 = a structure, stop.
        let header = [
            0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0x28, 0x2C, 0x15, 0x02, 0x00, 0x00, 0xFF,
        ];
        let expected = PageHeader {
            unpacked_bytes: 300,
            packed_bytes: 20,
            length: 12,
        };
        assert_eq!(page_header(&header), Some(expected));
        assert_eq!(page_header(&header[..11]), None);
    }

    #[test]
    fn claims_without_content_are_no_structure() {
        // A list of structures, stop and stop.
        assert!(is_sound(&[0x19, 0x2C, 0x00, 0x00, 0x00]));
        assert!(!is_sound(&[0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00]));
        assert!(!is_sound(&[0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00]));
        assert!(!is_sound(&[0x1C].repeat(40)));
        assert!(!is_sound(&[]));
    }
}
