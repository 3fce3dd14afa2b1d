//! A stream of a compound file, or a file that is nothing but such a stream, read at any place.

use std::io::{Read, Seek, SeekFrom};

use super::ole::HEADER_BYTES;
use crate::error::DecodeError;

/// A stream of the file, opened.
pub(super) struct Stream<R> {
    reader: R,
    sector_bytes: u64,
    place: Place,
    pub bytes: u64,
}

/// Where a stream stands.
pub(super) enum Place {
    /// The sectors in order.
    Sectors(Vec<u32>),
    Memory(Vec<u8>),
    /// The file itself is the stream: spreadsheets of programs that spared themselves the container.
    File,
}

impl<R: Read + Seek> Stream<R> {
    pub fn new(reader: R, sector_bytes: u64, place: Place, bytes: u64) -> Self {
        Self {
            reader,
            sector_bytes,
            place,
            bytes,
        }
    }

    /// The whole file as one stream.
    pub fn of_file(reader: R, bytes: u64) -> Self {
        Self {
            reader,
            sector_bytes: 0,
            place: Place::File,
            bytes,
        }
    }

    /// Reads some bytes at a place of the stream; 0 at its end.
    pub fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> Result<usize, DecodeError> {
        let left = usize::try_from(self.bytes.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        if buffer.is_empty() {
            return Ok(0);
        }
        match &self.place {
            Place::Memory(content) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX);
                let part = content.get(from..from.saturating_add(wanted));
                buffer.copy_from_slice(part.ok_or(DecodeError::WorkbookDamaged)?);
                Ok(wanted)
            }
            Place::File => {
                self.reader.seek(SeekFrom::Start(at))?;
                read_most(&mut self.reader, buffer)
            }
            Place::Sectors(sectors) => {
                let index = usize::try_from(at / self.sector_bytes).unwrap_or(usize::MAX);
                let (first, within) = (sectors.get(index), at % self.sector_bytes);
                let first = *first.ok_or(DecodeError::WorkbookDamaged)?;
                // Most sectors stand one behind the other and are read together.
                let run = sectors.get(index..).unwrap_or_default().iter().zip(first..);
                let run = run.take_while(|(sector, expected)| **sector == *expected);
                let sectors_wanted = (within + wanted as u64).div_ceil(self.sector_bytes);
                let run = run.take(sectors_wanted as usize).count() as u64 * self.sector_bytes - within;
                let length = wanted.min(usize::try_from(run).unwrap_or(usize::MAX));
                let start = HEADER_BYTES.max(self.sector_bytes) + u64::from(first) * self.sector_bytes;
                self.reader.seek(SeekFrom::Start(start + within))?;
                let buffer = buffer.get_mut(..length).unwrap_or_default();
                match read_most(&mut self.reader, buffer)? {
                    0 => Err(DecodeError::Truncated),
                    read => Ok(read),
                }
            }
        }
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let found = bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
    found.map_or(0, u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let found = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    found.map_or(0, u32::from_le_bytes)
}

/// Fills the buffer as far as the file goes.
pub(super) fn read_most<R: Read>(reader: &mut R, buffer: &mut [u8]) -> Result<usize, DecodeError> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match crate::window::read_once(reader, rest)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

pub(super) fn read_exact<R: Read>(reader: &mut R, buffer: &mut [u8]) -> Result<(), DecodeError> {
    if read_most(reader, buffer)? == buffer.len() {
        Ok(())
    } else {
        Err(DecodeError::Truncated)
    }
}
