//! The stored rows of one slot, now or at a version, and how they are read back: for comparing two revisions. Not here:
//! questions of people, which go through the engine and a grant.

use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::StreamExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;

use schemas::SubmissionId;

use super::FeedTable;
use super::staged::Staged;
use super::stored::Stored;
use crate::error::LakeError;
use crate::slot::Slot;

const BATCH_ROWS: usize = 8192;

/// The files that hold a slot's rows. Made here only, so they are of the table that made it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotRows {
    files: Vec<SlotFile>,
    rows: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SlotFile {
    /// From the store's root.
    path: Path,
    /// As the log or the staging told.
    size_bytes: u64,
    /// The submission its rows came with.
    owner: Option<SubmissionId>,
}

impl SlotRows {
    /// How many there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The submission a row came with, where the slot holds rows of several; one of its files is named by its number.
    pub(super) fn owner_among_several(&self, file: usize) -> Option<SubmissionId> {
        let owner = self.files.get(file)?.owner.as_ref()?;
        let others = self.files.iter().any(|file| file.owner.as_ref() != Some(owner));
        others.then(|| owner.clone())
    }
}

impl FeedTable {
    /// The rows a slot held at a version of the table.
    ///
    /// # Errors
    /// [`LakeError::NoVersion`] for a version that never was.
    pub async fn slot_rows(&self, slot: &Slot, version: i64) -> Result<SlotRows, LakeError> {
        let snapshot = self.snapshot_at(version).await?;
        let partition = slot.partition();
        let mut held = SlotRows::default();
        for file in snapshot.files.iter().filter(|file| file.partition == partition) {
            let path = Path::from(file.path.as_str());
            held.files.push(SlotFile {
                owner: FeedTable::owner(&path),
                path,
                size_bytes: file.size_bytes,
            });
            held.rows += file.rows;
        }
        Ok(held)
    }

    /// Rows that were staged and may never be committed.
    pub fn staged_rows(&self, staged: &Staged) -> SlotRows {
        let files = staged.files.iter();
        SlotRows {
            files: files
                .map(|file| SlotFile {
                    path: self.location(&file.path),
                    size_bytes: file.size_bytes,
                    owner: Some(staged.submission.clone()),
                })
                .collect(),
            rows: staged.rows(),
        }
    }

    /// Gives the rows to `take` batch by batch, with the named columns in the table's order and the number of the file
    /// among those of the slot.
    pub(super) async fn read_rows(
        &self,
        rows: &SlotRows,
        columns: &[&str],
        mut take: impl FnMut(usize, &RecordBatch) -> Result<(), LakeError> + Send,
    ) -> Result<(), LakeError> {
        for (number, file) in rows.files.iter().enumerate() {
            let reader = Stored {
                store: Arc::clone(&self.0.store),
                path: file.path.clone(),
                size_bytes: file.size_bytes,
            };
            let builder = ParquetRecordBatchStreamBuilder::new(reader)
                .await
                .map_err(unreadable)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            let mut batches = builder
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(unreadable)?;
            while let Some(batch) = batches.next().await {
                take(number, &batch.map_err(unreadable)?)?;
            }
        }
        Ok(())
    }
}

fn unreadable(error: parquet::errors::ParquetError) -> LakeError {
    LakeError::DataFile.because("read a data file", error)
}
