//! Contracts with one thing wrong: which fault is named, and where.

use super::with;

/// Passage of the power contract, what it becomes, the fault's code, its place.
#[rustfmt::skip]
const FAULTS: [(&str, &str, &str, &str); 65] = [
    ("kind: DataContract", "kind: Table", "contract.not_odcs", "apiVersion"),
    ("v3.1.0", "v2.2.2", "contract.not_odcs", "apiVersion"),
    ("id: pow_usage", "id: usage", "contract.name_malformed", "id"),
    ("department: pow", "department: POWER", "contract.name_malformed", "intake.department"),
    ("- property: intake", "- property: other", "contract.extension_missing", "customProperties"),
    ("\"433101\"", "\"43310\"", "contract.name_malformed", "intake.units[1]"),
    ("\"433101\"", "\"433100\"", "contract.code_twice", "intake.units[1]"),
    ("due_day: 10", "due_day: 32", "contract.value_range", "intake.due_day"),
    ("due_day: 10", "due: { workdays: 0 }", "contract.value_range", "intake.due"),
    ("due_day: 10", "due_day: 10\n      due: { workdays: 5 }", "contract.value_range", "intake.due"),
    ("due_day: 10", "due: { weeks: 1 }", "contract.syntax", "customProperties.intake"),
    ("due_day: 10", "owed_by: nobody", "contract.syntax", "customProperties.intake"),
    ("header_rows_max: 10", "header_rows_max: 0", "contract.value_range", "intake.files.header_rows_max"),
    ("header_rows_max: 10", "header_rows_max: 10\n        records: data//rows", "contract.value_range", "intake.files.records"),
    ("header_rows_max: 10", "header_rows_max: 10\n        member: a/*.csv", "contract.value_range", "intake.files.member"),
    ("header_rows_max: 10", "header_rows_max: 10\n        delimiter: x", "contract.value_range", "intake.files.delimiter"),
    ("header_rows_max: 10", "header_rows_max: 10\n        delimiter: '|||||||||'", "contract.value_range", "intake.files.delimiter"),
    ("entity: usc_code", "entity: usc", "contract.unknown_field", "intake.entity"),
    ("field: county", "field: town", "contract.unknown_field", "intake.region.field"),
    ("total: kwh", "total: kw", "contract.unknown_field", "intake.rules[0]"),
    ("total: kwh", "total: month", "contract.rule_field_kind", "intake.rules[0]"),
    ("min: \"0.2\"", "min: \"x\"", "contract.rule_value", "intake.rules[1]"),
    ("min: \"0.2\"", "min: \"3\"", "contract.rule_value", "intake.rules[1]"),
    ("tolerance: \"1\" }", "tolerance: \"1\" }\n          order: { first: read_date, then: read_date }", "contract.rule_kinds", "intake.rules[0]"),
    ("- name: kwh_peak", "- name: kwh", "contract.field_twice", "fields.kwh"),
    ("- name: kwh_peak", "- name: period", "contract.name_reserved", "fields.period"),
    ("- name: kwh_peak", "- name: KwhPeak", "contract.name_malformed", "fields.KwhPeak"),
    ("aliases: [平段电量]", "aliases: [高峰电量]", "contract.alias_twice", "fields.kwh_flat"),
    ("varchar(13)", "char(13)", "contract.type_unknown", "fields.account_no"),
    ("varchar(13)", "varchar(0)", "contract.type_unknown", "fields.account_no"),
    ("decimal(12,2)", "decimal(39,2)", "contract.type_unknown", "fields.capacity_kva"),
    ("decimal(12,2)", "decimal(2,3)", "contract.type_unknown", "fields.capacity_kva"),
    ("logicalType: number", "logicalType: string", "contract.type_unknown", "fields.capacity_kva"),
    ("classification: L4", "classification: secret", "contract.value_range", "fields.id_no.classification"),
    ("store: token", "store: clear", "contract.token_required", "fields.account_no"),
    ("treatment: \"null\"\n              store: token", "treatment: \"null\"", "contract.token_required", "fields.id_no"),
    ("treatment: name1", "treatment: month", "contract.treatment_type", "fields.customer_name"),
    ("codes: regions", "codes: planets", "contract.code_list_unknown", "fields.county"),
    ("unit: kVA", "unit: 匹", "contract.unit_unknown", "fields.capacity_kva"),
    ("none_of: [\"3\"]", "none_of: [\"7\"]", "contract.rule_value", "fields.use_class.rules[0]"),
    ("text: feed.pow_usage_residential", "text: feed.nothing", "contract.rule_text_unknown", "fields.use_class.rules[0]"),
    ("digits: { min: 10, max: 13 }", "digits: { min: 13, max: 10 }", "contract.rule_value", "fields.account_no.rules[0]"),
    ("digits: { min: 10, max: 13 }", "pattern: \"[0-9]+\"", "contract.pattern_unanchored", "fields.account_no.rules[0]"),
    ("digits: { min: 10, max: 13 }", "range: { min: \"0\" }", "contract.rule_field_kind", "fields.account_no.rules[0]"),
    ("id: R-use_class-residential", "id: R-usc_code-uscc", "contract.rule_twice", "fields.use_class.rules[0]"),
    ("id: R-use_class-residential", "id: R-use_class-code", "contract.rule_twice", "fields.use_class.rules[0]"),
    ("unless: { field: adjustment_flag, is: \"Y\" }", "unless: { field: adjustment_flag, is: \"J\" }", "contract.rule_value", "fields.kwh.rules[0]"),
    ("period: { kind: month, field: month }", "period: { kind: month, field: month, rather: read_date }", "contract.rule_field_kind", "intake.period.rather"),
    ("period: { kind: month, field: month }", "period: { kind: month, field: read_date, rather: read_date }", "contract.rule_field_kind", "intake.period.rather"),
    ("period: { kind: month, field: month }", "period: { kind: month, field: read_date, rather: read_day }", "contract.unknown_field", "intake.period.rather"),
    ("header_rows_max: 10", "header_rows_max: 10\n        refused_columns: [姓名, 户 号]", "contract.alias_twice", "intake.files.refused_columns"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "product: { total: fee, factors: [], within: \"0.01\" }", "contract.rule_kinds", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "product: { total: fee, factors: [kwh, kwh, kwh, kwh], within: \"0.01\" }", "contract.rule_value", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "product: { total: fee, factors: [kwh], within: \"-0.01\" }", "contract.rule_value", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "product: { total: fee, factors: [month], within: \"0.01\" }", "contract.rule_field_kind", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "implies: { when: { field: fee }, then: { field: kw } }", "contract.unknown_field", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "implies: { when: { field: use_class, is: \"8\" }, then: { field: kwh } }", "contract.rule_value", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "implies: { when: { field: kwh, is: \"8\" }, then: { field: fee } }", "contract.rule_field_kind", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "group_sum: { of: kwh, by: [], is: \"1\", tolerance: \"0\" }", "contract.rule_kinds", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "group_sum: { of: month, by: [county], is: \"1\", tolerance: \"0\" }", "contract.rule_field_kind", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "group_sum: { of: kwh, by: [county], is: \"1\", tolerance: \"0.001\" }", "contract.rule_value", "intake.rules[0]"),
    ("severity: warning\n          sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "group_sum: { of: kwh, by: [county], is: \"1\", tolerance: \"0\" }", "contract.group_remark", "intake.rules[0]"),
    ("sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }", "unless: { field: fee }\n          group_sum: { of: kwh, by: [county], is: \"1\", tolerance: \"0\" }", "contract.group_remark", "intake.rules[0]"),
    ("digits: { min: 10, max: 13 }", "not_pattern: \"[0-9]+\"", "contract.pattern_unanchored", "fields.account_no.rules[0]"),
    ("unless: { field: adjustment_flag, is: \"Y\" }", "unless: { field: adjustment }", "contract.unknown_field", "fields.kwh.rules[0]"),
];

#[test]
fn a_fault_is_named_with_its_place() {
    for (passage, instead, code, place) in FAULTS {
        let error = with(passage, instead)
            .err()
            .unwrap_or_else(|| panic!("{instead} was accepted"));
        assert_eq!((error.code(), error.place()), (code, place), "{instead}: {error}");
        assert!(crate::texts::get(error.code()).is_some(), "{code} has no text");
    }
}
