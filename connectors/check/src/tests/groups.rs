//! Sums over rows that belong together.

use super::*;

const HEADER: &str =
    "标段编号,交易类型,招标人信用代码,招标人,中标人信用代码,中标人,联合体份额,成交价,成交日期,所属县市代码\n";

/// One winner of a lot.
fn winner(lot: &str, code: &str, share: &str) -> String {
    format!("{lot},1,11433199MA7A00041A,某乡人民政府,{code},甲一,{share},5000000.00,2025-01-10,433101\n")
}

const ONE: &str = "91433199MA7A00017H";
const TWO: &str = "91433199MA7A0005XR";
const THREE: &str = "11433199MA7A00041A";

fn deals(rows: &[String], limits: Limits) -> Checked {
    let contract = feeds::embedded()
        .unwrap()
        .into_iter()
        .find(|contract| contract.id().as_str() == "prt_deal")
        .unwrap();
    let file = format!("{HEADER}{}", rows.concat());
    checked_with(&contract, "433100", file.as_bytes(), limits)
}

/// Rows with a remark that their group does not add up.
fn told(checked: &Checked) -> Vec<u64> {
    let remarks = checked
        .sink
        .findings
        .iter()
        .filter(|finding| finding.rule == "R-share_ratio-group_sum");
    remarks.map(|finding| finding.row.unwrap()).collect()
}

/// Frames of two rows: groups reach over them.
fn narrow() -> Limits {
    Limits {
        frame_rows: 2,
        ..Limits::default()
    }
}

#[test]
fn shares_add_up_wherever_their_rows_stand() {
    let rows = [
        winner("a", ONE, "0.4"),
        winner("b", ONE, "0.5"),
        winner("c", ONE, "0.333333"),
        winner("c", TWO, "0.333333"),
        winner("a", TWO, "0.6"),
        winner("c", THREE, "0.333333"),
        winner("b", TWO, "0.4"),
        winner("d", ONE, "1"),
    ];
    for limits in [narrow(), Limits::default()] {
        let checked = deals(&rows, limits);
        assert_eq!(told(&checked), [3]);
        assert_eq!(checked.report.findings_by_rule["R-share_ratio-group_sum"], 1);
        assert_eq!(checked.report.committed, 8);
        let finding = checked.sink.findings.last().unwrap();
        assert_eq!(
            (finding.severity, finding.column.as_deref()),
            (Severity::Warning, Some("联合体份额"))
        );
        assert_eq!(
            finding.message().zh,
            "“标段编号”相同的 2 行，“联合体份额”合计应为 1（允许相差 0.00001）"
        );
    }
}

#[test]
fn the_tolerance_is_exact() {
    for (other, expected) in [("0.599990", 0), ("0.599989", 1), ("0.600010", 0), ("0.600011", 1)] {
        let checked = deals(&[winner("a", ONE, "0.4"), winner("a", TWO, other)], narrow());
        assert_eq!(told(&checked).len(), expected, "{other}");
    }
}

#[test]
fn a_group_that_will_be_sent_again_is_left_alone() {
    // A value is missing, and a row is refused; a duplicate counts once.
    let rows = [
        winner("a", ONE, "0.4"),
        winner("a", TWO, ""),
        winner("b", ONE, "0.4"),
        winner("b", "91433199MA7A00018H", "0.1"),
        winner("c", ONE, "1"),
        winner("c", ONE, "1"),
    ];
    let checked = deals(&rows, narrow());
    assert_eq!(told(&checked), [0u64; 0]);
    assert_eq!((checked.report.quarantined, checked.report.duplicate), (6 - 1, 1));
    let good: Vec<String> = (0..40)
        .map(|lot| winner(&format!("x{lot}"), ONE, "0.9"))
        .collect();
    let checked = deals(&[&rows[..], &good[..]].concat(), narrow());
    assert_eq!(told(&checked).len(), 40);
    assert_eq!(checked.report.quarantined, 1);
}

#[test]
fn remarks_on_groups_are_counted_all_and_told_up_to_the_limit() {
    let rows: Vec<String> = (0..40)
        .map(|lot| winner(&format!("x{lot}"), ONE, "0.9"))
        .collect();
    let limits = Limits {
        findings_max: 7,
        ..narrow()
    };
    let checked = deals(&rows, limits);
    assert_eq!(told(&checked), [2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(checked.report.findings_total, 40);
}
