//! Files refused for their rows taken together: another slot's, too many bad ones, too many at all.

use super::*;
use crate::Verdict;

#[test]
fn the_wrong_period_or_unit_refuses_the_file_and_a_few_such_rows_do_not() {
    let mostly = |wrong: usize, from: &str, to: &str| {
        checked(file((0..100).map(|number| {
            if number < wrong {
                good(number).replace(from, to)
            } else {
                good(number)
            }
        })))
    };
    let period = mostly(60, ",202501,", ",202412,");
    assert_eq!(period.file_rules(), ["F-period", "F-bad_rows"]);
    assert_eq!((period.report.committed, period.report.quarantined), (0, 100));
    assert!(period.report.totals.is_empty());
    let few = mostly(3, ",202501,", ",202412,");
    assert_eq!(
        (few.report.verdict, few.report.committed),
        (Verdict::AcceptedWithFindings, 97)
    );
    assert_eq!(few.report.findings_by_rule["R-month-period"], 3);
    assert_eq!(
        mostly(60, ",433101,", ",430822,").file_rules(),
        ["F-county", "F-bad_rows"]
    );
    let county = checked_with(
        pow_usage(),
        "433122",
        file((0..10).map(good)).as_bytes(),
        Limits::default(),
    );
    assert_eq!(county.file_rules(), ["F-county", "F-bad_rows"]);
}

#[test]
fn more_bad_rows_than_agreed_refuse_the_file() {
    // The contract says 5 %.
    let with_bad = |bad: usize| {
        checked(file((0..100).map(|number| {
            if number < bad {
                good(number).replace(",1,3311", ",9,3311")
            } else {
                good(number)
            }
        })))
    };
    assert_eq!(with_bad(5).report.verdict, Verdict::AcceptedWithFindings);
    let refused = with_bad(6);
    assert_eq!(refused.file_rules(), ["F-bad_rows"]);
    assert_eq!(refused.report.file_findings[0].args["share"], "5%");
    // Duplicates and blanks are not bad.
    let text = file(
        (0..10)
            .map(good)
            .chain((0..10).map(good))
            .chain([",,,\n".to_owned()]),
    );
    let twice = checked(text);
    assert_eq!(
        (
            twice.report.committed,
            twice.report.duplicate,
            twice.report.blank_or_total
        ),
        (10, 10, 1)
    );
    assert_eq!(twice.report.verdict, Verdict::AcceptedWithFindings);
}

#[test]
fn more_rows_than_the_contract_or_the_hub_takes_refuse_the_file() {
    let yaml = pow_usage().yaml().replace("rows_max: 5000000", "rows_max: 20");
    let contract = Contract::from_yaml(&yaml).unwrap();
    let limits = Limits {
        frame_rows: 8,
        ..Limits::default()
    };
    let rows = |count: usize| file((0..count).map(good));
    let few = checked_with(&contract, "433100", rows(20).as_bytes(), limits.clone());
    assert_eq!(
        (few.report.verdict, few.report.committed),
        (Verdict::Accepted, 20)
    );
    let many = checked_with(&contract, "433100", rows(1000).as_bytes(), limits.clone());
    assert_eq!(many.file_rules(), ["F-rows_max"]);
    // Not read to the end: after three frames, the header in the first, it was clear.
    assert_eq!(many.report.rows_read, 23);
    let limits = Limits {
        file: decode::Limits {
            rows_max: 10,
            ..decode::Limits::default()
        },
        ..limits
    };
    let many = checked_with(pow_usage(), "433100", rows(1000).as_bytes(), limits);
    assert_eq!(many.report.file_findings[0].text, "decode.too_many_rows");
}
