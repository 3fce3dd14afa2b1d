//! Committing: the one moment at which a submission enters the table, exactly once, whatever the store answers.
//!
//! Delta's application transaction does not dedupe by itself: a writer whose snapshot already has the note may commit
//! it again. So the log is looked at first, the commit is bound to exactly the snapshot of that look (no retries
//! inside deltalake, which would rebase it on a log nobody looked at), and after any error the log is looked at again.
//! An error says nothing about the outcome; only the log does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use object_store::ObjectStoreExt;
use schemas::{PARTITION_COLUMNS, SubmissionId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::FeedTable;
use super::columns::CHECKPOINT_INTERVAL;
use super::log::{log_error, version_of};
use super::staged::{Staged, StagedFile};
use crate::error::{CommitError, LakeError};
use crate::slot::Slot;

/// Looks and tries before the outcome is called unknown.
const ATTEMPTS: u32 = 5;
/// First pause after a failure; it doubles, and up to as much again is added by chance.
const PAUSE: Duration = Duration::from_millis(20);

/// What a log entry says about itself besides the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitNote {
    /// Policy epoch under which the submission was accepted.
    pub epoch: u64,
    /// Number of the audit entry that was opened for it.
    pub entry: u64,
}

/// The submission is in the table, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The version with which it came in.
    pub version: i64,
    /// It was found in the log: an earlier call, or an earlier attempt of this one, had brought it in.
    pub found: bool,
}

impl FeedTable {
    /// Replaces the slot by the staged files, or adds them to it if they were staged to stand beside the others, in one
    /// log entry. Calling it again, now or after a restart, finds the
    /// first one's version.
    ///
    /// INVARIANT (once): a submission is in the log at most once; `Landed` is returned only for an entry that the store
    /// acknowledged or that the log showed.
    /// INVARIANT (whole-submission): all files that leave the slot and all staged files enter in the same entry.
    ///
    /// # Errors
    /// [`CommitError::Unknown`] when the log cannot tell (yet); [`CommitError::Refused`] when `staged` is another
    /// submission's or its files are not there.
    pub async fn commit(
        &self,
        submission: &SubmissionId,
        slot: &Slot,
        staged: &Staged,
        note: CommitNote,
    ) -> Result<Landed, CommitError> {
        if staged.feed != self.0.feed || staged.submission != *submission || staged.slot != *slot {
            return Err(CommitError::Refused(LakeError::Rows));
        }
        let _lane = self.0.shared.lane.lock().await;
        let mut error = LakeError::Log;
        let mut sent = false;
        for attempt in 0..ATTEMPTS {
            match self.look_now(submission).await {
                Ok((_, Some(version))) => return Ok(Landed { version, found: true }),
                Ok((table, None)) => {
                    if !sent {
                        self.staged_files_exist(staged).await?;
                    }
                    sent = true;
                    match self.send(&table, submission, slot, staged, note).await {
                        Ok(version) => {
                            return Ok(Landed {
                                version,
                                found: false,
                            });
                        }
                        Err(failed) => error = failed,
                    }
                }
                Err(failed) => error = failed,
            }
            let pause = PAUSE * 2u32.pow(attempt);
            tokio::time::sleep(pause + pause.mul_f64(rand::random())).await;
        }
        match self.look_now(submission).await {
            Ok((_, Some(version))) => Ok(Landed { version, found: true }),
            Ok((_, None)) => Err(CommitError::Unknown(error)),
            Err(error) => Err(CommitError::Unknown(error)),
        }
    }

    /// The version with which a submission came in, if the log has it. `None` is what the log says now; a commit whose
    /// outcome was unknown may still arrive.
    pub async fn look(&self, submission: &SubmissionId) -> Result<Option<i64>, LakeError> {
        Ok(self.look_now(submission).await?.1)
    }

    async fn look_now(&self, submission: &SubmissionId) -> Result<(DeltaTable, Option<i64>), LakeError> {
        let table = self.newest().await?;
        let state = table.snapshot().map_err(log_error("look for a submission"))?;
        let found = state
            .transaction_version(self.0.log_store.as_ref(), application(submission))
            .await;
        let found = found.map_err(log_error("look for a submission"))?;
        Ok((table, found))
    }

    /// A log entry that names a file which is not there would break the table for everybody.
    async fn staged_files_exist(&self, staged: &Staged) -> Result<(), CommitError> {
        for file in &staged.files {
            match self.0.store.head(&self.location(&file.path)).await {
                Ok(object) if object.size == file.size_bytes => {}
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {
                    return Err(CommitError::Refused(
                        LakeError::NotFound.because("commit", "a staged file is gone"),
                    ));
                }
                // Nothing was sent, but an earlier call may have been; so this is not a refusal.
                Err(e) => {
                    return Err(CommitError::Unknown(
                        LakeError::Storage.because("look at a staged file", e),
                    ));
                }
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        table: &DeltaTable,
        submission: &SubmissionId,
        slot: &Slot,
        staged: &Staged,
        note: CommitNote,
    ) -> Result<i64, LakeError> {
        let doing = "commit a submission";
        let state = table.snapshot().map_err(log_error(doing))?;
        self.check_columns(table)?;
        let target = version_of(table)? + 1;
        let partition: HashMap<_, _> = slot.partition().into_iter().collect();
        let leaving = state
            .log_data()
            .into_iter()
            .filter(|file| !staged.beside && file.partition_values_map() == partition);
        let leaving = leaving.map(|file| Action::Remove(file.remove_action(true)));
        let entering = staged.files.iter().map(|file| add(file, &partition));
        let actions = leaving
            .map(Ok)
            .chain(entering)
            .collect::<Result<Vec<_>, LakeError>>()?;
        let metadata = [
            ("taxhub.submission", json!(submission.as_str())),
            ("taxhub.epoch", json!(note.epoch)),
            ("taxhub.entry", json!(note.entry)),
        ];
        // The version in the note is the table's: with no retries inside, this commit becomes `target` or nothing, and
        // a later look reads from the note where the submission came in.
        let properties = CommitProperties::default()
            .with_max_retries(0)
            .with_create_checkpoint(false)
            .with_cleanup_expired_logs(Some(false))
            .with_metadata(metadata.map(|(key, value)| (key.to_owned(), value)))
            .with_application_transaction(Transaction::new(application(submission), target));
        let operation = DeltaOperation::Write {
            mode: if staged.beside {
                SaveMode::Append
            } else {
                SaveMode::Overwrite
            },
            partition_by: Some(PARTITION_COLUMNS.map(str::to_owned).to_vec()),
            predicate: None,
        };
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(
                Some(state as &dyn TableReference),
                Arc::clone(&self.0.log_store),
                operation,
            )
            .await
            .map_err(log_error(doing))?;
        let version = i64::try_from(committed.version()).map_err(|_| LakeError::Log)?;
        assert_eq!(
            version, target,
            "a commit without retries lands on its snapshot or not at all"
        );
        let mut newer = DeltaTable::new(Arc::clone(&self.0.log_store));
        newer.state = Some(committed.snapshot());
        self.checkpoint(&newer, version).await;
        self.remember(newer);
        Ok(version)
    }

    /// After the commit and apart from it: a checkpoint that fails costs the next look some time and nothing else.
    async fn checkpoint(&self, table: &DeltaTable, version: i64) {
        if (version + 1) % CHECKPOINT_INTERVAL != 0 {
            return;
        }
        if let Err(error) = deltalake::checkpoints::create_checkpoint(table, None).await {
            tracing::warn!(feed = %self.0.feed, version, detail = %error, "could not write a checkpoint");
        }
    }
}

fn application(submission: &SubmissionId) -> String {
    format!("hub/{submission}")
}

fn add(file: &StagedFile, partition: &HashMap<String, Option<String>>) -> Result<Action, LakeError> {
    Ok(Action::Add(Add {
        path: file.path.clone(),
        partition_values: partition.clone(),
        size: i64::try_from(file.size_bytes).map_err(|_| LakeError::DataFile)?,
        modification_time: chrono::Utc::now().timestamp_millis(),
        data_change: true,
        stats: Some(file.statistics.clone()),
        tags: Some(HashMap::from([(
            "taxhub.sha256".to_owned(),
            Some(file.sha256.clone()),
        )])),
        ..Add::default()
    }))
}
