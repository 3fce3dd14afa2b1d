//! Who is asking, and the id under which an operator finds the request again.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
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
    /// Data as it stood when this civil day ended, instead of as it is. Who may see what is decided as of now.
    pub as_of: Option<NaiveDate>,
    pub via: Via,
    /// Address of the client.
    pub client: String,
    pub request_id: RequestId,
    /// Shared by the requests of one connection.
    pub sitting: Sitting,
}

impl Caller {
    /// The same person in the next request of a long connection.
    pub fn next_request(&self, purpose: Option<PurposeCode>, as_of: Option<NaiveDate>) -> Caller {
        Caller {
            purpose,
            as_of,
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

/// Reads a civil day as it is written everywhere here: `2025-03-31`.
pub fn civil_day(text: &str) -> Result<NaiveDate, Problem> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| day_malformed())
}

/// The first instant after a civil day in China, which has no summer time.
pub fn day_end(day: NaiveDate) -> Result<DateTime<Utc>, Problem> {
    policy::day_end(day).ok_or_else(day_malformed)
}

fn day_malformed() -> Problem {
    Problem::new(400, "22023", "http.day_malformed")
}

#[cfg(test)]
mod tests {
    use super::{civil_day, day_end};

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        let end = |day: &str| day_end(civil_day(day).unwrap()).unwrap().to_rfc3339();
        assert_eq!(end("2025-03-31"), "2025-03-31T16:00:00+00:00");
        assert_eq!(end("2024-02-29"), "2024-02-29T16:00:00+00:00");
        for wrong in ["", "2025-02-29", "20250331", "yesterday"] {
            assert_eq!(
                civil_day(wrong).unwrap_err().code,
                "http.day_malformed",
                "{wrong}"
            );
        }
    }
}
