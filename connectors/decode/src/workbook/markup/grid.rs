//! Where cells stand that only say how wide and how high they are.

use super::super::book::Merged;
use super::tag::Tag;

/// Further to the right nobody looks below a cell.
const COLUMNS_MAX: usize = 16_384;
const ROWS_MAX: u64 = 1 << 20;

/// A table as it is laid out row by row.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// From 1; 0 before the first row.
    pub row_no: u64,
    /// For each column, through how many rows a cell still reaches, this one included.
    reaching: Vec<u64>,
    column: usize,
}

impl Grid {
    pub fn next_row(&mut self) {
        self.row_no += 1;
        self.column = 0;
        for rows in &mut self.reaching {
            *rows = rows.saturating_sub(1);
        }
    }

    /// The column of a cell with these spans, and the range it is merged over if it is more than one cell.
    pub fn place(&mut self, tag: Tag<'_>) -> (usize, Option<Merged>) {
        let span = |name: &[u8]| tag.number(name).unwrap_or(1).max(1);
        let wide = usize::try_from(span(b"colspan")).map_or(COLUMNS_MAX, |wide| wide.min(COLUMNS_MAX));
        let high = span(b"rowspan").min(ROWS_MAX);
        // A cell outside of any row begins one.
        if self.row_no == 0 {
            self.next_row();
        }
        while self.reaching.get(self.column).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let column = self.column;
        self.column = column.saturating_add(wide);
        let end = self.column.min(COLUMNS_MAX);
        if self.reaching.len() < end {
            self.reaching.resize(end, 0);
        }
        for rows in self.reaching.get_mut(column..end).unwrap_or_default() {
            *rows = high;
        }
        let merged = (wide > 1 || high > 1).then(|| Merged {
            rows: (self.row_no, self.row_no + high - 1),
            columns: (column, self.column - 1),
        });
        (column, merged)
    }
}
