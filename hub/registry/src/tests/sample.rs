//! Submissions as the tests make them up.

use std::collections::BTreeMap;

use intake::{
    Act, Finding, Intent, Receipt, Report, Sender, Settlement, Severity, Slot, StoreError, SubmissionStore,
    Verdict,
};
use schemas::{FeedId, Period, PeriodKind, RegionCode, SubmissionId};
use serde_json::json;

use super::{department, noon};
use crate::Registry;

pub fn slot(period: &str) -> Slot {
    let period = Period::parse(PeriodKind::Month, period).unwrap();
    Slot::new(
        FeedId::parse("pow_usage").unwrap(),
        &period,
        RegionCode::parse("433100").unwrap(),
    )
}

pub fn finding(row: u64) -> Finding {
    Finding {
        row: Some(row),
        column: Some("电量".to_owned()),
        rule: "R-kwh-range".to_owned(),
        severity: Severity::Error,
        value_masked: None,
        text: "check.range".to_owned(),
        args: BTreeMap::new(),
        offset: None,
        suggestion: None,
        advice: None,
    }
}

pub fn report(verdict: Verdict, sha256: &str) -> Report {
    Report {
        verdict,
        rows_read: 10,
        committed: 10,
        quarantined: 0,
        duplicate: 0,
        blank_or_total: 0,
        sha256: sha256.to_owned(),
        rows_hash: String::new(),
        sketch: None,
        findings_total: 0,
        findings_by_rule: BTreeMap::new(),
        totals: BTreeMap::new(),
        contract: "pow_usage".to_owned(),
        contract_version: "1.0.0".to_owned(),
        period: "202501".to_owned(),
        unit: "433100".to_owned(),
        charset: "utf-8".to_owned(),
        delimiter: ",".to_owned(),
        member: None,
        columns_ignored: Vec::new(),
        units: Vec::new(),
        answered: None,
        file_findings: Vec::new(),
        report_hash: String::new(),
    }
}

pub fn intent(period: &str, sha256: &str, revision_before: u32) -> Intent {
    Intent {
        submission: SubmissionId::new(),
        slot: slot(period),
        period: Period::parse(PeriodKind::Month, period).unwrap(),
        contract_version: "1.0.0".to_owned(),
        act: Act::Whole,
        changes: None,
        sender: Sender {
            person: "pow.reporter".to_owned(),
            department: department("pow"),
            role: "reporter".to_owned(),
            policy_epoch: 3,
            client: None,
            request_id: None,
        },
        file_name: Some("用电.csv".to_owned()),
        idempotency_key: None,
        zero: false,
        size_bytes: 100,
        report: report(Verdict::Accepted, sha256),
        recognised: Vec::new(),
        findings_kept: 0,
        staged: None,
        review: None,
        revision_before,
        received_at: noon(1),
    }
}

pub fn keyed(intent: Intent, key: &str) -> Intent {
    Intent {
        idempotency_key: Some(key.to_owned()),
        ..intent
    }
}

pub fn rejected(intent: Intent) -> Intent {
    Intent {
        report: report(Verdict::Rejected, &intent.report.sha256),
        ..intent
    }
}

/// A receipt as it would be read back; its signature is nobody's.
pub fn receipt(intent: &Intent, version: Option<i64>, entry: u64) -> Receipt {
    let accepted = intent.is_accepted();
    let facts = json!({
        "v": 1, "submission": intent.submission, "feed": intent.slot.feed, "period": intent.slot.period,
        "unit": intent.slot.unit, "contract_version": "1.0.0", "department": "pow", "person": "pow.reporter",
        "file_name": null, "verdict": intent.report.verdict, "zero": false, "rows_read": 10, "committed": 10,
        "quarantined": 0, "duplicate": 0, "blank_or_total": 0, "findings_total": 0, "findings_kept": 0,
        "sha256": intent.report.sha256, "size_bytes": 100, "totals": {}, "columns_ignored": [], "report_hash": "",
        "revision": accepted.then_some(intent.revision_before + 1), "table_version": version, "entry": entry,
        "received_at": "2025-02-01T04:00:00.000Z", "settled_at": "2025-02-01T04:00:01.000Z", "key_id": "none",
        "signature": "none",
    });
    Receipt::from_stored(&facts.to_string()).unwrap()
}

/// The same receipt of another day in February.
pub fn settled_on(receipt: Receipt, day: u32) -> Receipt {
    let mut facts: serde_json::Value = serde_json::from_str(&receipt.to_json().unwrap()).unwrap();
    facts["settled_at"] = json!(format!("2025-02-{day:02}T04:00:00.000Z"));
    Receipt::from_stored(&facts.to_string()).unwrap()
}

pub async fn settle(
    registry: &Registry,
    intent: &Intent,
    version: Option<i64>,
    entry: u64,
) -> Result<(), StoreError> {
    registry.put_intent(intent, &[], &[]).await?;
    registry
        .settle(&Settlement {
            intent: intent.clone(),
            receipt: receipt(intent, version, entry),
        })
        .await
}
