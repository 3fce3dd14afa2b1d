//! The whole road with the real checker: the invented power company's months, clean, damaged and wrong.

use std::sync::Arc;

use datasets::power::month_file;
use datasets::{Dirt, Population, Scale};
use intake::{Arrival, Body, LocalChecker, Sender, SubmissionStore, Verdict};
use schemas::{Contract, DepartmentCode, FeedId, Period, PeriodKind};

use crate::world::{House, Plan, World, arrival, file};

async fn open(world: &World) -> House {
    open_for(world, "pow_usage").await
}

async fn open_for(world: &World, feed: &str) -> House {
    let contracts = schemas::feeds::embedded().unwrap();
    let contract: Contract = contracts
        .into_iter()
        .find(|one| one.id().as_str() == feed)
        .unwrap();
    let checker = Arc::new(LocalChecker {
        limits: check::Limits::default(),
    });
    world
        .open_as(Plan {
            checker,
            contract,
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

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_patients_gets_a_receipt_and_nothing_of_it_is_kept() {
    let world = World::new();
    let house = open_for(&world, "mib_settlement").await;
    let sent = |text: &str| Arrival {
        feed: FeedId::parse("mib_settlement").unwrap(),
        sender: Sender {
            department: DepartmentCode::parse("mib").unwrap(),
            ..arrival(Body::Zero).sender
        },
        ..file(text)
    };
    let titles = "定点机构编码,统一社会信用代码,机构名称,基金类别,业务类别,总费用,基金支付,个人账户支付,个人自付,结算月份,所属县市代码";
    let row = "H43319900001,91433199MA7A00017H,某测试医院,1,2,430.00,300.00,50.00,80.00,202501,433101";
    let patients = house
        .settled(sent(&format!("{titles},患者姓名\n{row},张某某\n")))
        .await;
    assert_eq!((patients.verdict, patients.rows_read), (Verdict::Rejected, 0));
    let page = house
        .registry
        .findings(&patients.submission, 0, 10)
        .await
        .unwrap();
    assert_eq!(page.findings[0].rule, "F-column_refused");
    assert!(!house.keeps_original(&patients.submission).await);
    // The same table with sums only is taken, and its original is kept like any other.
    let sums = house.settled(sent(&format!("{titles}\n{row}\n"))).await;
    assert_eq!((sums.verdict, sums.committed), (Verdict::Accepted, 1));
    assert!(house.keeps_original(&sums.submission).await);
    house.assert_tidy().await;
}
