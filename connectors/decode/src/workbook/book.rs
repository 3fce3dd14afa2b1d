//! What the readers of workbooks have in common: sheets that are listed once and whose cells are streamed as often as
//! needed. How a workbook is written is its reader's affair; what its rows mean is told in `sheet`.

use crate::error::DecodeError;
use crate::frame::DefectKind;

/// Places told of a sheet: merged ranges, hidden rows.
pub(super) const PLACES_KEPT_MAX: usize = 10_000;
/// Sheets of a workbook, tables of a page.
pub(super) const SHEETS_MAX: usize = 256;
/// Cells of one sheet.
pub(super) const CELLS_MAX: u64 = 50_000_000;

/// A workbook, opened and counted.
pub(super) trait Book {
    /// In the order of the workbook.
    fn sheets(&self) -> &[Listed];

    /// The cells of a sheet from its start.
    ///
    /// # Errors
    /// The sheet is damaged, or the transport broke.
    fn cells(&mut self, index: usize) -> Result<Box<dyn CellStream + '_>, DecodeError>;

    /// Are days counted from 1904?
    fn dates_1904(&self) -> bool;
}

/// Cells of a sheet. Rows never fall; columns of a row may come in any order.
pub(super) trait CellStream {
    /// Appends the text of the next cell and tells where it stands; `None` at the end of the sheet. A cell without a
    /// value may come with an empty text.
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError>;
}

/// Where a cell stands and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// From 1, as spreadsheet programs count.
    pub row_no: u64,
    /// From 0.
    pub column: usize,
    pub flaw: Option<Flaw>,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A formula that came to nothing: `#REF!`, `#N/A`.
    Error,
    DigitsLost,
    /// Bytes that are no character, in workbooks that are text.
    Undecodable {
        offset: u64,
    },
}

impl Flaw {
    pub fn defect(self, column: usize) -> DefectKind {
        match self {
            Self::Error => DefectKind::CellError { column },
            Self::DigitsLost => DefectKind::DigitsLost { column },
            Self::Undecodable { offset } => DefectKind::Undecodable { offset },
        }
    }
}

/// A sheet of a workbook, counted before it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub name: String,
    /// A sheet of cells that its author sees. What they do not see is not what they mean to send.
    pub readable: bool,
    pub facts: Facts,
}

/// What was counted in a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub cells: u64,
    pub hidden_rows: u64,
    /// The first of them, by number.
    pub hidden: Vec<u64>,
    /// The first `PLACES_KEPT_MAX`.
    pub merged: Vec<Merged>,
}

impl Facts {
    pub fn hide(&mut self, row_no: u64) {
        self.hidden_rows += 1;
        if self.hidden.len() < PLACES_KEPT_MAX {
            self.hidden.push(row_no);
        }
    }

    pub fn merge(&mut self, merged: Merged) {
        if self.merged.len() < PLACES_KEPT_MAX {
            self.merged.push(merged);
        }
    }
}

/// Cells that are shown as one, both ends included. Only the first has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merged {
    /// From 1.
    pub rows: (u64, u64),
    /// From 0.
    pub columns: (usize, usize),
}

impl Merged {
    pub fn holds(&self, row_no: u64, column: usize) -> bool {
        (self.rows.0..=self.rows.1).contains(&row_no) && (self.columns.0..=self.columns.1).contains(&column)
    }

    /// A range such as `A1:C2`; `None` for what is none.
    pub fn parse(range: &[u8]) -> Option<Self> {
        let range = std::str::from_utf8(range).ok()?;
        let (from, to) = range.split_once(':').unwrap_or((range, range));
        let ((column, row_no), (column_last, row_last)) = (address(from)?, address(to)?);
        Some(Self {
            rows: (row_no, row_last),
            columns: (column, column_last),
        })
    }
}

fn address(text: &str) -> Option<(usize, u64)> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (letters, digits) = text.split_at_checked(letters)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters
        .bytes()
        .fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    Some((column.checked_sub(1)?, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        let merged = |rows, columns| Some(Merged { rows, columns });
        assert_eq!(Merged::parse(b"A1:C2"), merged((1, 2), (0, 2)));
        assert_eq!(
            Merged::parse(b"XFD1048576"),
            merged((1_048_576, 1_048_576), (16_383, 16_383))
        );
        for none in [&b""[..], b"A", b"1:2", b"AAAA1:B2", b"A1:\xFF", b"a1"] {
            assert_eq!(Merged::parse(none), None);
        }
    }
}
