//! Rows that meet again, in the same frame or in a later one.

use super::*;

#[test]
fn an_identical_row_counts_once_and_a_conflicting_one_waits_with_the_number_of_the_first() {
    let mut rows: Vec<String> = (0..200).map(good).collect();
    rows[100] = good(5);
    rows[150] = good(6).replace("7800.00", "7900.00");
    // The same row, written differently.
    rows[160] = good(7).replace("12000.00,4000.00", "12000,4000.0");
    for frame_rows in [1000, 7] {
        let limits = Limits {
            frame_rows,
            ..Limits::default()
        };
        let checked = checked_with(pow_usage(), "433100", file(rows.clone()).as_bytes(), limits);
        let report = &checked.report;
        assert_eq!(
            (report.committed, report.duplicate, report.quarantined),
            (197, 2, 1)
        );
        assert_eq!(checked.of_row(102), [("R-account_no-key", Severity::Warning)]);
        assert_eq!(checked.of_row(152), [("R-account_no-key", Severity::Error)]);
        assert_eq!(checked.of_row(162), [("R-account_no-key", Severity::Warning)]);
        let conflict = checked
            .sink
            .findings
            .iter()
            .find(|finding| finding.row == Some(152))
            .unwrap();
        assert_eq!(
            (conflict.text.as_str(), conflict.args["row"].as_str()),
            ("check.duplicate_key", "8")
        );
        assert_eq!(conflict.args["key"], "户号, 电费月");
        assert_eq!(checked.refused(), [(152, "R-account_no-key".to_owned())]);
    }
}

#[test]
fn a_refused_row_does_not_take_the_key_of_a_good_one() {
    let mut rows: Vec<String> = (0..100).map(good).collect();
    rows[3] = good(50).replace("433101,1,", "433101,9,");
    let checked = checked(file(rows));
    assert_eq!((checked.report.committed, checked.report.quarantined), (99, 1));
    assert_eq!(checked.refused(), [(5, "R-use_class-code".to_owned())]);
}
