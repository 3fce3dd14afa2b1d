//! One record as a line of text: how it is written, how it is chained, how it is read back strictly.
//!
//! A line is `{"v":1,"seq":…,"at":…,"phase":…,…,"chain":"sha256:…"}`. The chain value covers the predecessor's chain
//! value and everything in the line before it, so the first altered line can be named. The tree covers the whole line.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::act::{Act, ActKind, Closing, Outcome};
use crate::tree::Hash;

/// The only version of the format so far.
pub(crate) const VERSION: u8 = 1;

const CHAIN_OPENS: &[u8] = br#","chain":""#;
const CHAIN_ENDS: &[u8] = br#""}"#;
/// `sha256:` and 64 hex digits.
const CHAIN_CHARS: usize = 71;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    Open,
    Close,
    /// Opened and closed in one record.
    Whole,
}

/// What the caller contributes: everything but the number, the instant and the chain.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    pub phase: Phase,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    #[serde(flatten)]
    pub act: Option<&'a Act>,
    #[serde(flatten)]
    pub closing: Option<&'a Closing>,
}

impl Body<'_> {
    /// JSON without its outer braces, to stand between the fields that the writer adds. serde_json escapes control
    /// characters, so no content can end the line early.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(self)?;
        text.pop();
        text.remove(0);
        Ok(text)
    }
}

/// The line without its line feed, and its chain value.
pub(crate) fn line(seq: u64, at: DateTime<Utc>, body: &str, previous: &Hash) -> (String, Hash) {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let covered = format!(r#"{{"v":{VERSION},"seq":{seq},"at":"{at}",{body}"#);
    let chain = Hash::of(&[previous.as_bytes(), covered.as_bytes()]);
    (format!(r#"{covered},"chain":"{chain}"}}"#), chain)
}

/// The part of a record that checking needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Skeleton {
    pub v: u8,
    pub seq: u64,
    pub phase: Phase,
    #[serde(default)]
    pub of: Option<u64>,
}

/// A whole record.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub seq: u64,
    pub at: DateTime<Utc>,
    pub of: Option<u64>,
    pub kind: Option<ActKind>,
    pub person: Option<String>,
    pub department: Option<String>,
    pub role: Option<String>,
    pub purpose: Option<String>,
    pub client: Option<String>,
    pub request_id: Option<String>,
    #[serde(default)]
    pub subject: Value,
    pub outcome: Option<Outcome>,
    #[serde(default)]
    pub detail: Value,
}

impl Record {
    pub(crate) fn act(&self) -> Option<Act> {
        Some(Act {
            kind: self.kind?,
            person: self.person.clone(),
            department: self.department.clone(),
            role: self.role.clone(),
            purpose: self.purpose.clone(),
            client: self.client.clone(),
            request_id: self.request_id.clone(),
            subject: self.subject.clone(),
        })
    }

    pub(crate) fn closing(&self) -> Option<Closing> {
        Some(Closing {
            outcome: self.outcome?,
            detail: self.detail.clone(),
        })
    }
}

/// The chain value a line claims and the one it should have after `previous`; `None` if the line does not end in one.
pub(crate) fn chains(line: &[u8], previous: &Hash) -> Option<(Hash, Hash)> {
    let rest = line.strip_suffix(CHAIN_ENDS)?;
    let (covered, chain) = rest.split_at_checked(rest.len().checked_sub(CHAIN_CHARS)?)?;
    let covered = covered.strip_suffix(CHAIN_OPENS)?;
    let claimed = std::str::from_utf8(chain).ok()?.parse().ok()?;
    Some((claimed, Hash::of(&[previous.as_bytes(), covered])))
}
