//! The rows of a sheet, put together from its stream of cells within the limits of a record.

use super::book::{Cell, CellStream};
use crate::dialect::Limits;
use crate::error::DecodeError;
use crate::frame::DefectKind;
use crate::split::Span;

/// A row that has at least one cell with a value.
#[derive(Default)]
pub(super) struct Row {
    /// As in the sheet, from 1.
    pub row_no: u64,
    /// The texts of the cells one behind the other, and where each column's is.
    pub text: String,
    pub spans: Vec<Span>,
    pub defects: Vec<DefectKind>,
    /// Columns up to the last cell that is not blank, those included that are not kept.
    pub width: usize,
}

const NOTHING: Span = Span {
    start: 0,
    end: 0,
    doubled: false,
};

impl Row {
    fn clear(&mut self, row_no: u64) {
        self.row_no = row_no;
        self.text.clear();
        self.spans.clear();
        self.defects.clear();
        self.width = 0;
    }

    pub fn cell(&self, column: usize) -> &str {
        let span = self.spans.get(column).copied().unwrap_or(NOTHING);
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    pub fn titles(&self) -> Vec<String> {
        let kept = self.width.min(self.spans.len());
        (0..kept)
            .map(|column| self.cell(column).trim().to_owned())
            .collect()
    }

    /// Keeps the cell whose text stands behind `start`.
    fn keep(&mut self, cell: Cell, start: usize, limits: &Limits) -> Result<(), DecodeError> {
        let column = cell.column;
        if !self.text.get(start..).unwrap_or_default().trim().is_empty() {
            self.width = self.width.max(column + 1);
        }
        // INVARIANT (bounded): memory grows with the cells that are there, never with the place one claims.
        if column >= limits.columns_max {
            self.text.truncate(start);
            return Ok(());
        }
        self.defects.extend(cell.flaw.map(|flaw| flaw.defect(column)));
        if self.text.len() - start > limits.field_bytes_max {
            self.text.truncate(start);
            self.defects.push(DefectKind::FieldTooLong { column });
        }
        if self.text.len() > limits.record_bytes_max {
            self.text.truncate(start);
            if self.defects.last() != Some(&DefectKind::RecordTooLong) {
                self.defects.push(DefectKind::RecordTooLong);
            }
        }
        if self.spans.len() <= column {
            self.spans.resize(column + 1, NOTHING);
        }
        if let Some(span) = self.spans.get_mut(column) {
            // Two values for one cell: nobody could say which was meant.
            if *span != NOTHING {
                return Err(DecodeError::WorkbookDamaged);
            }
            *span = Span {
                start,
                end: self.text.len(),
                doubled: false,
            };
        }
        Ok(())
    }
}

/// Visits the rows in order until `visit` says false.
pub(super) fn each(
    cells: &mut dyn CellStream,
    limits: &Limits,
    mut visit: impl FnMut(&Row) -> Result<bool, DecodeError>,
) -> Result<(), DecodeError> {
    let mut row = Row::default();
    let mut any = false;
    let mut text = String::new();
    loop {
        text.clear();
        let Some(cell) = cells.next(&mut text)? else {
            break;
        };
        if cell.row_no < row.row_no {
            return Err(DecodeError::WorkbookDamaged);
        }
        if cell.row_no > row.row_no {
            if any && !visit(&row)? {
                return Ok(());
            }
            row.clear(cell.row_no);
            any = false;
        }
        if text.is_empty() {
            continue;
        }
        any = true;
        let start = row.text.len();
        row.text.push_str(&text);
        row.keep(cell, start, limits)?;
    }
    if any {
        visit(&row)?;
    }
    Ok(())
}
