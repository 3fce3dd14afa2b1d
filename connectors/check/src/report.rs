//! The report of a check: everything a receipt needs to say about the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Finding;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    /// Some rows are in quarantine, or there are remarks.
    AcceptedWithFindings,
    /// Nothing of the file may be used.
    Rejected,
}

/// A control total over the committed rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Exact decimal.
    pub sum: String,
    /// Rows that have a value.
    pub count: u64,
}

/// What was found. INVARIANT (conserved): `rows_read = committed + quarantined + duplicate + blank_or_total`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub verdict: Verdict,
    /// Records after the header.
    pub rows_read: u64,
    /// Zero when rejected.
    pub committed: u64,
    /// When rejected, the good rows count here too: they are held back with the rest.
    pub quarantined: u64,
    /// Rows identical to an earlier row.
    pub duplicate: u64,
    pub blank_or_total: u64,
    /// Of the file's bytes: `sha256:<hex>`.
    pub sha256: String,
    /// Of the rows and what became of each, whatever the file's encoding and dialect: `sha256:<hex>`.
    pub rows_hash: String,
    pub findings_total: u64,
    pub findings_by_rule: BTreeMap<String, u64>,
    /// By field name; decimals and whole numbers.
    pub totals: BTreeMap<String, Total>,
    /// Feed id.
    pub contract: String,
    pub contract_version: String,
    /// Canonical label.
    pub period: String,
    pub unit: String,
    /// `utf-8`, `gb18030`, `utf-16le`, `utf-16be`; empty if the file could not be read.
    pub charset: String,
    /// `,`, `;`, `tab`, `|`, …; empty if the file could not be read.
    pub delimiter: String,
    /// Headers that the contract does not know.
    pub columns_ignored: Vec<String>,
    pub file_findings: Vec<Finding>,
    /// Of this report without this field, as canonical JSON: `sha256:<hex>`. No machine and no time is in it.
    pub report_hash: String,
}
