//! The reader of text tables: proves the charset, finds the dialect and the header, then hands out frames.

use std::io::{Read, Seek};

use crate::cells::Cells;
use crate::charset;
use crate::dialect::{Dialect, Evidence, Format, Limits};
use crate::error::DecodeError;
use crate::frame::{Beyond, DefectKind, Frame, RowDefect, RowKind, TextColumn};
use crate::private_use;
use crate::rows;
use crate::sniff::{self, SAMPLE_BYTES};
use crate::split::{Span, Split, Splitter};
use crate::table::{self, Table};
use crate::window::Window;

/// A text table, opened.
pub(crate) struct Records<R> {
    pub(crate) window: Window<R>,
    splitter: Splitter,
    pub(crate) cells: Cells,
    limits: Limits,
    evidence: Evidence,
    /// How wide most records of the sample are.
    usual: usize,
    /// How wide records are taken to be where a stray quote has to be understood.
    columns: usize,
    pub(crate) header: Vec<String>,
    /// The first record of the header.
    header_from: u64,
    /// The fields of the header's records as written; exports repeat them on every page.
    header_fields: Vec<Vec<Vec<u8>>>,
    /// Columns up to the last one that has a header.
    pub(crate) columns_named: usize,
    row_no: u64,
    pub(crate) spans: Vec<Span>,
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
    let cells = Cells::of(&proved);
    let found = sniff::sniff(window.text(), window.ended(), cells, dialect, is_header, limits)
        .ok_or(DecodeError::Empty)?;
    let place = found.place;
    let mut header = place.titles;
    if header.len() > limits.columns_max {
        return Err(DecodeError::TooManyColumns(limits.columns_max));
    }
    let columns_named = header
        .iter()
        .rposition(|title| !title.is_empty())
        .map_or(0, |last| last + 1);
    // Whoever knows the header wants to hear of a column without a title; whoever does not wants to see it.
    if !place.matched && found.usual > header.len() && found.usual <= limits.columns_max {
        header.resize(found.usual, String::new());
    }
    let (at, levels) = (place.at as u64, place.levels as u64);
    Ok(Records {
        window,
        cells: Cells {
            quote: found.splitter.quote,
            escape: found.splitter.escape,
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
            escape: found.splitter.escape,
            remarks: found.remarks,
            header_row_no: at + levels,
            header_rows: levels,
            header_matched: place.matched,
            bytes_total,
            ..Evidence::of(Format::Text)
        },
        splitter: found.splitter,
        usual: found.usual,
        columns: found.columns,
        header,
        header_from: at + 1,
        header_fields: Vec::new(),
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
        table::fill(self.header.len(), rows_max, |frame, _| {
            while self.window.text().is_empty() {
                if self.window.ended() {
                    return Ok(None);
                }
                self.window.more()?;
            }
            self.next_record(frame).map(Some)
        })
    }
}

impl<R: Read + Seek> Records<R> {
    /// Reads one record into the frame and returns its bytes.
    fn next_record(&mut self, frame: &mut Frame) -> Result<usize, DecodeError> {
        if self.row_no == self.limits.rows_max {
            return Err(DecodeError::TooManyRows(self.limits.rows_max));
        }
        let past_header = self.row_no >= self.evidence.header_row_no;
        // The sample was split in the same way, so that the header is where it was found.
        let columns = self.columns;
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
        if kind == RowKind::Header && self.row_no <= self.evidence.header_row_no {
            let written = |span: &Span| record.get(span.start..span.end).unwrap_or_default().to_vec();
            self.header_fields.push(self.spans.iter().map(written).collect());
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
                    let from = column.values.len();
                    decoded &= self.cells.append(record, *span, &mut column.values);
                    if self.cells.private_use
                        && private_use::is_in(column.values.get(from..).unwrap_or_default())
                    {
                        defects.push(DefectKind::PrivateUse { column: index });
                    }
                } else {
                    defects.push(DefectKind::FieldTooLong { column: index });
                }
            }
            column.close_cell();
        }
        // Fields beyond the header are in no column, but their bytes must decode like the others.
        let beyond = self.beyond(record, &mut decoded);
        // INVARIANT (bounded): a field that holds nothing takes memory too.
        let size = length + beyond.len() * size_of::<String>();
        if !beyond.is_empty() {
            frame.beyond.push(Beyond { row, fields: beyond });
        }
        if !decoded {
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
        if defects.iter().any(DefectKind::refuses_row) && kind != RowKind::Header && past_header {
            kind = RowKind::Data;
        }
        frame.row_no.push(self.row_no);
        frame.bytes.push(bytes);
        frame.kind.push(kind);
        frame
            .defects
            .extend(defects.into_iter().map(|kind| RowDefect { row, kind }));
        Ok(size)
    }

    /// What a record has behind the last column, if any of it is something.
    fn beyond(&self, record: &[u8], decoded: &mut bool) -> Vec<String> {
        let spans = self.spans.get(self.header.len()..).unwrap_or_default();
        if spans.iter().all(|span| rows::is_blank(record, *span, self.cells)) {
            return Vec::new();
        }
        let text = |span: &Span| {
            let mut text = Vec::new();
            *decoded &= self.cells.append(record, *span, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        };
        spans.iter().take(self.limits.columns_max).map(text).collect()
    }

    fn kind(&self, record: &[u8]) -> RowKind {
        if self.row_no <= self.evidence.header_row_no {
            return match self.row_no < self.header_from {
                true => RowKind::Preamble,
                false => RowKind::Header,
            };
        }
        if self.evidence.remarks && record.starts_with(b"#") && self.spans.len() != self.usual {
            return RowKind::Total;
        }
        let repeats = |fields: &Vec<Vec<u8>>| {
            let mut pairs = fields.iter().zip(&self.spans);
            fields.len() == self.spans.len()
                && pairs.all(|(field, span)| record.get(span.start..span.end) == Some(field.as_slice()))
        };
        if self.header_fields.iter().any(repeats) {
            return RowKind::Header;
        }
        rows::kind(record, &self.spans, self.columns_named, self.cells)
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
