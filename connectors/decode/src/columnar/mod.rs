//! Parquet: columns become text again, value by value and exactly. Names and types stand in the file's own metadata;
//! types are not believed, the contract decides them. One row group is in memory at a time, packed.

mod metadata;
mod shape;
mod thrift;
mod values;

use std::io::{Read, Seek};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Schema;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};

use crate::dialect::{Evidence, Format, Limits};
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::open::Wanted;
use crate::table::{self, FRAME_BYTES_MAX, Table};
use crate::tree::Row;
use metadata::{inspect, metadata, read_range, trusted};
use shape::{flat, titles, views};

/// Rows decoded at once.
const BATCH_ROWS: usize = 4096;

/// Of one row group, packed; all of its columns are in memory at once.
const GROUP_BYTES_MAX: u64 = 512 << 20;

/// A Parquet table, opened.
pub(crate) struct Columnar<R> {
    reader: R,
    decoder: ParquetPushDecoder,
    batch: Option<Batch>,
    header: Vec<String>,
    evidence: Evidence,
    limits: Limits,
    row: Row,
    row_no: u64,
}

/// Rows that were decoded, and how many of them were handed out.
struct Batch {
    columns: Vec<ArrayRef>,
    rows: usize,
    given: usize,
}

/// Reads the metadata of a file.
///
/// # Errors
/// It is damaged, encrypted, too wide, or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    mut reader: R,
    bytes_total: u64,
    wanted: &Wanted<'_>,
) -> Result<Columnar<R>, DecodeError> {
    let metadata = Arc::new(metadata(&mut reader, bytes_total)?);
    let rows = metadata.file_metadata().num_rows();
    if u64::try_from(rows).unwrap_or(u64::MAX) > wanted.limits.rows_max {
        return Err(DecodeError::TooManyRows(wanted.limits.rows_max));
    }
    // The Arrow schema that a writer may have left would bring dictionaries and other forms of the same values.
    let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let stored = trusted(|| ArrowReaderMetadata::try_new(Arc::clone(&metadata), options()))?;
    let schema = Arc::new(Schema::new(views(stored.schema().fields())));
    let header = titles(schema.fields());
    if header.len() > wanted.limits.columns_max {
        return Err(DecodeError::TooManyColumns(wanted.limits.columns_max));
    }
    if header.is_empty() {
        return Err(DecodeError::Empty);
    }
    let decoder = trusted(|| {
        ParquetPushDecoderBuilder::try_new_decoder_with_options(metadata, options().with_schema(schema))?
            .with_batch_size(BATCH_ROWS)
            .build()
    })?;
    let evidence = Evidence {
        header_row_no: 0,
        header_matched: (wanted.is_header)(&header),
        bytes_total,
        ..Evidence::of(Format::Parquet)
    };
    Ok(Columnar {
        reader,
        decoder,
        batch: None,
        header,
        evidence,
        limits: wanted.limits.clone(),
        row: Row::default(),
        row_no: 0,
    })
}

impl<R: Read + Seek> Table for Columnar<R> {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        table::fill(self.header.len(), rows_max, |frame, left| {
            let Some(batch) = self.next_batch()? else {
                return Ok(None);
            };
            self.rows(batch, left, frame).map(Some)
        })
    }
}

impl<R: Read + Seek> Columnar<R> {
    /// The batch that has rows left, or the next one.
    fn next_batch(&mut self) -> Result<Option<Batch>, DecodeError> {
        if let Some(batch) = self.batch.take() {
            return Ok(Some(batch));
        }
        loop {
            match trusted(|| self.decoder.try_decode())? {
                DecodeResult::Data(batch) if batch.num_rows() == 0 => {}
                DecodeResult::Data(batch) => {
                    return Ok(Some(Batch {
                        rows: batch.num_rows(),
                        columns: flat(&batch).ok_or(DecodeError::ParquetDamaged)?,
                        given: 0,
                    }));
                }
                DecodeResult::NeedsData(ranges) => self.push(ranges)?,
                DecodeResult::Finished => return Ok(None),
            }
        }
    }

    /// Reads the column chunks of a row group.
    fn push(&mut self, ranges: Vec<Range<u64>>) -> Result<(), DecodeError> {
        let bytes_total = self.evidence.bytes_total;
        let mut group_bytes = 0u64;
        for range in &ranges {
            if range.start > range.end || range.end > bytes_total {
                return Err(DecodeError::ParquetDamaged);
            }
            group_bytes += range.end - range.start;
        }
        if group_bytes > GROUP_BYTES_MAX {
            return Err(DecodeError::ParquetTooLarge);
        }
        let mut chunks = Vec::new();
        for range in &ranges {
            let chunk = read_range(&mut self.reader, range)?;
            inspect(&chunk)?;
            chunks.push(chunk);
        }
        trusted(|| self.decoder.push_ranges(ranges, chunks))
    }

    /// Puts rows of a batch into a frame and keeps the rest of it. Returns the bytes of text.
    fn rows(&mut self, mut batch: Batch, rows_max: usize, frame: &mut Frame) -> Result<usize, DecodeError> {
        let to = batch.rows.min(batch.given + rows_max);
        let columns: Option<Vec<values::Values<'_>>> =
            batch.columns.iter().map(values::Values::new).collect();
        let columns = columns.ok_or(DecodeError::ParquetDamaged)?;
        let (mut text_bytes, mut cell) = (0, String::new());
        let mut given = batch.given;
        while given < to && text_bytes < FRAME_BYTES_MAX {
            if self.row_no == self.limits.rows_max {
                return Err(DecodeError::TooManyRows(self.limits.rows_max));
            }
            self.row_no += 1;
            self.row.begin(columns.len());
            for (index, column) in columns.iter().enumerate() {
                cell.clear();
                let defect = column.append(given, index, &mut cell);
                let start = self.row.text.len();
                self.row.text.extend_from_slice(cell.as_bytes());
                self.row.close_cell(index, start, &self.limits);
                self.row.defects.extend(defect);
            }
            text_bytes += self.row.text.len();
            self.row.give(frame, self.row_no, None);
            given += 1;
        }
        drop(columns);
        if given < batch.rows {
            batch.given = given;
            self.batch = Some(batch);
        }
        Ok(text_bytes)
    }
}
