//! What intake asks of the registry: a durable memory of what was begun, what was settled and what each slot
//! holds. Not here: SQL; and nothing about rows, which live in the lake.

use async_trait::async_trait;
use check::{Finding, Report, Verdict};
use chrono::{DateTime, Utc};
use lake::{Change, ChangeCounts, Staged};
use schemas::{DepartmentCode, FeedId, Period, RegionCode, SubmissionId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::arrival::Sender;
use crate::receipt::Receipt;
use crate::recognised::Filled;
use crate::slot::Slot;

/// A submission that is about to be settled, with all that is needed to finish it after a crash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    pub submission: SubmissionId,
    pub slot: Slot,
    /// The slot's period with its kind and days.
    pub period: Period,
    pub contract_version: String,
    #[serde(default)]
    pub act: Act,
    /// What it will change against the submission it acts on.
    #[serde(default)]
    pub changes: Option<ChangeCounts>,
    pub sender: Sender,
    pub file_name: Option<String>,
    pub idempotency_key: Option<String>,
    pub zero: bool,
    pub size_bytes: u64,
    pub report: Report,
    /// Remarks on rows that were known when this arrived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recognised: Vec<Finding>,
    /// How many findings were stored with the intent.
    pub findings_kept: u64,
    /// The files that the feed commit will name. `None` if nothing was accepted.
    pub staged: Option<Staged>,
    /// Who signed it, where a feed needs that. Without it, it waits.
    #[serde(default)]
    pub review: Option<Review>,
    /// The slot's revision that this submission was checked against: 0 if the slot was empty.
    pub revision_before: u32,
    pub received_at: DateTime<Utc>,
}

impl Intent {
    /// Whether the slot's accepted truth changes.
    pub fn is_accepted(&self) -> bool {
        self.report.verdict != Verdict::Rejected
    }
}

/// The signature of a colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub person: String,
    pub at: DateTime<Utc>,
}

/// A submission that waits for a signature, and the audit entry of its arrival.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub intent: Intent,
    pub entry: Option<u64>,
}

/// What a slot holds now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    pub submission: SubmissionId,
    pub revision: u32,
    pub sha256: String,
    pub zero: bool,
    pub receipt: Receipt,
}

/// What an idempotency key was used for.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyUse {
    pub submission: SubmissionId,
    pub slot: Slot,
    pub sha256: String,
    pub zero: bool,
    /// `None` while the submission is not settled.
    pub receipt: Option<Receipt>,
}

/// What `settle` writes in one transaction.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub intent: Intent,
    pub receipt: Receipt,
}

/// How far a submission has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// An intent is open: the outcome is not known yet, or is being worked on.
    Open(Box<Intent>),
    /// Checked, and nothing of it is visible before somebody signs it.
    Waiting(Box<Intent>),
    Settled(Box<SubmissionRecord>),
    /// Nothing of it is visible. `code` names the text that says why.
    Aborted {
        slot: Slot,
        sender: Sender,
        code: String,
    },
}

/// One settled submission, accepted or rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct SubmissionRecord {
    pub slot: Slot,
    pub sender: Sender,
    pub report: Report,
    pub receipt: Receipt,
    /// Whether the slot still holds this submission.
    pub current: bool,
    /// Position in the order in which the lake's tables changed. `None` if nothing was accepted.
    pub lake_seq: Option<i64>,
}

/// Which submissions to list. Newest first.
#[derive(Clone, Debug, Default)]
pub struct SubmissionFilter {
    pub department: Option<DepartmentCode>,
    pub feed: Option<FeedId>,
    pub period: Option<String>,
    pub unit: Option<RegionCode>,
    pub revision: Option<u32>,
    /// What each slot held just before this instant, instead of everything that was settled.
    pub as_of: Option<DateTime<Utc>>,
    /// Only those that arrived before this one: where the former page ended.
    pub before: Option<SubmissionId>,
    /// At most this many, capped by the store.
    pub count_max: u32,
}

/// Findings in the order in which the checker gave them.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingsPage {
    pub findings: Vec<Finding>,
    /// The `after` of the next page, if there is one.
    pub next: Option<u64>,
}

/// Changed rows, those of the newer file first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangesPage {
    pub changes: Vec<Change>,
    /// The `after` of the next page, if there is one.
    pub next: Option<u64>,
}

/// Why the registry could not do it. The detail was logged where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the registry does not answer")]
    Unavailable,
    #[error("the disk of the registry is full")]
    Full,
    /// Another submission has used this idempotency key.
    #[error("the idempotency key is taken")]
    KeyTaken,
    /// The slot has an open intent already, or its revision is not the one the submission was checked against.
    #[error("the slot was changed in between")]
    SlotMoved,
    /// What is stored contradicts itself or cannot be read.
    #[error("the registry holds something it should not")]
    Damaged,
}

/// Implementations make every `Ok` durable before they return it.
#[async_trait]
pub trait SubmissionStore: Send + Sync {
    async fn current(&self, slot: &Slot) -> Result<Option<Current>, StoreError>;

    /// The slots of this feed and unit that hold something, newest period first: this one, at most so many before it and
    /// as many after it.
    async fn filled(&self, slot: &Slot, count_max: u32) -> Result<Vec<Filled>, StoreError>;

    async fn by_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
    ) -> Result<Option<KeyUse>, StoreError>;

    /// Binds one more key to a submission that exists. `KeyTaken` if it is bound to another one.
    async fn put_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
        submission: &SubmissionId,
    ) -> Result<(), StoreError>;

    /// Opens an intent, keeps its findings and changes and takes its idempotency key, all or nothing. Refuses a second open
    /// intent of the slot and a slot whose revision is not `revision_before` (`SlotMoved`), and a key that another
    /// submission holds (`KeyTaken`).
    async fn put_intent(
        &self,
        intent: &Intent,
        findings: &[Finding],
        changes: &[Change],
    ) -> Result<(), StoreError>;

    /// Lets an open intent wait for a signature. One that waited for the same slot before is aborted as
    /// `intake.superseded`, in the same transaction. `entry` is that of its arrival; `None` leaves it as it was.
    async fn hold(&self, intent: &Intent, entry: Option<u64>) -> Result<(), StoreError>;

    /// Opens a waiting intent again, as it was signed. Refuses one that does not wait and a slot whose revision is not
    /// `revision_before` (`SlotMoved`).
    async fn release(&self, intent: &Intent) -> Result<(), StoreError>;

    /// All that wait for a signature, oldest first. They are not among the open intents.
    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError>;

    /// What waits for this slot. A slot never has two.
    async fn waiting_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError>;

    /// All open intents, oldest first.
    async fn open_intents(&self) -> Result<Vec<Intent>, StoreError>;

    /// The open intent of a slot. A slot never has two.
    async fn open_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError>;

    /// In one transaction: the submission, its receipt, the slot's new current revision and the lake sequence
    /// (if accepted), and the intent closed. Settling what is settled already changes nothing.
    async fn settle(&self, settlement: &Settlement) -> Result<(), StoreError>;

    /// Closes an open intent as if it had never been; its key may be used again.
    async fn abort_intent(&self, submission: &SubmissionId, code: &str) -> Result<(), StoreError>;

    async fn standing(&self, submission: &SubmissionId) -> Result<Option<Standing>, StoreError>;

    /// The settled submission whose receipt names this audit entry.
    async fn settled_by_entry(&self, entry: u64) -> Result<Option<SubmissionRecord>, StoreError>;

    async fn submissions(&self, filter: &SubmissionFilter) -> Result<Vec<SubmissionRecord>, StoreError>;

    /// Findings of a settled or waiting submission from number `after` (0 at first), at most `count_max`.
    async fn findings(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<FindingsPage, StoreError>;

    /// Rows that a settled or waiting submission changed, from number `after` (0 at first), at most `count_max`. Empty for one that
    /// acted on no other.
    async fn changes(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<ChangesPage, StoreError>;
}
