//! Submissions from intent to receipt, and everything that must be unique on the way.

use std::collections::BTreeMap;

use intake::{
    Finding, Intent, Receipt, Report, Sender, Settlement, Severity, Slot, Standing, StoreError,
    SubmissionFilter, SubmissionStore, Verdict,
};
use schemas::{FeedId, Period, PeriodKind, RegionCode, SubmissionId};
use serde_json::{Value, json};

use super::{Place, department, noon};
use crate::Registry;

fn slot(period: &str) -> Slot {
    let period = Period::parse(PeriodKind::Month, period).unwrap();
    Slot::new(
        FeedId::parse("pow_usage").unwrap(),
        &period,
        RegionCode::parse("433100").unwrap(),
    )
}

fn finding(row: u64) -> Finding {
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
    }
}

fn report(verdict: Verdict, sha256: &str) -> Report {
    Report {
        verdict,
        rows_read: 10,
        committed: 10,
        quarantined: 0,
        duplicate: 0,
        blank_or_total: 0,
        sha256: sha256.to_owned(),
        rows_hash: String::new(),
        findings_total: 0,
        findings_by_rule: BTreeMap::new(),
        totals: BTreeMap::new(),
        contract: "pow_usage".to_owned(),
        contract_version: "1.0.0".to_owned(),
        period: "202501".to_owned(),
        unit: "433100".to_owned(),
        charset: "utf-8".to_owned(),
        delimiter: ",".to_owned(),
        columns_ignored: Vec::new(),
        file_findings: Vec::new(),
        report_hash: String::new(),
    }
}

fn intent(period: &str, sha256: &str, revision_before: u32) -> Intent {
    Intent {
        submission: SubmissionId::new(),
        slot: slot(period),
        period: Period::parse(PeriodKind::Month, period).unwrap(),
        contract_version: "1.0.0".to_owned(),
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
        findings_kept: 0,
        staged: None,
        revision_before,
        received_at: noon(1),
    }
}

fn keyed(intent: Intent, key: &str) -> Intent {
    Intent {
        idempotency_key: Some(key.to_owned()),
        ..intent
    }
}

fn rejected(intent: Intent) -> Intent {
    Intent {
        report: report(Verdict::Rejected, &intent.report.sha256),
        ..intent
    }
}

/// A receipt as it would be read back; its signature is nobody's.
fn receipt(intent: &Intent, version: Option<i64>, entry: u64) -> Receipt {
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

async fn settle(
    registry: &Registry,
    intent: &Intent,
    version: Option<i64>,
    entry: u64,
) -> Result<(), StoreError> {
    registry.put_intent(intent, &[]).await?;
    registry
        .settle(&Settlement {
            intent: intent.clone(),
            receipt: receipt(intent, version, entry),
        })
        .await
}

#[tokio::test]
async fn a_settled_submission_is_current_and_has_its_receipt() {
    let place = Place::new();
    let registry = place.open().await;
    let first = intent("202501", "sha256:a", 0);
    assert_eq!(registry.current(&first.slot).await.unwrap(), None);
    settle(&registry, &first, Some(1), 7).await.unwrap();
    registry.close().await;

    let registry = place.open().await;
    let current = registry.current(&first.slot).await.unwrap().unwrap();
    assert_eq!(
        (current.submission, current.revision),
        (first.submission.clone(), 1)
    );
    assert_eq!(current.receipt, receipt(&first, Some(1), 7));
    let Some(Standing::Settled(record)) = registry.standing(&first.submission).await.unwrap() else {
        panic!("not settled")
    };
    assert!(record.current && record.lake_seq == Some(1));
    assert_eq!(registry.open_intents().await.unwrap(), Vec::new());
    assert_eq!(
        registry
            .settled_by_entry(7)
            .await
            .unwrap()
            .unwrap()
            .receipt
            .submission,
        first.submission
    );
    assert_eq!(registry.settled_by_entry(8).await.unwrap(), None);
}

#[tokio::test]
async fn an_intent_is_read_back_whole_and_closed_by_settling() {
    let place = Place::new();
    let registry = place.open().await;
    let open = keyed(intent("202501", "sha256:a", 0), "k");
    registry.put_intent(&open, &[]).await.unwrap();
    assert_eq!(registry.open_intents().await.unwrap(), vec![open.clone()]);
    assert_eq!(
        registry.open_intent(&open.slot).await.unwrap(),
        Some(open.clone())
    );
    assert_eq!(registry.open_intent(&slot("202502")).await.unwrap(), None);
    let used = registry
        .by_idempotency_key(&department("pow"), "k")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((used.submission, used.receipt), (open.submission.clone(), None));
    let settlement = Settlement {
        intent: open.clone(),
        receipt: receipt(&open, Some(4), 1),
    };
    registry.settle(&settlement).await.unwrap();
    registry
        .settle(&settlement)
        .await
        .expect("settling twice changes nothing");
    assert_eq!(registry.open_intent(&open.slot).await.unwrap(), None);
    assert!(
        registry
            .by_idempotency_key(&department("pow"), "k")
            .await
            .unwrap()
            .unwrap()
            .receipt
            .is_some()
    );
}

#[tokio::test]
async fn a_slot_has_one_open_intent_and_moves_one_revision_at_a_time() {
    let place = Place::new();
    let registry = place.open().await;
    let first = intent("202501", "sha256:a", 0);
    registry.put_intent(&first, &[]).await.unwrap();
    let second = intent("202501", "sha256:b", 0);
    assert_eq!(
        registry.put_intent(&second, &[]).await,
        Err(StoreError::SlotMoved)
    );
    registry
        .put_intent(&intent("202502", "sha256:b", 0), &[])
        .await
        .expect("another slot is another matter");
    registry
        .settle(&Settlement {
            intent: first.clone(),
            receipt: receipt(&first, Some(1), 1),
        })
        .await
        .unwrap();
    assert_eq!(
        registry.put_intent(&second, &[]).await,
        Err(StoreError::SlotMoved),
        "checked against an empty slot"
    );
    settle(&registry, &intent("202501", "sha256:b", 1), Some(2), 2)
        .await
        .unwrap();
    assert_eq!(registry.current(&first.slot).await.unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn a_rejected_submission_is_kept_and_leaves_the_slot_alone() {
    let place = Place::new();
    let registry = place.open().await;
    let good = intent("202501", "sha256:a", 0);
    settle(&registry, &good, Some(1), 1).await.unwrap();
    let bad = rejected(intent("202501", "sha256:b", 1));
    settle(&registry, &bad, None, 2).await.unwrap();
    assert_eq!(
        registry.current(&good.slot).await.unwrap().unwrap().submission,
        good.submission
    );
    let Some(Standing::Settled(record)) = registry.standing(&bad.submission).await.unwrap() else {
        panic!("not kept")
    };
    assert!(!record.current && record.lake_seq.is_none());
    assert_eq!(registry.lake_seq().await.unwrap(), 1);
}

#[tokio::test]
async fn an_aborted_intent_frees_its_key_and_its_slot_and_never_comes_back() {
    let place = Place::new();
    let registry = place.open().await;
    let lost = keyed(intent("202501", "sha256:a", 0), "k");
    registry.put_intent(&lost, &[finding(1)]).await.unwrap();
    registry
        .abort_intent(&lost.submission, "intake.interrupted")
        .await
        .unwrap();
    let settlement = Settlement {
        intent: lost.clone(),
        receipt: receipt(&lost, Some(1), 1),
    };
    assert_eq!(registry.settle(&settlement).await, Err(StoreError::SlotMoved));
    let standing = registry.standing(&lost.submission).await.unwrap();
    assert!(matches!(standing, Some(Standing::Aborted { code, .. }) if code == "intake.interrupted"));
    assert_eq!(
        registry
            .by_idempotency_key(&department("pow"), "k")
            .await
            .unwrap(),
        None
    );
    settle(
        &registry,
        &keyed(intent("202501", "sha256:a", 0), "k"),
        Some(1),
        1,
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_key_belongs_to_one_submission_of_one_department() {
    let place = Place::new();
    let registry = place.open().await;
    let first = keyed(intent("202501", "sha256:a", 0), "k");
    settle(&registry, &first, Some(1), 1).await.unwrap();
    let second = keyed(intent("202502", "sha256:b", 0), "k");
    assert_eq!(registry.put_intent(&second, &[]).await, Err(StoreError::KeyTaken));
    assert_eq!(
        registry.standing(&second.submission).await.unwrap(),
        None,
        "all or nothing"
    );
    registry
        .put_idempotency_key(&department("pow"), "k", &first.submission)
        .await
        .expect("its holder may hold it");
    registry
        .put_idempotency_key(&department("pow"), "other", &first.submission)
        .await
        .unwrap();
    let used = registry
        .by_idempotency_key(&department("pow"), "other")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(used.submission, first.submission);
    assert_eq!(
        registry
            .by_idempotency_key(&department("tax"), "k")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn findings_are_paged_in_order_without_gaps() {
    let place = Place::new();
    let registry = place.open().await;
    let intent = intent("202501", "sha256:a", 0);
    let all: Vec<Finding> = (0..1203).map(finding).collect();
    registry.put_intent(&intent, &all).await.unwrap();
    let none = registry.findings(&intent.submission, 0, 10).await.unwrap();
    assert!(none.findings.is_empty(), "an open submission shows nothing");
    registry
        .settle(&Settlement {
            intent: intent.clone(),
            receipt: receipt(&intent, Some(1), 1),
        })
        .await
        .unwrap();
    for page_size in [1203, 500, 499, 7] {
        let (mut read, mut after) = (Vec::new(), Some(0));
        while let Some(from) = after {
            let page = registry
                .findings(&intent.submission, from, page_size)
                .await
                .unwrap();
            assert!(page.findings.len() <= page_size as usize);
            read.extend(page.findings);
            after = page.next;
        }
        assert!(read == all, "pages of {page_size}");
    }
    let beyond = registry.findings(&intent.submission, 5000, 10).await.unwrap();
    assert!(beyond.findings.is_empty() && beyond.next.is_none());
}

#[tokio::test]
async fn submissions_are_listed_newest_first_by_page() {
    let place = Place::new();
    let registry = place.open().await;
    let mut sent = Vec::new();
    for revision in 0..5 {
        let intent = intent("202501", &format!("sha256:{revision}"), revision);
        settle(
            &registry,
            &intent,
            Some(i64::from(revision) + 1),
            u64::from(revision),
        )
        .await
        .unwrap();
        sent.insert(0, intent.submission);
    }
    let mut filter = SubmissionFilter {
        department: Some(department("pow")),
        count_max: 2,
        ..Default::default()
    };
    let ids = |records: Vec<intake::SubmissionRecord>| -> Vec<SubmissionId> {
        records
            .iter()
            .map(|record| record.receipt.submission.clone())
            .collect()
    };
    assert_eq!(ids(registry.submissions(&filter).await.unwrap()), sent[..2]);
    filter.before = Some(sent[1].clone());
    assert_eq!(ids(registry.submissions(&filter).await.unwrap()), sent[2..4]);
    let tax = SubmissionFilter {
        department: Some(department("tax")),
        count_max: 9,
        ..Default::default()
    };
    assert!(registry.submissions(&tax).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_lake_as_of_a_step_is_one_state_across_feeds() {
    let place = Place::new();
    let registry = place.open().await;
    settle(&registry, &intent("202501", "sha256:a", 0), Some(1), 1)
        .await
        .unwrap();
    // Version 3 was recorded before version 2, which had to be recovered.
    settle(&registry, &intent("202502", "sha256:b", 0), Some(3), 2)
        .await
        .unwrap();
    settle(&registry, &intent("202503", "sha256:c", 0), Some(2), 3)
        .await
        .unwrap();
    let feed = FeedId::parse("pow_usage").unwrap();
    for (seq, version) in [(1, 1), (2, 3), (3, 3)] {
        assert_eq!(
            registry.versions_at(seq).await.unwrap().get(&feed),
            Some(&version),
            "after step {seq}"
        );
    }
    assert!(registry.versions_at(0).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_settled_cannot_be_changed_by_a_statement() {
    let place = Place::new();
    let registry = place.open().await;
    settle(&registry, &intent("202501", "sha256:a", 0), Some(1), 1)
        .await
        .unwrap();
    for sql in [
        "UPDATE submissions SET verdict = 'rejected'",
        "DELETE FROM submissions",
        "UPDATE receipts SET receipt = '{}'",
        "DELETE FROM receipts",
        "UPDATE lake_seq SET version = 9",
    ] {
        assert!(sqlx::query(sql).execute(&registry.writer).await.is_err(), "{sql}");
    }
}

#[test]
fn an_intent_survives_its_document() {
    let intent = intent("202501", "sha256:a", 0);
    let document: Value = serde_json::to_value(&intent).unwrap();
    assert_eq!(serde_json::from_value::<Intent>(document).unwrap(), intent);
}
