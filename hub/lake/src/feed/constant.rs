//! A column chunk in which every row has the same value: one dictionary entry and one run, however many rows. The
//! encoder of the library looks every value up again, which for the technical columns costs more than the columns of
//! the feed. Page headers, indexes and the footer are the library's; here are only the two payloads (Parquet format,
//! "RLE/bit-packing hybrid" and "dictionary encoding").

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// What all rows of a file have in common in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Constant {
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
}

impl Constant {
    /// The value as Parquet's plain encoding and its indexes have it, without a length.
    fn plain(&self) -> Vec<u8> {
        match self {
            Constant::Text(text) => text.as_bytes().to_vec(),
            Constant::Date(days) => days.to_le_bytes().to_vec(),
        }
    }

    fn dictionary(&self) -> Result<Vec<u8>> {
        let plain = self.plain();
        Ok(match self {
            Constant::Text(_) => [count(plain.len())?.to_le_bytes().as_slice(), &plain].concat(),
            Constant::Date(_) => plain,
        })
    }

    fn statistics(&self) -> Statistics {
        match self {
            Constant::Text(text) => {
                let value = Some(ByteArray::from(text.as_bytes().to_vec()));
                Statistics::byte_array(value.clone(), value, None, Some(0), false)
            }
            Constant::Date(days) => Statistics::int32(Some(*days), Some(*days), None, Some(0), false),
        }
    }
}

/// The bytes of the chunk and what the footer says of it, with offsets from the chunk's beginning.
pub(super) fn chunk(
    column: &ColumnDescPtr,
    value: &Constant,
    rows: usize,
) -> Result<(Bytes, ColumnCloseResult)> {
    let dictionary = value.dictionary()?;
    let data = indices(column.max_def_level() > 0, rows)?;
    let (mut out, num_values) = (TrackedWrite::new(Vec::new()), count(rows)?);
    let mut pages = SerializedPageWriter::new(&mut out);
    let (dictionary_size, data_size) = (dictionary.len(), data.len());
    let dictionary = pages.write_page(CompressedPage::new(
        Page::DictionaryPage {
            buf: dictionary.into(),
            num_values: 1,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        },
        dictionary_size,
    ))?;
    let data = pages.write_page(CompressedPage::new(
        Page::DataPage {
            buf: data.into(),
            num_values,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        },
        data_size,
    ))?;
    let (rows, size) = (
        i64::from(num_values),
        signed(dictionary.compressed_size + data.compressed_size)?,
    );
    let metadata = ColumnChunkMetaData::builder(column.clone())
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_num_values(rows)
        .set_total_compressed_size(size)
        .set_total_uncompressed_size(size)
        .set_dictionary_page_offset(Some(signed(dictionary.offset)?))
        .set_data_page_offset(signed(data.offset)?)
        .set_statistics(value.statistics())
        .build()?;
    let mut bounds = ColumnIndexBuilder::new(column.physical_type());
    bounds.append(false, value.plain(), value.plain(), 0);
    let mut places = OffsetIndexBuilder::new();
    places.append_offset_and_size(
        signed(data.offset)?,
        i32::try_from(data.compressed_size).map_err(too_many)?,
    );
    places.append_row_count(rows);
    let close = ColumnCloseResult {
        bytes_written: out.bytes_written() as u64,
        rows_written: u64::from(num_values),
        metadata,
        bloom_filter: None,
        column_index: Some(bounds.build()?),
        offset_index: Some(places.build()),
    };
    Ok((out.into_inner()?.into(), close))
}

/// A data page: that every row has a value, if that must be said, and that it is the dictionary's first.
fn indices(nullable: bool, rows: usize) -> Result<Vec<u8>> {
    const BITS: u8 = 1;
    let mut page = Vec::new();
    if nullable {
        let levels = run(rows, 1);
        page.extend_from_slice(&count(levels.len())?.to_le_bytes());
        page.extend_from_slice(&levels);
    }
    page.push(BITS);
    page.extend_from_slice(&run(rows, 0));
    Ok(page)
}

/// One run of a value below 256: its length, shifted to say that it is a run, as a variable-length integer.
fn run(rows: usize, value: u8) -> Vec<u8> {
    let (mut rest, mut bytes) = ((rows as u64) << 1, Vec::new());
    while rest > 0x7f {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.push(value);
    bytes
}

fn count(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(too_many)
}

fn signed<T: TryInto<i64, Error: std::fmt::Display>>(value: T) -> Result<i64> {
    value.try_into().map_err(too_many)
}

fn too_many(error: impl std::fmt::Display) -> ParquetError {
    ParquetError::General(error.to_string())
}

#[cfg(test)]
mod tests;
