//! Submissions from intent to receipt, and everything that must be unique on the way.

use intake::{Intent, Settlement, Standing, StoreError, SubmissionStore};
use serde_json::Value;

use super::sample::{finding, intent, keyed, receipt, rejected, settle, slot};
use super::{Place, department};

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
    registry.put_intent(&open, &[], &[]).await.unwrap();
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
    registry.put_intent(&first, &[], &[]).await.unwrap();
    let second = intent("202501", "sha256:b", 0);
    assert_eq!(
        registry.put_intent(&second, &[], &[]).await,
        Err(StoreError::SlotMoved)
    );
    registry
        .put_intent(&intent("202502", "sha256:b", 0), &[], &[])
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
        registry.put_intent(&second, &[], &[]).await,
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
    registry.put_intent(&lost, &[finding(1)], &[]).await.unwrap();
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
    assert_eq!(
        registry.put_intent(&second, &[], &[]).await,
        Err(StoreError::KeyTaken)
    );
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
