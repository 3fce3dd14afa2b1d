//! The Delta log of a feed table: where it is, whether its entries can be believed, and the newest state.

use std::sync::{Arc, PoisonError};

use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore};
use deltalake::{DeltaTable, DeltaTableError};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use schemas::FeedId;
use url::Url;

use super::FeedTable;
use crate::error::{LakeError, storage};

const FEEDS: &str = "feeds";
const LOG: &str = "_delta_log";

pub(super) fn table_root(feed: &FeedId) -> Path {
    Path::from_iter([FEEDS, feed.as_str()])
}

/// deltalake's default log store over the lake's store. Handing the store over directly keeps two lakes in one process
/// apart, which deltalake's registries (one store per URL scheme) could not. The scheme is our own, so that nothing
/// in deltalake takes the table for a local folder; feed ids are ASCII, because deltalake decodes `%xx` in table URLs
/// in one place and not in another.
pub(super) fn log_store(store: Arc<dyn ObjectStore>, feed: &FeedId) -> Result<LogStoreRef, LakeError> {
    let url = format!("taxlake:///{FEEDS}/{feed}/");
    let url = Url::parse(&url).map_err(|e| LakeError::Log.because("name a table", e))?;
    let table: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(Arc::clone(&store), table_root(feed)));
    Ok(default_logstore(table, store, &url, &StorageConfig::default()))
}

impl FeedTable {
    /// The newest version that is in the log, entries checked. Never answers from a cache alone.
    pub(super) async fn newest(&self) -> Result<DeltaTable, LakeError> {
        let (cached, checked) = {
            let newest = self
                .0
                .shared
                .newest
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            (newest.table.clone(), newest.checked)
        };
        let mut checked = self.check_log(checked).await?;
        let mut table = cached.unwrap_or_else(|| DeltaTable::new(Arc::clone(&self.0.log_store)));
        table
            .update_state()
            .await
            .map_err(log_error("load a feed table"))?;
        let version = version_of(&table)?;
        if checked.is_none_or(|checked| checked < version) {
            // Another process committed between the check and the load.
            checked = self.check_log(checked).await?;
        }
        if checked.is_none_or(|checked| checked < version) {
            return Err(LakeError::LogDamaged { version });
        }
        let mut newest = self
            .0
            .shared
            .newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if newest.table.as_ref().and_then(DeltaTable::version) < table.version() {
            newest.table = Some(table.clone());
        }
        newest.checked = newest.checked.max(checked);
        Ok(table)
    }

    /// Remembers a state that this process committed and the log confirmed.
    pub(super) fn remember(&self, table: DeltaTable) {
        let mut newest = self
            .0
            .shared
            .newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if newest.table.as_ref().and_then(DeltaTable::version) < table.version() {
            newest.checked = newest.checked.max(version_of(&table).ok());
            newest.table = Some(table);
        }
    }

    /// INVARIANT (no-empty-truth): reads every log entry above `checked` before deltalake does. An entry of zero bytes,
    /// which a power cut can leave on other stores, would be read as "nothing happened", without an error; here it
    /// is refused, by version. Returns the last version of the log.
    async fn check_log(&self, checked: Option<i64>) -> Result<Option<i64>, LakeError> {
        let entries = self.log_entries(checked).await?;
        // What a checkpoint covers is not read any more; entries after it must follow each other without a gap.
        let checkpoints = entries
            .iter()
            .filter(|entry| entry.checkpoint)
            .map(|entry| entry.version);
        let mut last = checked.max(checkpoints.max());
        for entry in entries.iter().filter(|entry| !entry.checkpoint) {
            let version = entry.version;
            if entry.object.size == 0 {
                return Err(LakeError::LogDamaged { version }.because("believe a log entry", "it is empty"));
            }
            if last.is_some_and(|last| version <= last) {
                continue;
            }
            let expected = last.map_or(0, |last| last + 1);
            if version != expected {
                return Err(
                    LakeError::LogDamaged { version: expected }.because("read a log", "an entry is missing")
                );
            }
            self.check_entry(version, &entry.object.location).await?;
            last = Some(version);
        }
        Ok(last)
    }

    async fn check_entry(&self, version: i64, path: &Path) -> Result<(), LakeError> {
        let bytes = self
            .0
            .store
            .get(path)
            .await
            .map_err(storage("read a log entry"))?;
        let bytes = bytes.bytes().await.map_err(storage("read a log entry"))?;
        if actions(&bytes).is_some_and(|mut actions| actions.next().is_some()) {
            return Ok(());
        }
        Err(LakeError::LogDamaged { version }
            .because("believe a log entry", "it is not a list of json objects"))
    }

    /// The log's files above a version, or all of them, in order.
    pub(super) async fn log_entries(&self, above: Option<i64>) -> Result<Vec<LogEntry>, LakeError> {
        let folder = self.root().join(LOG);
        let listed = match above {
            Some(version) => self
                .0
                .store
                .list_with_offset(Some(&folder), &entry_path(&folder, version)),
            None => self.0.store.list(Some(&folder)),
        };
        let listed = listed
            .try_collect::<Vec<_>>()
            .await
            .map_err(storage("list a log"))?;
        let mut entries: Vec<LogEntry> = listed.into_iter().filter_map(LogEntry::of).collect();
        entries.sort_by_key(|entry| (entry.version, entry.checkpoint));
        Ok(entries)
    }

    /// Bytes of one entry.
    pub(super) async fn read_entry(&self, version: i64) -> Result<bytes::Bytes, LakeError> {
        let path = entry_path(&self.root().join(LOG), version);
        let read = self
            .0
            .store
            .get(&path)
            .await
            .map_err(storage("read a log entry"))?;
        read.bytes().await.map_err(storage("read a log entry"))
    }
}

fn entry_path(folder: &Path, version: i64) -> Path {
    folder.clone().join(format!("{version:020}.json"))
}

pub(super) struct LogEntry {
    pub version: i64,
    pub checkpoint: bool,
    pub object: ObjectMeta,
}

impl LogEntry {
    fn of(object: ObjectMeta) -> Option<LogEntry> {
        let name = object.location.filename()?;
        let (version, rest) = name.split_at_checked(20)?;
        let checkpoint = match rest {
            ".json" => false,
            _ if rest.starts_with(".checkpoint.") => true,
            _ => return None,
        };
        Some(LogEntry {
            version: version.parse().ok()?,
            checkpoint,
            object,
        })
    }
}

/// The actions of an entry: one JSON object with one key per line. `None` if any line is something else.
pub(super) fn actions(entry: &[u8]) -> Option<impl Iterator<Item = (String, serde_json::Value)>> {
    let lines = std::str::from_utf8(entry)
        .ok()?
        .lines()
        .filter(|line| !line.trim().is_empty());
    let parsed = lines.map(|line| {
        let action: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
        action.into_iter().next()
    });
    parsed.collect::<Option<Vec<_>>>().map(Vec::into_iter)
}

pub(super) fn version_of(table: &DeltaTable) -> Result<i64, LakeError> {
    table
        .version()
        .and_then(|version| i64::try_from(version).ok())
        .ok_or(LakeError::Log)
}

pub(super) fn log_error(doing: &'static str) -> impl FnOnce(DeltaTableError) -> LakeError {
    move |error| LakeError::Log.or_full(doing, error)
}
