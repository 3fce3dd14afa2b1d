//! The hidden sheet by which a workbook of ours is known again.

use rust_xlsxwriter::Workbook;
use schemas::mark::{self, WorkbookMark};

use crate::WorkbookError;

pub(crate) fn write(book: &mut Workbook, mark: &WorkbookMark) -> Result<(), WorkbookError> {
    let sheet = book.add_worksheet();
    sheet.set_name(mark::SHEET)?.set_hidden(true);
    for (row, (key, value)) in (0..).zip(mark.to_pairs()) {
        sheet.write_string(row, 0, key)?.write_string(row, 1, value)?;
    }
    Ok(())
}
