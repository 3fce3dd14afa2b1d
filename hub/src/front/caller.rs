//! Who is asking, and the id under which an operator finds the request again.

use std::fmt;

use policy::{SignedIn, Via};
use schemas::PurposeCode;
use serde::Serialize;

use super::{Problem, Sitting};

/// Names one request in answers, logs and audit entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    const LENGTH_MAX: usize = 64;

    /// A fresh id: `req_` and a version 7 UUID without dashes.
    pub fn new() -> RequestId {
        RequestId(format!("req_{}", uuid::Uuid::now_v7().simple()))
    }

    /// Takes a client's id if it is short and harmless in a log line; otherwise gives a fresh one.
    pub fn taken_or_new(offered: Option<&str>) -> RequestId {
        match offered {
            Some(text) if Self::is_harmless(text) => RequestId(text.to_owned()),
            _ => RequestId::new(),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_harmless(text: &str) -> bool {
        (1..=Self::LENGTH_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    }
}

impl Default for RequestId {
    fn default() -> Self {
        RequestId::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A signed-in person at work: one purpose, one protocol, one request.
#[derive(Clone)]
pub struct Caller {
    pub signed_in: SignedIn,
    /// What the data is wanted for. `None` lets the account's default apply.
    pub purpose: Option<PurposeCode>,
    pub via: Via,
    /// Address of the client.
    pub client: String,
    pub request_id: RequestId,
    /// Shared by the requests of one connection.
    pub sitting: Sitting,
}

impl Caller {
    /// The same person in the next request of a long connection.
    pub fn next_request(&self, purpose: Option<PurposeCode>) -> Caller {
        Caller {
            purpose,
            request_id: RequestId::new(),
            ..self.clone()
        }
    }
}

/// A problem together with the request it happened in, ready to be shown.
pub struct Caught {
    pub problem: Problem,
    pub request_id: RequestId,
}
