//! XML: records are one repeated element, columns its attributes and the elements in it, whatever their prefixes.
//! Entities that a document defines itself are refused, and nothing outside of it is ever opened.

mod names;
mod shape;
mod survey;
mod tokens;

use std::io::{Read, Seek};

use super::row::{Row, utf8};
use crate::cells::Cells;
use crate::charset;
use crate::dialect::{Charset, Evidence, Format, Limits};
use crate::error::DecodeError;
use crate::frame::{DefectKind, Frame};
use crate::open::Wanted;
use crate::table::{self, Table};
use crate::window::Window;
use shape::{Chosen, Shape, TOP};
use tokens::{Token, Tokens};

/// An XML table, opened.
pub(crate) struct Xml<R> {
    tokens: Tokens<R>,
    cells: Cells,
    shape: Shape,
    chosen: Chosen,
    limits: Limits,
    evidence: Evidence,
    row: Row,
    decoded: Vec<u8>,
    /// The places of the elements that are open, the outermost first.
    open: Vec<Open>,
    row_no: u64,
}

/// An element that has begun and not ended.
#[derive(Debug, Clone, Copy)]
struct Open {
    place: usize,
    /// Where its text begins in the row.
    start: usize,
}

/// Reads the document once for its shape, and goes back to its start.
///
/// # Errors
/// The charset cannot be told, it is no XML, it defines entities, no element holds values, or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    head: &[u8],
    bytes_total: u64,
    wanted: &Wanted<'_>,
) -> Result<Xml<R>, DecodeError> {
    let declared = names::declared_charset(head).and_then(Charset::from_label);
    let proved = charset::prove(&mut reader, wanted.dialect.encoding.or(declared), head)?;
    let cells = Cells::of(&proved);
    let bytes_max = wanted.limits.record_bytes_max;
    let mut tokens = Tokens::new(Window::new(reader, proved, bytes_total)?, bytes_max);
    let shape = survey::survey(&mut tokens, cells, wanted)?;
    let chosen = shape.choose(wanted)?;
    let window = Window::new(tokens.window.into_reader(), proved, bytes_total)?;
    Ok(Xml {
        tokens: Tokens::new(window, bytes_max),
        cells,
        limits: wanted.limits.clone(),
        evidence: Evidence {
            charset: proved.charset,
            how: proved.how,
            bom: proved.bom_bytes > 0,
            header_row_no: 0,
            header_matched: chosen.matched,
            bytes_total,
            ..Evidence::of(Format::Xml)
        },
        shape,
        chosen,
        row: Row::default(),
        decoded: Vec::new(),
        open: Vec::new(),
        row_no: 0,
    })
}

impl<R: Read + Seek> Table for Xml<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.chosen.titles
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        table::fill(self.chosen.titles.len(), rows_max, |frame, _| {
            match self.row_no < self.chosen.records {
                true => self.next_record(frame).map(Some),
                false => Ok(None),
            }
        })
    }
}

impl<R: Read + Seek> Xml<R> {
    /// Reads on to the end of the next record, puts it into the frame and returns its bytes.
    fn next_record(&mut self, frame: &mut Frame) -> Result<usize, DecodeError> {
        if self.row_no == self.limits.rows_max {
            return Err(DecodeError::TooManyRows(self.limits.rows_max));
        }
        let mut from = None;
        let mut is_too_long = false;
        loop {
            let token = self.tokens.next()?;
            let within = from.is_some();
            match token {
                Token::Open { ends } => {
                    let place = self.place()?;
                    if place == self.chosen.element {
                        from = Some(self.tokens.offset());
                        self.row.begin(self.chosen.titles.len());
                    }
                    self.begin(place, from.is_some());
                    if ends && self.end() == Some(self.chosen.element) {
                        break;
                    }
                }
                Token::Close => {
                    if self.end() == Some(self.chosen.element) {
                        break;
                    }
                }
                Token::Text | Token::Verbatim if within => self.text(token),
                Token::TooLong if within => is_too_long = true,
                Token::Text | Token::Verbatim | Token::TooLong => {}
                Token::End => return Err(DecodeError::Truncated),
            }
            if self.row.text.len() > self.limits.record_bytes_max {
                is_too_long = true;
                self.row.text.clear();
            }
        }
        self.row_no += 1;
        let mut bytes = self.tokens.passed();
        let length = bytes.end - from.unwrap_or(bytes.start);
        if self.row_no == self.chosen.records {
            self.tokens.window.pass_all()?;
            bytes.end = self.tokens.passed().end;
        }
        if is_too_long || length > self.limits.record_bytes_max as u64 {
            self.row.refuse(DefectKind::RecordTooLong);
        }
        let malformed = self.tokens.window.take_malformed_before(bytes.end);
        let undecodable = malformed
            .into_iter()
            .map(|offset| DefectKind::Undecodable { offset });
        self.row.defects.extend(undecodable);
        self.row.give(frame, self.row_no, Some(bytes));
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// The place of the element that begins.
    fn place(&mut self) -> Result<usize, DecodeError> {
        let tag = utf8(self.cells, self.tokens.body(), &mut self.decoded).text;
        let parent = self.open.last().map_or(TOP, |open| open.place);
        let name = names::field_name(tag).unwrap_or(names::name(tag));
        // Met in the survey, unless the file has changed since.
        self.shape
            .find(parent, name)
            .ok_or(DecodeError::Broken(self.tokens.offset()))
    }

    /// An element begins; inside a record its attributes are cells.
    fn begin(&mut self, place: usize, is_within: bool) {
        let Self {
            tokens,
            cells,
            shape,
            chosen,
            limits,
            row,
            decoded,
            open,
            ..
        } = self;
        if is_within {
            let raw = tokens.body();
            let tag = utf8(*cells, raw, decoded);
            if names::field_name(tag.text).is_none() {
                for (name, value) in names::attributes(tag.text) {
                    let column = shape.find(place, name).and_then(|at| chosen.columns.get(&at));
                    let start = row.text.len();
                    if let Some(column) = column {
                        names::append(value, &mut row.text);
                        row.close_cell(*column, start, limits);
                    }
                }
            }
            if tag.is_damaged {
                let malformed = cells.malformed(raw).into_iter();
                let from = tokens.body_offset();
                row.defects.extend(malformed.map(|at| DefectKind::Undecodable {
                    offset: from + at as u64,
                }));
            }
        }
        open.push(Open {
            place,
            start: row.text.len(),
        });
    }

    /// An element ends; if it is a column, its text is a cell. Returns its place.
    fn end(&mut self) -> Option<usize> {
        let open = self.open.pop()?;
        if let Some(column) = self.chosen.columns.get(&open.place) {
            self.row.close_cell(*column, open.start, &self.limits);
        }
        Some(open.place)
    }

    /// Text inside a record; between the elements it is nothing.
    fn text(&mut self, token: Token) {
        let is_column = self
            .open
            .last()
            .is_some_and(|open| self.chosen.columns.contains_key(&open.place));
        let raw = self.tokens.body();
        let text = utf8(self.cells, raw, &mut self.decoded);
        if is_column && token == Token::Verbatim {
            self.row.text.extend_from_slice(text.text);
        } else if is_column {
            names::append(text.text, &mut self.row.text);
        }
        if text.is_damaged {
            let malformed = self.cells.malformed(raw).into_iter();
            let from = self.tokens.body_offset();
            self.row
                .defects
                .extend(malformed.map(|at| DefectKind::Undecodable {
                    offset: from + at as u64,
                }));
        }
    }
}
