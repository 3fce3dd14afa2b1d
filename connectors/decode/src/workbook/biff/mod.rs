//! XLS (BIFF8, and BIFF5 of Excel 95), and WPS .et, which is written the same: records in a stream, read one after
//! another. No record is believed about the size of anything; what is kept grows with the bytes that were read.
//!
//! Formulas are not computed, macros and drawings not opened. A workbook under a password is refused; one that Excel
//! opens without asking, because it is only locked against changes, is encrypted all the same and refused too.

mod cells;
mod formats;
mod globals;
mod records;
mod sorted;
mod strings;
mod survey;

use std::io::{Read, Seek};

use super::book::{Book, CellStream, Listed};
use super::ole::Compound;
use super::stream::Stream;
use crate::error::DecodeError;

use globals::Globals;
use records::Records;

/// An XLS workbook, counted.
pub(super) struct Biff<R> {
    records: Records<R>,
    globals: Globals,
    sheets: Vec<Listed>,
    /// For each sheet, whether its rows come in order.
    ordered: Vec<bool>,
}

impl<R: Read + Seek> Biff<R> {
    /// # Errors
    /// The file is no such workbook, is encrypted, damaged or cut off, or holds too much.
    pub fn open(reader: R, bytes_total: u64) -> Result<Self, DecodeError> {
        let compound = Compound::open(reader, bytes_total)?;
        if compound.has("EncryptedPackage") {
            return Err(DecodeError::Encrypted);
        }
        if compound.has("WordDocument") || compound.has("PowerPoint Document") {
            return Err(DecodeError::Document);
        }
        // A file for two generations of programs has both; the newer one holds all characters.
        let stream = compound.stream(&["Workbook", "Book"])?;
        Self::read(stream.ok_or(DecodeError::Workbook)?)
    }

    /// Opens records that no container holds.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_bare(reader: R, bytes_total: u64) -> Result<Self, DecodeError> {
        Self::read(Stream::of_file(reader, bytes_total))
    }

    fn read(stream: Stream<R>) -> Result<Self, DecodeError> {
        let mut records = Records::new(stream);
        let globals = Globals::read(&mut records)?;
        let (mut sheets, mut ordered) = (Vec::new(), Vec::new());
        for bound in &globals.sheets {
            let mut listed = Listed {
                name: bound.name.clone(),
                readable: bound.is_visible && bound.is_cells,
                ..Listed::default()
            };
            let mut in_order = true;
            if bound.is_cells {
                (listed.facts, in_order) = survey::sheet(&mut records, bound.at)?;
            }
            sheets.push(listed);
            ordered.push(in_order);
        }
        Ok(Self {
            records,
            globals,
            sheets,
            ordered,
        })
    }
}

impl<R: Read + Seek> Book for Biff<R> {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn cells(&mut self, index: usize) -> Result<Box<dyn CellStream + '_>, DecodeError> {
        let bound = self.globals.sheets.get(index);
        let at = bound.ok_or(DecodeError::WorkbookDamaged)?.at;
        let cells = cells::Cells::open(&mut self.records, &self.globals, at)?;
        if self.ordered.get(index) == Some(&true) {
            return Ok(Box::new(cells));
        }
        Ok(Box::new(sorted::Sorted::read(cells)?))
    }

    fn dates_1904(&self) -> bool {
        self.globals.dates_1904
    }
}
