//! JSON: an array of objects (by itself, or anywhere inside a document), an array of arrays under a first one with the
//! names, or one object after another (NDJSON). Values keep the digits they have in the file; a number never becomes a
//! float. A broken line of NDJSON costs that line; a broken document has no rows, because nobody knows where the next
//! one would begin.

mod balance;
mod open;
mod parse;
mod place;
mod survey;
mod text;
mod values;

use std::io::{Read, Seek};

use super::exact;
use super::names::Names;
use super::row::{Row, utf8};
use crate::cells::Cells;
use crate::dialect::{Evidence, Limits};
use crate::error::DecodeError;
use crate::frame::{DefectKind, Frame, RowKind};
use crate::table::{self, Table};
pub(crate) use open::open;
use parse::Value;
use place::Layout;
use text::{Odd, unescape};
use values::{Extent, Values};

/// A JSON table, opened.
pub(crate) struct Json<R> {
    values: Values<R>,
    cells: Cells,
    layout: Layout,
    limits: Limits,
    evidence: Evidence,
    header: Vec<String>,
    names: Names,
    row: Row,
    decoded: Vec<u8>,
    row_no: u64,
    ended: bool,
}

impl<R: Read + Seek> Table for Json<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        table::fill(self.header.len(), rows_max, |frame, _| match self.ended {
            true => Ok(None),
            false => self.next_record(frame).map(Some),
        })
    }
}

impl<R: Read + Seek> Json<R> {
    /// Reads one record into the frame and returns its bytes. Blanks and brackets around a record count as its own.
    fn next_record(&mut self, frame: &mut Frame) -> Result<usize, DecodeError> {
        if self.row_no == self.limits.rows_max {
            return Err(DecodeError::TooManyRows(self.limits.rows_max));
        }
        let is_lines = self.layout == Layout::Lines;
        let extent = if is_lines {
            self.values.line()?
        } else {
            self.values.peek()?;
            self.values.extent()?
        };
        self.row_no += 1;
        self.row.begin(self.header.len());
        let (length, is_blank) = match extent {
            Extent::Whole(length) => (length, self.fill(length)),
            Extent::TooLong => {
                self.row.refuse(DefectKind::RecordTooLong);
                (0, false)
            }
        };
        match extent {
            Extent::Whole(length) => self.values.window.pass(length),
            Extent::TooLong if is_lines => self.values.skip_line()?,
            Extent::TooLong => self.values.skip()?,
        }
        self.ended = self.is_last()?;
        if self.ended {
            self.values.window.pass_all()?;
        }
        let bytes = self.values.passed();
        let malformed = self.values.window.take_malformed_before(bytes.end);
        let undecodable = malformed
            .into_iter()
            .map(|offset| DefectKind::Undecodable { offset });
        self.row.defects.extend(undecodable);
        let kind = match self.layout {
            Layout::Rows if self.row_no == 1 => Some(RowKind::Header),
            _ if is_blank => Some(RowKind::Blank),
            _ => None,
        };
        match kind {
            Some(kind) => self.row.give_as(kind, frame, self.row_no, Some(bytes)),
            None => self.row.give(frame, self.row_no, Some(bytes)),
        }
        Ok(length)
    }

    /// Was that the last record? Passes over what separates it from the next one.
    fn is_last(&mut self) -> Result<bool, DecodeError> {
        match self.layout {
            Layout::Lines => self.values.is_over(),
            Layout::Stream => Ok(self.values.peek()?.is_none()),
            Layout::Array | Layout::Rows => {
                self.values.takes(b',')?;
                Ok(matches!(self.values.peek()?, None | Some(b']')))
            }
        }
    }

    /// Takes a record of so many bytes apart. Tells whether there is nothing in it.
    fn fill(&mut self, length: usize) -> bool {
        let Self {
            values,
            cells,
            layout,
            limits,
            names,
            row,
            decoded,
            ..
        } = self;
        let window = &values.window;
        let raw = window.text().get(..length).unwrap_or_default();
        // 0x1A ends files of DOS programs.
        if raw.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A) {
            return true;
        }
        let record = utf8(*cells, raw, decoded);
        let at = |place: usize| window.offset(if record.is_decoded { 0 } else { place });
        names.begin();
        let mut width = 0;
        let put = |row: &mut Row, column: usize, value: Value<'_>| {
            let start = row.text.len();
            let odd = append(value, &mut row.text);
            row.close_cell(column, start, limits);
            row.defects.extend(odd.map(|odd| match odd {
                Odd::NoCharacter => DefectKind::Undecodable { offset: at(0) },
                Odd::Control => DefectKind::ControlCharacter { offset: at(0) },
            }));
        };
        let columns = row.columns();
        let parsed = match layout {
            Layout::Rows => parse::array(record.text, |column, value| {
                if column < columns {
                    put(row, column, value);
                }
                if column < columns || value != Value::Null {
                    width = column + 1;
                }
            }),
            _ => parse::object(record.text, |name, value| {
                if let Some(column) = names.find(name) {
                    put(row, column, value);
                }
            }),
        };
        if let Err(parse::Broken(place)) = parsed {
            row.refuse(DefectKind::Malformed { offset: at(place) });
        } else if *layout == Layout::Rows {
            let (found, expected) = (width, columns);
            row.defects.extend(match found.cmp(&expected) {
                std::cmp::Ordering::Less => Some(DefectKind::TooFewFields { found, expected }),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(DefectKind::TooManyFields { found, expected }),
            });
        }
        if record.is_damaged {
            let malformed = cells.malformed(raw).into_iter();
            row.defects.extend(malformed.map(|at| DefectKind::Undecodable {
                offset: window.offset(at),
            }));
        }
        false
    }
}

/// Appends a value as the text of a cell.
fn append(value: Value<'_>, text: &mut Vec<u8>) -> Option<Odd> {
    match value {
        Value::Text(raw) => return unescape(raw, text),
        Value::Number(raw) => exact::append(raw, text),
        Value::Word(raw) | Value::List(raw) => text.extend_from_slice(raw),
        Value::Null => {}
    }
    None
}
