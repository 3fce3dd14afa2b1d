//! What is said of rows that were here before, and what is not.

use std::io::Cursor;

use check::{CheckError, Job, Limits, Sink};
use schemas::{FeedId, Period, RegionCode, feeds};

use super::*;

const HEADER: &str = "户号,户名,统一社会信用代码,个人证件号码,所属县市代码,用电类别,行业代码,用电地址,容量,电量,峰电量,平电量,谷电量,电费,退补标志,电费月,抄表日期";

struct Nobody;

impl Sink for Nobody {
    fn accepted(&mut self, _: arrow::array::RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }
    fn quarantined(&mut self, _: arrow::array::RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }
    fn findings(&mut self, _: &[Finding]) -> Result<(), CheckError> {
        Ok(())
    }
}

fn row(number: usize, month: &str, factor: usize) -> String {
    let kwh = 1_000 + number;
    let day = format!("{}-{}-25", &month[..4], &month[4..]);
    format!(
        "{number:013},甲一加工有限公司,91433199MA7A00017H,,433101,1,3311,某路{number}号,315.00,{}.00,,,,{}.00,,{month},{day}",
        kwh * factor,
        kwh * factor / 2
    )
}

fn file(rows: impl IntoIterator<Item = String>) -> String {
    let rows = rows.into_iter().map(|row| row + "\n");
    std::iter::once(format!("{HEADER}\n")).chain(rows).collect()
}

fn report(period: &str, text: impl AsRef<[u8]>) -> Report {
    let contracts = feeds::embedded().unwrap();
    let contract = contracts
        .iter()
        .find(|contract| contract.id().as_str() == "pow_usage")
        .unwrap();
    let period = Period::parse(contract.period_kind(), period).unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    check::check(&job, Cursor::new(text.as_ref()), &mut Nobody).unwrap()
}

fn month(period: &str, count: usize) -> String {
    file((0..count).map(|number| row(number, period, 1)))
}

fn held(period: &str, report: Report) -> Filled {
    Filled {
        submission: SubmissionId::new(),
        period: period.to_owned(),
        report,
        below: Vec::new(),
    }
}

fn slot(period: &str) -> Slot {
    Slot::new(
        FeedId::parse("pow_usage").unwrap(),
        &Period::parse(PeriodKind::Month, period).unwrap(),
        RegionCode::parse("433100").unwrap(),
    )
}

fn told(kind: PeriodKind, period: &str, report: &Report, earlier: &[Filled]) -> Vec<(String, String)> {
    let slot = slot(period);
    let found = recognised(kind, &slot, ActKind::Whole, report, earlier);
    for finding in &found {
        let message = finding.message();
        assert!(
            !message.zh.contains('{') && message.zh != finding.text,
            "{}",
            message.zh
        );
        assert_eq!(finding.severity, Severity::Warning);
    }
    found
        .into_iter()
        .map(|finding| (finding.rule, finding.text))
        .collect()
}

fn rules(kind: PeriodKind, period: &str, report: &Report, earlier: &[Filled]) -> Vec<String> {
    told(kind, period, report, earlier)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect()
}

const MONTH: PeriodKind = PeriodKind::Month;

#[test]
fn the_same_data_in_another_encoding_and_order_is_known() {
    let first = report("202501", month("202501", 300));
    let turned = file((0..300).rev().map(|number| row(number, "202501", 1)));
    let (bytes, _, _) = encoding_rs::GB18030.encode(&turned);
    let again = report("202501", bytes);
    assert_ne!(
        (&first.sha256, &first.rows_hash),
        (&again.sha256, &again.rows_hash)
    );
    assert_eq!(
        rules(MONTH, "202501", &again, &[held("202501", first.clone())]),
        ["S-saved_anew"]
    );
    // The same bytes are a repetition and never come here; one other row is another file.
    let other = report("202501", month("202501", 301));
    assert!(rules(MONTH, "202501", &other, &[held("202501", first)]).is_empty());
}

#[test]
fn an_extract_that_was_cut_off_says_how_much_is_gone() {
    let whole = held("202501", report("202501", month("202501", 3_000)));
    let part = report("202501", month("202501", 2_070));
    let slot = slot("202501");
    let found = recognised(MONTH, &slot, ActKind::Correction, &part, &[whole]);
    assert_eq!(found[0].rule, "S-cut_off");
    assert_eq!(
        (
            &*found[0].args["rows"],
            &*found[0].args["earlier_rows"],
            &*found[0].args["less"]
        ),
        ("2070", "3000", "31%")
    );
}

#[test]
fn last_months_file_under_a_new_name_is_known_also_when_it_is_refused() {
    let january = held("202501", report("202501", month("202501", 300)));
    // Sent for February, all its rows are of another period.
    let renamed = report("202502", month("202501", 300));
    assert_eq!(renamed.verdict, check::Verdict::Rejected);
    let found = told(MONTH, "202502", &renamed, &[january.clone()]);
    assert_eq!(
        found,
        [(
            "S-other_period".to_owned(),
            "intake.recognised_other_period".to_owned()
        )]
    );
    // With a few rows added it is mostly that.
    let mixed = (0..300).map(|number| row(number, "202501", 1));
    let mixed = report(
        "202502",
        file(mixed.chain((900..905).map(|number| row(number, "202502", 1)))),
    );
    let found = told(MONTH, "202502", &mixed, &[january.clone()]);
    assert_eq!(found[0].1, "intake.recognised_mostly_other_period");
    // An honest February has nothing to hear, though it is of the same accounts.
    let honest = report("202502", month("202502", 310));
    assert!(rules(MONTH, "202502", &honest, &[january]).is_empty());
}

#[test]
fn a_full_list_may_stay_the_same_but_not_lose_a_third() {
    let snapshot = PeriodKind::Snapshot;
    let before = held("202412", report("202501", month("202501", 1_000)));
    let grown = report("202501", month("202501", 1_010));
    assert!(rules(snapshot, "202501", &grown, &[before.clone()]).is_empty());
    let shrunk = report("202501", month("202501", 650));
    let found = told(snapshot, "202501", &shrunk, &[before]);
    assert_eq!(
        found[0],
        (
            "S-cut_off".to_owned(),
            "intake.recognised_list_cut_off".to_owned()
        )
    );
}

#[test]
fn amounts_thousands_of_times_larger_than_last_month_are_another_unit() {
    let january = held("202501", report("202501", month("202501", 50)));
    let in_another = |factor| {
        report(
            "202502",
            file((0..50).map(|number| row(number, "202502", factor))),
        )
    };
    let found = told(MONTH, "202502", &in_another(10_000), &[january.clone()]);
    let larger = ("S-unit_shift".to_owned(), "intake.recognised_larger".to_owned());
    assert_eq!(found, [larger.clone(), larger]);
    let found = told(
        MONTH,
        "202502",
        &report("202501", month("202501", 50)),
        &[held("202501", in_another(10_000))],
    );
    assert!(
        found.iter().all(|(_, text)| text == "intake.recognised_smaller") && found.len() == 2,
        "{found:?}"
    );
    assert!(rules(MONTH, "202502", &in_another(100), &[january.clone()]).is_empty());
    // Few values say nothing.
    let few = report(
        "202502",
        file((0..10).map(|number| row(number, "202502", 10_000))),
    );
    assert!(rules(MONTH, "202502", &few, &[january]).is_empty());
}

#[test]
fn an_unusual_number_of_rows_is_remarked_once_there_is_something_usual() {
    let of = |period: &str, count| held(period, report(period, month(period, count)));
    let usual = [of("202504", 100), of("202503", 105), of("202502", 95)];
    let few = report("202505", month("202505", 40));
    assert_eq!(rules(MONTH, "202505", &few, &usual), ["S-row_count"]);
    assert_eq!(
        rules(MONTH, "202505", &report("202505", month("202505", 300)), &usual),
        ["S-row_count"]
    );
    assert!(rules(MONTH, "202505", &report("202505", month("202505", 120)), &usual).is_empty());
    assert!(rules(MONTH, "202505", &few, &usual[..2]).is_empty());
}

#[test]
fn a_supplement_is_a_part_and_is_not_told_so_but_rows_of_another_month_are() {
    let of = |period: &str, count| held(period, report(period, month(period, count)));
    let others = [of("202504", 100), of("202503", 105), of("202502", 95)];
    let part = |month: &str| {
        let text = file((200..203).map(|number| row(number, month, 1)));
        report("202505", text)
    };
    let heard = |act, report: &Report, filled: &[Filled]| {
        let found = recognised(MONTH, &slot("202505"), act, report, filled);
        found.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    let may = part("202505");
    assert_eq!(heard(ActKind::Whole, &may, &others), ["S-row_count"]);
    assert!(heard(ActKind::Supplement, &may, &others).is_empty());
    let april = held(
        "202504",
        report("202504", file((200..203).map(|number| row(number, "202504", 1)))),
    );
    assert_eq!(
        heard(ActKind::Supplement, &part("202504"), &[april]),
        ["S-other_period"]
    );
}

#[test]
fn a_period_that_was_added_to_is_known_with_all_its_rows() {
    let rows = |from: usize, to: usize| file((from..to).map(|number| row(number, "202501", 1)));
    let added_to = Filled {
        below: vec![report("202501", rows(0, 300))],
        ..held("202501", report("202501", rows(300, 320)))
    };
    let whole = report("202501", rows(0, 320));
    let told_of = |report: &Report| rules(MONTH, "202501", report, &[added_to.clone()]);
    assert_eq!(told_of(&whole), ["S-saved_anew"]);
    assert_eq!(told_of(&report("202501", rows(100, 320))), ["S-cut_off"]);
    assert_eq!(
        rules(MONTH, "202502", &whole, &[added_to.clone()]),
        ["S-other_period"]
    );
    let february = report(
        "202502",
        file((0..320).map(|number| row(number, "202502", 10_000))),
    );
    let shifted = rules(MONTH, "202502", &february, &[added_to]);
    assert_eq!(shifted, ["S-unit_shift", "S-unit_shift"]);
}

#[test]
fn a_zero_report_between_two_months_is_passed_over() {
    let january = held("202501", report("202501", month("202501", 50)));
    let mut nothing = report("202502", month("202502", 1));
    (nothing.sketch, nothing.committed) = (None, 0);
    nothing.totals.clear();
    let march = report(
        "202503",
        file((0..50).map(|number| row(number, "202503", 10_000))),
    );
    let told = rules(MONTH, "202503", &march, &[held("202502", nothing), january]);
    assert_eq!(told, ["S-unit_shift", "S-unit_shift"]);
}
