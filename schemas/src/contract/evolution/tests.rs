//! One change at a time: what it needs.

use super::*;
use crate::contract::tests::with;

/// Passage of the power contract, what it becomes, the step and the text.
#[rustfmt::skip]
const CHANGES: [(&str, &str, Step, &str); 25] = [
    ("description: 抄表的日期。", "description: 抄表的日子。", Step::Words, "evolution.words"),
    ("businessName: 电费\n", "businessName: 电费合计\n", Step::Major, "evolution.aliases_gone"),
    ("aliases: [平段电量]", "aliases: [平段电量, 平时电量]", Step::Words, "evolution.aliases"),
    ("aliases: [平段电量]", "aliases: [平时电量]", Step::Major, "evolution.aliases_gone"),
    ("due_day: 10", "due_day: 12", Step::Words, "evolution.words"),
    ("{ zh: 农业, en: agriculture", "{ zh: 农业用电, en: agriculture", Step::Words, "evolution.words"),
    ("varchar(300)", "varchar(400)", Step::Minor, "evolution.wider"),
    ("varchar(300)", "varchar(200)", Step::Major, "evolution.field_type"),
    ("decimal(12,2)", "decimal(12,3)", Step::Major, "evolution.field_type"),
    ("\"6\": { zh: 其他", "\"7\": { zh: 充电, en: charging }\n          \"6\": { zh: 其他", Step::Minor, "evolution.codes_new"),
    ("digits: { min: 10, max: 13 }", "digits: { min: 9, max: 13 }", Step::Minor, "evolution.rule_wider"),
    ("digits: { min: 10, max: 13 }", "digits: { min: 12, max: 13 }", Step::Major, "evolution.rule_stricter"),
    ("ratio: { num: fee, den: kwh, min: \"0.2\", max: \"2.0\" }", "ratio: { num: fee, den: kwh, min: \"0.3\", max: \"2.0\" }", Step::Minor, "evolution.rule_stricter"),
    ("severity: warning\n          ratio", "severity: error\n          ratio", Step::Major, "evolution.rule_stricter"),
    ("bad_rows_ppm_max: 50000", "bad_rows_ppm_max: 60000", Step::Minor, "evolution.wider"),
    ("bad_rows_ppm_max: 50000", "bad_rows_ppm_max: 40000", Step::Major, "evolution.narrower"),
    ("zero_report_allowed: true", "zero_report_allowed: false", Step::Major, "evolution.narrower"),
    ("primaryKeyPosition: 2", "primaryKeyPosition: 0", Step::Major, "evolution.meaning"),
    ("kind: month, field: month", "kind: snapshot, field: month", Step::Major, "evolution.meaning"),
    ("entity: usc_code", "entity: account_no", Step::Major, "evolution.meaning"),
    ("unit: kVA", "unit: kW", Step::Major, "evolution.meaning"),
    ("treatment: name1", "treatment: clear", Step::Major, "evolution.protection"),
    ("header_rows_max: 10\n", "header_rows_max: 10\n        refused_columns: [备注]\n", Step::Major, "evolution.narrower"),
    ("\"433130\"]", "\"433130\", \"433102\"]", Step::Minor, "evolution.wider"),
    ("- name: capacity_kva", "- name: capacity", Step::Major, "evolution.field_gone"),
];

#[test]
fn each_change_needs_its_step() {
    let old = with("", "").unwrap();
    for (passage, instead, step, text) in CHANGES {
        let new = with(passage, instead).unwrap_or_else(|error| panic!("{instead}: {error}"));
        let found = changes(&old, &new);
        assert_eq!(needed(&found), Some(step), "{instead}: {found:?}");
        assert!(
            found.iter().any(|change| change.text == text),
            "{instead}: {found:?}"
        );
        assert!(
            found
                .iter()
                .all(|change| crate::texts::get(change.text).is_some()),
            "{found:?}"
        );
        assert!(crate::texts::get(step.text()).is_some());
        // Turned round, a thing that went is a thing that came.
        assert!(!changes(&new, &old).is_empty(), "{instead}");
    }
    assert_eq!(changes(&old, &old), []);
}

#[test]
fn a_version_must_allow_its_changes() {
    for (old, new, step, allowed) in [
        ("1.0.0", "1.0.0", None, true),
        ("1.0.0", "1.0.0", Some(Step::Words), true),
        ("1.0.1", "1.0.0", Some(Step::Words), false),
        ("1.0.0", "1.0.1", Some(Step::Minor), false),
        ("1.0.0", "1.1.0", Some(Step::Minor), true),
        ("1.9.0", "1.10.0", Some(Step::Minor), true),
        ("1.0.0", "1.9.9", Some(Step::Major), false),
        ("1.9.9", "2.0.0", Some(Step::Major), true),
        ("one", "one", Some(Step::Words), true),
        ("one", "two", Some(Step::Minor), false),
    ] {
        assert_eq!(
            is_version_allowed(old, new, step),
            allowed,
            "{old} {new} {step:?}"
        );
    }
    assert_eq!(next_version("1.2.3", Step::Minor).as_deref(), Some("1.3.0"));
    assert_eq!(next_version("1.2.3", Step::Major).as_deref(), Some("2.0.0"));
    assert_eq!(next_version("draft", Step::Words), None);
}
