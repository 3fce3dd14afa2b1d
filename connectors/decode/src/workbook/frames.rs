//! Rows of a sheet held as columns until they are asked for.

use std::collections::VecDeque;

use crate::error::DecodeError;
use crate::frame::{Frame, RowDefect, TextColumn};

const CHUNK_ROWS: usize = 16_384;
const CHUNK_BYTES_MAX: usize = 32 << 20;

/// Text and offsets of all rows together. Who sends more sends CSV, which is read in a moving window.
const HELD_BYTES_MAX: usize = 512 << 20;

/// Frames in order.
#[derive(Debug, Default)]
pub(crate) struct Held {
    chunks: VecDeque<Frame>,
    /// Rows of the first chunk that were handed out.
    given: usize,
    chunk_bytes: usize,
    bytes: usize,
}

impl Held {
    /// The frame to which the next row, of so many bytes, is added.
    pub fn place(&mut self, columns: usize, row_bytes: usize) -> Result<&mut Frame, DecodeError> {
        let row_bytes = row_bytes + columns * size_of::<i32>();
        self.bytes += row_bytes;
        if self.bytes > HELD_BYTES_MAX {
            return Err(DecodeError::WorkbookTooLarge);
        }
        let full =
            |frame: &Frame| frame.rows() >= CHUNK_ROWS || self.chunk_bytes + row_bytes > CHUNK_BYTES_MAX;
        if self.chunks.back().is_none_or(full) {
            self.chunks.push_back(Frame {
                columns: vec![TextColumn::new(); columns],
                ..Frame::default()
            });
            self.chunk_bytes = 0;
        }
        self.chunk_bytes += row_bytes;
        self.chunks.back_mut().ok_or(DecodeError::WorkbookTooLarge)
    }

    /// At most `rows_max` rows; `None` at the end.
    pub fn next(&mut self, rows_max: usize) -> Option<Frame> {
        let first = self.chunks.front()?;
        let (from, to) = (self.given, first.rows().min(self.given + rows_max.max(1)));
        if from == 0 && to == first.rows() {
            return self.chunks.pop_front();
        }
        let part = slice(first, from, to);
        if to == first.rows() {
            self.chunks.pop_front();
            self.given = 0;
        } else {
            self.given = to;
        }
        Some(part)
    }
}

fn slice(frame: &Frame, from: usize, to: usize) -> Frame {
    let column = |column: &TextColumn| {
        let offsets = column.offsets.get(from..=to).unwrap_or_default();
        let first = offsets.first().copied().unwrap_or_default();
        let last = offsets.last().copied().unwrap_or_default();
        let at = |offset: i32| usize::try_from(offset).unwrap_or_default();
        TextColumn {
            offsets: offsets.iter().map(|offset| offset - first).collect(),
            values: column
                .values
                .get(at(first)..at(last))
                .unwrap_or_default()
                .to_vec(),
        }
    };
    Frame {
        columns: frame.columns.iter().map(column).collect(),
        row_no: frame.row_no.get(from..to).unwrap_or_default().to_vec(),
        bytes: Vec::new(),
        kind: frame.kind.get(from..to).unwrap_or_default().to_vec(),
        defects: frame
            .defects
            .iter()
            .filter(|defect| (from..to).contains(&defect.row))
            .map(|defect| RowDefect {
                row: defect.row - from,
                kind: defect.kind,
            })
            .collect(),
        beyond: Vec::new(),
    }
}
