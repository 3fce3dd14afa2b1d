//! The reader of records with a layout: finds where each ends, cuts it at the layout's bytes, and tells rows from the
//! records around them.

use std::io::{Read, Seek};
use std::ops::Range;

use super::layout::{self, Layout};
use super::trailer::{Said, Totals};
use crate::cells::Cells;
use crate::charset;
use crate::dialect::{Charset, Evidence, Format, Limits};
use crate::error::DecodeError;
use crate::frame::{DefectKind, Frame, RowDefect, RowKind};
use crate::rows;
use crate::split::Span;
use crate::table::{self, Table};
use crate::window::Window;

/// A file with a layout, opened.
pub(crate) struct Fixed<R> {
    window: Window<R>,
    layout: Layout,
    limits: Limits,
    evidence: Evidence,
    titles: Vec<String>,
    /// Records follow each other without line ends.
    block_bytes: Option<usize>,
    /// The charset of the window.
    cells: Cells,
    /// The charset of the layout.
    counted: Cells,
    totals: Totals,
    row_no: u64,
}

/// Proves the charset and goes to the first record.
///
/// # Errors
/// The file is empty, its charset cannot be told, or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    head: &[u8],
    bytes_total: u64,
    layout: &Layout,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Fixed<R>, DecodeError> {
    let proved = charset::prove(&mut reader, None, head)?;
    let mut window = Window::new(reader, proved, bytes_total)?;
    let wanted = layout.record_bytes.unwrap_or(1) + 2;
    while window.text().len() < wanted && !window.ended() {
        window.more()?;
    }
    if window.text().trim_ascii().is_empty() && window.ended() {
        return Err(DecodeError::Empty);
    }
    let has_line = |bytes: &usize| {
        let first = window.text().get(..*bytes + 2).unwrap_or(window.text());
        memchr::memchr2(b'\n', b'\r', first).is_some()
    };
    let cells = |charset, clean| Cells {
        charset,
        clean,
        private_use: proved.private_use,
        ..Cells::UTF8
    };
    let block_bytes = layout.record_bytes.filter(|bytes| !has_line(bytes));
    // Nothing but its bytes says where such a record ends, and those of UTF-16 are in no layout.
    if block_bytes.is_some() && matches!(proved.charset, Charset::Utf16Le | Charset::Utf16Be) {
        return Err(DecodeError::CharsetUnknown);
    }
    let titles: Vec<String> = layout.columns.iter().map(|column| column.title.clone()).collect();
    Ok(Fixed {
        block_bytes,
        window,
        layout: layout.clone(),
        limits: limits.clone(),
        evidence: Evidence {
            charset: proved.charset,
            how: proved.how,
            bom: proved.bom_bytes > 0,
            header_row_no: 0,
            header_matched: is_header(&titles),
            bytes_total,
            ..Evidence::of(Format::FixedWidth)
        },
        titles,
        cells: cells(proved.charset, proved.clean),
        counted: cells(layout.counted_in, false),
        totals: Totals::new(layout),
        row_no: 0,
    })
}

impl<R: Read + Seek> Table for Fixed<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.titles
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        let filled = table::fill(self.titles.len(), rows_max, |frame, _| {
            let Some(length) = self.length()? else {
                return Ok(None);
            };
            if self.row_no == self.limits.rows_max {
                return Err(DecodeError::TooManyRows(self.limits.rows_max));
            }
            self.record(length, frame);
            Ok(Some(length))
        })?;
        if filled.is_none() {
            self.totals.verify(&self.layout)?;
        }
        Ok(filled)
    }
}

impl<R: Read + Seek> Fixed<R> {
    /// Bytes of the next record in the window, its line end included; `None` at the end of the file.
    fn length(&mut self) -> Result<Option<usize>, DecodeError> {
        loop {
            let text = self.window.text();
            let found = match self.block_bytes {
                Some(bytes) => (text.len() >= bytes).then_some(bytes),
                None => memchr::memchr(b'\n', text).map(|end| end + 1),
            };
            let long = text.len() > self.limits.record_bytes_max;
            match found {
                Some(length) => return Ok(Some(length)),
                None if long => return Ok(Some(text.len())),
                None if !self.window.ended() => self.window.more()?,
                None => return Ok((!text.is_empty()).then_some(text.len())),
            }
        }
    }

    /// INVARIANT (conserved): every record is one row of the frame, and the ranges tile the file.
    fn record(&mut self, length: usize, frame: &mut Frame) {
        self.row_no += 1;
        let row = frame.rows();
        let at = self.window.offset(0);
        let record = self.window.text().get(..length).unwrap_or_default();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let record = record.strip_suffix(b"\r").unwrap_or(record);
        let mut defects = Vec::new();
        let counted = self.counted_bytes(record);
        // Offsets are exact where the bytes of the file are those of the layout.
        let is_same = counted.as_ptr() == record.as_ptr();
        let offset = |within: usize| DefectKind::Undecodable {
            offset: at + if is_same { within as u64 } else { 0 },
        };
        let kind = self.kind(&counted);
        let mut texts = Vec::new();
        if kind == RowKind::Data {
            if record.len() > self.limits.record_bytes_max {
                defects.push(DefectKind::RecordTooLong);
            } else {
                defects.extend(self.width_defect(&counted));
                let malformed = self.counted.malformed(&counted);
                defects.extend(malformed.first().map(|within| offset(*within)));
                for column in &self.layout.columns {
                    let (text, cut) = self.field(&counted, &column.at);
                    // The layout cuts a character in two: it does not fit this record.
                    if cut && malformed.is_empty() && defects.is_empty() {
                        defects.push(offset(column.at.start));
                    }
                    texts.push(layout::pointed(text.trim(), column.decimals));
                }
            }
            self.totals.record(&self.layout, kind, &texts);
        } else if let Some(said) = self.said(&counted) {
            self.totals.closed(said);
        }
        for (index, column) in frame.columns.iter_mut().enumerate() {
            let text = texts.get(index).map_or("", String::as_str);
            column.values.extend_from_slice(text.as_bytes());
            column.close_cell();
        }
        drop(counted);
        let bytes = self.window.consume(length);
        self.window.take_malformed_before(bytes.end);
        frame.row_no.push(self.row_no);
        frame.bytes.push(bytes);
        frame.kind.push(kind);
        frame
            .defects
            .extend(defects.into_iter().map(|kind| RowDefect { row, kind }));
    }

    /// The record in the charset whose bytes the layout counts.
    fn counted_bytes<'a>(&self, record: &'a [u8]) -> std::borrow::Cow<'a, [u8]> {
        let is_utf8 = |charset: Charset| charset != Charset::Gb18030;
        if is_utf8(self.cells.charset) == is_utf8(self.counted.charset) || record.is_ascii() {
            return record.into();
        }
        let text = self.cells.text(record, whole(record));
        match is_utf8(self.counted.charset) {
            true => text.into_bytes().into(),
            false => encoding_rs::GB18030.encode(&text).0.into_owned().into(),
        }
    }

    fn kind(&self, counted: &[u8]) -> RowKind {
        let begins = |word: &Option<String>| {
            let word = word.as_deref().filter(|word| !word.is_empty());
            word.is_some_and(|word| counted.starts_with(word.as_bytes()))
        };
        if rows::is_blank(counted, whole(counted), self.counted) {
            RowKind::Blank
        } else if begins(&self.layout.leader) {
            RowKind::Preamble
        } else if self.is_trailer(counted) {
            RowKind::Blank
        } else {
            RowKind::Data
        }
    }

    fn is_trailer(&self, counted: &[u8]) -> bool {
        let trailer = self.layout.trailer.as_ref();
        trailer.is_some_and(|trailer| counted.starts_with(trailer.begins.as_bytes()))
    }

    /// What the record says, if it is the closing one.
    fn said(&self, counted: &[u8]) -> Option<Said> {
        let trailer = self
            .layout
            .trailer
            .as_ref()
            .filter(|_| self.is_trailer(counted))?;
        let number = |at: &Range<usize>| self.field(counted, at).0.trim().to_owned();
        Some(Said {
            count: trailer.count.as_ref().and_then(|at| number(at).parse().ok()),
            sums: trailer
                .sums
                .iter()
                .map(|sum| layout::millionths(&layout::pointed(&number(&sum.at), sum.decimals)))
                .collect(),
        })
    }

    /// The text of a field, and whether it begins or ends inside a character.
    fn field(&self, counted: &[u8], at: &Range<usize>) -> (String, bool) {
        let end = at.end.min(counted.len());
        let raw = counted.get(at.start.min(end)..end).unwrap_or_default();
        let cut = !raw.is_ascii() && !self.counted.malformed(raw).is_empty();
        (self.counted.text(raw, whole(raw)), cut)
    }

    fn width_defect(&self, counted: &[u8]) -> Option<DefectKind> {
        let (expected, bytes) = (self.layout.columns.len(), self.layout.bytes());
        let whole_columns = self.layout.columns.iter();
        let found = whole_columns
            .filter(|column| column.at.end <= counted.len())
            .count();
        if found < expected && !self.layout.blanks_cut {
            return Some(DefectKind::TooFewFields { found, expected });
        }
        let end = self.layout.record_bytes.unwrap_or(bytes).max(bytes);
        let beyond = counted.get(end..).unwrap_or_default();
        (!rows::is_blank(beyond, whole(beyond), self.counted)).then_some(DefectKind::TooManyFields {
            found: expected + 1,
            expected,
        })
    }
}

fn whole(bytes: &[u8]) -> Span {
    Span {
        start: 0,
        end: bytes.len(),
        doubled: false,
    }
}
