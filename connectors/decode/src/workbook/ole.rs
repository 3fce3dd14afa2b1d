//! Compound files (OLE2), the container of XLS: finds a stream by its name and reads it in pieces. What the file claims
//! about itself is held against the file's length, so that memory follows the bytes that are there.

use std::io::{Read, Seek, SeekFrom};

use super::stream::{Place, Stream, read_exact, read_most, u16_at, u32_at};
use crate::error::DecodeError;

/// Sector numbers from here on mean something else than a sector.
const SPECIAL_FROM: u32 = 0xFFFF_FFFA;
const NOTHING: u32 = u32::MAX;
pub(super) const HEADER_BYTES: u64 = 512;
const ENTRY_BYTES: usize = 128;
/// Streams and storages in a file.
const ENTRIES_MAX: usize = 65_536;
/// A stream below the cutoff stands in small sectors; no program writes another cutoff.
const SMALL_BYTES_MAX: u64 = 4096;
const SMALL_SECTOR_BYTES: usize = 64;

const STREAM: u8 = 2;

/// A compound file, its directory read.
pub(super) struct Compound<R> {
    reader: R,
    bytes_total: u64,
    sector_bytes: u64,
    /// For each sector the one that follows it.
    next: Vec<u32>,
    small_next: Vec<u32>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    bytes: u64,
}

impl<R: Read + Seek> Compound<R> {
    /// # Errors
    /// The file is no compound file, contradicts itself, or is cut off.
    pub fn open(mut reader: R, bytes_total: u64) -> Result<Self, DecodeError> {
        let mut header = [0; HEADER_BYTES as usize];
        reader.seek(SeekFrom::Start(0))?;
        read_exact(&mut reader, &mut header)?;
        let shift = u16_at(&header, 30);
        if shift != 9 && shift != 12 {
            return Err(DecodeError::WorkbookDamaged);
        }
        let mut file = Self {
            reader,
            bytes_total,
            sector_bytes: 1 << shift,
            next: Vec::new(),
            small_next: Vec::new(),
            entries: Vec::new(),
        };
        file.read_table(&header)?;
        let small = file.chain(u32_at(&header, 60), None)?;
        file.small_next = file.numbers(&small)?;
        let directory = file.chain(u32_at(&header, 48), None)?;
        for sector in directory {
            let bytes = file.sector(sector)?;
            for entry in bytes.chunks_exact(ENTRY_BYTES) {
                if file.entries.len() == ENTRIES_MAX {
                    return Err(DecodeError::WorkbookTooLarge);
                }
                file.entries.push(Entry::read(entry, shift == 9));
            }
        }
        Ok(file)
    }

    /// The table of following sectors, whose own sectors the header lists and a chain behind it.
    fn read_table(&mut self, header: &[u8]) -> Result<(), DecodeError> {
        let sectors = self.sectors_total();
        let mut listed: Vec<u32> = (0..109).map(|index| u32_at(header, 76 + index * 4)).collect();
        // Where there are none, some writers leave a number that means nothing.
        let (mut more, mut followed) = match u32_at(header, 72) {
            0 => (NOTHING, 0),
            _ => (u32_at(header, 68), 0),
        };
        while more < SPECIAL_FROM {
            followed += 1;
            if followed > sectors {
                return Err(DecodeError::WorkbookDamaged);
            }
            let numbers = self.numbers(&[more])?;
            let (last, numbers) = numbers.split_last().ok_or(DecodeError::WorkbookDamaged)?;
            listed.extend_from_slice(numbers);
            more = *last;
        }
        listed.retain(|sector| *sector < SPECIAL_FROM);
        if listed.len() as u64 > sectors {
            return Err(DecodeError::WorkbookDamaged);
        }
        // A table may describe more sectors than the file has, but not have more sectors itself.
        self.next = self.numbers(&listed)?;
        Ok(())
    }

    /// Is there a stream or storage of this name?
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.is_named(name))
    }

    /// The first of these streams that the file has.
    ///
    /// # Errors
    /// The stream is cut off, or its chain leads nowhere.
    pub fn stream(mut self, names: &[&str]) -> Result<Option<Stream<R>>, DecodeError> {
        let top = self.top_level();
        // A workbook may have other workbooks embedded; theirs stand deeper.
        let find = |name: &&str| {
            let mut top = top.iter();
            top.find(|index| {
                let entry = self.entries.get(**index);
                entry.is_some_and(|entry| entry.kind == STREAM && entry.is_named(name))
            })
        };
        let Some(entry) = names
            .iter()
            .find_map(find)
            .and_then(|index| self.entries.get(*index))
        else {
            return Ok(None);
        };
        let (start, bytes) = (entry.start, entry.bytes);
        if bytes > self.bytes_total {
            return Err(DecodeError::Truncated);
        }
        let place = if bytes < SMALL_BYTES_MAX {
            Place::Memory(self.small(start, bytes)?)
        } else {
            Place::Sectors(self.chain(start, Some(bytes))?)
        };
        Ok(Some(Stream::new(self.reader, self.sector_bytes, place, bytes)))
    }

    /// The entries of the outermost storage, in no order worth knowing.
    fn top_level(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.entries.len()];
        let mut ahead: Vec<u32> = self.entries.first().map(|root| root.child).into_iter().collect();
        while let Some(index) = ahead.pop() {
            let index = index as usize;
            let (Some(entry), Some(seen)) = (self.entries.get(index), seen.get_mut(index)) else {
                continue;
            };
            if !std::mem::replace(seen, true) {
                found.push(index);
                ahead.extend([entry.left, entry.right]);
            }
        }
        // Some writers leave the tree out and only list.
        if found.is_empty() {
            found = (1..self.entries.len()).collect();
        }
        found
    }

    fn sectors_total(&self) -> u64 {
        self.bytes_total
            .saturating_sub(HEADER_BYTES)
            .div_ceil(self.sector_bytes)
    }

    /// The sectors from `start` on, as many as hold `bytes`, or all.
    fn chain(&self, start: u32, bytes: Option<u64>) -> Result<Vec<u32>, DecodeError> {
        let total = self.sectors_total();
        let wanted = bytes.map(|bytes| bytes.div_ceil(self.sector_bytes));
        let mut sectors = Vec::new();
        let mut sector = start;
        while sector < SPECIAL_FROM && wanted.is_none_or(|wanted| (sectors.len() as u64) < wanted) {
            if u64::from(sector) >= total {
                return Err(DecodeError::Truncated);
            }
            // A chain longer than the file goes in circles.
            if sectors.len() as u64 >= total {
                return Err(DecodeError::WorkbookDamaged);
            }
            sectors.push(sector);
            let next = self.next.get(sector as usize);
            sector = *next.ok_or(DecodeError::WorkbookDamaged)?;
        }
        match wanted {
            Some(wanted) if (sectors.len() as u64) < wanted => Err(DecodeError::WorkbookDamaged),
            _ => Ok(sectors),
        }
    }

    /// A stream of small sectors, which stand in the stream of the root entry.
    fn small(&mut self, start: u32, bytes: u64) -> Result<Vec<u8>, DecodeError> {
        let root = self.entries.first().map_or(NOTHING, |root| root.start);
        let home = self.chain(root, None)?;
        let per_sector = (self.sector_bytes as usize) / SMALL_SECTOR_BYTES;
        let (mut small, mut content) = (start, Vec::new());
        while (content.len() as u64) < bytes {
            let index = small as usize;
            let sector = home.get(index / per_sector).ok_or(DecodeError::WorkbookDamaged)?;
            let from = index % per_sector * SMALL_SECTOR_BYTES;
            let sector = self.sector(*sector)?;
            let part = sector.get(from..from + SMALL_SECTOR_BYTES);
            content.extend_from_slice(part.ok_or(DecodeError::WorkbookDamaged)?);
            small = *self.small_next.get(index).ok_or(DecodeError::WorkbookDamaged)?;
        }
        content.truncate(bytes as usize);
        Ok(content)
    }

    fn numbers(&mut self, sectors: &[u32]) -> Result<Vec<u32>, DecodeError> {
        let mut numbers = Vec::new();
        for sector in sectors {
            let bytes = self.sector(*sector)?;
            numbers.extend(bytes.chunks_exact(4).map(|number| u32_at(number, 0)));
        }
        Ok(numbers)
    }

    fn sector(&mut self, sector: u32) -> Result<Vec<u8>, DecodeError> {
        let mut bytes = vec![0; self.sector_bytes as usize];
        let at = HEADER_BYTES.max(self.sector_bytes) + u64::from(sector) * self.sector_bytes;
        if at >= self.bytes_total {
            return Err(DecodeError::Truncated);
        }
        self.reader.seek(SeekFrom::Start(at))?;
        read_most(&mut self.reader, &mut bytes)?;
        Ok(bytes)
    }
}

impl Entry {
    fn read(bytes: &[u8], short: bool) -> Self {
        let length = usize::from(u16_at(bytes, 64)).min(64).saturating_sub(2);
        let units = bytes.get(..length).unwrap_or_default().chunks_exact(2);
        let units: Vec<u16> = units.map(|unit| u16_at(unit, 0)).collect();
        let size_high = if short { 0 } else { u64::from(u32_at(bytes, 124)) };
        Self {
            name: String::from_utf16_lossy(&units),
            kind: bytes.get(66).copied().unwrap_or_default(),
            left: u32_at(bytes, 68),
            right: u32_at(bytes, 72),
            child: u32_at(bytes, 76),
            start: u32_at(bytes, 116),
            bytes: size_high << 32 | u64::from(u32_at(bytes, 120)),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.kind != 0 && self.name.eq_ignore_ascii_case(name)
    }
}
