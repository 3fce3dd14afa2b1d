//! One record of a document on its way into a frame.

use std::ops::Range;

use crate::cells::Cells;
use crate::dialect::{Charset, Limits};
use crate::frame::{DefectKind, Frame, RowDefect, RowKind};
use crate::private_use;
use crate::rows;
use crate::split::Span;

/// Text is UTF-8 when it gets here.
const CELLS: Cells = Cells::UTF8;

const NOTHING: Span = Span {
    start: 0,
    end: 0,
    doubled: false,
};

/// Bytes of a record as UTF-8.
#[derive(Debug, Clone, Copy)]
pub(super) struct Utf8<'a> {
    pub text: &'a [u8],
    /// The bytes are others than those of the file, so that places in them mean nothing there.
    pub is_decoded: bool,
    /// Some bytes were no character.
    pub is_damaged: bool,
}

/// Decodes a record unless it is UTF-8 already; `buffer` is written over.
pub(super) fn utf8<'a>(cells: Cells, raw: &'a [u8], buffer: &'a mut Vec<u8>) -> Utf8<'a> {
    let plain = match cells.charset {
        Charset::Gb18030 => raw.is_ascii(),
        Charset::Utf8 => cells.clean,
        Charset::Utf16Le | Charset::Utf16Be => true,
    };
    if plain {
        return Utf8 {
            text: raw,
            is_decoded: false,
            is_damaged: false,
        };
    }
    buffer.clear();
    let whole = Span {
        start: 0,
        end: raw.len(),
        doubled: false,
    };
    let is_whole = cells.append(raw, whole, buffer);
    Utf8 {
        text: buffer,
        is_decoded: true,
        is_damaged: !is_whole,
    }
}

/// The cells of a record, one behind the other, and where each column's is.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub text: Vec<u8>,
    spans: Vec<Span>,
    filled: Vec<bool>,
    pub defects: Vec<DefectKind>,
}

impl Row {
    /// A new record begins.
    pub fn begin(&mut self, columns: usize) {
        self.text.clear();
        self.spans.clear();
        self.spans.resize(columns, NOTHING);
        self.filled.clear();
        self.filled.resize(columns, false);
        self.defects.clear();
    }

    pub fn columns(&self) -> usize {
        self.spans.len()
    }

    /// Makes a cell of what was written to `text` from `start`.
    pub fn close_cell(&mut self, column: usize, start: usize, limits: &Limits) {
        let start = start.min(self.text.len());
        let (Some(span), Some(filled)) = (self.spans.get_mut(column), self.filled.get_mut(column)) else {
            self.text.truncate(start);
            return;
        };
        // Two values for one field: nobody could say which was meant.
        if std::mem::replace(filled, true) {
            self.defects.push(DefectKind::Twice { column });
        }
        private_use::settle(&mut self.text, start);
        let end = self.text.len();
        if end - start > limits.field_bytes_max {
            self.text.truncate(start);
            self.defects.push(DefectKind::FieldTooLong { column });
            return;
        }
        if private_use::is_in(self.text.get(start..).unwrap_or_default()) {
            self.defects.push(DefectKind::PrivateUse { column });
        }
        *span = Span {
            start,
            end,
            doubled: false,
        };
    }

    /// A record that cannot be used for another reason has no cells.
    pub fn refuse(&mut self, why: DefectKind) {
        self.spans.fill(NOTHING);
        self.text.clear();
        self.defects.clear();
        self.defects.push(why);
    }

    /// Adds the record to a frame, as data unless it looks like a blank or total line.
    pub fn give(&mut self, frame: &mut Frame, row_no: u64, bytes: Option<Range<u64>>) {
        let kind = if self.defects.is_empty() {
            rows::kind(&self.text, &self.spans, self.spans.len(), CELLS)
        } else {
            RowKind::Data
        };
        self.give_as(kind, frame, row_no, bytes);
    }

    /// Adds the record to a frame.
    pub fn give_as(&mut self, kind: RowKind, frame: &mut Frame, row_no: u64, bytes: Option<Range<u64>>) {
        let row = frame.rows();
        for (column, span) in frame.columns.iter_mut().zip(&self.spans) {
            let cell = self.text.get(span.start..span.end).unwrap_or_default();
            column.values.extend_from_slice(cell);
            column.close_cell();
        }
        frame.row_no.push(row_no);
        frame.bytes.extend(bytes);
        frame.kind.push(kind);
        let defects = self.defects.drain(..);
        frame.defects.extend(defects.map(|kind| RowDefect { row, kind }));
    }
}
