//! Stored rows as pairs of hashes, so that millions of them fit into memory and none of their values does.

use std::hash::{BuildHasher, Hasher, RandomState};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::row::{RowConverter, Rows, SortField};

use crate::error::LakeError;
use crate::feed::FeedTable;
use crate::feed::slot_rows::SlotRows;

/// The technical column by which a clerk finds a row in the file.
pub(super) const ROW_NUMBER: &str = "_row_no";

/// One stored row. Two keyed hashes stand for what it says: a key that two rows share by chance is out of reach.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) key: u128,
    pub(super) content: u64,
    pub(super) place: Place,
}

/// Where a row is: which file of its slot, which record of the file that was sent. In one number, so that a row takes 32
/// bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u64);

impl Place {
    const RECORD_BITS: u32 = 40;

    /// `None` for a record or a file beyond anything a submission can have.
    pub(super) fn new(file: usize, record: i64) -> Option<Place> {
        let (file, record) = (u64::try_from(file).ok()?, u64::try_from(record).ok()?);
        let fits = file >> (64 - Self::RECORD_BITS) == 0 && record >> Self::RECORD_BITS == 0;
        fits.then_some(Place(file << Self::RECORD_BITS | record))
    }

    pub(super) fn file(self) -> usize {
        usize::try_from(self.0 >> Self::RECORD_BITS).unwrap_or(usize::MAX)
    }

    pub(super) fn record(self) -> i64 {
        i64::try_from(self.0 & ((1 << Self::RECORD_BITS) - 1)).unwrap_or(i64::MAX)
    }
}

/// Which columns make a row's key and content, and the hashers of one comparison.
pub(super) struct Reading<'a> {
    columns: Vec<&'a str>,
    key: Vec<&'a str>,
    content: Vec<&'a str>,
    key_hashers: [RandomState; 2],
    content_hasher: RandomState,
}

impl<'a> Reading<'a> {
    pub(super) fn new(key: &'a [String], content: &[&'a str]) -> Reading<'a> {
        Reading {
            columns: content.iter().copied().chain([ROW_NUMBER]).collect(),
            key: match key.is_empty() {
                true => content.to_vec(),
                false => key.iter().map(String::as_str).collect(),
            },
            content: content.to_vec(),
            key_hashers: [RandomState::new(), RandomState::new()],
            content_hasher: RandomState::new(),
        }
    }

    /// Sorted by key.
    pub(super) async fn rows(
        &self,
        table: &FeedTable,
        rows: &SlotRows,
        keep: impl Fn(&Row) -> bool + Send + Sync,
    ) -> Result<Vec<Row>, LakeError> {
        let mut read = Vec::new();
        table
            .read_rows(rows, &self.columns, |file, batch| {
                let keys = encoded(batch, &self.key)?;
                let contents = encoded(batch, &self.content)?;
                let numbered = keys.iter().zip(contents.iter()).zip(row_numbers(batch)?);
                for ((key, content), record) in numbered {
                    let row = Row {
                        key: self.key_of(key.as_ref()),
                        content: hash(&self.content_hasher, content.as_ref()),
                        place: Place::new(file, *record).ok_or(LakeError::DataFile)?,
                    };
                    if keep(&row) {
                        read.push(row);
                    }
                }
                Ok(())
            })
            .await?;
        read.sort_unstable();
        Ok(read)
    }

    fn key_of(&self, bytes: &[u8]) -> u128 {
        let [one, other] = &self.key_hashers;
        u128::from(hash(one, bytes)) << 64 | u128::from(hash(other, bytes))
    }
}

fn hash(hasher: &RandomState, bytes: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The named columns of each row as bytes that are equal only for equal values.
fn encoded(batch: &RecordBatch, names: &[&str]) -> Result<Rows, LakeError> {
    let columns: Option<Vec<_>> = names
        .iter()
        .map(|name| batch.column_by_name(name).cloned())
        .collect();
    let columns = columns.ok_or(LakeError::Columns)?;
    let fields = columns
        .iter()
        .map(|column| SortField::new(column.data_type().clone()));
    let converter = RowConverter::new(fields.collect()).map_err(shape)?;
    converter.convert_columns(&columns).map_err(shape)
}

pub(super) fn row_numbers(batch: &RecordBatch) -> Result<&[i64], LakeError> {
    let numbers = batch.column_by_name(ROW_NUMBER);
    let numbers = numbers.and_then(|numbers| numbers.as_primitive_opt::<Int64Type>());
    Ok(numbers.ok_or(LakeError::Columns)?.values())
}

/// Arrow's text may quote values.
pub(super) fn shape(_: arrow::error::ArrowError) -> LakeError {
    LakeError::DataFile.because("compare two revisions", "their rows do not have one shape")
}
