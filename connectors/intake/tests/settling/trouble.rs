//! Parts that fail: a checker that dies or lies, a lake whose log cannot be reached, a registry that refuses to settle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use intake::{
    Change, ChangesPage, Current, ErrorKind, Filled, Finding, FindingsPage, IntakeLimits, Intent, KeyUse,
    Settlement, Slot, Standing, StoreError, SubmissionFilter, SubmissionRecord, SubmissionStore, Waiting,
};
use registry::Registry;
use schemas::{DepartmentCode, SubmissionId};

use crate::checker::MeterChecker;
use crate::world::{Plan, World, file, keyed, meters};

#[tokio::test]
async fn a_checker_that_dies_or_lies_leaves_nothing_behind() {
    let world = World::new();
    let limits = IntakeLimits {
        check_seconds_max: 1,
        ..IntakeLimits::default()
    };
    let house = world
        .open_as(Plan {
            limits,
            ..Plan::default()
        })
        .await;
    house.settled(file(&meters(1, 10))).await;
    for (order, code) in [
        ("die", "intake.check_died"),
        ("sleep", "intake.check_timed_out"),
        ("lie about rows", "intake.check_failed"),
        ("lie about bytes", "intake.check_failed"),
    ] {
        let sent = keyed(file(&format!("{order}\n{}7,许多\n", meters(50, 30))), "k");
        let error = house.send(sent).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unavailable, code),
            "{order}"
        );
        house.assert_tidy().await;
    }
    assert_eq!(house.rows().await, 10);
    assert_eq!(house.outcomes(), ["done", "failed", "failed", "failed", "failed"]);
    house.intake.sweep().await;
    let again = house.settled(keyed(file(&meters(50, 30)), "k")).await;
    assert_eq!(
        (again.revision, house.rows().await),
        (Some(2), 30),
        "the key and the slot are free"
    );
}

#[tokio::test]
async fn an_outcome_nobody_knows_is_pending_until_the_log_can_be_read() {
    let world = World::new();
    let log = find_log(&world).await;
    let away = world.path().join("stolen");
    let checker = Arc::new(MeterChecker {
        steal: Some((log.clone(), away.clone())),
    });
    let house = world
        .open_as(Plan {
            checker,
            ..Plan::default()
        })
        .await;
    house.lake.feed(&house.contract).await.unwrap();

    let pending = house.send(keyed(file(&meters(1, 10)), "k")).await.unwrap_err();
    assert_eq!(
        (pending.kind(), pending.code()),
        (ErrorKind::Pending, "intake.pending")
    );
    let submission = pending.submission().unwrap().clone();
    assert!(matches!(
        house.registry.standing(&submission).await.unwrap(),
        Some(Standing::Open(_))
    ));
    assert_eq!(house.outcomes(), ["open"]);
    let blocked = house.send(file(&meters(200, 10))).await.unwrap_err();
    assert_eq!(
        (blocked.kind(), blocked.code()),
        (ErrorKind::Busy, "intake.slot_unsettled")
    );
    let left = house.intake.recover().await.unwrap();
    assert_eq!((left.left, left.finished), (vec![submission.clone()], vec![]));

    std::fs::rename(&away, &log).unwrap();
    std::fs::create_dir(&away).unwrap(); // the checker steals once
    let recovered = house.intake.recover().await.unwrap();
    assert_eq!(recovered.finished, vec![submission.clone()]);
    assert_eq!(house.rows().await, 10);
    let again = house.send(keyed(file(&meters(1, 10)), "k")).await.unwrap();
    assert!(again.repeated && again.receipt.submission == submission);
    assert_eq!(
        house.outcomes().first().map(String::as_str),
        Some("done"),
        "its own entry was closed"
    );
    house.assert_tidy().await;
}

/// Where the lake keeps the log of the feed, found by making one.
async fn find_log(world: &World) -> std::path::PathBuf {
    let house = world.open().await;
    house.lake.feed(&house.contract).await.unwrap();
    let mut folders = vec![world.path().join("lake")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("_delta_log") {
                return path;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("the lake has no log")
}

/// A registry that fails to settle once, after the lake has decided.
struct Forgetful {
    registry: Registry,
    failed: AtomicBool,
}

#[async_trait]
impl SubmissionStore for Forgetful {
    async fn settle(&self, settlement: &Settlement) -> Result<(), StoreError> {
        if !self.failed.swap(true, Ordering::SeqCst) {
            return Err(StoreError::Full);
        }
        self.registry.settle(settlement).await
    }

    async fn current(&self, slot: &Slot) -> Result<Option<Current>, StoreError> {
        self.registry.current(slot).await
    }
    async fn filled(&self, slot: &Slot, count_max: u32) -> Result<Vec<Filled>, StoreError> {
        self.registry.filled(slot, count_max).await
    }
    async fn by_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
    ) -> Result<Option<KeyUse>, StoreError> {
        self.registry.by_idempotency_key(department, key).await
    }
    async fn put_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
        submission: &SubmissionId,
    ) -> Result<(), StoreError> {
        self.registry
            .put_idempotency_key(department, key, submission)
            .await
    }
    async fn put_intent(
        &self,
        intent: &Intent,
        findings: &[Finding],
        changes: &[Change],
    ) -> Result<(), StoreError> {
        self.registry.put_intent(intent, findings, changes).await
    }
    async fn changes(
        &self,
        id: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<ChangesPage, StoreError> {
        self.registry.changes(id, after, count_max).await
    }
    async fn hold(&self, intent: &Intent, entry: Option<u64>) -> Result<(), StoreError> {
        self.registry.hold(intent, entry).await
    }
    async fn release(&self, intent: &Intent) -> Result<(), StoreError> {
        self.registry.release(intent).await
    }
    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        self.registry.waiting().await
    }
    async fn waiting_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError> {
        self.registry.waiting_intent(slot).await
    }
    async fn open_intents(&self) -> Result<Vec<Intent>, StoreError> {
        self.registry.open_intents().await
    }
    async fn open_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError> {
        self.registry.open_intent(slot).await
    }
    async fn abort_intent(&self, submission: &SubmissionId, code: &str) -> Result<(), StoreError> {
        self.registry.abort_intent(submission, code).await
    }
    async fn standing(&self, submission: &SubmissionId) -> Result<Option<Standing>, StoreError> {
        self.registry.standing(submission).await
    }
    async fn settled_by_entry(&self, entry: u64) -> Result<Option<SubmissionRecord>, StoreError> {
        self.registry.settled_by_entry(entry).await
    }
    async fn submissions(&self, filter: &SubmissionFilter) -> Result<Vec<SubmissionRecord>, StoreError> {
        self.registry.submissions(filter).await
    }
    async fn findings(
        &self,
        id: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<FindingsPage, StoreError> {
        self.registry.findings(id, after, count_max).await
    }
}

fn forgetful(registry: Registry) -> Arc<dyn SubmissionStore> {
    Arc::new(Forgetful {
        registry,
        failed: AtomicBool::new(false),
    })
}

#[tokio::test]
async fn a_commit_whose_settling_failed_is_finished_by_the_next_arrival() {
    let world = World::new();
    let house = world
        .open_as(Plan {
            store: forgetful,
            ..Plan::default()
        })
        .await;
    let pending = house.send(file(&meters(1, 10))).await.unwrap_err();
    assert_eq!(pending.kind(), ErrorKind::Pending);
    let again = house.send(file(&meters(1, 10))).await.unwrap();
    assert!(again.repeated && Some(&again.receipt.submission) == pending.submission());
    assert_eq!(
        (house.rows().await, house.registry.lake_seq().await.unwrap()),
        (10, 1)
    );
    assert_eq!(house.outcomes(), ["done", "done"]);
    house.assert_tidy().await;
}

#[tokio::test]
async fn a_rejection_that_could_not_be_settled_is_no_rejection() {
    let world = World::new();
    let house = world
        .open_as(Plan {
            store: forgetful,
            ..Plan::default()
        })
        .await;
    let text = format!("reject\n{}", meters(1, 10));
    let error = house.send(file(&text)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Unavailable, "intake.storage_full")
    );
    house.assert_tidy().await;
    house.settled(file(&text)).await;
    assert_eq!(house.outcomes(), ["failed", "done"]);
}
