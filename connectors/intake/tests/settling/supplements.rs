//! Rows that were missing, added to what a period holds.

use intake::{Act, ChangeKind, ErrorKind, SubmissionStore};
use schemas::SubmissionId;

use crate::acts::{correction, refused};
use crate::world::{World, acting, file, meters, withdrawal, zero};

#[tokio::test]
async fn a_supplement_adds_rows_and_leaves_the_others_where_they_are() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let supplement = |of: &SubmissionId, text: &str| acting(Act::Supplement { of: of.clone() }, file(text));
    let late = || supplement(&first.submission, &format!("{}77,许多\n", meters(11, 3)));
    let receipt = house.settled(late()).await;
    let counts = receipt.changes.unwrap();
    assert_eq!(
        (counts.added, counts.gone, counts.changed, counts.same),
        (3, 0, 0, 10)
    );
    assert_eq!(
        (receipt.committed, receipt.quarantined, receipt.revision),
        (3, 1, Some(2))
    );
    assert_eq!(house.rows().await, 13);
    assert!(
        house.send(late()).await.unwrap().repeated,
        "the same rows are added once"
    );
    let more = house
        .settled(supplement(&receipt.submission, &meters(14, 2)))
        .await;
    assert_eq!((more.changes.unwrap().same, house.rows().await), (13, 15));
    let listed = house
        .registry
        .changes(&more.submission, 0, 10)
        .await
        .unwrap()
        .changes;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|change| change.kind == ChangeKind::Added));
    // A correction replaces what all of them brought.
    let corrected = house
        .settled(acting(correction(&more.submission), file(&meters(1, 14))))
        .await;
    assert_eq!((corrected.changes.unwrap().gone, house.rows().await), (1, 14));
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_supplement_with_rows_that_are_there_is_refused_whole() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let of = first.submission.clone();
    let text = format!("0000000003,3\n0000000004,999\n{}", meters(11, 3));
    let sent = acting(Act::Supplement { of }, file(&text));
    let error = house.send(sent).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Conflict, "intake.supplement_known")
    );
    let args: Vec<_> = error.args().collect();
    assert_eq!(args, [("changed", "1"), ("same", "1")]);
    assert_eq!(house.rows().await, 10);
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_supplement_to_a_zero_report_or_to_something_gone() {
    let world = World::new();
    let house = world.open().await;
    let nothing = house.settled(zero()).await;
    let supplement = |of: &SubmissionId, n| acting(Act::Supplement { of: of.clone() }, file(&meters(1, n)));
    let after_all = house.settled(supplement(&nothing.submission, 4)).await;
    assert_eq!(house.rows().await, 4);
    assert_eq!(
        refused(&house, supplement(&nothing.submission, 5)).await,
        (ErrorKind::Conflict, "intake.act_not_current")
    );
    house.settled(withdrawal(&after_all.submission)).await;
    assert_eq!(house.rows().await, 0, "a withdrawal empties the period");
}
