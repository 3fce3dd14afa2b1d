//! Reads an answer: a workbook of ours that held the bad rows of a submission, as its reader mended them.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use decode::{DecodeError, DefectKind, Frame, Reader};
use schemas::Contract;
use schemas::mark::{AnswerMark, RowMark};

use crate::door::Doorkeeper;
use crate::file_rules::{self, finding};
use crate::header::Header;
use crate::{CheckError, Finding, Job, Severity, marked};

/// INVARIANT (bounded): more rows than the hub ever puts into an answer are not taken from one.
pub(crate) const ROWS_MAX: usize = 50_000;
const FRAME_ROWS: usize = 4_096;

/// What no text decodes to: the bytes behind it are still unknown, so the row cannot have been mended.
const UNDECODED: char = '\u{FFFD}';

/// A row as it stands in an answer.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// One per field of the contract, empty where the answer has no such column.
    pub cells: Vec<String>,
    /// Columns in them are fields of the contract.
    pub defects: Vec<DefectKind>,
}

impl Row {
    /// Its cells were emptied: the department takes the row back.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Returned {
    pub mark: AnswerMark,
    pub header: Header,
    /// Rows that were changed, by the number of the row they stand for.
    pub rows: BTreeMap<u64, Row>,
    /// Rows that were left as they were, which stay what they were.
    pub rows_unchanged: u64,
}

impl Returned {
    /// # Errors
    /// Broken transport. What is wrong with the workbook is the inner error.
    pub fn read<R: Read + Seek>(
        job: &Job<'_>,
        mut reader: Reader<R>,
    ) -> Result<Result<Self, Finding>, CheckError> {
        let mut evidence = reader.evidence().clone();
        let mark = marked::take(&mut evidence).and_then(|mark| mark.answer);
        let header = Header::read(job.contract, reader.header(), evidence.format);
        let fatal = file_rules::columns(job.contract, &header, &evidence)
            .into_iter()
            .find(|finding| finding.severity == Severity::Fatal);
        if let Some(fatal) = fatal {
            return Ok(Err(fatal));
        }
        let Some(mark) = mark else {
            return Ok(Err(of_answer("check.answer_unmarked", None)));
        };
        let Some(places) = Places::find(job.contract, &header, &mark) else {
            let column = ("column", mark.row_column);
            return Ok(Err(of_answer("check.answer_column_missing", Some(column))));
        };
        let mut keeper = Doorkeeper::new(job.contract, &header);
        let mut reading = Reading {
            places,
            header_row_no: evidence.header_row_no,
            rows: BTreeMap::new(),
            rows_unchanged: 0,
            lost: 0,
            seen: BTreeMap::new(),
        };
        loop {
            match reader.next_frame(FRAME_ROWS) {
                Ok(Some(frame)) => match keeper.look(&frame) {
                    Some(closed) => return Ok(Err(closed)),
                    None => reading.frame(&frame),
                },
                Ok(None) => break,
                Err(DecodeError::Read(error)) => return Err(CheckError::Read(error)),
                Err(refusal) => return Ok(Err(file_rules::unreadable(&refusal))),
            }
            if reading.seen.len() > ROWS_MAX {
                return Ok(Err(too_long()));
            }
        }
        Ok(reading.finish(mark, header))
    }
}

/// Where in an answer things stand.
struct Places {
    row_mark: usize,
    problem: Option<usize>,
    /// Per field of the contract.
    fields: Vec<Option<usize>>,
    /// Per field: a file has a column for it.
    sent: Vec<bool>,
}

impl Places {
    fn find(contract: &Contract, header: &Header, mark: &AnswerMark) -> Option<Self> {
        let place = |title: &str| header.titles.iter().position(|known| known == title);
        Some(Self {
            row_mark: place(&mark.row_column)?,
            problem: place(&mark.problem_column),
            fields: header
                .fields
                .iter()
                .map(|column| column.map(|column| column.index))
                .collect(),
            sent: contract
                .fields()
                .iter()
                .map(|field| field.derived.is_none())
                .collect(),
        })
    }

    /// The cells that a row's mark is made of.
    fn sent<'a>(&'a self, cells: &'a [String]) -> impl Iterator<Item = &'a str> {
        let sent = cells.iter().zip(&self.sent);
        sent.filter(|(_, sent)| **sent).map(|(cell, _)| cell.as_str())
    }
}

struct Reading {
    places: Places,
    header_row_no: u64,
    rows: BTreeMap<u64, Row>,
    rows_unchanged: u64,
    /// Rows of which nobody can say for which row they stand.
    lost: u64,
    /// How often each row came.
    seen: BTreeMap<u64, u32>,
}

impl Reading {
    fn frame(&mut self, frame: &Frame) {
        let below = |row: &usize| {
            frame
                .row_no
                .get(*row)
                .is_some_and(|row_no| *row_no > self.header_row_no)
        };
        for row in (0..frame.rows()).filter(below).collect::<Vec<_>>() {
            self.row(frame, row);
        }
    }

    fn row(&mut self, frame: &Frame, index: usize) {
        let cell = |column: usize| frame.cell(column, index).unwrap_or_default();
        let of_field = |column: &Option<usize>| column.map(cell).unwrap_or_default().to_owned();
        let cells: Vec<String> = self.places.fields.iter().map(of_field).collect();
        let row = Row {
            cells,
            defects: frame
                .defects
                .iter()
                .filter(|defect| defect.row == index)
                .filter_map(|defect| self.of_field(defect.kind))
                .collect(),
        };
        let Some(mark) = RowMark::parse(cell(self.places.row_mark)) else {
            self.lost += u64::from(!row.is_blank());
            return;
        };
        *self.seen.entry(mark.row_no).or_default() += 1;
        // Whoever empties the cell that tells what is wrong says that the row is right as it stands.
        let settled = self
            .places
            .problem
            .is_some_and(|column| cell(column).trim().is_empty());
        let undecoded = row.cells.iter().any(|cell| cell.contains(UNDECODED));
        if undecoded || (!settled && mark.is_unchanged(self.places.sent(&row.cells))) {
            self.rows_unchanged += 1;
        } else {
            self.rows.insert(mark.row_no, row);
        }
    }

    /// A defect told of the field its column is; `None` for columns that are no field.
    fn of_field(&self, kind: DefectKind) -> Option<DefectKind> {
        let field = |column: usize| self.places.fields.iter().position(|place| *place == Some(column));
        Some(match kind {
            DefectKind::CellError { column } => DefectKind::CellError {
                column: field(column)?,
            },
            DefectKind::DigitsLost { column } => DefectKind::DigitsLost {
                column: field(column)?,
            },
            DefectKind::FieldTooLong { column } => DefectKind::FieldTooLong {
                column: field(column)?,
            },
            other => other,
        })
    }

    fn finish(self, mark: AnswerMark, header: Header) -> Result<Returned, Finding> {
        if self.lost > 0 {
            let rows = ("rows", self.lost.to_string());
            return Err(of_answer("check.answer_rows_lost", Some(rows)));
        }
        if let Some((row_no, _)) = self.seen.iter().find(|(_, times)| **times > 1) {
            let row = ("row", row_no.to_string());
            return Err(of_answer("check.answer_row_twice", Some(row)));
        }
        Ok(Returned {
            mark,
            header,
            rows: self.rows,
            rows_unchanged: self.rows_unchanged,
        })
    }
}

/// More mended rows than are taken, in one answer or in all of them together.
pub(crate) fn too_long() -> Finding {
    let max = ("max", ROWS_MAX.to_string());
    of_answer("check.answer_too_long", Some(max))
}

fn of_answer(text: &str, arg: Option<(&str, String)>) -> Finding {
    finding(marked::ANSWER, Severity::Fatal, text, arg.as_slice())
}
