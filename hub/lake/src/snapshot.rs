//! A feed table at one version, as plain data: whoever reads it needs no Delta, only an object store and Parquet.

use std::collections::BTreeMap;

use schemas::{FeedId, StorageColumn};
use serde::{Deserialize, Serialize};

/// The files of one version. Born in [`crate::FeedTable`], whose log entries were checked first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The feed.
    pub feed: FeedId,
    /// Delta version, counted from 0 (the empty table).
    pub version: i64,
    /// Folder of the table, relative to the lake's root.
    pub root: String,
    /// All columns in the contract's order; those of `schemas::PARTITION_COLUMNS` are not in the files.
    pub columns: Vec<StorageColumn>,
    /// Every live file, ordered by path.
    pub files: Vec<FileEntry>,
}

impl Snapshot {
    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}

/// One Parquet file of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Object-store path relative to the lake's root.
    pub path: String,
    /// Size of the object.
    pub size_bytes: u64,
    /// Rows in the file, exact.
    pub rows: u64,
    /// Partition column → value.
    pub partition: BTreeMap<String, Option<String>>,
    /// Column → bounds. Columns without statistics (level L3, L4) and decimals above 15 digits are not here.
    pub bounds: BTreeMap<String, Bounds>,
    /// The one county of every row of the file, if there is one.
    pub county: Option<String>,
}

/// What is known about a column in a file: `min <= every value <= max`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lower bound; absent when all values are null.
    pub min: Option<Value>,
    /// Upper bound.
    pub max: Option<Value>,
    /// Number of nulls, exact.
    pub nulls: Option<u64>,
    /// `min` and `max` occur in the file. Long texts are cut, so their bounds only bound.
    pub exact: bool,
}

/// A bound, in the storage type of its column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Compared by its UTF-8 bytes, as Arrow does.
    Utf8(String),
    /// `unscaled / 10^scale`, at most 15 digits.
    Decimal {
        /// All digits as one integer.
        unscaled: i64,
        /// Digits after the point.
        scale: i8,
    },
    /// A 64-bit integer.
    Int64(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// A boolean.
    Boolean(bool),
}
