//! Rules of contracts, at their edges.

use super::*;

/// Changes one cell of a good row; cells are counted from 0.
fn with(cells: &[(usize, &str)]) -> String {
    let row = good(1);
    let mut fields: Vec<&str> = row.trim_end().split(',').collect();
    cells.iter().for_each(|(index, value)| fields[*index] = value);
    fields.join(",") + "\n"
}

const KWH: usize = 9;
const FEE: usize = 13;

#[test]
fn ranges_sums_and_ratios_are_exact_at_their_edges() {
    let rules = |cells: &[(usize, &str)]| -> Vec<String> {
        let checked = checked(file([with(cells)]));
        checked
            .of_row(2)
            .into_iter()
            .map(|(rule, _)| rule.to_owned())
            .collect()
    };
    let none: [&str; 0] = [];
    // Parts may differ from the total by 1.
    assert_eq!(rules(&[(KWH, "12001.00")]), none);
    assert_eq!(rules(&[(KWH, "12001.01")]), ["R-kwh-sum"]);
    assert_eq!(rules(&[(KWH, "11999.00")]), none);
    assert_eq!(rules(&[(KWH, "11998.99")]), ["R-kwh-sum"]);
    // A missing part silences the sum.
    assert_eq!(rules(&[(KWH, "10"), (10, ""), (FEE, "10")]), none);
    // The fee is between 0.2 and 2 per unit.
    assert_eq!(rules(&[(FEE, "2400.00")]), none);
    assert_eq!(rules(&[(FEE, "2399.99")]), ["R-fee-ratio"]);
    assert_eq!(rules(&[(FEE, "24000.00")]), none);
    assert_eq!(rules(&[(FEE, "24000.01")]), ["R-fee-ratio"]);
    assert_eq!(rules(&[(KWH, "0"), (10, ""), (FEE, "5")]), none);
    // Zero is allowed, less is not, unless the row is an adjustment.
    assert_eq!(rules(&[(8, "0")]), none);
    assert_eq!(rules(&[(8, "-0.01")]), ["R-capacity_kva-range"]);
    assert_eq!(rules(&[(KWH, "-5"), (10, ""), (FEE, "-5"), (14, "Y")]), none);
    assert_eq!(
        rules(&[(KWH, "-5"), (10, ""), (FEE, "-5"), (14, "N")]),
        ["R-kwh-range"]
    );
    // The largest amounts are computed with exactly, not in floats.
    let (large, parts) = ("9999999999999999.99", "3333333333333333.33");
    let sums = [(10, parts), (11, parts), (12, parts), (FEE, "")];
    assert_eq!(rules(&[&[(KWH, large)], &sums[..]].concat()), ["R-fee-required"]);
    let sums = [(10, parts), (11, parts), (12, "3333333333333331.33"), (FEE, "")];
    assert_eq!(
        rules(&[&[(KWH, large)], &sums[..]].concat()),
        ["R-fee-required", "R-kwh-sum"]
    );
}

#[test]
fn numbers_too_large_for_exact_arithmetic_break_the_rule_instead_of_wrapping() {
    let yaml = pow_usage().yaml().replace("decimal(18,2)", "decimal(38,2)");
    let contract = Contract::from_yaml(&yaml).unwrap();
    let huge = format!("{}.00", "9".repeat(36));
    let row = with(&[(KWH, &huge), (FEE, &huge)]);
    let period = Period::parse(contract.period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract: &contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let mut sink = Collector::default();
    check(&job, Cursor::new(file([row])), &mut sink).unwrap();
    let rules: Vec<&str> = sink
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(rules, ["R-kwh-sum", "R-fee-ratio"]);
    assert_eq!(texts(&sink.accepted, "kwh"), [Some(huge)]);
}

#[test]
fn a_finding_tells_row_column_limits_and_what_to_do() {
    let checked = checked(file([good(0), with(&[(0, "123"), (2, "91433199MA7AO0017H")])]));
    let finding = |rule: &str| {
        checked
            .sink
            .findings
            .iter()
            .find(|finding| finding.rule == rule)
            .unwrap()
    };
    let digits = finding("R-account_no-digits");
    assert_eq!((digits.row, digits.column.as_deref()), (Some(3), Some("户号")));
    assert_eq!(digits.message().zh, "应为 10 至 13 位数字");
    assert!(digits.message().hint_zh.is_some());
    let code = finding("R-usc_code-uscc");
    assert_eq!(code.text, "value.uscc_letter");
    // The column is L3: the suggestion tells the place, not the code.
    assert_eq!(code.suggestion.as_deref(), Some("13: O→0"));
    assert_eq!(code.value_masked.as_deref(), Some("9***(18)"));
}

#[test]
fn rows_that_are_no_rows_get_one_finding_and_no_noise() {
    let rows = [
        good(0),
        "1,2\n".to_owned(),
        good(2).replace("甲一加工", "\"甲一加工"),
        good(3),
    ];
    let checked = checked(file(rows));
    assert_eq!(checked.of_row(3), [("D-too_few_fields", Severity::Error)]);
    assert_eq!(checked.of_row(4), [("D-unclosed_quote", Severity::Error)]);
    assert_eq!(checked.refused().len(), 2);
    assert_eq!(checked.sink.accepted[0].num_rows(), 2);
}

#[test]
fn findings_in_detail_are_limited_and_counts_are_not() {
    let rows = (0..500).map(|number| good(number).replace(",1,3311", ",9,3311").replace("7800.00", "x"));
    let limits = Limits {
        findings_max: 100,
        frame_rows: 64,
        ..Limits::default()
    };
    let checked = checked_with(pow_usage(), "433100", file(rows).as_bytes(), limits);
    assert_eq!(checked.sink.findings.len(), 100);
    assert_eq!(checked.report.findings_by_rule["R-use_class-code"], 500);
    assert_eq!(checked.report.findings_by_rule["R-fee-type"], 500);
    assert_eq!(checked.report.findings_total, 1001);
    let rows: Vec<u64> = checked
        .sink
        .findings
        .iter()
        .filter_map(|finding| finding.row)
        .collect();
    assert!(rows.is_sorted());
    assert_eq!(checked.refused().len(), 500);
}

#[test]
fn a_row_without_a_usable_county_stays_with_the_unit_where_the_contract_says_so() {
    let yaml = pow_usage()
        .yaml()
        .replace("fallback_unit: false", "fallback_unit: true");
    let (before, county) = yaml.split_once("- name: county\n").unwrap();
    let yaml = format!(
        "{before}- name: county\n{}",
        county.replacen("required: true", "required: false", 1)
    );
    let contract = Contract::from_yaml(&yaml).unwrap();
    let rows = ["433122", "", "火星"]
        .iter()
        .enumerate()
        .map(|(number, county)| good(number).replace(",433101,", &format!(",{county},")));
    let period = Period::parse(contract.period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract: &contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let mut sink = Collector::default();
    let report = check(&job, Cursor::new(file(rows)), &mut sink).unwrap();
    assert_eq!(report.committed, 3);
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(
        texts(&sink.accepted, "region_code"),
        [text("433122"), text("433100"), text("433100")]
    );
    assert_eq!(texts(&sink.accepted, "county_code"), [text("433122"), None, None]);
    let found: Vec<_> = sink
        .findings
        .iter()
        .map(|found| (found.row, found.text.as_str(), found.severity))
        .collect();
    let fallback = |row| (Some(row), "check.region_fallback", Severity::Warning);
    assert_eq!(found, [fallback(3), fallback(4)]);
}
