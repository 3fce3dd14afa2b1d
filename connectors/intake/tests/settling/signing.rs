//! A feed whose submissions a colleague signs: nothing is visible before, everything after, whatever step it stopped at.

use std::time::Duration;

use intake::{Act, ErrorKind, Intent, Receipt, Standing, Step, SubmissionStore, Verdict};
use schemas::{DepartmentCode, SubmissionId};

use crate::world::{House, Plan, World, acting, colleague, file, keyed, meters, withdrawal, zero};

async fn open(world: &World) -> House {
    world
        .open_as(Plan {
            signed: true,
            ..Plan::default()
        })
        .await
}

#[tokio::test]
async fn nothing_is_visible_before_a_colleague_signs() {
    let world = World::new();
    let house = open(&world).await;
    let text = format!("{}5,许多\n", meters(1, 20));
    let waiting = house.held(keyed(file(&text), "k")).await;
    assert_eq!(waiting.report.verdict, Verdict::AcceptedWithFindings);
    assert_eq!((house.rows().await, house.version().await), (0, 0));
    assert!(house.keeps_original(&waiting.submission).await);
    let findings = house.registry.findings(&waiting.submission, 0, 10).await.unwrap();
    assert_eq!(findings.findings.len(), 1, "the signer may read what was found");
    assert_eq!(house.outcomes(), ["done"], "the arrival is recorded");

    let signed = house.sign(&waiting.submission, "pow.steward").await.unwrap();
    let receipt = signed.receipt;
    assert_eq!((receipt.committed, receipt.revision), (20, Some(1)));
    assert_eq!(
        (
            receipt.person.as_str(),
            receipt.reviewed.as_ref().unwrap().person.as_str()
        ),
        ("pow.reporter", "pow.steward")
    );
    assert_eq!(house.rows().await, 20);
    let key = house.signer.verifying_key();
    assert_eq!(
        Receipt::verify(&receipt.to_json().unwrap(), key).unwrap(),
        receipt
    );
    assert_eq!(house.outcomes(), ["done", "done"]);
    let again = house.sign(&waiting.submission, "pow.steward").await.unwrap();
    assert!(again.repeated && again.receipt == receipt);
    let sent_again = house.send(keyed(file(&text), "k")).await.unwrap();
    assert!(sent_again.repeated && sent_again.receipt == receipt);
    house.assert_tidy().await;
}

#[tokio::test]
async fn nobody_signs_their_own_or_another_departments_file() {
    let world = World::new();
    let house = open(&world).await;
    let waiting = house.held(file(&meters(1, 5))).await;
    let own = house.sign(&waiting.submission, "pow.reporter").await.unwrap_err();
    assert_eq!(
        (own.kind(), own.code()),
        (ErrorKind::NotAllowed, "intake.signs_own")
    );
    let stranger = intake::Sender {
        department: DepartmentCode::parse("tax").unwrap(),
        ..colleague("tax.reporter")
    };
    let other = house
        .intake
        .sign(waiting.submission.clone(), stranger)
        .await
        .unwrap_err();
    assert_eq!(other.code(), "intake.submission_unknown");
    let unknown = house.sign(&SubmissionId::new(), "pow.steward").await.unwrap_err();
    assert_eq!(unknown.code(), "intake.submission_unknown");
    assert_eq!(house.rows().await, 0);
    assert_eq!(house.outcomes(), ["done", "denied", "denied", "denied"]);
}

#[tokio::test]
async fn the_same_file_waits_once_and_another_takes_its_place() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.held(file(&meters(1, 5))).await;
    assert_eq!(house.held(file(&meters(1, 5))).await.submission, first.submission);
    let second = house.held(file(&meters(1, 6))).await;
    assert_ne!(second.submission, first.submission);
    let Some(Standing::Aborted { code, .. }) = house.registry.standing(&first.submission).await.unwrap()
    else {
        panic!("the first still waits")
    };
    assert_eq!(code, "intake.superseded");
    let late = house.sign(&first.submission, "pow.steward").await.unwrap_err();
    assert_eq!(
        (late.kind(), late.code()),
        (ErrorKind::Conflict, "intake.not_waiting")
    );
    house.sign(&second.submission, "pow.steward").await.unwrap();
    assert_eq!(house.rows().await, 6);
}

#[tokio::test]
async fn what_a_colleague_declines_is_given_up_and_its_files_are_swept() {
    let world = World::new();
    let house = open(&world).await;
    let waiting = house.held(keyed(file(&meters(1, 5)), "k")).await;
    assert_eq!(house.intake.sweep().await, 0, "files of what waits stay");
    house
        .intake
        .decline(waiting.submission.clone(), colleague("pow.steward"))
        .await
        .unwrap();
    let Some(Standing::Aborted { code, .. }) = house.registry.standing(&waiting.submission).await.unwrap()
    else {
        panic!("it still waits")
    };
    assert_eq!(code, "intake.declined");
    assert!(house.intake.sweep().await > 0);
    assert_eq!(house.rows().await, 0);
    house.held(keyed(file(&meters(1, 5)), "k")).await;
}

#[tokio::test]
async fn rejected_files_need_no_signature_and_withdrawals_and_zero_reports_do() {
    let world = World::new();
    let house = open(&world).await;
    let rejected = house.settled(file("reject\n1,2\n")).await;
    assert_eq!(rejected.verdict, Verdict::Rejected);
    let nothing = house.held(zero()).await;
    let receipt = house
        .sign(&nothing.submission, "pow.steward")
        .await
        .unwrap()
        .receipt;
    let back = house.held(withdrawal(&receipt.submission)).await;
    assert_eq!(back.act.of(), Some(&receipt.submission));
    let withdrawn = house
        .sign(&back.submission, "pow.director")
        .await
        .unwrap()
        .receipt;
    assert_eq!((withdrawn.revision, withdrawn.zero), (Some(2), false));
}

#[tokio::test]
async fn a_correction_is_not_signed_when_its_period_has_moved_on() {
    let world = World::new();
    let first = world.open().await.settled(file(&meters(1, 10))).await;
    let waiting = {
        let house = open(&world).await;
        let of = first.submission.clone();
        house
            .held(acting(Act::Correction { of }, file(&meters(1, 11))))
            .await
    };
    // The centre stops asking for signatures, and a colleague sends a whole file.
    world.open().await.settled(file(&meters(1, 12))).await;
    let house = open(&world).await;
    let moved = house.sign(&waiting.submission, "pow.steward").await.unwrap_err();
    assert_eq!(
        (moved.kind(), moved.code()),
        (ErrorKind::Conflict, "intake.act_not_current")
    );
    assert_eq!(house.rows().await, 12);
}

fn in_new_process<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_secs(10));
    done
}

/// Runs a house until the work has reached the step, then drops everything at once.
fn stop_at<F: Future<Output = ()> + Send + 'static>(
    world: &World,
    step: Step,
    work: impl FnOnce(intake::Intake) -> F,
) {
    in_new_process(async {
        let house = open(world).await;
        let halted = house.intake.halt_at(step);
        let working = tokio::spawn(work(house.intake.clone()));
        tokio::select! {
            () = halted.notified() => {}
            outcome = working => panic!("{step} was not reached: {outcome:?}"),
        }
    });
}

async fn waits(house: &House) -> Vec<Intent> {
    let waiting = house.registry.waiting().await.unwrap();
    waiting.into_iter().map(|waiting| waiting.intent).collect()
}

#[test]
fn an_arrival_that_stopped_anywhere_waits_whole_or_was_never_there() {
    let steps = [
        Step::Received,
        Step::Checked,
        Step::Intent,
        Step::Vault,
        Step::AuditOpened,
        Step::Quarantine,
        Step::Held,
        Step::AuditClosed,
    ];
    for step in steps {
        let world = World::new();
        let sent = || keyed(file(&format!("{}5,许多\n", meters(1, 20))), "k");
        let arrival = sent();
        stop_at(&world, step, |intake| async move {
            drop(intake.receive(arrival).await)
        });
        in_new_process(async {
            let house = open(&world).await;
            house.intake.recover().await.unwrap();
            let held = waits(&house).await;
            assert_eq!(held.len(), usize::from(step >= Step::Held), "{step}");
            assert_eq!(house.rows().await, 0, "{step}: nothing is visible");
            let waiting = house.held(sent()).await;
            assert!(
                held.is_empty() || held[0].submission == waiting.submission,
                "{step}: once"
            );
            house.sign(&waiting.submission, "pow.steward").await.unwrap();
            assert_eq!(
                (house.rows().await, house.registry.lake_seq().await.unwrap()),
                (20, 1),
                "{step}"
            );
            let outcomes = house.outcomes();
            let done = outcomes.iter().filter(|outcome| *outcome == "done").count();
            let told = if step >= Step::Held { 3 } else { 2 };
            assert_eq!(done, told, "{step}: {outcomes:?}");
            audit::verify(&house.audit_dir, house.signer.verifying_key()).unwrap();
            house.assert_tidy().await;
        });
    }
}

#[test]
fn a_signature_that_stopped_anywhere_counts_whole_or_waits_again() {
    let steps = [
        Step::AuditOpened,
        Step::Signed,
        Step::FeedCommitted,
        Step::RegistrySettled,
        Step::AuditClosed,
        Step::Receipted,
    ];
    for step in steps {
        let world = World::new();
        let id = in_new_process(async { open(&world).await.held(file(&meters(1, 20))).await.submission });
        let signed = id.clone();
        stop_at(&world, step, |intake| async move {
            drop(intake.sign(signed, colleague("pow.steward")).await)
        });
        in_new_process(async {
            let house = open(&world).await;
            house.intake.recover().await.unwrap();
            let decided = step >= Step::FeedCommitted;
            assert_eq!(waits(&house).await.is_empty(), decided, "{step}");
            assert_eq!(house.rows().await, if decided { 20 } else { 0 }, "{step}");
            house.assert_tidy().await;
            let signed = house.sign(&id, "pow.steward").await.unwrap();
            assert_eq!(signed.repeated, decided, "{step}");
            assert_eq!(
                signed.receipt.reviewed.as_ref().unwrap().person,
                "pow.steward",
                "{step}"
            );
            assert_eq!(
                (house.rows().await, house.registry.lake_seq().await.unwrap()),
                (20, 1),
                "{step}"
            );
            let outcomes = house.outcomes();
            assert!(!outcomes.contains(&"open".to_owned()), "{step}: {outcomes:?}");
            audit::verify(&house.audit_dir, house.signer.verifying_key()).unwrap();
        });
    }
}
