//! Rows that are known from before, and what must not be kept.

use std::sync::Arc;

use datasets::power::month_file;
use datasets::{Dirt, Population, Scale};
use intake::{Act, Arrival, Body, LocalChecker, SubmissionStore, Verdict};
use schemas::{Contract, FeedId, Period, PeriodKind};

use crate::world::{House, Plan, World, acting, arrival};

const LABEL: &str = "202501";

/// A house whose only feed is the monthly use of electricity, judged by the real checker.
pub async fn open(world: &World) -> House {
    let contracts = schemas::feeds::embedded().unwrap();
    let power = |contract: &Contract| contract.id().as_str() == "pow_usage";
    let checker = Arc::new(LocalChecker {
        // Several frames, so that rows are handed on before the last of them is seen.
        limits: check::Limits {
            frame_rows: 64,
            ..check::Limits::default()
        },
    });
    let contract = contracts.into_iter().find(power).unwrap();
    let plan = Plan {
        checker,
        contract,
        ..Plan::default()
    };
    world.open_as(plan).await
}

/// A file for January.
pub fn month(bytes: Vec<u8>) -> Arrival {
    Arrival {
        feed: FeedId::parse("pow_usage").unwrap(),
        period: LABEL.to_owned(),
        ..arrival(Body::bytes(std::io::Cursor::new(bytes)))
    }
}

/// January of a small prefecture.
pub fn clean() -> Vec<u8> {
    let period = Period::parse(PeriodKind::Month, LABEL).unwrap();
    let population = Population::new(7, Scale::Small);
    month_file(&population, &period, Dirt::Clean).bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recognised_stands_in_the_receipt_and_first_among_the_findings() {
    let world = World::new();
    let house = open(&world).await;
    let first = house.settled(month(clean())).await;
    assert!(first.recognised.is_empty());
    let text = String::from_utf8(clean()).unwrap();
    let (text, _, _) = encoding_rs::GB18030.encode(&text);
    let again = house.settled(month(text.into_owned())).await;
    let rules: Vec<&str> = again
        .recognised
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(rules, ["S-saved_anew"]);
    assert_eq!(
        again.recognised[0].args["submission"],
        first.submission.to_string()
    );
    let page = house.registry.findings(&again.submission, 0, 10).await.unwrap();
    assert_eq!(page.findings[0], again.recognised[0]);
    // The verdict is the file's own, and so is the hash of its report.
    assert_eq!((again.verdict, again.committed), (first.verdict, first.committed));
    house.assert_tidy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_a_file_whose_marking_comes_after_refused_rows() {
    let world = World::new();
    let house = open(&world).await;
    let text = String::from_utf8(clean()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let rows = lines.len();
    lines[1] = lines[1].replacen(LABEL, "202412", 1);
    lines[rows - 1] = lines[rows - 1].replacen("号", "号 秘密★3年", 1);
    assert!(lines[rows - 1].contains('★'));
    let receipt = house.settled(month((lines.join("\n") + "\n").into_bytes())).await;
    assert_eq!((receipt.verdict, receipt.committed), (Verdict::Rejected, 0));
    assert!(!house.keeps_original(&receipt.submission).await);
    let found = house.registry.findings(&receipt.submission, 0, 10).await.unwrap();
    let rules: Vec<&str> = found.findings.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["F-door"], "of the rows nothing is told");
    let quarantine = house.lake.quarantine();
    assert!(
        quarantine
            .get(&receipt.submission, &receipt.slot.feed)
            .await
            .is_err()
    );
}

/// January in two parts: most of it, and the last twenty rows with a header of their own.
pub fn in_two_parts() -> [Arrival; 2] {
    let text = String::from_utf8(clean()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (most, late) = lines.split_at(lines.len() - 20);
    let missing: Vec<&str> = lines[..1].iter().chain(late).copied().collect();
    [most.to_vec(), missing].map(|rows| month((rows.join("\n") + "\n").into_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_was_added_to_is_known_when_it_comes_whole() {
    let world = World::new();
    let house = open(&world).await;
    let [most, missing] = in_two_parts();
    let of = house.settled(most).await.submission.clone();
    let added = house.settled(acting(Act::Supplement { of }, missing)).await;
    assert!(added.recognised.is_empty(), "{:?}", added.recognised);
    let again = house.settled(month(clean())).await;
    let rules: Vec<&str> = again.recognised.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["S-saved_anew"]);
    assert_eq!(
        again.recognised[0].args["submission"],
        added.submission.to_string()
    );
    house.assert_tidy().await;
}
