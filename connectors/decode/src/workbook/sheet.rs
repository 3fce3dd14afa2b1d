//! The rows of a sheet as frames: what each of them is, and what is wrong with it.

use super::book::CellStream;
use super::frames::Held;
use super::head::Head;
use super::row::{self, Row};
use crate::cells::Cells;
use crate::dialect::Limits;
use crate::error::DecodeError;
use crate::frame::{DefectKind, RowDefect, RowKind};
use crate::rows;

/// Text of workbooks is UTF-8 when it gets here.
const CELLS: Cells = Cells::UTF8;

/// All rows.
pub(super) fn rows(cells: &mut dyn CellStream, head: &Head, limits: &Limits) -> Result<Held, DecodeError> {
    let columns = head.titles.len();
    let mut held = Held::default();
    let mut records = 0;
    row::each(cells, limits, |row| {
        if records == limits.rows_max {
            return Err(DecodeError::TooManyRows(limits.rows_max));
        }
        records += 1;
        let mut defects = row.defects.clone();
        if row.width > columns {
            defects.push(DefectKind::TooManyFields {
                found: row.width,
                expected: columns,
            });
        }
        let kind = kind(row, head, !defects.is_empty());
        let frame = held.place(columns, row.text.len())?;
        for (index, column) in frame.columns.iter_mut().enumerate() {
            column.values.extend_from_slice(row.cell(index).as_bytes());
            column.close_cell();
        }
        let index = frame.rows();
        if kind == RowKind::Data {
            frame
                .defects
                .extend(defects.into_iter().map(|kind| RowDefect { row: index, kind }));
        }
        frame.row_no.push(row.row_no);
        frame.kind.push(kind);
        Ok(true)
    })?;
    Ok(held)
}

/// INVARIANT (conserved): every row with a value is exactly one of the kinds.
fn kind(row: &Row, head: &Head, defective: bool) -> RowKind {
    if row.row_no < head.row_no {
        RowKind::Preamble
    } else if row.row_no <= head.last_row_no || head.repeated_by(row) {
        RowKind::Header
    } else if defective {
        RowKind::Data
    } else {
        rows::kind(row.text.as_bytes(), &row.spans, head.titles.len(), CELLS)
    }
}
