//! Submissions that wait for a signature.

use intake::{Intent, Settlement, Standing, StoreError, SubmissionStore};

use super::sample::{finding, intent, keyed, receipt, settle};
use super::{Place, department};

#[tokio::test]
async fn what_waits_for_a_signature_is_neither_open_nor_settled_until_it_is_released() {
    let place = Place::new();
    let registry = place.open().await;
    let waiting = keyed(intent("202501", "sha256:a", 0), "k");
    registry.put_intent(&waiting, &[finding(1)], &[]).await.unwrap();
    registry.hold(&waiting, Some(7)).await.unwrap();
    assert_eq!(registry.open_intents().await.unwrap(), Vec::new());
    assert_eq!(registry.open_intent(&waiting.slot).await.unwrap(), None);
    assert_eq!(
        registry.waiting_intent(&waiting.slot).await.unwrap(),
        Some(waiting.clone())
    );
    let listed = registry.waiting().await.unwrap();
    assert_eq!((listed.len(), listed[0].entry), (1, Some(7)));
    assert!(matches!(
        registry.standing(&waiting.submission).await.unwrap(),
        Some(Standing::Waiting(_))
    ));
    let shown = registry.findings(&waiting.submission, 0, 10).await.unwrap();
    assert_eq!(shown.findings.len(), 1, "whoever signs reads the findings");
    let settlement = Settlement {
        intent: waiting.clone(),
        receipt: receipt(&waiting, Some(1), 8),
    };
    assert_eq!(
        registry.settle(&settlement).await,
        Err(StoreError::SlotMoved),
        "not before somebody signs"
    );
    settle(&registry, &intent("202501", "sha256:b", 0), Some(1), 1)
        .await
        .expect("the slot is free for others meanwhile");
    assert_eq!(
        registry.release(&waiting).await,
        Err(StoreError::SlotMoved),
        "it was checked against an empty slot"
    );
    let again = Intent {
        revision_before: 1,
        ..waiting.clone()
    };
    registry.release(&again).await.unwrap();
    assert_eq!(registry.open_intents().await.unwrap(), vec![again.clone()]);
    assert_eq!(
        registry.release(&again).await,
        Err(StoreError::SlotMoved),
        "released once"
    );
    let settlement = Settlement {
        intent: again.clone(),
        receipt: receipt(&again, Some(2), 9),
    };
    registry.settle(&settlement).await.unwrap();
    assert_eq!(registry.waiting().await.unwrap(), Vec::new());
}

#[tokio::test]
async fn a_newer_submission_takes_the_place_of_one_that_waits() {
    let place = Place::new();
    let registry = place.open().await;
    let first = keyed(intent("202501", "sha256:a", 0), "k");
    let second = intent("202501", "sha256:b", 0);
    for waiting in [&first, &second] {
        registry.put_intent(waiting, &[], &[]).await.unwrap();
        registry.hold(waiting, None).await.unwrap();
    }
    assert_eq!(
        registry.waiting_intent(&first.slot).await.unwrap(),
        Some(second.clone())
    );
    let Some(Standing::Aborted { code, .. }) = registry.standing(&first.submission).await.unwrap() else {
        panic!("the first still waits")
    };
    assert_eq!(code, "intake.superseded");
    let used = registry
        .by_idempotency_key(&department("pow"), "k")
        .await
        .unwrap();
    assert_eq!(used, None, "its key may be used again");
    registry
        .abort_intent(&second.submission, "intake.declined")
        .await
        .unwrap();
    assert_eq!(registry.waiting_intent(&first.slot).await.unwrap(), None);
    assert_eq!(registry.hold(&second, None).await, Err(StoreError::SlotMoved));
}
