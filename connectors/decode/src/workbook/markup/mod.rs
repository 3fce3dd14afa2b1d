//! Workbooks that are text: pages whose tables systems hand out under the name .xls, and the XML of Excel 2003. The text
//! is read in a moving window, once to be counted and again from each table's beginning.

mod grid;
mod html;
mod pieces;
mod spreadsheet;
mod tag;

use std::io::{Read, Seek, SeekFrom};

use super::book::{Book, CellStream, Listed};
use crate::charset::{self, Proved};
use crate::error::DecodeError;
use crate::magic::ENDS_BYTES;

use pieces::Pieces;

/// A page or document whose tables were counted.
pub(super) struct Markup<R> {
    reader: R,
    proved: Proved,
    bytes_total: u64,
    is_page: bool,
    sheets: Vec<Listed>,
    /// Where each table begins in the file.
    starts: Vec<u64>,
    dates_1904: bool,
}

/// A page of tables.
///
/// # Errors
/// The charset cannot be told, there are too many tables or cells, or the transport broke.
pub(super) fn open_page<R: Read + Seek>(reader: R, bytes_total: u64) -> Result<Markup<R>, DecodeError> {
    open(reader, bytes_total, true)
}

/// A workbook of Excel 2003 as one XML document.
///
/// # Errors
/// As `open_page`.
pub(super) fn open_spreadsheet<R: Read + Seek>(
    reader: R,
    bytes_total: u64,
) -> Result<Markup<R>, DecodeError> {
    open(reader, bytes_total, false)
}

fn open<R: Read + Seek>(mut reader: R, bytes_total: u64, is_page: bool) -> Result<Markup<R>, DecodeError> {
    reader.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    reader.by_ref().take(ENDS_BYTES as u64).read_to_end(&mut head)?;
    // What a page declares about its charset is believed less than its bytes.
    let proved = charset::prove(&mut reader, None, &head)?;
    let mut pieces = Pieces::new(&mut reader, proved, proved.bom_bytes, bytes_total)?;
    let counted = if is_page {
        html::count(&mut pieces)?
    } else {
        spreadsheet::count(&mut pieces)?
    };
    Ok(Markup {
        reader,
        proved,
        bytes_total,
        is_page,
        sheets: counted.sheets,
        starts: counted.starts,
        dates_1904: counted.dates_1904,
    })
}

/// What a first walk through the text finds.
#[derive(Default)]
struct Counted {
    sheets: Vec<Listed>,
    starts: Vec<u64>,
    dates_1904: bool,
}

impl<R: Read + Seek> Book for Markup<R> {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn cells(&mut self, index: usize) -> Result<Box<dyn CellStream + '_>, DecodeError> {
        let start = self.starts.get(index).copied().unwrap_or(self.bytes_total);
        let pieces = Pieces::new(&mut self.reader, self.proved, start, self.bytes_total)?;
        Ok(if self.is_page {
            Box::new(html::Cells::new(pieces))
        } else {
            Box::new(spreadsheet::Cells::new(pieces))
        })
    }

    fn dates_1904(&self) -> bool {
        self.dates_1904
    }
}
