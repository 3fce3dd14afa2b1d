//! What slots are known to hold, what was reminded of, and what departments sent on a day.

use chrono::TimeDelta;
use intake::Verdict;

use super::sample::{intent, receipt, rejected, settle, slot};
use super::{Place, department, noon};
use crate::{ReminderKey, ReminderOutcome, ReminderState, SentOnDay};

#[tokio::test]
async fn a_slot_tells_what_it_holds_when_it_came_and_what_was_refused() {
    let place = Place::new();
    let registry = place.open().await;
    let mut first = intent("202501", "sha256:a", 0);
    first.report.findings_by_rule = [
        ("R-kwh-required", 3),
        ("R-address-required", 1),
        ("R-kwh-range", 9),
    ]
    .map(|(rule, n)| (rule.to_owned(), n))
    .into();
    settle(&registry, &first, Some(1), 1).await.unwrap();
    settle(&registry, &rejected(intent("202501", "sha256:b", 1)), None, 2)
        .await
        .unwrap();
    settle(&registry, &rejected(intent("202412", "sha256:c", 0)), None, 3)
        .await
        .unwrap();
    let facts = registry.slot_facts(2025).await.unwrap();
    assert_eq!(facts.len(), 1, "labels below the year stay out");
    let held = facts[0].held.as_ref().unwrap();
    assert_eq!(
        (&facts[0].slot, &held.submission),
        (&slot("202501"), &first.submission)
    );
    assert_eq!(
        (held.rows_read, held.committed, held.required_missing),
        (10, 10, 4)
    );
    assert_eq!(
        (facts[0].revisions, facts[0].refused, facts[0].withdrawn),
        (1, 1, false)
    );
    assert_eq!(facts[0].received_at, Some(noon(1)));
    let facts = registry.slot_facts(2024).await.unwrap();
    assert_eq!((facts[0].held.is_none(), facts[0].refused), (true, 1));
    assert_eq!(facts[0].received_at, None);
}

#[tokio::test]
async fn what_was_taken_back_is_no_longer_held_and_its_time_is_counted_anew() {
    let place = Place::new();
    let registry = place.open().await;
    settle(&registry, &intent("202501", "sha256:a", 0), Some(1), 1)
        .await
        .unwrap();
    let withdrawal = intent("202501", "sha256:none", 1);
    settle(&registry, &withdrawal, Some(2), 2).await.unwrap();
    // As a later version of the receipt says it.
    let mut said = serde_json::to_value(receipt(&withdrawal, Some(2), 2)).unwrap();
    said["act"] = serde_json::json!({ "kind": "withdrawal", "of": "sub_x" });
    for sql in [
        "DROP TRIGGER receipts_stay",
        "UPDATE receipts SET receipt = ? WHERE submission_id = ?",
    ] {
        let query = sqlx::query(sql);
        let query = if sql.starts_with("UPDATE") {
            query.bind(said.to_string()).bind(withdrawal.submission.as_str())
        } else {
            query
        };
        query.execute(&registry.writer).await.unwrap();
    }
    let facts = registry.slot_facts(2025).await.unwrap().remove(0);
    assert!(facts.withdrawn && facts.held.is_none() && facts.received_at.is_none());
    assert_eq!(facts.revisions, 2);
    let again = intent("202501", "sha256:a", 2);
    assert_eq!(again.report.verdict, Verdict::Accepted);
    settle(&registry, &again, Some(3), 3).await.unwrap();
    let facts = registry.slot_facts(2025).await.unwrap().remove(0);
    assert!(!facts.withdrawn && facts.received_at.is_some());
    assert_eq!(facts.held.unwrap().submission, again.submission);
}

fn key(period: &str, stage: &str) -> ReminderKey {
    ReminderKey {
        slot: slot(period),
        round: 0,
        stage: stage.to_owned(),
        channel: "mail".to_owned(),
    }
}

#[tokio::test]
async fn a_reminder_is_tried_again_until_it_is_sent_and_then_never() {
    let place = Place::new();
    let registry = place.open().await;
    let keys = [key("202501", "soon"), key("202502", "late")];
    let later = noon(2) + TimeDelta::minutes(5);
    let failed = |again_at| ReminderOutcome::Failed {
        code: "reminder.unreachable".to_owned(),
        again_at,
    };
    registry
        .reminded(&keys, &failed(Some(later)), noon(2))
        .await
        .unwrap();
    let known = registry.reminders(2025).await.unwrap();
    assert_eq!(
        known.get(&keys[0]),
        Some(&ReminderState::Waiting {
            attempts: 1,
            again_at: later
        })
    );
    registry
        .reminded(&keys[..1], &ReminderOutcome::Sent, noon(3))
        .await
        .unwrap();
    registry
        .reminded(&keys[1..], &failed(None), noon(3))
        .await
        .unwrap();
    // A late answer about one that is sent changes nothing.
    registry
        .reminded(&keys[..1], &failed(None), noon(4))
        .await
        .unwrap();
    let known = registry.reminders(2025).await.unwrap();
    assert_eq!(known.get(&keys[0]), Some(&ReminderState::Sent));
    assert_eq!(known.get(&keys[1]), Some(&ReminderState::GivenUp { attempts: 2 }));
    assert!(registry.reminders(2026).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_department_sends_is_added_up_by_day_and_old_days_go() {
    let place = Place::new();
    let registry = place.open().await;
    let (pow, tax) = (department("pow"), department("tax"));
    let day = |text: &str| text.parse().unwrap();
    let sent = |submissions, bytes| SentOnDay { submissions, bytes };
    registry
        .add_sent(day("2025-01-01"), &pow, sent(1, 10))
        .await
        .unwrap();
    registry
        .add_sent(day("2025-01-01"), &pow, sent(0, 32))
        .await
        .unwrap();
    assert_eq!(
        registry.sent_on(day("2025-01-01"), &pow).await.unwrap(),
        sent(1, 42)
    );
    assert_eq!(
        registry.sent_on(day("2025-01-01"), &tax).await.unwrap(),
        sent(0, 0)
    );
    registry
        .add_sent(day("2025-02-02"), &pow, sent(1, 1))
        .await
        .unwrap();
    assert_eq!(
        registry.sent_on(day("2025-01-01"), &pow).await.unwrap(),
        sent(0, 0)
    );
}
