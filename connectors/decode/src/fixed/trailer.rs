//! Holds what the closing record says against the rows that were read.

use super::layout::{self, Layout};
use crate::error::DecodeError;
use crate::frame::RowKind;

/// Counts and sums of a file while it is read.
#[derive(Debug, Default)]
pub(super) struct Totals {
    rows: u64,
    /// By the trailer's sums; no sum if a cell was no number.
    sums: Vec<Option<i128>>,
    /// What the closing record says, if it was the last one.
    said: Option<Said>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub count: Option<u64>,
    pub sums: Vec<Option<i128>>,
}

impl Totals {
    pub fn new(layout: &Layout) -> Self {
        let sums = layout.trailer.as_ref().map_or(0, |trailer| trailer.sums.len());
        Self {
            sums: vec![Some(0); sums],
            ..Self::default()
        }
    }

    /// Counts a record.
    pub fn record(&mut self, layout: &Layout, kind: RowKind, texts: &[String]) {
        if kind != RowKind::Data {
            return;
        }
        self.rows += 1;
        self.said = None;
        let wanted = layout.trailer.iter().flat_map(|trailer| &trailer.sums);
        for (sum, wanted) in self.sums.iter_mut().zip(wanted) {
            let cell = match texts.get(wanted.column).map_or("", String::as_str) {
                "" => Some(0),
                cell => layout::millionths(cell),
            };
            *sum = sum.zip(cell).and_then(|(sum, cell)| sum.checked_add(cell));
        }
    }

    /// Takes in the closing record.
    pub fn closed(&mut self, said: Said) {
        self.said = Some(said);
    }

    /// # Errors
    /// The file does not end with its closing record, or that one says something else.
    pub fn verify(&self, layout: &Layout) -> Result<(), DecodeError> {
        let Some(trailer) = &layout.trailer else {
            return Ok(());
        };
        let said = self.said.as_ref().ok_or(DecodeError::TrailerMissing)?;
        if let Some(said) = said.count.filter(|said| *said != self.rows) {
            let found = self.rows;
            return Err(DecodeError::RecordCount { said, found });
        }
        if said.count.is_none() && trailer.count.is_some() {
            return Err(DecodeError::TrailerMissing);
        }
        for ((sum, said), wanted) in self.sums.iter().zip(&said.sums).zip(&trailer.sums) {
            // A cell that is no number is a finding of its row, and no sum can be right then.
            if sum.is_some() && sum != said {
                let column = layout.columns.get(wanted.column);
                let column = column.map(|column| column.title.clone()).unwrap_or_default();
                return Err(DecodeError::RecordSum(column));
            }
        }
        Ok(())
    }
}
