//! The XML of Excel 2003: sheets, rows, and cells that say of which kind their value is.

use std::io::{Read, Seek};

use super::super::book::{CELLS_MAX, Cell, CellStream, Facts, Flaw, Listed, Merged, SHEETS_MAX};
use super::super::values;
use super::Counted;
use super::pieces::{Piece, Pieces};
use super::tag::{self, Tag};
use crate::error::DecodeError;

const TEXT_BYTES_MAX: usize = 1 << 20;

/// Lists the sheets of a workbook.
pub(super) fn count<R: Read + Seek>(pieces: &mut Pieces<R>) -> Result<Counted, DecodeError> {
    let mut counted = Counted::default();
    let (mut walk, mut in_visible) = (Walk::default(), false);
    while let Some(piece) = pieces.next()? {
        let mut begins = false;
        match piece {
            Piece::Open(tag) if tag.is(b"Worksheet") => {
                if counted.sheets.len() == SHEETS_MAX {
                    return Err(DecodeError::WorkbookTooLarge);
                }
                let name = tag.attribute(b"Name").unwrap_or_default();
                let mut text = String::new();
                tag::append_resolved(&String::from_utf8_lossy(name), &mut text);
                counted.sheets.push(Listed {
                    name: text,
                    readable: true,
                    facts: Facts::default(),
                });
                walk = Walk::default();
                begins = true;
            }
            Piece::Open(tag) if tag.is(b"Date1904") => counted.dates_1904 = true,
            Piece::Open(tag) if tag.is(b"Visible") => in_visible = true,
            Piece::Open(tag) => {
                if let Some(listed) = counted.sheets.last_mut() {
                    walk.count(tag, &mut listed.facts)?;
                }
            }
            Piece::Close(tag) if tag.is(b"Visible") => in_visible = false,
            Piece::Close(_) => {}
            Piece::Text(piece) if in_visible => {
                let mut state = String::new();
                piece.append(&mut state);
                if let Some(listed) = counted.sheets.last_mut() {
                    listed.readable &= !state.contains("Hidden");
                }
            }
            Piece::Text(_) => {}
        }
        if begins {
            counted.starts.push(pieces.at());
        }
    }
    Ok(counted)
}

/// Where rows and cells stand: one after another, unless they say where.
#[derive(Default)]
struct Walk {
    row_no: u64,
    /// Rows that the last one stands for besides itself.
    more_rows: u64,
    column: u64,
}

impl Walk {
    /// # Errors
    /// The row stands before the one above it.
    fn row(&mut self, tag: Tag<'_>) -> Result<(), DecodeError> {
        let next = self.row_no.saturating_add(self.more_rows).saturating_add(1);
        let row_no = tag.number(b"Index").unwrap_or(next);
        if row_no < next {
            return Err(DecodeError::WorkbookDamaged);
        }
        (self.row_no, self.more_rows, self.column) = (row_no, tag.number(b"Span").unwrap_or(0), 0);
        Ok(())
    }

    /// The column of a cell, from 0, and the range it is merged over.
    fn cell(&mut self, tag: Tag<'_>) -> (usize, Option<Merged>) {
        // A cell outside of any row begins one.
        self.row_no = self.row_no.max(1);
        let column = tag
            .number(b"Index")
            .map_or(self.column, |index| index.saturating_sub(1));
        let span = |name: &[u8]| tag.number(name).unwrap_or(0);
        let (across, down) = (span(b"MergeAcross"), span(b"MergeDown"));
        self.column = column.saturating_add(across).saturating_add(1);
        let place = |column: u64| {
            usize::try_from(column)
                .unwrap_or(usize::MAX - 1)
                .min(usize::MAX - 1)
        };
        let merged = (across > 0 || down > 0).then(|| Merged {
            rows: (self.row_no, self.row_no.saturating_add(down)),
            columns: (place(column), place(column.saturating_add(across))),
        });
        (place(column), merged)
    }

    fn count(&mut self, tag: Tag<'_>, facts: &mut Facts) -> Result<(), DecodeError> {
        if tag.is(b"Row") {
            self.row(tag)?;
            if tag.attribute(b"Hidden") == Some(b"1") {
                facts.hide(self.row_no);
            }
        } else if tag.is(b"Cell") {
            let (_, merged) = self.cell(tag);
            merged.into_iter().for_each(|merged| facts.merge(merged));
        } else if tag.is(b"Data") {
            facts.cells += 1;
            if facts.cells > CELLS_MAX {
                return Err(DecodeError::WorkbookTooLarge);
            }
        }
        Ok(())
    }
}

/// What kind of value a cell says it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Instant,
    Boolean,
    Error,
}

/// The cells of one sheet, from its tag on.
pub(super) struct Cells<R> {
    pieces: Pieces<R>,
    walk: Walk,
    column: usize,
    /// The value that is being read.
    value: Option<(Kind, String)>,
    undecodable: Option<u64>,
    in_comment: bool,
}

impl<R> Cells<R> {
    pub fn new(pieces: Pieces<R>) -> Self {
        Self {
            pieces,
            walk: Walk::default(),
            column: 0,
            value: None,
            undecodable: None,
            in_comment: false,
        }
    }

    fn finish(&mut self, text: &mut String) -> Option<Cell> {
        let (kind, value) = self.value.take()?;
        let undecodable = self.undecodable.take();
        let flaw = append(kind, &value, text);
        Some(Cell {
            row_no: self.walk.row_no,
            column: self.column,
            flaw: undecodable.map(|offset| Flaw::Undecodable { offset }).or(flaw),
        })
    }
}

impl<R: Read + Seek> CellStream for Cells<R> {
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        while let Some(piece) = self.pieces.next()? {
            match piece {
                Piece::Open(tag) if tag.is(b"Comment") => self.in_comment = !tag.is_empty(),
                Piece::Close(tag) if tag.is(b"Comment") => self.in_comment = false,
                Piece::Open(tag) if tag.is(b"Row") => self.walk.row(tag)?,
                Piece::Open(tag) if tag.is(b"Cell") => (self.column, _) = self.walk.cell(tag),
                // A value outside of any cell is nobody's.
                Piece::Open(tag)
                    if tag.is(b"Data") && self.walk.row_no > 0 && !self.in_comment && !tag.is_empty() =>
                {
                    let kind = match tag.attribute(b"Type") {
                        Some(b"Number") => Kind::Number,
                        Some(b"DateTime") => Kind::Instant,
                        Some(b"Boolean") => Kind::Boolean,
                        Some(b"Error") => Kind::Error,
                        _ => Kind::Text,
                    };
                    self.value = Some((kind, String::new()));
                }
                Piece::Close(tag) if tag.is(b"Data") => {
                    if let Some(cell) = self.finish(text) {
                        return Ok(Some(cell));
                    }
                }
                Piece::Close(tag) if tag.is(b"Worksheet") => return Ok(None),
                Piece::Text(piece) => {
                    if let Some((_, value)) = self.value.as_mut()
                        && value.len() <= TEXT_BYTES_MAX
                    {
                        let mut raw = String::new();
                        self.undecodable = self.undecodable.or(piece.append(&mut raw));
                        match piece.is_plain {
                            true => value.push_str(&raw),
                            false => tag::append_resolved(&raw, value),
                        }
                    }
                }
                Piece::Open(_) | Piece::Close(_) => {}
            }
        }
        Err(DecodeError::Truncated)
    }
}

fn append(kind: Kind, value: &str, text: &mut String) -> Option<Flaw> {
    match kind {
        Kind::Number => match value.trim().parse() {
            Ok(number) => return values::append_number(number, text),
            Err(_) => text.push_str(value),
        },
        Kind::Instant => {
            // `2025-01-25T00:00:00.000`
            let seconds = value.trim().split('.').next().unwrap_or_default();
            let day = seconds.strip_suffix("T00:00:00").unwrap_or(seconds);
            text.push_str(&day.replacen('T', " ", 1));
        }
        Kind::Boolean => text.push_str(if value.trim() == "1" { "TRUE" } else { "FALSE" }),
        Kind::Error => {
            text.push_str(value);
            return Some(Flaw::Error);
        }
        Kind::Text => text.push_str(value),
    }
    None
}
