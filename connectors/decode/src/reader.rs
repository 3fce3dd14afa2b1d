//! The reader of text tables: proves the charset, finds the dialect and the header, then hands out frames.

use std::io::{Read, Seek};

use crate::cells::Cells;
use crate::charset;
use crate::dialect::{Dialect, Evidence, Format, Limits};
use crate::error::DecodeError;
use crate::frame::{DefectKind, Frame, RowDefect, RowKind, TextColumn};
use crate::rows;
use crate::sniff::{self, SAMPLE_BYTES};
use crate::split::{Flaw, Span, Split, Splitter};
use crate::table::Table;
use crate::window::Window;

/// A frame is closed when it holds this much text, so that wide rows do not make it large.
pub(crate) const FRAME_BYTES_MAX: usize = 32 << 20;

/// A text table, opened.
pub(crate) struct Records<R> {
    window: Window<R>,
    splitter: Splitter,
    cells: Cells,
    limits: Limits,
    evidence: Evidence,
    header: Vec<String>,
    /// The header record without its line end; exports that repeat it on every page repeat these bytes.
    header_bytes: Vec<u8>,
    /// Columns up to the last one that has a header.
    columns_named: usize,
    row_no: u64,
    spans: Vec<Span>,
}

/// Reads `reader` once from its start to prove the charset, finds delimiter, quote and header in the first
/// records, and goes back to the start.
///
/// # Errors
/// The charset cannot be told, there is no record or there are too many columns, or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    head: &[u8],
    bytes_total: u64,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Records<R>, DecodeError> {
    let proved = charset::prove(&mut reader, dialect.encoding, head)?;
    let mut window = Window::new(reader, proved, bytes_total)?;
    while window.text().len() < SAMPLE_BYTES && !window.ended() {
        window.more()?;
    }
    let cells = Cells {
        charset: proved.charset,
        clean: proved.clean,
        quote: b'"',
    };
    let found = sniff::sniff(window.text(), window.ended(), cells, dialect, is_header, limits)
        .ok_or(DecodeError::Empty)?;
    if found.header.len() > limits.columns_max {
        return Err(DecodeError::TooManyColumns(limits.columns_max));
    }
    let columns_named = found
        .header
        .iter()
        .rposition(|title| !title.is_empty())
        .map_or(0, |last| last + 1);
    Ok(Records {
        window,
        cells: Cells {
            quote: found.splitter.quote,
            ..cells
        },
        limits: limits.clone(),
        evidence: Evidence {
            format: Format::Text,
            charset: proved.charset,
            how: proved.how,
            bom: proved.bom_bytes > 0,
            delimiter: found.splitter.delimiter,
            quote: found.splitter.quote,
            header_row_no: found.header_at as u64 + 1,
            header_matched: found.header_matched,
            bytes_total,
            sheet: None,
            member: None,
        },
        splitter: found.splitter,
        header: found.header,
        header_bytes: Vec::new(),
        columns_named,
        row_no: 0,
        spans: Vec::new(),
    })
}

impl<R: Read + Seek> Table for Records<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        let mut frame = Frame {
            columns: vec![TextColumn::new(); self.header.len()],
            ..Frame::default()
        };
        let mut text_bytes = 0;
        while frame.rows() < rows_max.max(1) && text_bytes < FRAME_BYTES_MAX {
            if self.window.text().is_empty() {
                if self.window.ended() {
                    break;
                }
                self.window.more()?;
                continue;
            }
            text_bytes += self.next_record(&mut frame)?;
        }
        Ok((frame.rows() > 0).then_some(frame))
    }
}

impl<R: Read + Seek> Records<R> {
    /// Reads one record into the frame and returns its bytes.
    fn next_record(&mut self, frame: &mut Frame) -> Result<usize, DecodeError> {
        if self.row_no == self.limits.rows_max {
            return Err(DecodeError::TooManyRows(self.limits.rows_max));
        }
        let past_header = self.row_no >= self.evidence.header_row_no;
        // Until the header is read nobody knows how wide a record should be; the sample was split in the same way.
        let columns = if past_header { self.header.len() } else { 0 };
        let (length, flaw) = loop {
            match self
                .splitter
                .split(self.window.text(), self.window.ended(), columns, &mut self.spans)
            {
                Split::Record { length, flaw } => break (length, flaw),
                Split::More => self.window.more()?,
                Split::TooLong => return self.skip_record(frame),
            }
        };
        self.row_no += 1;
        let row = frame.rows();
        let record = self.window.text().get(..length).unwrap_or_default();
        let mut kind = self.kind(record);
        if kind == RowKind::Header && self.header_bytes.is_empty() {
            self.header_bytes = without_line_end(record).to_vec();
        }
        let mut defects = Vec::new();
        if matches!(kind, RowKind::Data | RowKind::Total) {
            defects.extend(flaw.map(|flaw| self.flaw_defect(flaw)));
        }
        if kind == RowKind::Data {
            defects.extend(self.width_defect(record));
        }
        let mut decoded = true;
        let mut spans = self.spans.iter();
        for (index, column) in frame.columns.iter_mut().enumerate() {
            if let Some(span) = spans.next() {
                if span.end - span.start <= self.limits.field_bytes_max {
                    decoded &= self.cells.append(record, *span, &mut column.values);
                } else {
                    defects.push(DefectKind::FieldTooLong { column: index });
                }
            }
            column.close_cell();
        }
        // Fields beyond the header are not kept, but their bytes must decode like the others.
        let beyond = spans.any(|span| !self.cells.append(record, *span, &mut Vec::new()));
        if !decoded || beyond {
            let malformed = self.cells.malformed(record);
            defects.extend(malformed.into_iter().map(|at| DefectKind::Undecodable {
                offset: self.window.offset(at),
            }));
        }
        let bytes = self.window.consume(length);
        let malformed = self.window.take_malformed_before(bytes.end);
        defects.extend(
            malformed
                .into_iter()
                .map(|offset| DefectKind::Undecodable { offset }),
        );
        if !defects.is_empty() && kind != RowKind::Header && past_header {
            kind = RowKind::Data;
        }
        frame.row_no.push(self.row_no);
        frame.bytes.push(bytes);
        frame.kind.push(kind);
        frame
            .defects
            .extend(defects.into_iter().map(|kind| RowDefect { row, kind }));
        Ok(length)
    }

    fn kind(&self, record: &[u8]) -> RowKind {
        match self.row_no.cmp(&self.evidence.header_row_no) {
            std::cmp::Ordering::Less => RowKind::Preamble,
            std::cmp::Ordering::Equal => RowKind::Header,
            std::cmp::Ordering::Greater if without_line_end(record) == self.header_bytes => RowKind::Header,
            std::cmp::Ordering::Greater => rows::kind(record, &self.spans, self.columns_named, self.cells),
        }
    }

    fn flaw_defect(&self, flaw: Flaw) -> DefectKind {
        match flaw {
            Flaw::UnclosedQuote { at } => DefectKind::UnclosedQuote {
                offset: self.window.offset(at),
            },
            Flaw::StrayQuote { at } => DefectKind::StrayQuote {
                offset: self.window.offset(at),
            },
            Flaw::ControlCharacter { at } => DefectKind::ControlCharacter {
                offset: self.window.offset(at),
            },
        }
    }

    /// A record may end in delimiters that separate nothing, and may leave out columns that have no name.
    fn width_defect(&self, record: &[u8]) -> Option<DefectKind> {
        let (found, expected) = (self.spans.len(), self.header.len());
        if found < self.columns_named {
            return Some(DefectKind::TooFewFields { found, expected });
        }
        let filled = self
            .spans
            .iter()
            .skip(expected)
            .any(|span| !rows::is_blank(record, *span, self.cells));
        filled.then_some(DefectKind::TooManyFields { found, expected })
    }

    /// Gives up the record at the next line end, in bounded memory.
    fn skip_record(&mut self, frame: &mut Frame) -> Result<usize, DecodeError> {
        self.row_no += 1;
        let mut bytes = 0..0;
        let mut skipped = false;
        loop {
            let found = memchr::memchr(self.splitter.newline, self.window.text());
            let length = found.map_or(self.window.text().len(), |newline| newline + 1);
            let part = self.window.consume(length);
            bytes = if skipped { bytes.start..part.end } else { part };
            skipped = true;
            if found.is_some() || (self.window.ended() && self.window.text().is_empty()) {
                break;
            }
            self.window.more()?;
        }
        self.window.take_malformed_before(bytes.end);
        frame.columns.iter_mut().for_each(TextColumn::close_cell);
        frame.defects.push(RowDefect {
            row: frame.rows(),
            kind: DefectKind::RecordTooLong,
        });
        frame.row_no.push(self.row_no);
        frame.bytes.push(bytes);
        frame.kind.push(RowKind::Data);
        Ok(0)
    }
}

fn without_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}
