//! Tables of a page. Every table is a sheet, those inside others too; a cell holds its own text and not that of a table
//! inside it. A span leaves the cells it covers without a value, as merged cells do.
//!
//! Programs that save a workbook as a page write what they show, and beside it the number itself (`x:num`, `sdval`), which is
//! taken where a number is shown.

use std::io::{Read, Seek};

use super::super::book::{CELLS_MAX, Cell, CellStream, Flaw, Listed, SHEETS_MAX};
use super::super::values;
use super::Counted;
use super::grid::Grid;
use super::pieces::{Piece, Pieces};
use super::tag::{self, Tag};
use crate::error::DecodeError;

/// Tables inside tables.
const DEPTH_MAX: usize = 32;
/// Of a cell that is too long anyway.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Lists the tables of a page.
pub(super) fn count<R: Read + Seek>(pieces: &mut Pieces<R>) -> Result<Counted, DecodeError> {
    let mut counted = Counted::default();
    let mut open: Vec<(usize, Grid)> = Vec::new();
    loop {
        let at = pieces.next()?.map(|piece| match piece {
            Piece::Open(tag) => opened(tag, &mut counted, &mut open),
            Piece::Close(tag) if tag.is(b"table") => {
                open.pop();
                Ok(false)
            }
            Piece::Close(_) | Piece::Text(_) => Ok(false),
        });
        match at {
            None => return Ok(counted),
            Some(begins) => {
                if begins? {
                    counted.starts.push(pieces.at());
                }
            }
        }
    }
}

/// Counts a tag; true if a table begins with it.
fn opened(tag: Tag<'_>, counted: &mut Counted, open: &mut Vec<(usize, Grid)>) -> Result<bool, DecodeError> {
    if tag.is(b"table") {
        if counted.sheets.len() == SHEETS_MAX || open.len() == DEPTH_MAX {
            return Err(DecodeError::WorkbookTooLarge);
        }
        open.push((counted.sheets.len(), Grid::default()));
        counted.sheets.push(Listed {
            name: (counted.sheets.len() + 1).to_string(),
            readable: true,
            ..Listed::default()
        });
        return Ok(true);
    }
    let Some((index, grid)) = open.last_mut() else {
        return Ok(false);
    };
    let Some(listed) = counted.sheets.get_mut(*index) else {
        return Ok(false);
    };
    if tag.is(b"tr") {
        grid.next_row();
        if is_hidden(tag) {
            listed.facts.hide(grid.row_no);
        }
    } else if tag.is(b"td") || tag.is(b"th") {
        let (_, merged) = grid.place(tag);
        merged.into_iter().for_each(|merged| listed.facts.merge(merged));
        listed.facts.cells += 1;
        if listed.facts.cells > CELLS_MAX {
            return Err(DecodeError::WorkbookTooLarge);
        }
    }
    Ok(false)
}

fn is_hidden(tag: Tag<'_>) -> bool {
    let style = tag.attribute(b"style").unwrap_or_default().to_ascii_lowercase();
    let style: Vec<u8> = style
        .into_iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    tag.attribute(b"hidden").is_some() || memchr::memmem::find(&style, b"display:none").is_some()
}

/// The cells of one table, from its tag on.
pub(super) struct Cells<R> {
    pieces: Pieces<R>,
    table: Table,
    ended: bool,
}

/// What was read of a table.
#[derive(Default)]
struct Table {
    depth: usize,
    grid: Grid,
    /// The cell that is being read.
    open: Option<Open>,
}

struct Open {
    row_no: u64,
    column: usize,
    /// The number itself, where the program says what it is beside what it shows.
    number: Option<String>,
    text: String,
    undecodable: Option<u64>,
}

impl<R> Cells<R> {
    pub fn new(pieces: Pieces<R>) -> Self {
        Self {
            pieces,
            table: Table::default(),
            ended: false,
        }
    }
}

impl<R: Read + Seek> CellStream for Cells<R> {
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        while !self.ended {
            let piece = self.pieces.next()?;
            self.ended = piece.is_none();
            let closed = match piece {
                Some(Piece::Open(tag)) => self.table.opened(tag),
                Some(Piece::Close(tag)) => {
                    let closed = self.table.closed(tag);
                    self.ended = self.table.depth == 0;
                    closed
                }
                Some(Piece::Text(piece)) => {
                    if self.table.depth == 1
                        && let Some(open) = self.table.open.as_mut()
                    {
                        let mut raw = String::new();
                        open.undecodable = open.undecodable.or(piece.append(&mut raw));
                        open.push(&raw);
                    }
                    None
                }
                None => self.table.open.take(),
            };
            if let Some(closed) = closed {
                return Ok(Some(closed.finish(text)));
            }
        }
        Ok(None)
    }
}

impl Table {
    /// Takes a tag in; gives the cell that it ends.
    fn opened(&mut self, tag: Tag<'_>) -> Option<Open> {
        if tag.is(b"table") {
            self.depth += 1;
            return None;
        }
        if self.depth != 1 {
            return None;
        }
        if tag.is(b"tr") {
            self.grid.next_row();
            return self.open.take();
        }
        if tag.is(b"td") || tag.is(b"th") {
            let closed = self.open.take();
            let (column, _) = self.grid.place(tag);
            // Excel's word for it, and LibreOffice's.
            let number = tag.attribute(b"num").or_else(|| tag.attribute(b"sdval"));
            self.open = Some(Open {
                row_no: self.grid.row_no,
                column,
                number: number.map(|number| String::from_utf8_lossy(number).into_owned()),
                text: String::new(),
                undecodable: None,
            });
            return closed;
        }
        if let Some(open) = self.open.as_mut()
            && [&b"br"[..], b"p", b"div", b"li"].iter().any(|name| tag.is(name))
        {
            open.break_line();
        }
        None
    }

    fn closed(&mut self, tag: Tag<'_>) -> Option<Open> {
        if tag.is(b"table") {
            self.depth = self.depth.saturating_sub(1);
            return if self.depth == 0 { self.open.take() } else { None };
        }
        let ends = [&b"td"[..], b"th", b"tr"].iter().any(|name| tag.is(name));
        if self.depth == 1 && ends {
            self.open.take()
        } else {
            None
        }
    }
}

impl Open {
    /// Appends text as it is shown: blanks and line ends between words are one blank.
    fn push(&mut self, raw: &str) {
        if self.text.len() > TEXT_BYTES_MAX {
            return;
        }
        let mut shown = String::with_capacity(raw.len());
        for character in raw.chars() {
            if !character.is_ascii_whitespace() {
                shown.push(character);
            } else if !shown.ends_with(' ') {
                shown.push(' ');
            }
        }
        let glued = self.text.is_empty() || self.text.ends_with([' ', '\n']);
        let shown = if glued {
            shown.trim_start_matches(' ')
        } else {
            &shown
        };
        tag::append_resolved(shown, &mut self.text);
    }

    fn break_line(&mut self) {
        if !self.text.is_empty() && self.text.len() <= TEXT_BYTES_MAX {
            self.text.push('\n');
        }
    }

    fn finish(self, text: &mut String) -> Cell {
        let shown = self.text.trim();
        let mut flaw = self.undecodable.map(|offset| Flaw::Undecodable { offset });
        match self
            .number
            .as_deref()
            .and_then(|number| number_shown(number, shown))
        {
            Some(number) => flaw = flaw.or(values::append_number(number, text)),
            None => text.push_str(shown),
        }
        Cell {
            row_no: self.row_no,
            column: self.column,
            flaw,
        }
    }
}

/// The number itself, if a number is shown and not a day or a word.
fn number_shown(number: &str, shown: &str) -> Option<f64> {
    let plain: String = shown
        .chars()
        .filter(|character| {
            !matches!(
                character,
                ',' | ' ' | '\u{A0}' | '¥' | '￥' | '$' | '%' | '(' | ')'
            )
        })
        .collect();
    let shown = plain.parse().ok()?;
    if number.is_empty() {
        Some(shown)
    } else {
        number.trim().parse().ok()
    }
}
