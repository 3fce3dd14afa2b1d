//! A stop at every step, and what the next start makes of it.

use std::time::Duration;

use intake::{Act, Arrival, Standing, Step, SubmissionStore};
use schemas::SubmissionId;

use crate::world::{World, acting, file, keyed, meters, withdrawal, zero};

/// Runs a house until an arrival has reached the step, then drops everything at once.
fn stop_at(world: &World, step: Step, arrival: Arrival) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = world.open().await;
        let halted = house.intake.halt_at(step);
        let intake = house.intake.clone();
        let taken = tokio::spawn(async move { intake.receive(arrival).await });
        tokio::select! {
            () = halted.notified() => {}
            outcome = taken => panic!("{step} was not reached: {outcome:?}"),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(10));
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

/// Stops the second arrival of a slot at the step; checks what a start makes of it, and that sending it again settles it.
fn survives(step: Step, second: fn(&SubmissionId) -> Arrival, rows_after: u64, accepted: bool) {
    let world = World::new();
    let first = in_new_process(async { world.open().await.settled(file(&meters(1, 10))).await });
    let second = || second(&first.submission);
    stop_at(&world, step, keyed(second(), "k"));
    in_new_process(async {
        let house = world.open().await;
        let open = house.registry.open_intents().await.unwrap();
        let recovered = house.intake.recover().await.unwrap();
        let decided = if accepted {
            step >= Step::FeedCommitted
        } else {
            step >= Step::RegistrySettled
        };
        let settled_before = step >= Step::RegistrySettled;
        assert_eq!(
            recovered.finished.len(),
            usize::from(decided && !settled_before),
            "{step}: finished"
        );
        assert_eq!(
            recovered.aborted.len(),
            usize::from(!decided && step >= Step::Intent),
            "{step}: aborted"
        );
        assert_eq!(recovered.left, vec![], "{step}");
        house.assert_tidy().await;
        let expected = if decided { rows_after } else { 10 };
        assert_eq!(house.rows().await, expected, "{step}: rows after recovery");
        if let [open] = open.as_slice() {
            let standing = house.registry.standing(&open.submission).await.unwrap().unwrap();
            assert_eq!(matches!(standing, Standing::Settled(_)), decided, "{step}");
        }
        let again = house.intake.recover().await.unwrap();
        assert_eq!(
            (again.finished, again.aborted, again.swept),
            (vec![], vec![], 0),
            "{step}: a second recovery"
        );

        let received = house.send(keyed(second(), "k")).await.unwrap();
        assert_eq!(received.repeated, decided, "{step}: repeated");
        assert_eq!(house.rows().await, rows_after, "{step}: rows after sending again");
        let commits = house.registry.lake_seq().await.unwrap();
        assert_eq!(commits, 1 + i64::from(accepted), "{step}: one commit each");
        let key = house.signer.verifying_key();
        intake::Receipt::verify(&received.receipt.to_json().unwrap(), key).unwrap();
        let outcomes = house.outcomes();
        assert!(!outcomes.contains(&"open".to_owned()), "{step}: {outcomes:?}");
        let interrupted = outcomes
            .iter()
            .filter(|outcome| *outcome == "interrupted")
            .count();
        let was_open = step >= Step::AuditOpened && step < Step::AuditClosed;
        assert_eq!(interrupted, usize::from(was_open), "{step}: {outcomes:?}");
        // An act that took effect is recorded as done, whether by itself or by recovery; its repetition is one more.
        let done = outcomes.iter().filter(|outcome| *outcome == "done").count();
        assert_eq!(done, if decided { 3 } else { 2 }, "{step}: {outcomes:?}");
        audit::verify(&house.audit_dir, key).unwrap();
    });
}

#[test]
fn an_accepted_file_is_there_entirely_or_not_at_all_whatever_step_it_stopped_at() {
    for step in Step::ordinary() {
        survives(step, |_| file(&format!("{}5,许多\n", meters(100, 25))), 25, true);
    }
}

#[test]
fn a_zero_report_survives_a_stop_at_every_step() {
    for step in Step::ordinary() {
        survives(step, |_| zero(), 0, true);
    }
}

#[test]
fn a_withdrawal_survives_a_stop_at_every_step() {
    for step in Step::ordinary() {
        survives(step, withdrawal, 0, true);
    }
}

#[test]
fn a_correction_survives_a_stop_at_every_step() {
    for step in Step::ordinary() {
        let correction = |of: &SubmissionId| {
            let text = format!("{}5,许多\n", meters(5, 25));
            acting(Act::Correction { of: of.clone() }, file(&text))
        };
        survives(step, correction, 25, true);
    }
}

#[test]
fn a_supplement_survives_a_stop_at_every_step() {
    for step in Step::ordinary() {
        let supplement = |of: &SubmissionId| {
            let text = format!("{}5,许多\n", meters(100, 25));
            acting(Act::Supplement { of: of.clone() }, file(&text))
        };
        survives(step, supplement, 35, true);
    }
}

#[test]
fn a_rejected_file_changes_nothing_whatever_step_it_stopped_at() {
    for step in Step::ordinary().filter(|step| *step != Step::FeedCommitted) {
        survives(
            step,
            |_| file(&format!("reject\n{}5,许多\n", meters(100, 25))),
            10,
            false,
        );
    }
}

#[test]
fn a_stop_during_recovery_is_recovered_too() {
    let world = World::new();
    stop_at(&world, Step::FeedCommitted, file(&meters(1, 10)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = world.open().await;
        let halted = house.intake.halt_at(Step::RegistrySettled);
        let intake = house.intake.clone();
        tokio::spawn(async move { intake.recover().await });
        halted.notified().await;
    });
    runtime.shutdown_timeout(Duration::from_secs(10));
    in_new_process(async {
        let house = world.open().await;
        let recovered = house.intake.recover().await.unwrap();
        assert_eq!((recovered.finished.len(), recovered.aborted.len()), (0, 0));
        assert_eq!(house.rows().await, 10);
        assert!(house.send(file(&meters(1, 10))).await.unwrap().repeated);
        assert_eq!(house.outcomes(), ["interrupted", "interrupted", "done", "done"]);
    });
}

#[tokio::test]
async fn a_sender_who_hangs_up_does_not_stop_the_settling() {
    let world = World::new();
    let house = world.open().await;
    let hung_up = tokio::time::timeout(Duration::from_millis(1), house.send(file(&meters(1, 10)))).await;
    assert!(hung_up.is_err(), "a submission takes longer than a millisecond");
    let slot = intake::Slot {
        feed: house.contract.id().clone(),
        period: "202501".to_owned(),
        unit: schemas::RegionCode::parse("433100").unwrap(),
    };
    for _ in 0..200 {
        if house.registry.current(&slot).await.unwrap().is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        house.send(file(&meters(1, 10))).await.unwrap().repeated,
        "the first one went on"
    );
    house.assert_tidy().await;
}

#[test]
fn bodies_of_a_process_that_died_are_swept_at_the_next_start() {
    let world = World::new();
    let left = world.path().join("spool/start_0000/sub_0000.body");
    std::fs::create_dir_all(left.parent().unwrap()).unwrap();
    std::fs::write(&left, "0000000001,5\n").unwrap();
    let other = world.path().join("spool/notes.txt");
    std::fs::write(&other, "not ours").unwrap();
    in_new_process(async {
        world.open().await.intake.recover().await.unwrap();
    });
    assert!(!left.exists() && other.exists());
}

/// The child of the next test; without its folder in the environment there is nothing to do.
#[test]
fn a_process_that_is_told_to_die() {
    let Some(dir) = std::env::var_os("TAXHUB_TEST_DIR") else {
        return;
    };
    in_new_process(async {
        let house = World::at(dir.as_ref()).open().await;
        house.settled(file(&meters(1, 10))).await;
        house.settled(file(&meters(100, 20))).await;
    });
}

#[cfg(debug_assertions)]
#[test]
fn a_process_dies_at_the_arrival_it_was_told() {
    use std::os::unix::process::ExitStatusExt;

    let world = World::new();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recovery::a_process_that_is_told_to_die"])
        .env("TAXHUB_TEST_DIR", world.path())
        .env("TAXHUB_DIE_AT", "feed_committed:2")
        .output()
        .unwrap();
    assert_eq!(child.status.signal(), Some(9), "{child:?}");
    in_new_process(async {
        let house = world.open().await;
        assert_eq!(house.intake.recover().await.unwrap().finished.len(), 1);
        assert_eq!(
            (house.rows().await, house.registry.lake_seq().await.unwrap()),
            (20, 2)
        );
        assert_eq!(house.outcomes(), ["done", "interrupted", "done"]);
        house.assert_tidy().await;
    });
}
