//! Strings of a BIFF stream, which may be cut anywhere and go on in the next record.

use std::io::{Read, Seek};

use super::super::stream::{u16_at, u32_at};
use super::records::Records;
use crate::error::DecodeError;

/// All shared strings together. Who has more sends CSV.
const SHARED_BYTES_MAX: usize = 256 << 20;
const SHARED_MAX: usize = 4_000_000;

/// The strings that cells refer to by number.
#[derive(Default)]
pub(super) struct Shared {
    text: String,
    ends: Vec<u32>,
}

impl Shared {
    /// Reads the table from its record, which is the one that was read last.
    ///
    /// # Errors
    /// The table is damaged, or holds too much.
    pub fn read<R: Read + Seek>(records: &mut Records<R>) -> Result<Self, DecodeError> {
        let mut reading = Reading { records, at: 4 };
        // A claim: nothing is reserved for it, and the table may end before.
        let claimed = reading.u32()?;
        let mut shared = Self::default();
        for _ in 0..claimed {
            if !reading.any_left()? {
                break;
            }
            reading.string(&mut shared.text)?;
            if shared.text.len() > SHARED_BYTES_MAX || shared.ends.len() == SHARED_MAX {
                return Err(DecodeError::WorkbookTooLarge);
            }
            shared
                .ends
                .push(u32::try_from(shared.text.len()).unwrap_or(u32::MAX));
        }
        Ok(shared)
    }

    pub fn get(&self, number: u32) -> Option<&str> {
        let number = usize::try_from(number).ok()?;
        let from = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(from..*self.ends.get(number)? as usize)
    }
}

/// A place in the record that was read last, moving on into the records that continue it.
pub(super) struct Reading<'r, R> {
    pub records: &'r mut Records<R>,
    pub at: usize,
}

impl<R: Read + Seek> Reading<'_, R> {
    /// A string with its own length, width, and whatever follows it: formatting runs and phonetic marks.
    pub fn string(&mut self, text: &mut String) -> Result<(), DecodeError> {
        let count = usize::from(self.u16()?);
        let flags = self.u8()?;
        let runs = if flags & 8 == 0 {
            0
        } else {
            u64::from(self.u16()?) * 4
        };
        let phonetic = if flags & 4 == 0 { 0 } else { u64::from(self.u32()?) };
        self.characters(count, flags & 1 == 1, text)?;
        self.skip(runs + phonetic)
    }

    /// So many characters of two bytes, or of one, which are the first 256 of Unicode. Where a string is cut, the next
    /// record begins with a byte that says how wide the rest is.
    pub fn characters(&mut self, count: usize, wide: bool, text: &mut String) -> Result<(), DecodeError> {
        let (mut left, mut wide) = (count, wide);
        let mut units: Vec<u16> = Vec::new();
        while left > 0 {
            let body = self.records.body.get(self.at..).unwrap_or_default();
            if body.is_empty() {
                if !self.records.next_continued()? {
                    return Err(DecodeError::WorkbookDamaged);
                }
                wide = self.records.body.first().is_some_and(|flags| flags & 1 == 1);
                self.at = 1;
                if self.records.body.len() < 2 {
                    return Err(DecodeError::WorkbookDamaged);
                }
                continue;
            }
            let before = units.len();
            if wide {
                units.extend(body.chunks_exact(2).take(left).map(|unit| u16_at(unit, 0)));
                self.at += (units.len() - before) * 2;
            } else {
                units.extend(body.iter().take(left).map(|byte| u16::from(*byte)));
                self.at += units.len() - before;
            }
            left -= units.len() - before;
            // Half a character at the end of a record.
            if units.len() == before {
                return Err(DecodeError::WorkbookDamaged);
            }
        }
        text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        Ok(())
    }

    fn any_left(&mut self) -> Result<bool, DecodeError> {
        while self.at >= self.records.body.len() {
            if !self.records.next_continued()? {
                return Ok(false);
            }
            self.at = 0;
        }
        Ok(true)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut bytes = [0; N];
        for place in &mut bytes {
            if !self.any_left()? {
                return Err(DecodeError::WorkbookDamaged);
            }
            *place = self.records.body.get(self.at).copied().unwrap_or_default();
            self.at += 1;
        }
        Ok(bytes)
    }

    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.bytes::<4>().map(|bytes| u32_at(&bytes, 0))
    }

    fn skip(&mut self, mut count: u64) -> Result<(), DecodeError> {
        while count > 0 {
            if !self.any_left()? {
                return Err(DecodeError::WorkbookDamaged);
            }
            let here = (self.records.body.len() - self.at) as u64;
            let step = here.min(count);
            self.at += step as usize;
            count -= step;
        }
        Ok(())
    }
}

/// Text of a program that knew one code page: as that page says, where we read it, else as Chinese programs wrote it.
///
/// # Errors
/// The bytes are no such text.
pub(super) fn narrow(bytes: &[u8], code_page: u16) -> Result<String, DecodeError> {
    if let Ok(ascii) = std::str::from_utf8(bytes)
        && (bytes.is_ascii() || code_page == 65001 || code_page == 0)
    {
        return Ok(ascii.to_owned());
    }
    let encoding = match code_page {
        0 | 936 | 54936 => encoding_rs::GB18030,
        950 => encoding_rs::BIG5,
        1252 | 0x8001 => encoding_rs::WINDOWS_1252,
        _ => return Err(DecodeError::CharsetUnknown),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(Into::into).ok_or(DecodeError::CharsetUnknown)
}
