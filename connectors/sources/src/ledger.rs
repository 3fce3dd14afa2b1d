//! The memory of all roads: which parcels there were and what became of each, and how each source is doing. Kept
//! durable by whoever implements it. Secrets and content never come here; a version is a mark, not data.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::parcel::SlotWords;

/// How far a parcel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelState {
    /// On its way to the counter. After a crash this says that it may have arrived.
    Claimed,
    /// It did not arrive and will be tried again.
    Waiting,
    /// It has a receipt, whatever the verdict, or waits for a signature.
    Settled,
    /// It will never be a submission; `code` says why.
    Refused,
}

impl ParcelState {
    pub fn as_str(self) -> &'static str {
        match self {
            ParcelState::Claimed => "claimed",
            ParcelState::Waiting => "waiting",
            ParcelState::Settled => "settled",
            ParcelState::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<ParcelState> {
        [
            ParcelState::Claimed,
            ParcelState::Waiting,
            ParcelState::Settled,
            ParcelState::Refused,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, ParcelState::Settled | ParcelState::Refused)
    }
}

/// One parcel of one source; `(source, name, version)` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParcelRecord {
    pub source: String,
    pub name: String,
    pub version: String,
    pub slot: SlotWords,
    pub state: ParcelState,
    /// How often it was carried to the counter.
    pub tries: u32,
    /// How often other bytes were found under the same version; part of the key the counter knows it by.
    pub turn: u32,
    /// The code of the last trouble or of the refusal.
    pub code: Option<String>,
    pub submission: Option<String>,
    pub verdict: Option<String>,
    pub seen_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub next_try_at: Option<DateTime<Utc>>,
}

/// How a source is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceRecord {
    pub source: String,
    pub looked_at: Option<DateTime<Utc>>,
    /// The last look that found no trouble with the source itself.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// Looks in a row that failed.
    pub failures: u32,
    pub code: Option<String>,
    /// Names that the last look could not make a parcel of, with the code that says why.
    pub troubled: Vec<(String, String)>,
    pub next_at: Option<DateTime<Utc>>,
}

impl SourceRecord {
    /// A source that was never looked at.
    pub fn new(source: &str) -> SourceRecord {
        SourceRecord {
            source: source.to_owned(),
            looked_at: None,
            succeeded_at: None,
            failures: 0,
            code: None,
            troubled: Vec::new(),
            next_at: None,
        }
    }
}

/// The ledger cannot be read or written; the detail was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger of the sources does not answer")]
pub struct LedgerError;

/// Implementations make every `Ok` of a `put` durable before they return it.
#[async_trait]
pub trait Ledger: Send + Sync {
    async fn source(&self, source: &str) -> Result<Option<SourceRecord>, LedgerError>;

    async fn put_source(&self, record: &SourceRecord) -> Result<(), LedgerError>;

    async fn parcel(
        &self,
        source: &str,
        name: &str,
        version: &str,
    ) -> Result<Option<ParcelRecord>, LedgerError>;

    async fn put_parcel(&self, record: &ParcelRecord) -> Result<(), LedgerError>;

    /// The parcels of a source that changed last, newest first.
    async fn parcels(&self, source: &str, count_max: u32) -> Result<Vec<ParcelRecord>, LedgerError>;
}
