//! From the log's state to a [`Snapshot`]: plain data that a reader without Delta can use.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use deltalake::DeltaTable;
use deltalake::kernel::LogicalFileView;
use schemas::PARTITION_COLUMNS;

use super::log::{log_error, version_of};
use super::{FeedTable, bounds};
use crate::error::LakeError;
use crate::snapshot::{FileEntry, Snapshot, Value};

/// Snapshots kept in memory per table; the oldest version goes first.
const KNOWN_MAX: usize = 8;

impl FeedTable {
    /// The table as it is now.
    pub async fn snapshot(&self) -> Result<Snapshot, LakeError> {
        self.snapshot_of(&self.newest().await?)
    }

    /// The table as it was at a version. A version never changes, so one that was asked for before costs no look into
    /// the store; that is how queries open settled versions.
    ///
    /// # Errors
    /// [`LakeError::NoVersion`] for a version that never was.
    pub async fn snapshot_at(&self, version: i64) -> Result<Snapshot, LakeError> {
        if let Some(known) = self.known().get(&version) {
            return Ok(known.clone());
        }
        let newest = self.newest().await?;
        if version == version_of(&newest)? {
            return self.snapshot_of(&newest);
        }
        let wanted = u64::try_from(version).map_err(|_| LakeError::NoVersion { version })?;
        if version > version_of(&newest)? {
            return Err(LakeError::NoVersion { version });
        }
        let mut table = DeltaTable::new(Arc::clone(&self.0.log_store));
        table
            .load_version(wanted)
            .await
            .map_err(log_error("load a version"))?;
        self.snapshot_of(&table)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<i64, Snapshot>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot_of(&self, table: &DeltaTable) -> Result<Snapshot, LakeError> {
        self.check_columns(table)?;
        let state = table.snapshot().map_err(log_error("read a feed table"))?;
        let files = state.log_data().into_iter().map(|file| self.file_entry(&file));
        let mut files = files.collect::<Result<Vec<_>, _>>()?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let snapshot = Snapshot {
            feed: self.0.feed.clone(),
            version: version_of(table)?,
            root: self.root().to_string(),
            columns: self.0.columns.clone(),
            files,
        };
        let mut known = self.known();
        known.insert(snapshot.version, snapshot.clone());
        if known.len() > KNOWN_MAX {
            known.pop_first();
        }
        Ok(snapshot)
    }

    fn file_entry(&self, file: &LogicalFileView) -> Result<FileEntry, LakeError> {
        let unreadable = |detail: &str| LakeError::Log.because("read a file's entry", detail);
        if file.deletion_vector_descriptor().is_some() {
            return Err(LakeError::Feature);
        }
        let path = file.path();
        // Our own paths need no escaping; anything else was written by somebody else, or leads out of the table.
        let plain = path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'));
        if !plain || path.contains("..") || path.starts_with('/') {
            return Err(unreadable("its path is not one of ours"));
        }
        let partition: BTreeMap<_, _> = file.partition_values_map().into_iter().collect();
        if !partition.keys().map(String::as_str).eq(PARTITION_COLUMNS) {
            return Err(unreadable("its partition is not one of ours"));
        }
        let statistics = file.stats().ok_or_else(|| unreadable("it has no statistics"))?;
        let (rows, bounds) = bounds::read(&statistics, &self.0.columns)?;
        let county = match bounds.get("county_code").and_then(bounds::single) {
            Some(Value::Utf8(county)) => Some(county.clone()),
            _ => None,
        };
        Ok(FileEntry {
            path: self.location(&path).to_string(),
            size_bytes: u64::try_from(file.size()).map_err(|_| unreadable("its size is negative"))?,
            rows,
            partition,
            bounds,
            county,
        })
    }
}
