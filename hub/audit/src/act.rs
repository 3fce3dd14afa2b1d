//! What an entry says: who did what under which purpose, and how it ended. Types only.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kinds of act the hub records. The list is closed: a new kind of act is a change of the record format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    Submission,
    SignIn,
    Denial,
    Query,
    PolicyAct,
    Account,
    Reveal,
    System,
}

/// One act as its author describes it. `subject` depends on the kind; it holds names, counts, hashes and masked SQL,
/// never a row value, a literal of a query or a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    pub kind: ActKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(default)]
    pub subject: Value,
}

impl Act {
    /// An act of this kind with nothing else said yet.
    pub fn new(kind: ActKind, subject: Value) -> Act {
        Act {
            kind,
            person: None,
            department: None,
            role: None,
            purpose: None,
            client: None,
            request_id: None,
            subject,
        }
    }
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Denied,
    Failed,
    Cancelled,
    /// Written by the log itself at the next start, for entries that a crash left open.
    Interrupted,
}

/// The second half of an entry. The same rule as for `subject` holds for `detail`: counts and names, never values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    pub outcome: Outcome,
    #[serde(default)]
    pub detail: Value,
}

impl Closing {
    pub fn new(outcome: Outcome, detail: Value) -> Closing {
        Closing { outcome, detail }
    }
}

/// The number of the record that opened an entry. Dense over the whole log; record 0 says which log this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub(crate) u64);

impl EntryId {
    pub fn seq(self) -> u64 {
        self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
