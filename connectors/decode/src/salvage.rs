//! What becomes of a quote that never closes: its line is one bad row, and reading goes on behind it.

use std::ops::Range;

use crate::split::{Flaw, Span, Split, Splitter, View};

impl Splitter {
    /// Is the quoted field in `field` of `record`, which holds a line end, really an unclosed quote that swallowed whole
    /// records up to some later quote? Then a line inside is a faultless record by itself, or the first line is as wide
    /// as the header while the whole is not.
    pub(crate) fn swallowed(&self, record: &[u8], field: Range<usize>, columns: usize, found: usize) -> bool {
        let mut lines = record
            .get(field)
            .unwrap_or_default()
            .split(|byte| *byte == self.newline);
        // What stands before the first and behind the last line end is shared with other fields.
        let _ends = (lines.next(), lines.next_back());
        let mut spans = Vec::new();
        let mut is_record = |line: &[u8]| {
            let whole = Split::Record {
                length: line.len(),
                flaw: None,
            };
            self.split(line, true, 0, &mut spans) == whole && spans.len() == columns
        };
        if columns >= 3 && lines.any(&mut is_record) {
            return true;
        }
        let first = memchr::memchr(self.newline, record).unwrap_or(record.len());
        spans.clear();
        self.literal_fields(record, 0, first, &mut spans);
        columns >= 2 && found != columns && spans.len() == columns
    }

    /// The record ends with the line on which the quote at `open` stands; from there on quotes mean nothing.
    pub(crate) fn salvage(&self, view: View<'_>, open: usize, fields: usize, spans: &mut Vec<Span>) -> Split {
        let newline = match memchr::memchr(self.newline, view.text.get(open..).unwrap_or_default()) {
            Some(at) => open + at,
            None if view.ended => view.text.len(),
            None => return Split::TooLong,
        };
        spans.truncate(fields);
        self.literal_fields(view.text, open, self.without_cr(view.text, newline), spans);
        let length = view.text.len().min(newline + 1);
        Split::Record {
            length,
            flaw: Some(Flaw::UnclosedQuote { at: open }),
        }
    }
}
