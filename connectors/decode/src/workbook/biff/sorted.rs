//! Cells put down in no order, sorted. They are held for it, so there may be fewer of them.

use std::ops::Range;

use super::super::book::{Cell, CellStream};
use crate::error::DecodeError;

const CELLS_MAX: usize = 4_000_000;
const TEXT_BYTES_MAX: usize = 256 << 20;

pub(super) struct Sorted {
    text: String,
    cells: std::vec::IntoIter<(Cell, Range<u32>)>,
}

impl Sorted {
    /// # Errors
    /// There are too many cells, or they cannot be read.
    pub fn read(mut stream: impl CellStream) -> Result<Self, DecodeError> {
        let (mut text, mut cells) = (String::new(), Vec::new());
        let place = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        loop {
            let start = place(&text);
            let Some(cell) = stream.next(&mut text)? else {
                break;
            };
            if cells.len() == CELLS_MAX || text.len() > TEXT_BYTES_MAX {
                return Err(DecodeError::WorkbookTooLarge);
            }
            cells.push((cell, start..place(&text)));
        }
        cells.sort_by_key(|(cell, _)| (cell.row_no, cell.column));
        Ok(Self {
            text,
            cells: cells.into_iter(),
        })
    }
}

impl CellStream for Sorted {
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        let Some((cell, Range { start, end })) = self.cells.next() else {
            return Ok(None);
        };
        text.push_str(self.text.get(start as usize..end as usize).unwrap_or_default());
        Ok(Some(cell))
    }
}
