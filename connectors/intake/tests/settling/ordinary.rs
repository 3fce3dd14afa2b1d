//! Good days: files that are taken, repeated, replaced, partly refused, refused, and none at all.

use futures::StreamExt;
use intake::{ErrorKind, IntakeLimits, Receipt, ReceiptFault, Standing, SubmissionStore, Verdict};
use serde_json::Value;

use crate::world::{Plan, World, file, keyed, meters, zero};

#[tokio::test]
async fn a_good_file_becomes_visible_and_its_receipt_tells_so() {
    let world = World::new();
    let house = world.open().await;
    let text = meters(1, 40);
    let receipt = house.settled(file(&text)).await;
    assert_eq!(
        (receipt.verdict, receipt.rows_read, receipt.committed),
        (Verdict::Accepted, 40, 40)
    );
    assert_eq!(
        (receipt.revision, receipt.table_version),
        (Some(1), Some(house.version().await))
    );
    assert_eq!(receipt.file_name.as_deref(), Some("读数.csv"));
    assert_eq!(house.rows().await, 40);
    assert_eq!(house.original(&receipt.submission).await, text.as_bytes());
    assert_eq!(house.outcomes(), ["done"]);
    assert_eq!(house.entries()[0].id.seq(), receipt.entry);
    assert_eq!(house.registry.lake_seq().await.unwrap(), 1);
    house.assert_tidy().await;
}

#[tokio::test]
async fn bad_rows_are_findings_and_stay_out_and_their_provider_gets_them_back() {
    let world = World::new();
    let house = world.open().await;
    let receipt = house
        .settled(file(&format!("{}5,一百\n6,二百\n", meters(1, 20))))
        .await;
    assert_eq!(receipt.verdict, Verdict::AcceptedWithFindings);
    assert_eq!(
        (receipt.committed, receipt.quarantined, receipt.findings_kept),
        (20, 2, 2)
    );
    assert_eq!(house.rows().await, 20);
    let page = house.registry.findings(&receipt.submission, 0, 10).await.unwrap();
    assert_eq!(
        page.findings
            .iter()
            .map(|finding| finding.row)
            .collect::<Vec<_>>(),
        [Some(21), Some(22)]
    );
    let mut sealed = house
        .lake
        .quarantine()
        .get(&receipt.submission, house.contract.id())
        .await
        .unwrap();
    let mut ipc = Vec::new();
    while let Some(piece) = sealed.next().await {
        ipc.extend_from_slice(&piece.unwrap());
    }
    let rows = arrow::ipc::reader::StreamReader::try_new(ipc.as_slice(), None).unwrap();
    assert_eq!(rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
}

#[tokio::test]
async fn a_rejected_file_leaves_the_accepted_truth_alone_and_is_kept() {
    let world = World::new();
    let house = world.open().await;
    house.settled(file(&meters(1, 10))).await;
    let version = house.version().await;
    let text = format!("reject\n{}9,许多\n", meters(50, 30));
    let receipt = house.settled(keyed(file(&text), "k")).await;
    assert_eq!(
        (receipt.verdict, receipt.committed, receipt.quarantined),
        (Verdict::Rejected, 0, 31)
    );
    assert_eq!((receipt.revision, receipt.table_version), (None, None));
    assert_eq!((house.rows().await, house.version().await), (10, version));
    assert_eq!(house.original(&receipt.submission).await, text.as_bytes());
    assert_eq!(
        house
            .registry
            .findings(&receipt.submission, 0, 10)
            .await
            .unwrap()
            .findings
            .len(),
        1
    );
    let again = house.send(keyed(file(&text), "k")).await.unwrap();
    assert!(
        again.repeated && again.receipt == receipt,
        "its key stands for its receipt"
    );
    let fresh = house.settled(file(&text)).await;
    assert_ne!(
        fresh.submission, receipt.submission,
        "without a key it is checked again"
    );
    assert!(house.intake.sweep().await > 0, "its data files were never named");
    assert_eq!(house.rows().await, 10);
    house.assert_tidy().await;
}

#[tokio::test]
async fn the_same_file_twice_is_one_submission() {
    let world = World::new();
    let house = world.open().await;
    let first = house.settled(file(&meters(1, 10))).await;
    let version = house.version().await;
    let again = house.send(file(&meters(1, 10))).await.unwrap();
    assert!(again.repeated && again.receipt == first);
    assert_eq!((house.rows().await, house.version().await), (10, version));
    assert_eq!(
        house.outcomes(),
        ["done", "done"],
        "the repeated arrival is recorded as well"
    );
}

#[tokio::test]
async fn after_a_and_b_the_file_a_may_return() {
    let world = World::new();
    let house = world.open().await;
    let (a, b) = (meters(1, 10), meters(100, 20));
    let first = house.settled(file(&a)).await;
    house.settled(file(&b)).await;
    assert_eq!(house.rows().await, 20);
    let third = house.settled(file(&a)).await;
    assert_ne!(third.submission, first.submission);
    assert_eq!((third.revision, house.rows().await), (Some(3), 10));
    let Some(Standing::Settled(record)) = house.registry.standing(&first.submission).await.unwrap() else {
        panic!()
    };
    assert!(!record.current);
}

#[tokio::test]
async fn a_key_means_the_same_submission_for_ever() {
    let world = World::new();
    let house = world.open().await;
    let (a, b) = (meters(1, 10), meters(100, 20));
    let first = house.settled(keyed(file(&a), "one")).await;
    let second = house.send(keyed(file(&a), "two")).await.unwrap();
    assert!(second.repeated, "another key for the current content");
    house.settled(file(&b)).await;
    for key in ["one", "two"] {
        let again = house.send(keyed(file(&a), key)).await.unwrap();
        assert!(again.repeated && again.receipt == first, "{key}");
    }
    assert_eq!(house.rows().await, 20, "a repeated arrival moves nothing");
    let other = house.send(keyed(file(&b), "one")).await.unwrap_err();
    assert_eq!(
        (other.kind(), other.code()),
        (ErrorKind::Conflict, "intake.idempotency_conflict")
    );
    let other_slot = intake::Arrival {
        period: "202502".to_owned(),
        ..keyed(file(&a), "one")
    };
    assert_eq!(
        house.send(other_slot).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
}

#[tokio::test]
async fn a_zero_report_empties_the_slot_and_is_not_an_empty_file() {
    let world = World::new();
    let house = world.open().await;
    house.settled(file(&meters(1, 10))).await;
    let receipt = house.settled(zero()).await;
    assert!(receipt.zero && receipt.verdict == Verdict::Accepted && receipt.rows_read == 0);
    assert_eq!((receipt.revision, house.rows().await), (Some(2), 0));
    assert!(house.send(zero()).await.unwrap().repeated);
    let empty = house.settled(file("")).await;
    assert!(
        !empty.zero && empty.sha256 == receipt.sha256,
        "same bytes, another statement"
    );
    house.settled(file(&meters(1, 10))).await;
    assert_eq!(house.rows().await, 10);
}

#[tokio::test]
async fn a_receipt_is_checked_with_the_public_key_alone() {
    let world = World::new();
    let house = world.open().await;
    let receipt = house.settled(file(&meters(1, 10))).await;
    let (text, key) = (receipt.to_json().unwrap(), house.signer.verifying_key());
    assert_eq!(Receipt::verify(&text, key).unwrap(), receipt);
    let spaced = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&text).unwrap()).unwrap();
    assert_eq!(
        Receipt::verify(&spaced, key).unwrap(),
        receipt,
        "white space is not content"
    );
    let other = audit::Signer::ephemeral().unwrap();
    assert_eq!(
        Receipt::verify(&text, other.verifying_key()),
        Err(ReceiptFault::OtherKey)
    );
    for (from, to) in [
        ("\"committed\":10", "\"committed\":11"),
        ("\"verdict\":\"accepted\"", "\"verdict\":\"rejected\""),
        ("\"period\":\"202501\"", "\"period\":\"202502\""),
        ("{\"", "{\"added\":1,\""),
        (",\"zero\":false", ""),
    ] {
        let altered = text.replacen(from, to, 1);
        assert_ne!(altered, text, "{from}");
        assert_eq!(
            Receipt::verify(&altered, key),
            Err(ReceiptFault::WrongSignature),
            "{to}"
        );
    }
    assert_eq!(Receipt::verify("[]", key), Err(ReceiptFault::NotAReceipt));
    let stored = house
        .registry
        .current(&receipt.slot)
        .await
        .unwrap()
        .unwrap()
        .receipt;
    assert_eq!(
        stored.to_json().unwrap(),
        text,
        "what is stored is what was handed out"
    );
}

#[tokio::test]
async fn twenty_senders_of_one_file_get_one_receipt() {
    let world = World::new();
    let house = world.open().await;
    let text = meters(1, 10);
    let sent = futures::future::join_all((0..20).map(|_| house.send(file(&text)))).await;
    let received: Vec<_> = sent.into_iter().map(Result::unwrap).collect();
    assert_eq!(received.iter().filter(|received| !received.repeated).count(), 1);
    assert!(received.iter().all(|one| one.receipt == received[0].receipt));
    assert_eq!(
        (house.rows().await, house.registry.lake_seq().await.unwrap()),
        (10, 1)
    );
}

#[tokio::test]
async fn senders_of_different_files_are_served_one_after_the_other() {
    let world = World::new();
    let house = world.open().await;
    let texts: Vec<String> = (1..=8).map(|n| meters(n * 100, n)).collect();
    let sent = futures::future::join_all(texts.iter().map(|text| house.send(file(text)))).await;
    let mut receipts: Vec<_> = sent
        .into_iter()
        .map(|received| received.unwrap().receipt)
        .collect();
    receipts.sort_by_key(|receipt| receipt.revision);
    let revisions: Vec<_> = receipts.iter().map(|receipt| receipt.revision.unwrap()).collect();
    assert_eq!(revisions, (1..=8).collect::<Vec<_>>());
    assert!(receipts.is_sorted_by_key(|receipt| receipt.table_version));
    assert_eq!(
        house.rows().await,
        receipts[7].committed,
        "the last one is the truth"
    );
    house.assert_tidy().await;
}

#[tokio::test]
async fn files_of_a_rejected_submission_do_not_stay() {
    let world = World::new();
    let limits = IntakeLimits {
        sweep_seconds_min: 0,
        ..IntakeLimits::default()
    };
    let house = world
        .open_as(Plan {
            limits,
            ..Plan::default()
        })
        .await;
    house.settled(file(&meters(1, 10))).await;
    let kept = world.data_files();
    house.settled(file(&format!("reject\n{}", meters(50, 30)))).await;
    for _ in 0..100 {
        if world.data_files() == kept {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(world.data_files(), kept);
    assert_eq!(house.rows().await, 10);
}
