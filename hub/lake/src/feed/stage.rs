//! Staging: a submission's accepted rows become data files that no log entry names yet. Nobody can read them by the
//! table, and the sweep removes them if the submission is given up.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use futures::{Stream, StreamExt};
use object_store::path::Path;
use schemas::{FeedId, SubmissionId};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::FeedTable;
use super::data_file::DataFile;
use super::rows::{Shaper, by_county};
use crate::error::LakeError;
use crate::slot::Slot;

/// Files open at the same time, one per county. With more counties the largest is finished early.
const OPEN_FILES_MAX: usize = 16;
/// Memory of all encoders together; above it the largest ends its row group.
const HELD_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Size at which a file is finished and another one begun.
const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Distinct values of one column kept in memory before they go to the reveal store.
const PAIRS_MAX: usize = 100_000;

/// What one call of [`FeedTable::stage`] wrote. Keep it with the intent: a commit needs it, also after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    pub(super) feed: FeedId,
    pub(super) slot: Slot,
    pub(super) submission: SubmissionId,
    pub(super) files: Vec<StagedFile>,
    pub(super) reveal: Vec<String>,
}

impl Staged {
    /// The data files.
    pub fn files(&self) -> &[StagedFile] {
        &self.files
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Object keys of the reveal segments.
    pub fn reveal(&self) -> &[String] {
        &self.reveal
    }
}

/// One complete data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedFile {
    /// Relative to the table.
    pub path: String,
    /// Size of the object.
    pub size_bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// The county of its rows.
    pub county: Option<String>,
    /// The file's statistics as they will stand in the log.
    pub statistics: String,
}

impl FeedTable {
    /// Writes the rows of one submission for one slot. Batches have all storage columns but `_submission_id`; token
    /// columns still hold raw values, which go to the reveal store and nowhere else. Everything is durable when it
    /// returns.
    ///
    /// # Errors
    /// [`LakeError::Rows`] for a batch that is not the contract's or not the slot's; an error of the stream itself is
    /// returned as it came. What was written until then is left to the sweep.
    pub async fn stage(
        &self,
        slot: &Slot,
        submission: &SubmissionId,
        batches: impl Stream<Item = Result<RecordBatch, LakeError>> + Send,
    ) -> Result<Staged, LakeError> {
        let (to_stager, for_stager) = mpsc::channel(1);
        let stager = Stager::new(self, slot, submission);
        let staging = tokio::task::spawn_blocking(move || stager.run(for_stager));
        let mut batches = std::pin::pin!(batches);
        loop {
            let next = batches.next().await;
            let over = !matches!(next, Some(Ok(_)));
            // A stager that is gone has failed; its own error says why.
            if to_stager.send(next.transpose()).await.is_err() || over {
                break;
            }
        }
        drop(to_stager);
        staging
            .await
            .map_err(|e| LakeError::DataFile.because("stage a submission", e))?
    }
}

/// Runs on a blocking thread: encoding is work for a processor.
struct Stager {
    table: FeedTable,
    runtime: Handle,
    slot: Slot,
    submission: SubmissionId,
    shaper: Shaper,
    open: BTreeMap<Option<String>, DataFile>,
    files: Vec<StagedFile>,
    reveal: Vec<String>,
    /// Tells two attempts of one submission apart: a file name is never used twice.
    attempt: u32,
    begun: u32,
    parts: u32,
}

impl Stager {
    fn new(table: &FeedTable, slot: &Slot, submission: &SubmissionId) -> Stager {
        Stager {
            shaper: Shaper::new(&table.0.columns, &table.0.tokens, slot, submission.as_str()),
            table: table.clone(),
            runtime: Handle::current(),
            slot: slot.clone(),
            submission: submission.clone(),
            open: BTreeMap::new(),
            files: Vec::new(),
            reveal: Vec::new(),
            attempt: rand::random(),
            begun: 0,
            parts: 0,
        }
    }

    fn run(
        mut self,
        mut batches: mpsc::Receiver<Result<Option<RecordBatch>, LakeError>>,
    ) -> Result<Staged, LakeError> {
        loop {
            // A channel that closes without an end means that whoever staged has gone.
            let Some(batch) = batches.blocking_recv().ok_or(LakeError::Upstream)?? else {
                break;
            };
            self.take(&batch)?;
        }
        while let Some((_, file)) = self.open.pop_first() {
            self.files.push(file.finish()?);
        }
        self.put_pairs(0)?;
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Staged {
            feed: self.table.0.feed.clone(),
            slot: self.slot,
            submission: self.submission,
            files: self.files,
            reveal: self.reveal,
        })
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let batch = self.shaper.shape(batch)?;
        for (county, rows) in by_county(&batch)? {
            let mut file = match self.open.remove(&county) {
                Some(file) => file,
                None => self.begin(county.clone())?,
            };
            file.write(&rows)?;
            match file.written_bytes() >= FILE_BYTES_MAX {
                true => self.files.push(file.finish()?),
                false => drop(self.open.insert(county, file)),
            }
        }
        if self.open.values().map(DataFile::held_bytes).sum::<usize>() > HELD_BYTES_MAX
            && let Some(largest) = self.open.values_mut().max_by_key(|file| file.held_bytes())
        {
            largest.end_row_group()?;
        }
        self.put_pairs(PAIRS_MAX)
    }

    fn begin(&mut self, county: Option<String>) -> Result<DataFile, LakeError> {
        if self.open.len() >= OPEN_FILES_MAX {
            let largest = self
                .open
                .iter()
                .max_by_key(|(_, file)| file.written_bytes() + file.held_bytes());
            if let Some(file) = largest
                .map(|(county, _)| county.clone())
                .and_then(|county| self.open.remove(&county))
            {
                self.files.push(file.finish()?);
            }
        }
        self.begun += 1;
        let (path, location) = self
            .table
            .data_path(&self.slot, &self.submission, self.attempt, self.begun);
        let store = self.table.0.store.clone();
        DataFile::create(
            store,
            (path, location),
            county,
            (self.shaper.schema(), self.shaper.columns()),
        )
    }

    fn put_pairs(&mut self, least: usize) -> Result<(), LakeError> {
        for (column, pairs) in self.shaper.take_pairs(least) {
            self.parts += 1;
            let table = &self.table.0;
            let put = table
                .reveal
                .put(&table.feed, &column, &self.submission, self.parts, pairs);
            self.reveal.push(self.runtime.block_on(put)?);
        }
        Ok(())
    }
}

const DATA: &str = "data";

impl FeedTable {
    /// `data/<period>/<submission>-<attempt>-<number>.parquet`: the name says whose file it is, which the sweep needs,
    /// and nothing that a log or a listing should not show.
    fn data_path(&self, slot: &Slot, submission: &SubmissionId, attempt: u32, number: u32) -> (String, Path) {
        let name = format!("{submission}-{attempt:08x}-{number:04}.parquet");
        let path = Path::from_iter([DATA, slot.period().label(), &name]).to_string();
        let location = self.location(&path);
        (path, location)
    }

    /// Folder of all data files, from the store's root.
    pub(super) fn data_folder(&self) -> Path {
        self.root().join(DATA)
    }

    /// The submission a data file belongs to, by its name.
    pub(super) fn owner(file: &Path) -> Option<SubmissionId> {
        SubmissionId::parse(file.filename()?.split_once('-')?.0).ok()
    }
}
