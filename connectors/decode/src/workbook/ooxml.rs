//! XLSX and XLSM, and WPS .et where it is written like them. The cells come from calamine's stream, after `parts` has
//! found the archive harmless; macros are never opened.

use std::io::{BufReader, Read, Seek};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::book::{Book, Cell, CellStream, Facts, Listed};
use super::parts::Parts;
use super::values;
use crate::error::DecodeError;

pub(super) struct Ooxml<R: Read + Seek> {
    workbook: Xlsx<BufReader<R>>,
    sheets: Vec<Listed>,
    dates_1904: bool,
}

impl<R: Read + Seek> Ooxml<R> {
    /// # Errors
    /// The archive is no workbook, is damaged or encrypted, or holds more than a parser should be asked to read.
    pub fn open(mut reader: R) -> Result<Self, DecodeError> {
        let parts = Parts::inspect(&mut reader)?;
        let workbook = Xlsx::new(BufReader::new(reader)).map_err(damaged)?;
        let sheets = workbook.sheets_metadata().iter().enumerate();
        let sheets = sheets.map(|(index, sheet)| Listed {
            name: sheet.name.clone(),
            readable: sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible,
            facts: match sheet.typ {
                // A sheet that was not counted may hold something.
                SheetType::WorkSheet => parts.sheet(index).cloned().unwrap_or(Facts {
                    cells: 1,
                    ..Facts::default()
                }),
                _ => Facts::default(),
            },
        });
        Ok(Self {
            sheets: sheets.collect(),
            dates_1904: parts.dates_1904,
            workbook,
        })
    }
}

impl<R: Read + Seek> Book for Ooxml<R> {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn cells(&mut self, index: usize) -> Result<Box<dyn CellStream + '_>, DecodeError> {
        let name = self.sheets.get(index).map(|sheet| sheet.name.as_str());
        let cells = self.workbook.worksheet_cells_reader(name.unwrap_or_default());
        Ok(Box::new(Cells(cells.map_err(damaged)?)))
    }

    fn dates_1904(&self) -> bool {
        self.dates_1904
    }
}

struct Cells<'a, R: Read + Seek>(XlsxCellReader<'a, BufReader<R>>);

impl<R: Read + Seek> CellStream for Cells<'_, R> {
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        let Some(cell) = self.0.next_cell().map_err(damaged)? else {
            return Ok(None);
        };
        let (row, column) = cell.get_position();
        Ok(Some(Cell {
            row_no: u64::from(row) + 1,
            column: column as usize,
            flaw: values::append(cell.get_value(), text),
        }))
    }
}

/// Whatever the parser says, the sender can only export the workbook again; broken transport is told by `Watched`.
fn damaged(error: XlsxError) -> DecodeError {
    match error {
        XlsxError::Password => DecodeError::Encrypted,
        _ => DecodeError::WorkbookDamaged,
    }
}
