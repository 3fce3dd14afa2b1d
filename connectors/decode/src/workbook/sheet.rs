//! The rows of a sheet, from its stream of cells.

use std::io::{Read, Seek};

use calamine::XlsxCellReader;

use super::damaged;
use super::frames::Held;
use super::values::{self, Flaw};
use crate::cells::Cells;
use crate::dialect::{Charset, Dialect, Limits};
use crate::error::DecodeError;
use crate::frame::{DefectKind, RowDefect, RowKind};
use crate::rows;
use crate::split::Span;

/// Text of workbooks is UTF-8 when it gets here.
const CELLS: Cells = Cells {
    charset: Charset::Utf8,
    clean: true,
    quote: b'"',
};

/// The header of a sheet.
pub(super) struct Head {
    /// As in the sheet.
    pub row_no: u64,
    pub matched: bool,
    /// Trimmed; up to the last that is not empty.
    pub titles: Vec<String>,
}

/// A row that has at least one cell with a value.
#[derive(Default)]
struct Row {
    /// As in the sheet, from 1.
    row_no: u64,
    /// The texts of the cells one behind the other, and where each column's is.
    text: String,
    spans: Vec<Span>,
    defects: Vec<DefectKind>,
    /// Columns up to the last cell that is not blank, those included that are not kept.
    width: usize,
}

impl Row {
    fn clear(&mut self, row_no: u64) {
        self.row_no = row_no;
        self.text.clear();
        self.spans.clear();
        self.defects.clear();
        self.width = 0;
    }

    fn cell(&self, column: usize) -> &str {
        let span = self.spans.get(column).copied().unwrap_or(NOTHING);
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    fn titles(&self) -> Vec<String> {
        let kept = self.width.min(self.spans.len());
        (0..kept)
            .map(|column| self.cell(column).trim().to_owned())
            .collect()
    }
}

const NOTHING: Span = Span {
    start: 0,
    end: 0,
    doubled: false,
};

/// Visits the rows in order until `visit` says false.
fn each<RS: Read + Seek>(
    cells: &mut XlsxCellReader<'_, RS>,
    limits: &Limits,
    mut visit: impl FnMut(&Row) -> Result<bool, DecodeError>,
) -> Result<(), DecodeError> {
    let mut row = Row::default();
    let mut any = false;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (sheet_row, column) = cell.get_position();
        let row_no = u64::from(sheet_row) + 1;
        if row_no < row.row_no {
            return Err(DecodeError::WorkbookDamaged);
        }
        if row_no > row.row_no {
            if any && !visit(&row)? {
                return Ok(());
            }
            row.clear(row_no);
            any = false;
        }
        let start = row.text.len();
        let flaw = values::append(cell.get_value(), &mut row.text);
        if row.text.len() == start {
            continue;
        }
        any = true;
        let column = column as usize;
        if !row.text.get(start..).unwrap_or_default().trim().is_empty() {
            row.width = row.width.max(column + 1);
        }
        // INVARIANT (bounded): memory grows with the cells that are there, never with the place one claims.
        if column >= limits.columns_max {
            row.text.truncate(start);
            continue;
        }
        row.defects.extend(flaw.map(|flaw| match flaw {
            Flaw::Error => DefectKind::CellError { column },
            Flaw::DigitsLost => DefectKind::DigitsLost { column },
        }));
        if row.text.len() - start > limits.field_bytes_max {
            row.text.truncate(start);
            row.defects.push(DefectKind::FieldTooLong { column });
        }
        if row.text.len() > limits.record_bytes_max {
            row.text.truncate(start);
            if row.defects.last() != Some(&DefectKind::RecordTooLong) {
                row.defects.push(DefectKind::RecordTooLong);
            }
        }
        if row.spans.len() <= column {
            row.spans.resize(column + 1, NOTHING);
        }
        if let Some(span) = row.spans.get_mut(column) {
            // Two values for one cell: nobody could say which was meant.
            if *span != NOTHING {
                return Err(DecodeError::WorkbookDamaged);
            }
            *span = Span {
                start,
                end: row.text.len(),
                doubled: false,
            };
        }
    }
    if any {
        visit(&row)?;
    }
    Ok(())
}

/// Looks for the header in the first rows; `None` if the sheet is empty. If no row is the header, the first of the
/// widest rows stands in for it, so that someone can be told what the sheet has instead.
pub(super) fn head<RS: Read + Seek>(
    cells: &mut XlsxCellReader<'_, RS>,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Option<Head>, DecodeError> {
    let mut best: Option<Head> = None;
    let mut seen = 0;
    each(cells, limits, |row| {
        if row.width > 0 {
            let titles = row.titles();
            let matched = is_header(&titles);
            if matched && row.width > limits.columns_max {
                return Err(DecodeError::TooManyColumns(limits.columns_max));
            }
            let filled = |titles: &[String]| titles.iter().filter(|title| !title.is_empty()).count();
            if matched
                || best
                    .as_ref()
                    .is_none_or(|best| filled(&best.titles) < filled(&titles))
            {
                best = Some(Head {
                    row_no: row.row_no,
                    matched,
                    titles,
                });
            }
            if matched {
                return Ok(false);
            }
        }
        seen += 1;
        Ok(seen < dialect.header_rows_max.max(1))
    })?;
    Ok(best)
}

/// All rows.
pub(super) fn rows<RS: Read + Seek>(
    cells: &mut XlsxCellReader<'_, RS>,
    head: &Head,
    limits: &Limits,
) -> Result<Held, DecodeError> {
    let columns = head.titles.len();
    let mut held = Held::default();
    let mut records = 0;
    each(cells, limits, |row| {
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
    match row.row_no.cmp(&head.row_no) {
        std::cmp::Ordering::Less => RowKind::Preamble,
        std::cmp::Ordering::Equal => RowKind::Header,
        std::cmp::Ordering::Greater if repeats(row, head) => RowKind::Header,
        std::cmp::Ordering::Greater if defective => RowKind::Data,
        std::cmp::Ordering::Greater => rows::kind(row.text.as_bytes(), &row.spans, head.titles.len(), CELLS),
    }
}

/// The header again, on top of a page.
fn repeats(row: &Row, head: &Head) -> bool {
    let mut titles = head.titles.iter().enumerate();
    row.width == head.titles.len() && titles.all(|(column, title)| row.cell(column).trim() == title)
}
