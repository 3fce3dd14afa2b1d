//! After a crash, and after an outcome nobody knew: every open intent is finished or given up, as the Delta log says.

use audit::{Act, ActKind, Closing, Outcome};
use lake::{CommitError, FeedTable};
use schemas::SubmissionId;
use serde_json::json;

use crate::error::{ErrorKind, IntakeError};
use crate::examine::lake_failed;
use crate::intake::{Inner, Intake};
use crate::record::{Record, settled, submission as subject};
use crate::settle::{pending, store_failed, unsigned};
use crate::sign::waits;
use crate::slot::Slot;
use crate::spool::blocking;
use crate::store::Intent;

/// What recovery did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Their rows were in the lake; now their receipts exist.
    pub finished: Vec<SubmissionId>,
    /// Nothing of them is visible, and nothing will be.
    pub aborted: Vec<SubmissionId>,
    /// Still open: the log or the registry could not be asked. Call again.
    pub left: Vec<SubmissionId>,
    /// Data files and reveal segments that belonged to nobody.
    pub swept: u64,
}

enum Resolved {
    Finished,
    Aborted,
}

impl Intake {
    /// Settles what was left open. Call it at the start, before the first arrival; later calls are harmless and settle
    /// submissions whose outcome was unknown.
    pub async fn recover(&self) -> Result<Recovered, IntakeError> {
        let inner = &self.0;
        let mut recovered = Recovered::default();
        if let Err(error) = inner.spool.sweep() {
            tracing::warn!(%error, "old spool folders stay until the next start");
        }
        for intent in inner.store.open_intents().await.map_err(store_failed)? {
            let _slot = inner.slots.lock(&intent.slot).await;
            // It may have been settled while we waited for its slot.
            let still = inner
                .store
                .open_intent(&intent.slot)
                .await
                .map_err(store_failed)?;
            if still.is_none_or(|still| still.submission != intent.submission) {
                continue;
            }
            match inner.resolve(&intent).await {
                Ok(Resolved::Finished) => recovered.finished.push(intent.submission),
                Ok(Resolved::Aborted) => recovered.aborted.push(intent.submission),
                Err(error) => {
                    tracing::error!(submission.id = %intent.submission, %error, "a submission stays open");
                    recovered.left.push(intent.submission);
                }
            }
        }
        inner.record_interrupted().await?;
        recovered.swept = self.sweep().await;
        tracing::info!(
            finished = recovered.finished.len(),
            aborted = recovered.aborted.len(),
            left = recovered.left.len(),
            swept = recovered.swept,
            "recovery is over"
        );
        Ok(recovered)
    }

    /// Removes data files of submissions that were given up or rejected. Safe at any time, costs a reading of each
    /// table's log; a table that cannot be read keeps its files. Returns the number of objects removed.
    pub async fn sweep(&self) -> u64 {
        let mut swept = 0;
        for contract in self.0.contracts.values() {
            match self.0.sweep_table(contract).await {
                Ok(objects) => swept += objects,
                Err(error) => {
                    tracing::warn!(feed = %contract.id(), %error, "unused files stay until the next sweep")
                }
            }
        }
        swept
    }
}

impl Inner {
    /// Settles what an earlier arrival of this slot left open, so that the next one knows where it stands. The caller
    /// holds the slot's lock.
    pub(crate) async fn settle_earlier(&self, slot: &Slot) -> Result<(), IntakeError> {
        let Some(earlier) = self.store.open_intent(slot).await.map_err(store_failed)? else {
            return Ok(());
        };
        self.resolve(&earlier)
            .await
            .map(drop)
            .map_err(|_| IntakeError::new(ErrorKind::Busy, "intake.slot_unsettled"))
    }

    async fn resolve(&self, intent: &Intent) -> Result<Resolved, IntakeError> {
        let suspended = self.waiting().remove(&intent.submission);
        let waited = suspended.is_some();
        let mut record = match suspended {
            Some(opened) => Record::resumed(&self.log, &intent.sender, subject(intent, false), opened),
            None => Record::new(&self.log, &intent.sender, subject(intent, true)),
        };
        let resolved = self.resolve_recorded(intent, waited, &mut record).await;
        if resolved.is_err()
            && let Some(opened) = record.suspend().filter(|_| waited)
        {
            self.waiting().insert(intent.submission.clone(), opened);
        }
        resolved
    }

    async fn resolve_recorded(
        &self,
        intent: &Intent,
        waited: bool,
        record: &mut Record,
    ) -> Result<Resolved, IntakeError> {
        let version = if intent.staged.is_none() {
            // Rejected: the registry's row would have decided, and it is not there.
            None
        } else {
            let table = self.table_of(intent).await?;
            if waited {
                // Everything before the commit was done, by this process; so the commit is simply asked for again. It
                // finds itself in the log if it had landed.
                let entry = record.open().await?;
                match self.commit(intent, &table, entry).await {
                    Ok(version) => version,
                    Err(CommitError::Unknown(_)) => return Err(pending(intent)),
                    Err(CommitError::Refused(_)) => None,
                }
            } else {
                table.look(&intent.submission).await.map_err(lake_failed)?
            }
        };
        match version {
            Some(version) => {
                let entry = record.open().await?;
                self.finish(intent, Some(version), entry, record).await?;
                Ok(Resolved::Finished)
            }
            None => {
                let given_up = match intent.review {
                    // It was signed and did not come to be; it waits for a signature as before.
                    Some(_) => self.store.hold(&unsigned(intent), None).await,
                    None => {
                        (self.store)
                            .abort_intent(&intent.submission, "intake.interrupted")
                            .await
                    }
                };
                given_up.map_err(store_failed)?;
                record
                    .end(Outcome::Failed, json!({ "code": "intake.interrupted" }))
                    .await?;
                Ok(Resolved::Aborted)
            }
        }
    }

    pub(crate) async fn table_of(&self, intent: &Intent) -> Result<FeedTable, IntakeError> {
        let contract = self.contracts.get(&intent.slot.feed).ok_or_else(|| {
            tracing::error!(feed = %intent.slot.feed, "an open submission belongs to a feed without a contract");
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        })?;
        self.lake.feed(contract).await.map_err(lake_failed)
    }

    /// A submission that was settled or waited when the process died, before its entry was closed: the log has closed the
    /// entry as interrupted, and here it is told how the act ended after all.
    async fn record_interrupted(&self) -> Result<(), IntakeError> {
        if self.told.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Ok(());
        }
        let waiting = self.store.waiting().await.map_err(store_failed)?;
        for entry in &self.log.opening().interrupted {
            let held = waiting.iter().find(|held| held.entry == Some(entry.seq()));
            let (sender, submission, detail) = match held {
                Some(held) => {
                    let intent = &held.intent;
                    (intent.sender.clone(), intent.submission.clone(), waits(intent))
                }
                None => {
                    let Some(record) = self
                        .store
                        .settled_by_entry(entry.seq())
                        .await
                        .map_err(store_failed)?
                    else {
                        continue;
                    };
                    let detail = settled(&record.receipt);
                    (record.sender, record.receipt.submission.clone(), detail)
                }
            };
            let told = json!({ "submission": submission, "settles": entry.seq() });
            let mut act = Act::new(ActKind::Submission, told);
            act.person = Some(sender.person);
            act.department = Some(sender.department.as_str().to_owned());
            let closing = Closing::new(Outcome::Done, detail);
            let log = self.log.clone();
            blocking(move || log.record(act, closing))
                .await?
                .map_err(|error| {
                    tracing::error!(%error, "a settled submission is not recorded");
                    IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
                })?;
        }
        Ok(())
    }

    async fn sweep_table(&self, contract: &schemas::Contract) -> Result<u64, IntakeError> {
        let table = self.lake.feed(contract).await.map_err(lake_failed)?;
        // The order matters: what is listed now belongs to somebody in the second set, or to nobody, or to a submission
        // that the log will show.
        let unnamed = table.unnamed().await.map_err(lake_failed)?;
        let mut open = self.working().clone();
        open.extend(
            self.store
                .open_intents()
                .await
                .map_err(store_failed)?
                .into_iter()
                .map(|intent| intent.submission),
        );
        let waiting = self.store.waiting().await.map_err(store_failed)?;
        open.extend(waiting.into_iter().map(|waiting| waiting.intent.submission));
        let swept = table.sweep(unnamed, &open).await.map_err(lake_failed)?;
        Ok(swept.data_files + swept.reveal_segments)
    }
}
