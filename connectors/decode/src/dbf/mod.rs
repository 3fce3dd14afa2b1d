//! DBF tables of dBase and FoxPro: a header that names the fields, then records of one length. A record marked as deleted
//! is a blank one, because whoever opens the file does not see it. The number of a record is the one those programs
//! show; there is no header record.
//!
//! Long texts stand in a second file, `.dbt` or `.fpt`. It comes along in an archive only; without it their columns are
//! empty, and the evidence names them.

mod header;
mod memo;
mod proof;
mod scan;
mod values;

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::cells::Cells;
use crate::dialect::{Charset, Evidence, Format, Limits, SheetEvidence};
use crate::error::DecodeError;
use crate::frame::{DefectKind, Frame, RowDefect, RowKind, TextColumn};
use crate::split::Span;
use crate::table::Table;

use header::{Field, Header};
pub(crate) use memo::Memo;
use proof::Fit;
use scan::{more_than_said, next_records};
use values::Holds;

/// Is this the beginning of a DBF file?
pub(crate) fn is_dbf(head: &[u8]) -> bool {
    Header::read(head).is_some()
}

/// A DBF table, opened.
pub(crate) struct Dbf<R> {
    reader: R,
    header: Header,
    limits: Limits,
    evidence: Evidence,
    titles: Vec<String>,
    memo: Option<Arc<Memo>>,
    /// Records that were read.
    read: u32,
    records: Vec<u8>,
}

/// Rows of a frame if each may bring a long text with it.
const MEMO_ROWS_MAX: usize = 512;

/// Reads the file once to prove the charset of its texts and to count what is deleted. `memo` holds its long texts.
///
/// # Errors
/// The file is encrypted, cut off, or holds more records than its header says; its charset cannot be told; there are too
/// many columns or rows; or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    head: &[u8],
    bytes_total: u64,
    memo: Option<&Arc<Memo>>,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Dbf<R>, DecodeError> {
    let mut header = Header::read(head).ok_or(DecodeError::NotText)?;
    if header.is_encrypted {
        return Err(DecodeError::Encrypted);
    }
    if bytes_total < header.bytes_with(header.records) {
        return Err(DecodeError::Truncated);
    }
    if u64::from(header.records) > limits.rows_max {
        return Err(DecodeError::TooManyRows(limits.rows_max));
    }
    let mut fit = Fit::default();
    let mut deleted_rows = 0;
    for field in &header.fields {
        fit.add(&field.name, true);
    }
    reader.seek(SeekFrom::Start(header.header_bytes))?;
    let (mut records, mut read) = (Vec::new(), 0);
    while read < header.records {
        read += next_records(
            &mut reader,
            &header,
            header.records - read,
            usize::MAX,
            &mut records,
        )?;
        for record in records.chunks_exact(header.record_bytes) {
            deleted_rows += u64::from(record.first() == Some(&b'*'));
            for field in header.fields.iter().filter(|field| field.kind == b'C') {
                let raw = field_of(record, field);
                fit.add(raw.trim_ascii_end(), raw.last() != Some(&b' '));
            }
            for field in header.fields.iter().filter(|field| field.kind == b'M') {
                fit.add(
                    memo.map_or(&[][..], |memo| memo.get(field_of(record, field))),
                    true,
                );
            }
        }
    }
    more_than_said(&mut reader, &header, bytes_total)?;
    let (charset, how) = fit.charset(header.language)?;
    header.fields.retain(|field| !field.is_system);
    if header.fields.len() > limits.columns_max {
        return Err(DecodeError::TooManyColumns(limits.columns_max));
    }
    let titles: Vec<String> = header
        .fields
        .iter()
        .map(|field| text(charset, &field.name).trim().to_owned())
        .collect();
    let apart = header
        .fields
        .iter()
        .zip(&titles)
        .filter(|(field, _)| match values::holds(&header, field) {
            Holds::Memo => memo.is_none(),
            holds => holds == Holds::Unread,
        });
    let sheet = SheetEvidence {
        deleted_rows,
        columns_apart: apart.map(|(_, title)| title.clone()).collect(),
        ..SheetEvidence::default()
    };
    reader.seek(SeekFrom::Start(header.header_bytes))?;
    Ok(Dbf {
        reader,
        evidence: Evidence {
            charset,
            how,
            header_row_no: 0,
            header_matched: is_header(&titles),
            bytes_total,
            sheet: Some(sheet),
            ..Evidence::of(Format::Dbf)
        },
        header,
        limits: limits.clone(),
        titles,
        memo: memo.cloned(),
        read: 0,
        records,
    })
}

fn field_of<'a>(record: &'a [u8], field: &Field) -> &'a [u8] {
    record.get(field.at..field.at + field.bytes).unwrap_or_default()
}

fn cells(charset: Charset) -> Cells {
    Cells {
        charset,
        clean: false,
        private_use: true,
        ..Cells::UTF8
    }
}

fn text(charset: Charset, raw: &[u8]) -> String {
    let span = Span {
        start: 0,
        end: raw.len(),
        doubled: false,
    };
    cells(charset).text(raw, span)
}

impl<R: Read + Seek> Table for Dbf<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.titles
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        let left = self.header.records - self.read;
        if left == 0 {
            return Ok(None);
        }
        // INVARIANT (bounded): the size of a record says nothing about that of its long texts.
        let rows_max = match self.memo {
            Some(_) => rows_max.min(MEMO_ROWS_MAX),
            None => rows_max,
        };
        let mut records = std::mem::take(&mut self.records);
        let count = next_records(&mut self.reader, &self.header, left, rows_max, &mut records)?;
        let mut frame = Frame {
            columns: vec![TextColumn::new(); self.titles.len()],
            ..Frame::default()
        };
        for record in records.chunks_exact(self.header.record_bytes) {
            self.record(record, &mut frame);
        }
        self.read += count;
        self.records = records;
        Ok(Some(frame))
    }
}

impl<R> Dbf<R> {
    /// INVARIANT (conserved): every record is a row, the deleted ones too.
    fn record(&self, record: &[u8], frame: &mut Frame) {
        let row = frame.rows();
        let row_no = u64::from(self.read) + row as u64 + 1;
        let at = self.header.bytes_with(self.read) + row as u64 * self.header.record_bytes as u64;
        let is_deleted = record.first() == Some(&b'*');
        let (mut blank, mut defects) = (true, Vec::new());
        for (column, (field, place)) in self.header.fields.iter().zip(&mut frame.columns).enumerate() {
            let raw = field_of(record, field);
            let value = match values::holds(&self.header, field) {
                Holds::Ascii => values::ascii(field.kind, raw).unwrap_or_else(|stars| {
                    defects.push(DefectKind::CellError { column });
                    stars
                }),
                Holds::Text => {
                    let trimmed = raw.trim_ascii_end();
                    let end = trimmed
                        .iter()
                        .rposition(|byte| *byte != 0)
                        .map_or(0, |last| last + 1);
                    self.decoded(
                        trimmed.get(..end).unwrap_or_default(),
                        at + field.at as u64,
                        &mut defects,
                    )
                }
                Holds::Memo => {
                    let text = self.memo.as_ref().map_or(&[][..], |memo| memo.get(raw));
                    self.decoded(text, at + field.at as u64, &mut defects)
                }
                holds => values::binary(holds, raw),
            };
            if value.len() > self.limits.field_bytes_max {
                defects.push(DefectKind::FieldTooLong { column });
            } else {
                blank &= value.trim().is_empty();
                place.values.extend_from_slice(value.as_bytes());
            }
            place.close_cell();
        }
        let kind = if is_deleted || (blank && defects.is_empty()) {
            RowKind::Blank
        } else {
            RowKind::Data
        };
        frame.row_no.push(row_no);
        frame.kind.push(kind);
        if kind == RowKind::Data {
            frame
                .defects
                .extend(defects.into_iter().map(|kind| RowDefect { row, kind }));
        }
    }

    /// A text and its first byte that is no character; for a long text that is the place which refers to it.
    fn decoded(&self, raw: &[u8], at: u64, defects: &mut Vec<DefectKind>) -> String {
        if raw.is_ascii() {
            return String::from_utf8_lossy(raw).into_owned();
        }
        let malformed = cells(self.evidence.charset).malformed(raw);
        defects.extend(malformed.first().map(|within| DefectKind::Undecodable {
            offset: at + *within as u64,
        }));
        text(self.evidence.charset, raw)
    }
}
