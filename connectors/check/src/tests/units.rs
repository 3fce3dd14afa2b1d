//! Units outside of the cells: a line above the table, a header, and what happens when they disagree.

use super::*;
use crate::{UnitPlace, UnitRead};

/// The power file with its columns of amounts under other headers, something above it, and one row of plain numbers.
fn table(above: &str, kwh: &str, fee: &str, cells: (&str, &str)) -> String {
    let header = HEADER
        .replace(",电量,峰", &format!(",{kwh},峰"))
        .replace(",电费,", &format!(",{fee},"));
    let row = format!(
        "{:013},甲一加工有限公司,91433199MA7A00017H,,433101,1,3311,吉首市某路1号,315.00,{},,,,{},,202501,2025-01-25\n",
        1, cells.0, cells.1
    );
    format!("{above}{header}{row}")
}

fn fee_of(checked: &Checked) -> Option<String> {
    checked.accepted("fee").remove(0)
}

fn remarks(checked: &Checked) -> Vec<(&str, &str, Severity)> {
    let findings = checked.report.file_findings.iter().chain(&checked.sink.findings);
    findings
        .map(|finding| (finding.rule.as_str(), finding.text.as_str(), finding.severity))
        .collect()
}

fn read(field: &str, column: &str, unit: &str, from: UnitPlace, row: Option<u64>) -> UnitRead {
    UnitRead {
        field: field.into(),
        column: column.into(),
        unit: unit.into(),
        from,
        row,
    }
}

#[test]
fn a_line_above_the_table_scales_the_columns_it_measures_and_no_others() {
    for above in [
        "2025年1月用电情况表\n单位：万元\n",
        ",,,,,,,,,单位：万元\n",
        "填报单位：某供电公司,,金额单位：万元\n",
        "\"（单位：万元、kWh）\"\n",
    ] {
        let checked = checked(table(above, "电量", "电费", ("12000", "0.78")));
        assert_eq!(remarks(&checked), [], "{above}");
        assert_eq!(fee_of(&checked).as_deref(), Some("7800.00"), "{above}");
        assert_eq!(checked.accepted("kwh"), [Some("12000.00".to_owned())]);
        let fee = checked
            .report
            .units
            .iter()
            .find(|unit| unit.field == "fee")
            .unwrap();
        let row = 1 + u64::from(above.starts_with("2025"));
        assert_eq!(
            fee,
            &read("fee", "电费", "万元", UnitPlace::Above, Some(row)),
            "{above}"
        );
    }
}

#[test]
fn a_line_is_found_however_small_the_frames_are() {
    let text = table("用电情况表\n单位：万元\n", "电量", "电费", ("12000", "0.78"));
    let limits = Limits {
        frame_rows: 1,
        ..Limits::default()
    };
    let checked = checked_with(pow_usage(), "433100", text.as_bytes(), limits);
    assert_eq!(fee_of(&checked).as_deref(), Some("7800.00"));
}

#[test]
fn the_organisation_that_reports_is_no_unit() {
    for above in ["单位：某供电公司\n", "填报单位：元\n", "报送单位：万元\n", ""] {
        let checked = checked(table(above, "电量", "电费", ("12000", "7800")));
        assert_eq!(remarks(&checked), [], "{above}");
        assert_eq!(checked.report.units, [], "{above}");
        assert_eq!(fee_of(&checked).as_deref(), Some("7800.00"), "{above}");
    }
}

#[test]
fn a_header_with_its_own_unit_wins_over_the_line_and_the_difference_is_told() {
    let checked = checked(table(
        "单位：万元\n",
        "电量(千瓦时)",
        "电费(元)",
        ("12000", "7800"),
    ));
    assert_eq!(
        remarks(&checked),
        [("F-unit_line", "check.unit_line_header", Severity::Warning)]
    );
    assert_eq!(fee_of(&checked).as_deref(), Some("7800.00"));
    let units = &checked.report.units;
    assert_eq!(
        units.last(),
        Some(&read("fee", "电费(元)", "元", UnitPlace::Header, None))
    );
    assert_eq!(units.len(), 2);
}

#[test]
fn two_lines_that_disagree_refuse_the_file() {
    let checked = checked(table("单位：万元\n单位：元\n", "电量", "电费", ("12000", "7800")));
    assert_eq!(
        remarks(&checked),
        [("F-unit_line", "check.unit_line_twice", Severity::Fatal)]
    );
    assert_eq!(checked.report.verdict, crate::Verdict::Rejected);
}

#[test]
fn a_unit_of_no_column_and_one_nobody_knows_are_told() {
    let unused = checked(table("单位：亩\n", "电量", "电费", ("12000", "7800")));
    assert_eq!(
        remarks(&unused),
        [("F-unit_line", "check.unit_line_unused", Severity::Warning)]
    );
    let unknown = checked(table("金额单位：卢布\n", "电量", "电费", ("12000", "7800")));
    assert_eq!(
        remarks(&unknown),
        [("F-unit_line", "check.unit_line_unknown", Severity::Warning)]
    );
    assert_eq!(fee_of(&unknown).as_deref(), Some("7800.00"));
}

#[test]
fn a_cell_with_its_own_unit_wins_and_a_difference_is_told() {
    let same = checked(table("单位：万元\n", "电量", "电费", ("12000", "0.78万元")));
    assert_eq!(remarks(&same), []);
    let other = checked(table("单位：万元\n", "电量", "电费", ("12000", "7800元")));
    assert_eq!(
        remarks(&other),
        [("R-fee-type", "value.unit_contradicts", Severity::Warning)]
    );
    assert_eq!(fee_of(&other).as_deref(), Some("7800.00"));
}

#[test]
fn digits_of_any_width_and_separators_are_the_same_amount() {
    for cell in [
        "7800",
        "７８００．００",
        "\"7,800.00\"",
        "\"７，８００\"",
        "0.78万元",
        "￥7800",
        "7800元",
    ] {
        let checked = checked(table("", "电量", "电费", ("12000", cell)));
        assert_eq!(remarks(&checked), [], "{cell}");
        assert_eq!(fee_of(&checked).as_deref(), Some("7800.00"), "{cell}");
    }
}
