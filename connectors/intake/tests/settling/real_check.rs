//! The whole road with the real checker: the invented power company's months, clean, damaged and wrong.

use std::sync::Arc;

use datasets::power::month_file;
use datasets::{Dirt, Population, Scale};
use intake::{Arrival, Body, LocalChecker, SubmissionStore, Verdict};
use schemas::{Contract, FeedId, Period, PeriodKind};

use crate::world::{House, Plan, World, arrival};

async fn open(world: &World) -> House {
    let contracts = schemas::feeds::embedded().unwrap();
    let pow_usage: Contract = contracts
        .into_iter()
        .find(|one| one.id().as_str() == "pow_usage")
        .unwrap();
    let checker = Arc::new(LocalChecker {
        limits: check::Limits::default(),
    });
    world
        .open_as(Plan {
            checker,
            contract: pow_usage,
            ..Plan::default()
        })
        .await
}

fn month(label: &str, bytes: Vec<u8>) -> Arrival {
    Arrival {
        feed: FeedId::parse("pow_usage").unwrap(),
        period: label.to_owned(),
        ..arrival(Body::bytes(std::io::Cursor::new(bytes)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_month_comes_to_exactly_its_truth() {
    let world = World::new();
    let house = open(&world).await;
    let population = Population::new(7, Scale::Small);
    let period = Period::parse(PeriodKind::Month, "202501").unwrap();
    let file = month_file(&population, &period, Dirt::Planted { per_mille: 30 });
    let receipt = house.settled(month("202501", file.bytes.clone())).await;
    assert_eq!(receipt.verdict, Verdict::AcceptedWithFindings);
    assert_eq!(
        (
            receipt.rows_read,
            receipt.committed,
            receipt.quarantined,
            receipt.duplicate
        ),
        (
            file.truth.rows,
            file.truth.committed,
            file.truth.quarantined,
            file.truth.duplicate
        )
    );
    assert_eq!(house.rows().await, file.truth.committed);
    assert_eq!(house.original(&receipt.submission).await, file.bytes);
    let page = house
        .registry
        .findings(&receipt.submission, 0, 5000)
        .await
        .unwrap();
    assert_eq!(page.findings.len() as u64, receipt.findings_kept);
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_another_office_is_rejected_with_its_reasons() {
    let world = World::new();
    let house = open(&world).await;
    let period = Period::parse(PeriodKind::Month, "202501").unwrap();
    let file = month_file(
        &Population::new(7, Scale::Accounts(10)),
        &period,
        Dirt::WrongColumns,
    );
    let receipt = house.settled(month("202501", file.bytes)).await;
    assert_eq!((receipt.verdict, receipt.committed), (Verdict::Rejected, 0));
    let page = house
        .registry
        .findings(&receipt.submission, 0, 100)
        .await
        .unwrap();
    assert!(!page.findings.is_empty() && page.findings.iter().all(|finding| finding.row.is_none()));
    assert_eq!(house.rows().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_and_a_workbook_are_rejected_not_failed() {
    let world = World::new();
    let house = open(&world).await;
    for bytes in [
        Vec::new(),
        b"PK\x03\x04 and so on".to_vec(),
        b"\xff\xd8\xff\xe0 JFIF".to_vec(),
    ] {
        let receipt = house.settled(month("202501", bytes)).await;
        assert_eq!(receipt.verdict, Verdict::Rejected);
        let page = house
            .registry
            .findings(&receipt.submission, 0, 100)
            .await
            .unwrap();
        assert_eq!(page.findings.len(), 1);
    }
    assert_eq!(house.outcomes(), ["done", "done", "done"]);
}
