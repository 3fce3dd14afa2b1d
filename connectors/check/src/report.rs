//! The report of a check: everything a receipt needs to say about the file.

use std::collections::BTreeMap;

use decode::Evidence;
use schemas::mark::AnswerMark;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::tally::Tally;
use crate::{Finding, Job, Severity, Sketch, canonical, door, hashing, marked};

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

/// A unit that the file gave outside of its cells: plain numbers of the column were read in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRead {
    pub field: String,
    /// The header of the column.
    pub column: String,
    /// As the hub knows the word: `万元`.
    pub unit: String,
    pub from: UnitPlace,
    /// The record of the line above the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

/// Where a unit was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitPlace {
    /// In brackets in the header of the column.
    Header,
    /// In a line above the table.
    Above,
}

/// What an answer was laid over: enough to come to the same verdict again from the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Whose bad rows the workbook held.
    pub submission: String,
    /// Of the report that found them bad.
    pub report_hash: String,
    /// Hashes of the file that was sent first and of the answers laid over it before this one, oldest first. Empty if
    /// the answer came without them, and then nothing of it was read.
    pub files: Vec<String>,
    /// Rows that this answer changed, those it took back included.
    pub rows_mended: u64,
    /// Rows whose cells were emptied, by this answer and the ones before.
    pub rows_withdrawn: u64,
    /// Rows that stand in the answer as they were.
    pub rows_unchanged: u64,
}

impl Answered {
    pub(crate) fn of(mark: &AnswerMark) -> Self {
        Self {
            submission: mark.submission.to_string(),
            report_hash: mark.report_hash.clone(),
            files: Vec::new(),
            rows_mended: 0,
            rows_withdrawn: 0,
            rows_unchanged: 0,
        }
    }
}

/// The file of an archive that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRead {
    /// `zip`, `gzip`.
    pub container: String,
    /// With its folders; in an archive within an archive `outer.zip!inner.csv`. Empty if it has none.
    pub name: String,
}

/// What was found. `rows_read = committed + quarantined + duplicate + blank_or_total`, always.
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
    /// By which the rows, or a part of them, are known again; none if there are none or none may be remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    pub findings_total: u64,
    pub findings_by_rule: BTreeMap<String, u64>,
    /// Of the committed rows, by field name; decimals and whole numbers. Money by field name and currency,
    /// `reg_capital.USD`, because amounts of two currencies have no sum.
    pub totals: BTreeMap<String, Total>,
    /// Feed id.
    pub contract: String,
    pub contract_version: String,
    /// Canonical label.
    pub period: String,
    pub unit: String,
    /// `utf-8`, `gb18030`, `utf-16le`, `utf-16be`, or the format if it is no delimited text (`xlsx`, `json`, `ndjson`,
    /// `xml`, `parquet`); empty if the file could not be read.
    pub charset: String,
    /// `,`, `;`, `tab`, `||`, …; empty if the file could not be read or is no delimited text.
    pub delimiter: String,
    /// The file of an archive that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberRead>,
    /// Headers that the contract does not know.
    pub columns_ignored: Vec<String>,
    /// Units the file gave outside of its cells, in the order of the contract's fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitRead>,
    /// The file is a returned workbook of mended rows, and this is the report on the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    pub file_findings: Vec<Finding>,
    /// Of this report without this field, as canonical JSON: `sha256:<hex>`. No machine and no time is in it.
    pub report_hash: String,
}

/// A report in the making.
pub(crate) struct Draft {
    report: Report,
    pub file_findings: Vec<Finding>,
    pub columns_ignored: Vec<String>,
    pub units: Vec<UnitRead>,
    pub answered: Option<Answered>,
}

impl Draft {
    pub fn new(job: &Job<'_>) -> Self {
        let report = Report {
            verdict: Verdict::Rejected,
            rows_read: 0,
            committed: 0,
            quarantined: 0,
            duplicate: 0,
            blank_or_total: 0,
            sha256: String::new(),
            rows_hash: hashing::labelled(Sha256::new()),
            sketch: None,
            findings_total: 0,
            findings_by_rule: BTreeMap::new(),
            totals: BTreeMap::new(),
            contract: job.contract.id().to_string(),
            contract_version: job.contract.version().to_owned(),
            period: job.period.label().to_owned(),
            unit: job.unit.to_string(),
            charset: String::new(),
            delimiter: String::new(),
            member: None,
            columns_ignored: Vec::new(),
            units: Vec::new(),
            answered: None,
            file_findings: Vec::new(),
            report_hash: String::new(),
        };
        Self {
            report,
            file_findings: Vec::new(),
            columns_ignored: Vec::new(),
            units: Vec::new(),
            answered: None,
        }
    }

    /// How the file is written.
    pub fn text(&mut self, evidence: &Evidence) {
        self.report.charset = evidence.label().to_owned();
        self.report.delimiter = match evidence.is_delimited() {
            true => evidence.delimiter.label(),
            false => String::new(),
        };
        self.report.member = evidence.member.as_ref().map(|member| MemberRead {
            container: member.container.label().to_owned(),
            name: member.name.clone(),
        });
    }

    /// Is there a finding that refuses the file as a whole?
    pub fn is_refused(&self) -> bool {
        self.file_findings
            .iter()
            .any(|finding| finding.severity == Severity::Fatal)
    }

    /// What became of the rows.
    pub fn rows(&mut self, plan: &Plan<'_>, tally: &Tally) {
        self.report.rows_read = tally.rows_read;
        self.report.committed = tally.committed;
        self.report.quarantined = tally.quarantined;
        self.report.duplicate = tally.duplicate;
        self.report.blank_or_total = tally.blank_or_total;
        self.report.rows_hash = tally.rows_hash();
        self.report.sketch = tally.sketch.finish();
        self.report.findings_by_rule = tally.findings_by_rule(plan);
        self.report.totals = tally.named_totals(plan);
    }

    /// Decides, and closes the report.
    pub fn finish(self, sha256: String) -> Report {
        let refused = self.is_refused();
        let Self {
            mut report,
            file_findings,
            columns_ignored,
            units,
            answered,
        } = self;
        for finding in &file_findings {
            *report.findings_by_rule.entry(finding.rule.clone()).or_default() += 1;
        }
        report.findings_total = report.findings_by_rule.values().sum();
        report.verdict = match report.findings_total {
            _ if refused => Verdict::Rejected,
            0 => Verdict::Accepted,
            _ => Verdict::AcceptedWithFindings,
        };
        if refused {
            // INVARIANT (whole-submission): a refused file commits nothing, so its good rows are held back too.
            report.quarantined += std::mem::take(&mut report.committed);
            report.totals.clear();
        }
        report.sha256 = sha256;
        report.file_findings = file_findings;
        if report.is_refused_at_the_door() {
            report.sketch = None;
        }
        report.columns_ignored = columns_ignored;
        report.units = units;
        report.answered = answered;
        report.report_hash = report.hash();
        report
    }
}

impl Report {
    /// The same report with another reason why an answer could not be laid over anything. Only for a report on an
    /// answer that was looked at alone: whoever keeps the files knows better why there was nothing to lay it over.
    #[must_use]
    pub fn answer_refused(mut self, text: &str) -> Report {
        for finding in self
            .file_findings
            .iter_mut()
            .filter(|finding| finding.rule == marked::ANSWER)
        {
            text.clone_into(&mut finding.text);
        }
        self.report_hash = self.hash();
        self
    }

    /// The file holds what must not come: nothing of it may be kept, not even sealed.
    pub fn is_refused_at_the_door(&self) -> bool {
        self.file_findings
            .iter()
            .any(|finding| door::closes(&finding.rule))
    }

    /// The hash of everything else in the report: `sha256:<hex>` over its canonical JSON.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        // A report holds texts, whole numbers and nothing that could fail to be JSON.
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("report_hash");
        }
        digest.update(canonical::json(&value));
        hashing::labelled(digest)
    }
}
