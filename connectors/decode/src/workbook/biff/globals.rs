//! What holds for a whole XLS workbook: its sheets, shared strings, number formats, and how days are counted.

use std::collections::HashMap;
use std::io::{Read, Seek};

use calamine::{ExcelDateTime, ExcelDateTimeType};

use super::super::book::{Flaw, SHEETS_MAX};
use super::super::stream::{u16_at, u32_at};
use super::super::values;
use super::formats::{self, Shown};
use super::records::{self, Records};
use super::strings::{self, Reading, Shared};
use crate::error::DecodeError;

/// Records of this version hold Unicode; before it, text of one code page.
const BIFF8: u16 = 0x0600;
/// What the stream begins with if there is a whole for its sheets.
const WHOLE: u16 = 0x0005;
/// Numbers of formats, and of cell styles, are 16 bits.
const STYLES_MAX: usize = 66_000;

#[derive(Default)]
pub(super) struct Globals {
    pub is_unicode: bool,
    pub code_page: u16,
    pub dates_1904: bool,
    pub sheets: Vec<Bound>,
    pub shared: Shared,
    /// By style of a cell.
    shown: Vec<Shown>,
}

/// A sheet and where its records begin.
pub(super) struct Bound {
    pub at: u64,
    pub name: String,
    pub is_visible: bool,
    /// And not a chart or a module.
    pub is_cells: bool,
}

impl Globals {
    /// # Errors
    /// The stream is no such workbook, or is encrypted, damaged, or holds too much.
    pub fn read<R: Read + Seek>(records: &mut Records<R>) -> Result<Self, DecodeError> {
        records.seek(0);
        // Excel 2 to 4 began with other records.
        if records.next()? != Some(records::BEGIN) {
            return Err(DecodeError::Workbook);
        }
        let mut globals = Self {
            is_unicode: u16_at(&records.body, 0) == BIFF8,
            ..Self::default()
        };
        if u16_at(&records.body, 2) != WHOLE {
            globals.sheets.push(Bound {
                at: 0,
                name: String::new(),
                is_visible: true,
                is_cells: true,
            });
            return Ok(globals);
        }
        let (mut styles, mut written) = (Vec::new(), HashMap::new());
        loop {
            match records.next()?.ok_or(DecodeError::Truncated)? {
                records::EOF => break,
                records::FILE_PASS => return Err(DecodeError::Encrypted),
                records::CODE_PAGE => globals.code_page = u16_at(&records.body, 0),
                records::DATE_1904 => globals.dates_1904 = u16_at(&records.body, 0) == 1,
                records::BOUND_SHEET => {
                    let bound = globals.bound(records)?;
                    globals.sheets.push(bound);
                }
                records::FORMAT => {
                    let number = u16_at(&records.body, 0);
                    let format = globals.format(records)?;
                    written.insert(number, formats::written(&format));
                }
                records::XF => styles.push(u16_at(&records.body, 2)),
                records::SHARED_STRINGS => globals.shared = Shared::read(records)?,
                _ => {}
            }
            if globals.sheets.len() > SHEETS_MAX || styles.len() > STYLES_MAX {
                return Err(DecodeError::WorkbookTooLarge);
            }
        }
        let shown = |format: &u16| written.get(format).copied().unwrap_or(formats::known(*format));
        globals.shown = styles.iter().map(shown).collect();
        Ok(globals)
    }

    fn bound<R: Read + Seek>(&self, records: &mut Records<R>) -> Result<Bound, DecodeError> {
        let (at, state) = (u64::from(u32_at(&records.body, 0)), u16_at(&records.body, 4));
        let mut reading = Reading { records, at: 6 };
        let count = usize::from(reading.u8()?);
        let name = if self.is_unicode {
            let flags = reading.u8()?;
            let mut name = String::new();
            reading.characters(count, flags & 1 == 1, &mut name)?;
            name
        } else {
            self.narrow(&reading.records.body, reading.at, count)?
        };
        Ok(Bound {
            at,
            name,
            is_visible: state & 3 == 0,
            is_cells: state >> 8 == 0,
        })
    }

    fn format<R: Read + Seek>(&self, records: &mut Records<R>) -> Result<String, DecodeError> {
        let mut reading = Reading { records, at: 2 };
        if !self.is_unicode {
            let count = usize::from(reading.u8()?);
            return self.narrow(&reading.records.body, reading.at, count);
        }
        let (count, flags) = (usize::from(reading.u16()?), reading.u8()?);
        let mut format = String::new();
        reading.characters(count, flags & 1 == 1, &mut format)?;
        Ok(format)
    }

    /// So many bytes of a record as text.
    pub fn narrow(&self, body: &[u8], at: usize, count: usize) -> Result<String, DecodeError> {
        let bytes = body.get(at..at.saturating_add(count));
        strings::narrow(bytes.ok_or(DecodeError::WorkbookDamaged)?, self.code_page)
    }

    /// Appends a number as its cell's style shows it.
    pub fn append(&self, number: f64, style: u16, text: &mut String) -> Option<Flaw> {
        let kind = match self.shown.get(usize::from(style)) {
            Some(Shown::Instant) => ExcelDateTimeType::DateTime,
            Some(Shown::Duration) => ExcelDateTimeType::TimeDelta,
            Some(Shown::Number) | None => return values::append_number(number, text),
        };
        values::append_instant(&ExcelDateTime::new(number, kind, self.dates_1904), text)
    }
}
