//! Records of a BIFF stream: a kind, a length, a body; long ones go on in records of the kind CONTINUE.

use std::io::{Read, Seek};

use super::super::stream::{Stream, u16_at};
use crate::error::DecodeError;

const WINDOW_BYTES: usize = 64 << 10;

pub(super) const FORMULA: u16 = 0x0006;
pub(super) const EOF: u16 = 0x000A;
pub(super) const DATE_1904: u16 = 0x0022;
pub(super) const FILE_PASS: u16 = 0x002F;
const CONTINUE: u16 = 0x003C;
pub(super) const CODE_PAGE: u16 = 0x0042;
pub(super) const BOUND_SHEET: u16 = 0x0085;
pub(super) const MULTIPLE_RK: u16 = 0x00BD;
pub(super) const RICH_STRING: u16 = 0x00D6;
pub(super) const XF: u16 = 0x00E0;
pub(super) const MERGED_CELLS: u16 = 0x00E5;
pub(super) const SHARED_STRINGS: u16 = 0x00FC;
pub(super) const LABEL_SHARED: u16 = 0x00FD;
pub(super) const NUMBER: u16 = 0x0203;
pub(super) const LABEL: u16 = 0x0204;
pub(super) const BOOLEAN_OR_ERROR: u16 = 0x0205;
pub(super) const STRING: u16 = 0x0207;
pub(super) const ROW: u16 = 0x0208;
pub(super) const ARRAY: u16 = 0x0221;
pub(super) const TABLE: u16 = 0x0236;
pub(super) const RK: u16 = 0x027E;
pub(super) const FORMAT: u16 = 0x041E;
pub(super) const SHARED_FORMULA: u16 = 0x04BC;
pub(super) const BEGIN: u16 = 0x0809;

/// A stream of records and the one that was read last.
pub(super) struct Records<R> {
    stream: Stream<R>,
    window: Vec<u8>,
    /// Where the window begins in the stream, and where the next record begins.
    window_at: u64,
    at: u64,
    pub body: Vec<u8>,
}

impl<R: Read + Seek> Records<R> {
    pub fn new(stream: Stream<R>) -> Self {
        Self {
            stream,
            window: Vec::new(),
            window_at: 0,
            at: 0,
            body: Vec::new(),
        }
    }

    /// Goes to the record at a place of the stream.
    pub fn seek(&mut self, at: u64) {
        self.at = at;
    }

    /// Reads the next record into `body` and tells its kind; `None` at the end of the stream.
    ///
    /// # Errors
    /// The stream ends inside the record, or the transport broke.
    pub fn next(&mut self) -> Result<Option<u16>, DecodeError> {
        let Some((kind, length)) = self.ahead()? else {
            return Ok(None);
        };
        self.at += 4;
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        while body.len() < length {
            let part = self.part(length - body.len())?;
            if part.is_empty() {
                return Err(DecodeError::Truncated);
            }
            body.extend_from_slice(part);
            self.at += part.len() as u64;
        }
        self.body = body;
        Ok(Some(kind))
    }

    /// Reads the next record if the one that was read last goes on in it.
    ///
    /// # Errors
    /// As `next`.
    pub fn next_continued(&mut self) -> Result<bool, DecodeError> {
        match self.ahead()? {
            Some((CONTINUE, _)) => Ok(self.next()?.is_some()),
            _ => Ok(false),
        }
    }

    /// Kind and length of the next record.
    pub fn ahead(&mut self) -> Result<Option<(u16, usize)>, DecodeError> {
        let mut header = [0; 4];
        let mut filled = 0;
        while filled < header.len() {
            let at = self.at;
            self.at += filled as u64;
            let part = self.part(header.len() - filled);
            let count = part.as_ref().map_or(0, |part| part.len());
            if let (Ok(part), Some(place)) = (&part, header.get_mut(filled..filled + count)) {
                place.copy_from_slice(part);
            }
            let failed = part.err();
            self.at = at;
            match (failed, count) {
                (Some(error), _) => return Err(error),
                // Zeros behind the last record fill up a sector.
                (None, 0) if filled == 0 || header == [0; 4] => return Ok(None),
                (None, 0) => return Err(DecodeError::Truncated),
                (None, count) => filled += count,
            }
        }
        Ok(Some((u16_at(&header, 0), usize::from(u16_at(&header, 2)))))
    }

    /// Some bytes at `at`, at most `length`; none at the end of the stream.
    fn part(&mut self, length: usize) -> Result<&[u8], DecodeError> {
        let inside = self
            .at
            .checked_sub(self.window_at)
            .and_then(|inside| usize::try_from(inside).ok())
            .filter(|inside| *inside < self.window.len());
        let inside = match inside {
            Some(inside) => inside,
            None => {
                self.window.resize(WINDOW_BYTES, 0);
                let read = self.stream.read_at(self.at, &mut self.window);
                self.window.truncate(*read.as_ref().unwrap_or(&0));
                self.window_at = self.at;
                read?;
                0
            }
        };
        let end = self.window.len().min(inside + length);
        Ok(self.window.get(inside..end).unwrap_or_default())
    }
}
