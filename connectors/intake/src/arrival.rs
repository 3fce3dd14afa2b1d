//! What a gateway hands to intake: who sends what for which slot, and the bytes. Identity and the right to
//! submit were established before; here they are facts, not claims.

use std::fmt;
use std::pin::Pin;

use schemas::{DepartmentCode, FeedId, RegionCode};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

use crate::act::Act;

pub struct Arrival {
    pub feed: FeedId,
    /// As the sender wrote it; parsed by the contract's kind of period.
    pub period: String,
    pub unit: RegionCode,
    pub act: Act,
    pub sender: Sender,
    /// As the sender named it, for people only. Never part of a path.
    pub file_name: Option<String>,
    /// The sender's promise that two arrivals with this key are one. Printable ASCII, at most 128 bytes.
    pub idempotency_key: Option<String>,
    pub body: Body,
}

/// The verified facts about the sender, as they are written to the registry and the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub person: String,
    pub department: DepartmentCode,
    pub role: String,
    /// The policy epoch under which the right to submit was established.
    pub policy_epoch: u64,
    /// Address of the client, if it came over a network.
    pub client: Option<String>,
    pub request_id: Option<String>,
}

pub enum Body {
    /// No file: the unit has nothing to report for this period, or the act needs none. Different from an empty file.
    Zero,
    Bytes(Pin<Box<dyn AsyncRead + Send>>),
}

impl Body {
    pub fn bytes(reader: impl AsyncRead + Send + 'static) -> Body {
        Body::Bytes(Box::pin(reader))
    }

    pub fn is_zero(&self) -> bool {
        matches!(self, Body::Zero)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Body::Zero => "Zero",
            Body::Bytes(_) => "Bytes",
        })
    }
}
