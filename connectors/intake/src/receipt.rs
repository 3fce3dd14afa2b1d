//! The receipt (回执): what the sender gets back, signed, and checkable years later with the public key alone.
//! Not here: how a submission is settled.

use std::collections::BTreeMap;
use std::ops::Deref;

use audit::{Signer, VerifyingKey};
use check::{Answered, Finding, Total, UnitRead, Verdict};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use lake::ChangeCounts;
use schemas::{DepartmentCode, SubmissionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::act::Act;
use crate::canonical::canonical;
use crate::slot::Slot;

/// What a receipt says. Reading is free; a [`Receipt`] around it is made here only, by signing or by verifying.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// Version of this format, 1.
    pub v: u8,
    pub submission: SubmissionId,
    #[serde(flatten)]
    pub slot: Slot,
    pub contract_version: String,
    /// What it did to its slot; not written for the ordinary one, a whole file.
    #[serde(default, skip_serializing_if = "Act::is_whole")]
    pub act: Act,
    /// What it changed against the submission it acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangeCounts>,
    pub department: DepartmentCode,
    pub person: String,
    /// The colleague who signed, where the feed needs that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Reviewed>,
    pub file_name: Option<String>,
    pub verdict: Verdict,
    /// A zero report: there was nothing to report, and no file.
    pub zero: bool,
    pub rows_read: u64,
    pub committed: u64,
    pub quarantined: u64,
    pub duplicate: u64,
    pub blank_or_total: u64,
    pub findings_total: u64,
    /// Remarks on rows that are known from an earlier submission; no part of the report, which is about this file alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recognised: Vec<Finding>,
    /// How many findings the hub kept for reading, the remarks above among them; fewer than `findings_total` when a limit
    /// was reached.
    pub findings_kept: u64,
    /// `sha256:` and the hex digest of the bytes as received.
    pub sha256: String,
    pub size_bytes: u64,
    /// Control totals of numeric columns over the committed rows.
    pub totals: BTreeMap<String, Total>,
    /// Columns of the file that the contract does not know and that were left out.
    pub columns_ignored: Vec<String>,
    /// Units that headers or a line above the table gave, and in which plain numbers were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitRead>,
    /// The file was a workbook of mended rows, and this receipt is for the whole that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    pub report_hash: String,
    /// Position of this submission among the accepted ones of its slot, from 1. `None` if it was rejected.
    pub revision: Option<u32>,
    /// Version of the feed table in which the rows are visible. `None` if nothing was accepted.
    pub table_version: Option<i64>,
    /// The audit entry that recorded the act.
    pub entry: u64,
    #[serde(with = "instant")]
    pub received_at: DateTime<Utc>,
    #[serde(with = "instant")]
    pub settled_at: DateTime<Utc>,
    pub key_id: String,
}

/// A colleague's signature as a receipt says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reviewed {
    pub person: String,
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
}

/// Facts and a signature that fits them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Receipt {
    #[serde(flatten)]
    facts: ReceiptFacts,
    signature: String,
}

/// Why a text is not a receipt of this hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    #[error("not a receipt")]
    NotAReceipt,
    #[error("signed with another key")]
    OtherKey,
    #[error("the signature does not fit the text")]
    WrongSignature,
}

impl ReceiptFault {
    pub fn code(self) -> &'static str {
        match self {
            ReceiptFault::NotAReceipt => "intake.receipt_unreadable",
            ReceiptFault::OtherKey => "intake.receipt_other_key",
            ReceiptFault::WrongSignature => "intake.receipt_wrong_signature",
        }
    }
}

impl Receipt {
    pub(crate) fn sign(mut facts: ReceiptFacts, signer: &Signer) -> Result<Receipt, serde_json::Error> {
        facts.key_id = signer.key_id().to_owned();
        facts.received_at = facts.received_at.trunc_subsecs(3);
        facts.settled_at = facts.settled_at.trunc_subsecs(3);
        if let Some(reviewed) = &mut facts.reviewed {
            reviewed.at = reviewed.at.trunc_subsecs(3);
        }
        let text = canonical(&serde_json::to_value(&facts)?);
        let signature = signer.sign(text.as_bytes());
        Ok(Receipt { facts, signature })
    }

    /// Checks a receipt offline. What is signed is the canonical JSON (keys sorted, no white space) of
    /// everything but `signature`, unknown members included, so nothing can be added to a receipt either.
    pub fn verify(text: &str, key: &VerifyingKey) -> Result<Receipt, ReceiptFault> {
        let mut value: Value = serde_json::from_str(text).map_err(|_| ReceiptFault::NotAReceipt)?;
        let members = value.as_object_mut().ok_or(ReceiptFault::NotAReceipt)?;
        let Some(Value::String(signature)) = members.remove("signature") else {
            return Err(ReceiptFault::NotAReceipt);
        };
        if members.get("key_id").and_then(Value::as_str) != Some(key.key_id()) {
            return Err(ReceiptFault::OtherKey);
        }
        if !key.verify(canonical(&value).as_bytes(), &signature) {
            return Err(ReceiptFault::WrongSignature);
        }
        let facts = serde_json::from_value(value).map_err(|_| ReceiptFault::NotAReceipt)?;
        Ok(Receipt { facts, signature })
    }

    /// Reads a receipt back from the registry, which is ours; the signature is not checked again.
    pub fn from_stored(text: &str) -> Result<Receipt, serde_json::Error> {
        #[derive(Deserialize)]
        struct Stored {
            #[serde(flatten)]
            facts: ReceiptFacts,
            signature: String,
        }
        let Stored { facts, signature } = serde_json::from_str(text)?;
        Ok(Receipt { facts, signature })
    }

    /// The text that is stored and handed out: canonical JSON with the signature.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(canonical(&serde_json::to_value(self)?))
    }

    pub fn signature(&self) -> &str {
        &self.signature
    }
}

impl Deref for Receipt {
    type Target = ReceiptFacts;

    fn deref(&self) -> &ReceiptFacts {
        &self.facts
    }
}

/// Instants as RFC 3339 in UTC with milliseconds: one instant, one text.
mod instant {
    use super::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &DateTime<Utc>, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(input)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(serde::de::Error::custom)?;
        Ok(at.with_timezone(&Utc))
    }
}
