//! Acts on what a slot holds: corrected, withdrawn, filled from a manifest, and refused when the slot has moved on.

use intake::{Act, Change, ChangeKind, ErrorKind, SubmissionStore, Verdict};
use schemas::{Contract, SubmissionId};

use crate::world::{House, METERS, Plan, World, acting, file, keyed, meters, withdrawal, zero};

pub fn correction(of: &SubmissionId) -> Act {
    Act::Correction { of: of.clone() }
}

pub async fn refused(house: &House, arrival: intake::Arrival) -> (ErrorKind, &'static str) {
    let error = house.send(arrival).await.unwrap_err();
    let message = error.message();
    assert!(
        message.zh != error.code() && !message.zh.contains('{'),
        "{message:?}"
    );
    (error.kind(), error.code())
}

#[tokio::test]
async fn a_correction_counts_and_lists_what_it_changes() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file("1,10\n2,20\n3,30\n4,40\n")).await;
    assert_eq!(
        (first.act.clone(), first.changes),
        (Act::Whole, None),
        "an ordinary file"
    );
    let text = "4,40\n2,25\n3,30\n6,60\n7,70\n";
    let receipt = house
        .settled(acting(correction(&first.submission), file(text)))
        .await;
    assert_eq!(receipt.act.of(), Some(&first.submission));
    let counts = receipt.changes.unwrap();
    assert_eq!(
        (counts.added, counts.gone, counts.changed, counts.same),
        (2, 1, 1, 2)
    );
    assert_eq!((receipt.revision, house.rows().await), (Some(2), 5));
    let listed = house.registry.changes(&receipt.submission, 0, 10).await.unwrap();
    let change = |kind, row, row_before, fields: &[&str]| Change {
        kind,
        row,
        row_of: None,
        row_before,
        row_before_of: None,
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
    };
    assert_eq!(
        listed.changes,
        [
            change(ChangeKind::Changed, Some(2), Some(2), &["kwh"]),
            change(ChangeKind::Added, Some(4), None, &[]),
            change(ChangeKind::Added, Some(5), None, &[]),
            change(ChangeKind::Gone, None, Some(1), &[]),
        ]
    );
    let key = house.signer.verifying_key();
    let verified = intake::Receipt::verify(&receipt.to_json().unwrap(), key).unwrap();
    assert_eq!(verified.changes, Some(counts), "what changed is signed");
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_correction_of_what_the_slot_does_not_hold_changes_nothing() {
    let world = World::new();
    let house = world.open().await;
    let nothing = acting(correction(&SubmissionId::new()), file(&meters(1, 3)));
    assert_eq!(
        refused(&house, nothing).await,
        (ErrorKind::Conflict, "intake.slot_empty")
    );
    let first = house.settled(file(&meters(1, 10))).await;
    let second = house.settled(file(&meters(1, 20))).await;
    let late = || acting(correction(&first.submission), file(&meters(1, 30)));
    assert_eq!(
        refused(&house, late()).await,
        (ErrorKind::Conflict, "intake.act_not_current")
    );
    let told = house.send(late()).await.unwrap_err();
    let named: Vec<_> = told.args().collect();
    assert_eq!(
        named,
        [("current", second.submission.as_str())],
        "the sender learns what is held"
    );
    assert_eq!(house.rows().await, 20);
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_rejected_correction_leaves_what_it_wanted_to_correct() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let receipt = house
        .settled(acting(correction(&first.submission), file("reject\n1,2\n")))
        .await;
    assert_eq!((receipt.verdict, receipt.changes), (Verdict::Rejected, None));
    assert_eq!(house.rows().await, 10);
    house
        .settled(acting(correction(&first.submission), file(&meters(1, 11))))
        .await;
    assert_eq!(house.rows().await, 11);
}

#[tokio::test]
async fn a_correction_sent_again_gets_its_receipt_again() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let again = || acting(correction(&first.submission), file(&meters(1, 11)));
    let receipt = house.settled(again()).await;
    let repeated = house.send(again()).await.unwrap();
    assert!(repeated.repeated && repeated.receipt == receipt);
    let changing_nothing = acting(correction(&receipt.submission), file(&meters(1, 11)));
    assert!(house.send(changing_nothing).await.unwrap().repeated);
}

#[tokio::test]
async fn a_withdrawn_submission_is_not_visible_and_the_slot_is_owed_again() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let withdrawn = Act::withdrawal(first.submission.clone(), Some("导错了单位"));
    let receipt = house.settled(acting(withdrawn.clone(), zero())).await;
    assert_eq!(
        (receipt.act.clone(), receipt.verdict),
        (withdrawn, Verdict::Accepted)
    );
    assert!(!receipt.zero, "nothing is reported: that is not a zero report");
    assert_eq!((receipt.revision, receipt.committed), (Some(2), 0));
    assert_eq!(receipt.changes.unwrap().gone, 10);
    assert_eq!(house.rows().await, 0);
    assert!(
        house.keeps_original(&first.submission).await,
        "the original stays in the vault"
    );
    let once_more = house.send(withdrawal(&first.submission)).await.unwrap();
    assert!(
        once_more.repeated && once_more.receipt == receipt,
        "withdrawn once"
    );
    for act in [
        correction(&first.submission),
        correction(&receipt.submission),
        Act::withdrawal(receipt.submission.clone(), None),
    ] {
        let body = if act.is_withdrawal() {
            zero()
        } else {
            file(&meters(1, 3))
        };
        assert_eq!(
            refused(&house, acting(act, body)).await,
            (ErrorKind::Conflict, "intake.slot_empty")
        );
    }
    let empty = house.settled(file("")).await;
    assert_eq!(
        empty.revision,
        Some(3),
        "an empty file says more than a withdrawal"
    );
    let back = house.settled(file(&meters(1, 10))).await;
    assert_eq!((back.revision, house.rows().await), (Some(4), 10));
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_zero_report_can_be_withdrawn_where_zero_reports_are_taken_and_where_not() {
    let world = World::new();
    let house = world.open().await;
    let nothing = house.settled(zero()).await;
    house.settled(withdrawal(&nothing.submission)).await;
    let other = World::new();
    let yaml = METERS.replace("zero_report_allowed: true", "zero_report_allowed: false");
    let strict = other
        .open_as(Plan {
            contract: Contract::from_yaml(&yaml).unwrap(),
            ..Plan::default()
        })
        .await;
    let sent = strict.settled(file(&meters(1, 4))).await;
    strict.settled(withdrawal(&sent.submission)).await;
    assert_eq!(strict.rows().await, 0);
}

#[tokio::test]
async fn a_key_of_a_withdrawal_is_not_the_key_of_an_empty_file() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    house
        .settled(keyed(withdrawal(&first.submission), "take-it-back"))
        .await;
    assert_eq!(
        refused(&house, keyed(file(""), "take-it-back")).await,
        (ErrorKind::Conflict, "intake.idempotency_conflict")
    );
}

#[tokio::test]
async fn a_backfill_fills_what_is_empty_and_replaces_nothing() {
    let world = World::new();
    let house = world.open().await;
    let manifest = || Act::backfill("2022-2024").unwrap();
    let filled = house.settled(acting(manifest(), file(&meters(1, 10)))).await;
    assert_eq!(filled.act, manifest());
    let again = house
        .send(acting(manifest(), file(&meters(1, 10))))
        .await
        .unwrap();
    assert!(again.repeated, "a manifest may be run again");
    assert_eq!(
        refused(&house, acting(manifest(), file(&meters(1, 12)))).await,
        (ErrorKind::Conflict, "intake.slot_filled")
    );
    house.settled(withdrawal(&filled.submission)).await;
    house.settled(acting(manifest(), file(&meters(1, 12)))).await;
    assert_eq!(house.rows().await, 12);
}

#[tokio::test]
async fn acts_and_files_go_together_as_they_must() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let of = || first.submission.clone();
    for (arrival, code) in [
        (
            acting(Act::Supplement { of: of() }, zero()),
            "intake.act_without_file",
        ),
        (
            acting(Act::withdrawal(of(), None), file(&meters(1, 1))),
            "intake.withdrawal_with_file",
        ),
    ] {
        assert_eq!(refused(&house, arrival).await, (ErrorKind::Refused, code));
    }
    assert_eq!(house.rows().await, 10);
}
