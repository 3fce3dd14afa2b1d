//! Mended rows from returned workbooks, laid over the file they belong to. The whole is then checked as if it had been
//! sent that way: keys, sums and shares see every row, not the mended ones alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use decode::{DecodeError, DefectKind, Frame, RowDefect, RowKind, TextColumn};
use schemas::mark::AnswerMark;
use schemas::values::units::UnitWord;

use crate::file_rules::{self, finding};
use crate::header::{Column, Header};
use crate::returned::{self, Returned, Row};
use crate::{CheckError, Finding, Job, Severity, marked, run};

/// The rows of one or more answers, the later one's counting where both have a row.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    rows: BTreeMap<u64, Row>,
    /// Title and unit of each field's column, as each answer has it: field, title, unit.
    columns: Vec<(usize, String, Option<&'static UnitWord>)>,
    /// Rows that were found in the file.
    met: BTreeSet<u64>,
    pub rows_withdrawn: u64,
}

/// What one answer brought.
pub(crate) struct Laid {
    pub mark: AnswerMark,
    /// Rows it changed.
    pub rows: u64,
    pub rows_unchanged: u64,
}

impl Mended {
    /// Reads an answer and lays its rows over those there are.
    ///
    /// # Errors
    /// Broken transport. What is wrong with the workbook is the inner error.
    pub fn add<R: Read + Seek>(
        &mut self,
        job: &Job<'_>,
        source: R,
    ) -> Result<Result<Laid, Finding>, CheckError> {
        let is_header = |cells: &[String]| crate::header::is_header(job.contract, cells);
        let reader = match decode::open(source, &run::dialect(job), &is_header, &job.limits.file) {
            Ok(reader) => reader,
            Err(DecodeError::Read(error)) => return Err(CheckError::Read(error)),
            Err(refusal) => return Ok(Err(file_rules::unreadable(&refusal))),
        };
        let returned = match Returned::read(job, reader)? {
            Ok(returned) => returned,
            Err(finding) => return Ok(Err(finding)),
        };
        for (field, column) in returned.header.fields.iter().enumerate() {
            let Some(column) = column else { continue };
            let title = returned.header.titles.get(column.index).cloned();
            self.columns.push((field, title.unwrap_or_default(), column.unit));
        }
        let laid = Laid {
            mark: returned.mark,
            rows: returned.rows.len() as u64,
            rows_unchanged: returned.rows_unchanged,
        };
        self.rows.extend(returned.rows);
        if self.rows.len() > returned::ROWS_MAX {
            return Ok(Err(returned::too_long()));
        }
        Ok(Ok(laid))
    }

    /// Gives `header` columns for fields that the file does not have and the answers do.
    pub fn widen(&self, header: &mut Header) {
        for (field, title, unit) in self.columns.iter().rev() {
            let filled = |row: &Row| row.cells.get(*field).is_some_and(|cell| !cell.trim().is_empty());
            if let Some(place @ None) = header.fields.get_mut(*field)
                && self.rows.values().any(filled)
            {
                *place = Some(Column {
                    index: header.titles.len(),
                    unit: *unit,
                });
                header.titles.push(title.clone());
            }
        }
    }

    /// A column that is in another unit here than in the file: nobody could say which a plain number is in.
    pub fn other_unit(&self, header: &Header) -> Option<Finding> {
        let factor = |unit: Option<&UnitWord>| unit.map_or((1, 1), |unit| (unit.times, unit.per));
        let differs = |(field, _, unit): &&(usize, String, Option<&'static UnitWord>)| {
            let column = header.fields.get(*field).copied().flatten();
            column.is_some_and(|column| {
                let ((times, per), (here, here_per)) = (factor(column.unit), factor(*unit));
                times * here_per != here * per
            })
        };
        let (_, title, _) = self.columns.iter().find(differs)?;
        let args = [("column", title.clone())];
        Some(Finding {
            column: Some(title.clone()),
            ..finding(marked::ANSWER, Severity::Fatal, "check.answer_unit", &args)
        })
    }

    /// The frame with the mended rows in it, in the columns of `header`.
    pub fn lay_over(&mut self, mut frame: Frame, header: &Header, header_row_no: u64) -> Frame {
        let rows = frame.rows();
        while frame.columns.len() < header.titles.len() {
            frame.columns.push(TextColumn {
                offsets: vec![0; rows + 1],
                values: Vec::new(),
            });
        }
        let (Some(first), Some(last)) = (frame.row_no.first(), frame.row_no.last()) else {
            return frame;
        };
        if self.rows.range(*first..=*last).next().is_none() {
            return frame;
        }
        let mended: Vec<Option<&Row>> = (0..rows)
            .map(|row| {
                let row_no = frame.row_no.get(row).filter(|row_no| **row_no > header_row_no)?;
                let is_data = frame.kind.get(row) == Some(&RowKind::Data);
                self.rows.get(row_no).filter(|_| is_data)
            })
            .collect();
        let fields = header.fields.iter().enumerate();
        for (field, column) in fields.filter_map(|(field, column)| Some((field, (*column)?))) {
            if let Some(cells) = frame.columns.get_mut(column.index) {
                *cells = woven(cells, &mended, field);
            }
        }
        let of = |row: usize| mended.get(row).copied().flatten();
        frame.defects.retain(|defect| of(defect.row).is_none());
        for (index, row) in mended.iter().enumerate() {
            let Some(row) = row else { continue };
            self.met.extend(frame.row_no.get(index));
            if row.is_blank() {
                self.rows_withdrawn += 1;
                frame
                    .kind
                    .get_mut(index)
                    .into_iter()
                    .for_each(|kind| *kind = RowKind::Blank);
                continue;
            }
            let defects = row.defects.iter().filter_map(|kind| placed(*kind, header));
            frame
                .defects
                .extend(defects.map(|kind| RowDefect { row: index, kind }));
        }
        frame.defects.sort_by_key(|defect| defect.row);
        frame
    }

    /// Mended rows for which the file has no row: it is not the one they were taken from.
    pub fn unmet(&self) -> Option<Finding> {
        let rows = self.rows.len() - self.met.len();
        let args = [("rows", rows.to_string())];
        (rows > 0).then(|| finding(marked::ANSWER, Severity::Fatal, "check.answer_row_unknown", &args))
    }
}

/// The column with the mended cells in place of its own.
fn woven(cells: &TextColumn, mended: &[Option<&Row>], field: usize) -> TextColumn {
    let mut woven = TextColumn {
        offsets: vec![0],
        values: Vec::with_capacity(cells.values.len()),
    };
    for (index, row) in mended.iter().enumerate() {
        let text = match row {
            Some(row) => row.cells.get(field).map(String::as_str),
            None => cells.cell(index),
        };
        woven
            .values
            .extend_from_slice(text.unwrap_or_default().as_bytes());
        // A frame closes long before 2 GiB of text, and an answer is smaller still.
        woven
            .offsets
            .push(i32::try_from(woven.values.len()).unwrap_or(i32::MAX));
    }
    woven
}

/// A defect whose column is a field, told of the field's column in the file.
fn placed(kind: DefectKind, header: &Header) -> Option<DefectKind> {
    let index = |field: usize| Some(header.fields.get(field).copied().flatten()?.index);
    Some(match kind {
        DefectKind::CellError { column } => DefectKind::CellError {
            column: index(column)?,
        },
        DefectKind::DigitsLost { column } => DefectKind::DigitsLost {
            column: index(column)?,
        },
        DefectKind::FieldTooLong { column } => DefectKind::FieldTooLong {
            column: index(column)?,
        },
        other => other,
    })
}
