//! INVARIANT (once), at its second guard: whatever the store answers, a submission's rows are there exactly once.

use super::faults::{Fault, FaultyStore};
use super::*;

/// Two handles on one table that share nothing but the store, as two processes would.
async fn two_writers(store: &Arc<FaultyStore>) -> (Lake, FeedTable, FeedTable) {
    let keys = keys();
    let (one, other) = (
        Lake::over(store.clone(), keys.clone()).await.unwrap(),
        Lake::over(store.clone(), keys).await.unwrap(),
    );
    let (first, second) = (
        one.feed(&contract()).await.unwrap(),
        other.feed(&contract()).await.unwrap(),
    );
    (one, first, second)
}

#[tokio::test]
async fn the_same_submission_twice_is_there_once() {
    let lake = lake().await;
    let (table, slot, submission) = (
        lake.feed(&contract()).await.unwrap(),
        slot("202501", "433100"),
        SubmissionId::new(),
    );
    let staged = stage(&table, &slot, &submission, vec![rows(0..100)]).await;
    let first = table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    assert_eq!(
        first,
        Landed {
            version: 1,
            found: false
        }
    );
    let again = table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    assert_eq!(
        again,
        Landed {
            version: 1,
            found: true
        }
    );
    // Also when it was staged anew, and after others came in between.
    submit(&table, &super::slot("202502", "433100"), 10).await;
    let anew = stage(&table, &slot, &submission, vec![rows(0..100)]).await;
    assert_ne!(anew.files(), staged.files());
    let again = table.commit(&submission, &slot, &anew, NOTE).await.unwrap();
    assert_eq!(
        again,
        Landed {
            version: 1,
            found: true
        }
    );
    assert_eq!(table.look(&submission).await.unwrap(), Some(1));
    assert_eq!(table.look(&SubmissionId::new()).await.unwrap(), None);
    assert_eq!(count(&lake, &table).await, 110);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_with_one_submission_bring_it_in_once() {
    let store = FaultyStore::new();
    let (lake, first, second) = two_writers(&store).await;
    let (slot, submission) = (slot("202501", "433100"), SubmissionId::new());
    let staged = stage(&first, &slot, &submission, vec![rows(0..100)]).await;
    let (a, b) = tokio::join!(
        first.commit(&submission, &slot, &staged, NOTE),
        second.commit(&submission, &slot, &staged, NOTE)
    );
    assert_eq!(a.unwrap().version, b.unwrap().version);
    assert_eq!(count(&lake, &first).await, 100);
    assert_eq!(first.history(10).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_in_one_slot_leave_one_of_them_whole() {
    // Both see an empty partition. Without the binding to the snapshot both would stay, and the slot would hold 300.
    let store = FaultyStore::new();
    let (lake, first, second) = two_writers(&store).await;
    let slot = slot("202501", "433100");
    let ((a, a_landed), (b, b_landed)) =
        tokio::join!(submit(&first, &slot, 100), submit(&second, &slot, 200));
    let newest = if a_landed.version > b_landed.version {
        100
    } else {
        200
    };
    assert_eq!(count(&lake, &first).await, newest);
    assert_ne!(first.look(&a).await.unwrap(), first.look(&b).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_submissions_at_once_are_all_there_once() {
    let lake = lake().await;
    let table = lake.feed(&contract()).await.unwrap();
    let submissions = (0..30).map(|i| {
        let table = table.clone();
        tokio::spawn(async move {
            let month = format!("2025{:02}", i % 12 + 1);
            submit(
                &table,
                &slot(&month, if i % 2 == 0 { "433100" } else { "433101" }),
                10 + i,
            )
            .await
        })
    });
    let landed = futures::future::join_all(submissions).await;
    let versions: std::collections::BTreeSet<_> =
        landed.iter().map(|l| l.as_ref().unwrap().1.version).collect();
    assert_eq!(versions, (1..=30).collect());
    for (submission, landed) in landed.into_iter().map(Result::unwrap) {
        assert_eq!(table.look(&submission).await.unwrap(), Some(landed.version));
    }
    count(&lake, &table).await;
}

#[tokio::test]
async fn a_lying_store_changes_nothing() {
    for fault in [
        Fault::StoredThenError,
        Fault::StoredThenExists,
        Fault::ErrorOnly,
        Fault::StoredLate,
        Fault::CheckpointFails,
    ] {
        let store = FaultyStore::new();
        let lake = lake_over(store.clone()).await;
        let table = lake.feed(&contract()).await.unwrap();
        let slot = slot("202501", "433100");
        // The checkpoint comes with version 19.
        let before = if fault == Fault::CheckpointFails { 18 } else { 1 };
        for n in 0..before {
            submit(&table, &super::slot("202502", "433101"), 5 + n).await;
        }
        store.set(fault);
        let submission = SubmissionId::new();
        let staged = stage(&table, &slot, &submission, vec![rows(0..100)]).await;
        let landed = table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
        assert_eq!(store.fault(), Fault::None, "{fault:?} happened");
        assert_eq!(landed.version, before + 1, "{fault:?}");
        let again = table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
        assert_eq!(
            again,
            Landed {
                version: landed.version,
                found: true
            },
            "{fault:?}"
        );
        assert_eq!(count(&lake, &table).await, 100 + 4 + before as usize, "{fault:?}");
        assert_eq!(
            table.history(100).await.unwrap().len() as i64,
            before + 2,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_store_that_is_down_leaves_the_outcome_open_and_a_later_commit_settles_it() {
    let store = FaultyStore::new();
    let lake = lake_over(store.clone()).await;
    let (table, slot, submission) = (
        lake.feed(&contract()).await.unwrap(),
        slot("202501", "433100"),
        SubmissionId::new(),
    );
    let staged = stage(&table, &slot, &submission, vec![rows(0..100)]).await;
    for (fault, rows_then) in [(Fault::Down, 0), (Fault::Deaf, 100)] {
        store.set(fault);
        let open = table.commit(&submission, &slot, &staged, NOTE).await;
        assert!(
            matches!(open, Err(CommitError::Unknown(_))),
            "{fault:?}: {open:?}"
        );
        store.set(Fault::None);
        assert_eq!(count(&lake, &table).await, rows_then, "{fault:?}");
    }
    let settled = table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    assert_eq!(
        settled,
        Landed {
            version: 1,
            found: true
        }
    );
    assert_eq!(count(&lake, &table).await, 100);
}

#[tokio::test]
async fn a_request_that_arrives_after_its_outcome_was_called_unknown_does_not_double_the_slot() {
    let store = FaultyStore::new();
    let lake = lake_over(store.clone()).await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let delayed = SubmissionId::new();
    let staged = stage(&table, &slot, &delayed, vec![rows(0..100)]).await;
    store.set(Fault::Held);
    let open = table.commit(&delayed, &slot, &staged, NOTE).await;
    assert!(matches!(open, Err(CommitError::Unknown(_))), "{open:?}");
    store.set(Fault::None);
    // The next submission sees an empty slot; the delayed entry takes the version it wanted.
    let (next, landed) = submit(&table, &slot, 30).await;
    assert_eq!(
        landed,
        Landed {
            version: 2,
            found: false
        }
    );
    assert_eq!(table.look(&delayed).await.unwrap(), Some(1));
    assert_eq!(table.look(&next).await.unwrap(), Some(2));
    assert_eq!(
        count(&lake, &table).await,
        30,
        "the later one replaced the delayed one"
    );
    let settled = table.commit(&delayed, &slot, &staged, NOTE).await.unwrap();
    assert_eq!(
        settled,
        Landed {
            version: 1,
            found: true
        }
    );
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_and_nothing_is_sent() {
    let lake = lake().await;
    let (table, slot, submission) = (
        lake.feed(&contract()).await.unwrap(),
        slot("202501", "433100"),
        SubmissionId::new(),
    );
    let staged = stage(&table, &slot, &submission, vec![rows(0..10)]).await;
    let other = super::slot("202502", "433100");
    for refused in [
        table.commit(&SubmissionId::new(), &slot, &staged, NOTE).await,
        table.commit(&submission, &other, &staged, NOTE).await,
    ] {
        assert_eq!(refused, Err(CommitError::Refused(LakeError::Rows)));
    }
    let file = table.location(&staged.files()[0].path);
    object_store::ObjectStoreExt::delete(&lake.store(), &file)
        .await
        .unwrap();
    let refused = table.commit(&submission, &slot, &staged, NOTE).await;
    assert_eq!(refused, Err(CommitError::Refused(LakeError::NotFound)));
    assert_eq!(table.snapshot().await.unwrap().version, 0);
}
