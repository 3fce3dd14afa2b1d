//! The order of settling: intent, vault, audit open, quarantine, feed commit, registry, audit close, receipt.
//!
//! Before the feed commit everything can be given up, after it everything must be finished; recovery relies on that
//! and on nothing else. A rejected submission has no feed commit: there the registry's transaction decides.

use audit::Outcome;
use check::Finding;
use lake::{Change, CommitError, CommitNote, FeedTable, LakeError, SealedWriter};

use crate::error::{ErrorKind, IntakeError};
use crate::examine::lake_failed;
use crate::intake::Inner;
use crate::receipt::{Receipt, ReceiptFacts, Reviewed};
use crate::record::{Record, settled};
use crate::step::Step;
use crate::store::{Intent, Settlement, StoreError};

/// A verdict with all that has to become durable before it may take effect.
pub(crate) struct Ready {
    pub(crate) intent: Intent,
    pub(crate) original: Option<SealedWriter>,
    pub(crate) quarantine: Option<SealedWriter>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) changes: Vec<Change>,
}

impl Inner {
    /// The caller holds the slot's lock.
    pub(crate) async fn settle(
        &self,
        ready: Ready,
        table: &FeedTable,
        record: &mut Record,
    ) -> Result<Receipt, IntakeError> {
        let (intent, entry) = self.begin(ready, record).await?;
        self.decide(&intent, table, entry, record).await
    }

    /// Everything that must be on disk before it may take effect, and nothing of it visible. Returns what is intended and
    /// the number of its audit entry.
    pub(crate) async fn begin(
        &self,
        ready: Ready,
        record: &mut Record,
    ) -> Result<(Intent, u64), IntakeError> {
        let Ready {
            intent,
            original,
            quarantine,
            findings,
            changes,
        } = ready;
        self.store
            .put_intent(&intent, &findings, &changes)
            .await
            .map_err(store_failed)?;
        self.steps.reached(Step::Intent).await;
        match self.make_durable(&intent, original, quarantine, record).await {
            Ok(entry) => Ok((intent, entry)),
            Err(error) => Err(self.give_up(&intent, error).await),
        }
    }

    /// From what is durable to the receipt: the decision and all that follows from it.
    pub(crate) async fn decide(
        &self,
        intent: &Intent,
        table: &FeedTable,
        entry: u64,
        record: &mut Record,
    ) -> Result<Receipt, IntakeError> {
        let version = match self.commit(intent, table, entry).await {
            Ok(version) => version,
            Err(CommitError::Refused(error)) => return Err(self.give_up(intent, lake_failed(error)).await),
            Err(CommitError::Unknown(_)) => return Err(self.wait_for(intent, record)),
        };
        self.finish(intent, version, entry, record).await
    }

    /// The vault, the audit entry and the quarantine, in this order.
    async fn make_durable(
        &self,
        intent: &Intent,
        original: Option<SealedWriter>,
        quarantine: Option<SealedWriter>,
        record: &mut Record,
    ) -> Result<u64, IntakeError> {
        if let Some(original) = original {
            let original = original.finish().await.map_err(lake_failed)?;
            if original.sha256 != intent.report.sha256 {
                tracing::error!(submission.id = %intent.submission, "the vault holds other bytes than were checked");
                return Err(IntakeError::new(ErrorKind::Unavailable, "intake.unavailable"));
            }
        }
        self.steps.reached(Step::Vault).await;
        let entry = record.open().await?;
        self.steps.reached(Step::AuditOpened).await;
        if let Some(quarantine) = quarantine {
            quarantine.finish().await.map_err(lake_failed)?;
        }
        self.steps.reached(Step::Quarantine).await;
        Ok(entry)
    }

    /// INVARIANT (whole-submission): the one call that makes rows visible. `None` if there is nothing to show.
    pub(crate) async fn commit(
        &self,
        intent: &Intent,
        table: &FeedTable,
        entry: u64,
    ) -> Result<Option<i64>, CommitError> {
        let Some(staged) = &intent.staged else {
            return Ok(None);
        };
        // INVARIANT (signed-first): no row is shown that a second person had to sign and did not.
        if self.must_be_signed(intent) && intent.review.is_none() {
            tracing::error!(submission.id = %intent.submission, "an unsigned submission was to be committed");
            return Err(CommitError::Refused(LakeError::Rows));
        }
        let place = lake::Slot::new(&intent.period, &intent.slot.unit);
        let note = CommitNote {
            epoch: intent.sender.policy_epoch,
            entry,
        };
        let landed = table.commit(&intent.submission, &place, staged, note).await?;
        self.steps.reached(Step::FeedCommitted).await;
        Ok(Some(landed.version))
    }

    /// From the decision to the receipt. After a feed commit a failure here is never a refusal: recovery comes back.
    pub(crate) async fn finish(
        &self,
        intent: &Intent,
        version: Option<i64>,
        entry: u64,
        record: &mut Record,
    ) -> Result<Receipt, IntakeError> {
        let receipt = self.receipt(intent, version, entry)?;
        let settlement = Settlement {
            intent: intent.clone(),
            receipt: receipt.clone(),
        };
        if let Err(error) = self.store.settle(&settlement).await {
            tracing::error!(submission.id = %intent.submission, %error, "a decided submission is not settled yet");
            return Err(match version {
                Some(_) => self.wait_for(intent, record),
                None => self.give_up(intent, store_failed(error)).await,
            });
        }
        self.steps.reached(Step::RegistrySettled).await;
        // Settled but not recorded: no receipt goes out. Sent again, it is a duplicate and gets this one.
        if let Err(error) = record.end(Outcome::Done, settled(&receipt)).await {
            tracing::error!(submission.id = %intent.submission, %error, "a settled submission is not recorded");
            return Err(pending(intent));
        }
        self.steps.reached(Step::AuditClosed).await;
        tracing::info!(submission.id = %intent.submission, verdict = ?receipt.verdict, "submission settled");
        self.steps.reached(Step::Receipted).await;
        Ok(receipt)
    }

    fn receipt(&self, intent: &Intent, version: Option<i64>, entry: u64) -> Result<Receipt, IntakeError> {
        let report = &intent.report;
        let facts = ReceiptFacts {
            v: 1,
            submission: intent.submission.clone(),
            slot: intent.slot.clone(),
            contract_version: intent.contract_version.clone(),
            act: intent.act.clone(),
            changes: intent.changes,
            department: intent.sender.department.clone(),
            person: intent.sender.person.clone(),
            reviewed: intent.review.clone().map(|review| Reviewed {
                person: review.person,
                at: review.at,
            }),
            file_name: intent.file_name.clone(),
            verdict: report.verdict,
            zero: intent.zero,
            rows_read: report.rows_read,
            committed: report.committed,
            quarantined: report.quarantined,
            duplicate: report.duplicate,
            blank_or_total: report.blank_or_total,
            findings_total: report.findings_total,
            recognised: intent.recognised.clone(),
            findings_kept: intent.findings_kept,
            sha256: report.sha256.clone(),
            size_bytes: intent.size_bytes,
            totals: report.totals.clone(),
            columns_ignored: report.columns_ignored.clone(),
            units: report.units.clone(),
            answered: report.answered.clone(),
            report_hash: report.report_hash.clone(),
            revision: intent.is_accepted().then_some(intent.revision_before + 1),
            table_version: version,
            entry,
            received_at: intent.received_at,
            settled_at: (self.clock)(),
            key_id: String::new(),
        };
        Receipt::sign(facts, &self.signer).map_err(|error| {
            tracing::error!(%error, "a receipt cannot be written");
            pending(intent)
        })
    }

    /// Before the decision. Data files stay for the sweep, which asks the log first. What was signed in vain waits again:
    /// its sender has nothing to repeat.
    pub(crate) async fn give_up(&self, intent: &Intent, error: IntakeError) -> IntakeError {
        let given_up = match intent.review {
            Some(_) => self.store.hold(&unsigned(intent), None).await,
            None => self.store.abort_intent(&intent.submission, error.code()).await,
        };
        if let Err(failed) = given_up {
            tracing::error!(submission.id = %intent.submission, error = %failed, "an intent stays open for recovery");
        }
        error
    }

    /// After the decision, or when nobody knows whether it fell: the intent and the audit entry stay open.
    fn wait_for(&self, intent: &Intent, record: &mut Record) -> IntakeError {
        if let Some(opened) = record.suspend() {
            self.waiting().insert(intent.submission.clone(), opened);
        }
        pending(intent)
    }
}

/// As it was before somebody signed it.
pub(crate) fn unsigned(intent: &Intent) -> Intent {
    Intent {
        review: None,
        ..intent.clone()
    }
}

pub(crate) fn pending(intent: &Intent) -> IntakeError {
    IntakeError::new(ErrorKind::Pending, "intake.pending").of(&intent.submission)
}

pub(crate) fn store_failed(error: StoreError) -> IntakeError {
    match error {
        StoreError::Full => IntakeError::new(ErrorKind::Unavailable, "intake.storage_full"),
        StoreError::KeyTaken => IntakeError::new(ErrorKind::Conflict, "intake.idempotency_conflict"),
        // The slot's lock should have made this impossible; the sender may simply try again.
        StoreError::SlotMoved => IntakeError::new(ErrorKind::Busy, "intake.slot_unsettled"),
        StoreError::Unavailable | StoreError::Damaged => {
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        }
    }
}
