//! Bad rows that come back mended: merged into the file they belong to while its slot still rests on it, refused with the
//! reason otherwise.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use intake::{Arrival, Body, LocalChecker, Receipt, Standing, SubmissionRecord, SubmissionStore, Verdict};
use schemas::{Contract, FeedId};
use workbook::{Answered, BadRows};

use crate::world::{House, Plan, World, arrival};

const HEADER: &str = "户号,户名,统一社会信用代码,个人证件号码,所属县市代码,用电类别,行业代码,用电地址,容量,电量,峰电量,平电量,谷电量,电费,退补标志,电费月,抄表日期\n";

async fn open(world: &World) -> House {
    let contracts = schemas::feeds::embedded().unwrap();
    let contract: Contract = contracts
        .into_iter()
        .find(|one| one.id().as_str() == "pow_usage")
        .unwrap();
    world
        .open_as(Plan {
            checker: Arc::new(LocalChecker {
                limits: check::Limits::default(),
            }),
            contract,
            ..Plan::default()
        })
        .await
}

fn sent(bytes: impl AsRef<[u8]>) -> Arrival {
    Arrival {
        feed: FeedId::parse("pow_usage").unwrap(),
        ..arrival(Body::bytes(Cursor::new(bytes.as_ref().to_vec())))
    }
}

/// Forty meters, the first `bad` of them with a word for a number.
fn month(bad: usize) -> String {
    let row = |number: usize| {
        let kwh = if number < bad { "很多" } else { "12000.00" };
        format!(
            "{number:013},甲一加工有限公司,91433199MA7A00017H,,433101,1,3311,吉首市某路1号,315.00,{kwh},4000.00,5000.00,3000.00,7800.00,,202501,2025-01-25\n"
        )
    };
    std::iter::once(HEADER.to_owned())
        .chain((0..40).map(row))
        .collect()
}

async fn record(house: &House, receipt: &Receipt) -> SubmissionRecord {
    match house.registry.standing(&receipt.submission).await.unwrap() {
        Some(Standing::Settled(record)) => *record,
        other => panic!("{other:?}"),
    }
}

/// The workbook with the bad rows of a submission, every wrong word in it replaced by `mended`.
async fn answer(house: &House, receipt: &Receipt, mended: &str) -> Vec<u8> {
    let mut rows = BadRows::default();
    let take = |batch: &arrow::array::RecordBatch| rows.take(batch).unwrap();
    house
        .intake
        .refused_rows(house.contract.id(), &receipt.submission, take)
        .await
        .unwrap();
    let findings = house
        .registry
        .findings(&receipt.submission, 0, 1000)
        .await
        .unwrap();
    let record = record(house, receipt).await;
    let answered = Answered {
        contract: &house.contract,
        submission: &receipt.submission,
        report: &record.report,
        findings: &findings.findings,
    };
    retyped(&workbook::answer(&answered, &rows).unwrap(), "很多", mended)
}

fn retyped(book: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        let content = String::from_utf8(content).unwrap();
        let content = content.replace(&format!("<t>{old}</t>"), &format!("<t>{new}</t>"));
        written
            .start_file(part.name().unwrap(), zip::write::SimpleFileOptions::default())
            .unwrap();
        written.write_all(content.as_bytes()).unwrap();
    }
    written.finish().unwrap().into_inner()
}

async fn refused_as(house: &House, arrival: Arrival) -> String {
    let receipt = house.settled(arrival).await;
    assert_eq!((receipt.verdict, receipt.committed), (Verdict::Rejected, 0));
    let page = house.registry.findings(&receipt.submission, 0, 10).await.unwrap();
    page.findings[0].text.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn mended_rows_merge_and_the_vault_keeps_what_arrived() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.settled(sent(month(1))).await;
    assert_eq!((first.committed, first.quarantined), (39, 1));
    let mended = answer(&house, &first, "12000.00").await;
    let second = house.settled(sent(&mended)).await;
    assert_eq!(
        (second.verdict, second.committed, second.revision),
        (Verdict::Accepted, 40, Some(2))
    );
    assert_eq!(house.rows().await, 40);
    assert_eq!(house.original(&second.submission).await, mended);
    let answered = record(&house, &second).await.report.answered.unwrap();
    assert_eq!(
        (answered.submission, answered.files),
        (first.submission.to_string(), vec![first.sha256.clone()])
    );
    assert_eq!((answered.rows_mended, answered.rows_unchanged), (1, 0));
    // Sent again it is the submission that it was.
    let again = house.send(sent(&mended)).await.unwrap();
    assert!(again.repeated && again.receipt == second);
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_is_taken_when_its_bad_rows_are_mended_step_by_step() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.settled(sent(month(4))).await;
    assert_eq!((first.verdict, house.rows().await), (Verdict::Rejected, 0));
    // Another wrong word: still refused, and its own answer is laid over both.
    let worse = answer(&house, &first, "不少").await;
    let second = house.settled(sent(&worse)).await;
    assert_eq!((second.verdict, second.revision), (Verdict::Rejected, None));
    let mended = retyped(&answer(&house, &second, "").await, "不少", "12000.00");
    let third = house.settled(sent(mended)).await;
    assert_eq!(
        (third.verdict, third.committed, third.revision),
        (Verdict::Accepted, 40, Some(1))
    );
    assert_eq!(
        record(&house, &third).await.report.answered.unwrap().files.len(),
        2
    );
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_time_is_over_is_refused_and_changes_nothing() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.settled(sent(month(1))).await;
    let mended = answer(&house, &first, "12000.00").await;
    let elsewhere = Arrival {
        period: "202502".to_owned(),
        ..sent(&mended)
    };
    assert_eq!(refused_as(&house, elsewhere).await, "check.answer_other_slot");
    // Rows that were refused after the month was accepted may still be mended.
    let refused = house.settled(sent(month(9))).await;
    house.settled(sent(month(0))).await;
    assert_eq!(refused_as(&house, sent(&mended)).await, "check.answer_superseded");
    let late = answer(&house, &refused, "12000.00").await;
    assert_eq!(refused_as(&house, sent(late)).await, "check.answer_superseded");
    let refused = house.settled(sent(month(9))).await;
    let other = retyped(
        &mended,
        &record(&house, &first).await.report.report_hash,
        &refused.report_hash,
    );
    assert_eq!(refused_as(&house, sent(other)).await, "check.answer_other_report");
    let timely = answer(&house, &refused, "12000.00").await;
    let receipt = house.settled(sent(timely)).await;
    assert_eq!((receipt.committed, receipt.revision), (40, Some(3)));
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_rows_that_were_not_kept_is_refused() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.settled(sent(month(1))).await;
    let mended = answer(&house, &first, "12000.00").await;
    let sealed = world
        .path()
        .join(format!("lake/vault/pow_usage/{}.sealed", first.submission));
    std::fs::remove_file(sealed).unwrap();
    assert_eq!(
        refused_as(&house, sent(mended)).await,
        "check.answer_original_gone"
    );
    assert_eq!(house.rows().await, 39);
    house.assert_tidy().await;
}
