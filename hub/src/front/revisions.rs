//! What a department asks about what it sent, and the acts that need no file.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use futures::stream::BoxStream;
use schemas::{FeedId, RegionCode, SubmissionId};
use serde_json::Value;

use super::{Caller, PageAsked, Problem, Submitted};

/// Which submissions of the caller's department to list. Newest first.
#[derive(Debug, Clone, Default)]
pub struct SubmissionsAsked {
    pub feed: Option<FeedId>,
    /// The canonical label.
    pub period: Option<String>,
    pub unit: Option<RegionCode>,
    /// What each slot held when this civil day ended, instead of everything that was sent.
    pub as_of: Option<NaiveDate>,
    /// Those that wait for a signature, instead of those that are settled.
    pub waiting: bool,
    /// Only those that arrived before this one: where the former page ended.
    pub before: Option<SubmissionId>,
    pub items_max: u32,
}

/// A withdrawal as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct WithdrawAsked {
    pub reason: Option<String>,
    pub idempotency_key: Option<String>,
}

/// An original on its way out of the vault.
pub struct OriginalFile {
    /// As its sender named it.
    pub file_name: Option<String>,
    pub size_bytes: u64,
    pub bytes: BoxStream<'static, std::io::Result<Bytes>>,
}

/// The part of the house that answers for submissions after they were sent. Another department's submission looks exactly
/// like one that does not exist.
#[async_trait]
pub trait Revisions: Send + Sync {
    async fn submissions(&self, caller: &Caller, asked: SubmissionsAsked) -> Result<Vec<Value>, Problem>;
    /// What a revision changed against the one before it.
    async fn changes(&self, caller: &Caller, id: &SubmissionId, page: PageAsked) -> Result<Value, Problem>;
    async fn original(&self, caller: &Caller, id: &SubmissionId) -> Result<OriginalFile, Problem>;
    async fn withdraw(
        &self,
        caller: &Caller,
        id: &SubmissionId,
        asked: WithdrawAsked,
    ) -> Result<Submitted, Problem>;
    /// Signs a colleague's submission that waits; its receipt.
    async fn sign(&self, caller: &Caller, id: &SubmissionId) -> Result<Submitted, Problem>;
    /// Gives a colleague's submission up that waits.
    async fn decline(&self, caller: &Caller, id: &SubmissionId) -> Result<(), Problem>;
}
