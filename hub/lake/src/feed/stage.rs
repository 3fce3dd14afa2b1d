//! Staging: a submission's accepted rows become data files that no log entry names yet. Nobody can read them by the
//! table, and the sweep removes them if the submission is given up.

use std::collections::{BTreeMap, VecDeque};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chrono::NaiveDate;
use futures::{Stream, StreamExt};
use object_store::path::Path;
use schemas::{StorageColumn, SubmissionId};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::FeedTable;
use super::columns::{arrow_schema, file_columns};
use super::constant::Constant;
use super::data_file::{DataFile, FileShape};
use super::rows::{COUNTY, Shaper, by_county};
use super::staged::{Staged, StagedFile};
use crate::error::LakeError;
use crate::slot::Slot;

/// Files open at the same time, one per county. With more counties the largest is finished early.
const OPEN_FILES_MAX: usize = 16;
/// Memory of all encoders together; above it the largest ends its row group.
const HELD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Size at which a file is finished and another one begun.
const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Distinct values of one column kept in memory before they go to the reveal store.
const PAIRS_MAX: usize = 100_000;
/// Reveal segments that are sealed and written at the same time.
const SEGMENTS_MAX: usize = 2;

impl FeedTable {
    /// Writes the rows of one submission for one slot. Batches have the columns of `schemas::row_columns`; token columns
    /// still hold raw values, which go to the reveal store and nowhere else. Everything is durable when it returns.
    ///
    /// # Errors
    /// [`LakeError::Rows`] for a batch that is not the contract's; an error of the stream itself is returned as it came.
    /// What was written until then is left to the sweep.
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
    /// Schema and columns of the data files, and what is the same in all of them.
    schema: SchemaRef,
    columns: Vec<StorageColumn>,
    constants: BTreeMap<String, Constant>,
    open: BTreeMap<Option<String>, DataFile>,
    files: Vec<StagedFile>,
    reveal: Vec<String>,
    /// Segments that are sealed and written meanwhile, the oldest first.
    segments: VecDeque<JoinHandle<Result<String, LakeError>>>,
    /// Tells two attempts of one submission apart: a file name is never used twice.
    attempt: u32,
    begun: u32,
    parts: u32,
}

impl Stager {
    fn new(table: &FeedTable, slot: &Slot, submission: &SubmissionId) -> Stager {
        let columns: Vec<_> = file_columns(&table.0.columns).cloned().collect();
        Stager {
            shaper: Shaper::new(&table.0.columns, &table.0.tokens),
            schema: arrow_schema(&columns),
            columns,
            constants: constants(slot, submission, &table.0.contract_version),
            table: table.clone(),
            runtime: Handle::current(),
            slot: slot.clone(),
            submission: submission.clone(),
            open: BTreeMap::new(),
            files: Vec::new(),
            reveal: Vec::new(),
            segments: VecDeque::new(),
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
        // Each file waits for the disk; they need not wait for each other.
        let finishing = std::mem::take(&mut self.open).into_values();
        let finishing: Vec<_> = finishing
            .map(|file| self.runtime.spawn_blocking(move || file.finish()))
            .collect();
        self.put_pairs(0)?;
        for file in finishing {
            let finished = self.runtime.block_on(file);
            self.files
                .push(finished.map_err(|e| LakeError::DataFile.because("end a data file", e))??);
        }
        self.await_segments(0)?;
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Staged {
            feed: self.table.0.feed.clone(),
            slot: self.slot,
            submission: self.submission,
            files: self.files,
            reveal: self.reveal,
            beside: false,
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
                None => self.begin(county.clone(), &rows)?,
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

    fn begin(&mut self, county: Option<String>, first: &RecordBatch) -> Result<DataFile, LakeError> {
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
        let mut constants = self.constants.clone();
        constants.extend(
            county
                .clone()
                .map(|county| (COUNTY.to_owned(), Constant::Text(county))),
        );
        let shape = FileShape {
            schema: &self.schema,
            columns: &self.columns,
            constants,
        };
        DataFile::create(store, (path, location), county, shape, first)
    }

    fn put_pairs(&mut self, least: usize) -> Result<(), LakeError> {
        for (column, pairs) in self.shaper.take_pairs(least) {
            self.await_segments(SEGMENTS_MAX - 1)?;
            self.parts += 1;
            let (reveal, feed) = (self.table.0.reveal.clone(), self.table.0.feed.clone());
            let (submission, part) = (self.submission.clone(), self.parts);
            let put = async move { reveal.put(&feed, &column, &submission, part, pairs).await };
            self.segments.push_back(self.runtime.spawn(put));
        }
        Ok(())
    }

    /// Waits until no more than `left` segments are under way.
    fn await_segments(&mut self, left: usize) -> Result<(), LakeError> {
        while self.segments.len() > left {
            let Some(oldest) = self.segments.pop_front() else {
                break;
            };
            let put = self.runtime.block_on(oldest);
            self.reveal
                .push(put.map_err(|e| LakeError::Seal.because("seal a reveal segment", e))??);
        }
        Ok(())
    }
}

/// What all rows of a submission have in common, of the columns that are in the files.
fn constants(slot: &Slot, submission: &SubmissionId, version: &str) -> BTreeMap<String, Constant> {
    let day = |date: NaiveDate| Constant::Date(date.to_epoch_days());
    BTreeMap::from([
        ("period_start".to_owned(), day(slot.period().start())),
        ("period_end".to_owned(), day(slot.period().end())),
        (
            "_submission_id".to_owned(),
            Constant::Text(submission.to_string()),
        ),
        ("_contract_version".to_owned(), Constant::Text(version.to_owned())),
    ])
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
