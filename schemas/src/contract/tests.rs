//! The shipped power contract, read and used.

mod across;
mod faults;
mod layouts;

use super::*;
use crate::storage::{StorageType, storage_columns};

const POW_USAGE: &str = include_str!("../../feeds/pow/pow_usage.yaml");

fn pow_usage() -> Contract {
    Contract::from_yaml(POW_USAGE).unwrap()
}

/// The contract with one passage replaced; the passage must be there.
pub(super) fn with(passage: &str, instead: &str) -> Result<Contract, ContractError> {
    assert!(POW_USAGE.contains(passage), "{passage}");
    Contract::from_yaml(&POW_USAGE.replacen(passage, instead, 1))
}

#[test]
fn the_power_contract_says_what_it_should() {
    let contract = pow_usage();
    assert_eq!(contract.id().as_str(), "pow_usage");
    assert_eq!(contract.department().as_str(), "pow");
    assert_eq!(contract.key(), ["account_no", "month"]);
    assert_eq!(contract.period_kind(), PeriodKind::Month);
    assert_eq!(contract.period_field(), Some("month"));
    assert_eq!(contract.entity_field(), Some("usc_code"));
    assert_eq!(contract.region().field.as_deref(), Some("county"));
    assert_eq!(contract.units().len(), 9);
    assert_eq!(contract.due(), Some(crate::Due::Monthly { day: 10 }));
    assert_eq!(contract.owed_by(), crate::OwedBy::Either);
    assert_eq!(contract.yaml(), POW_USAGE);
    assert_eq!(contract.fields().len(), 17);
    assert_eq!(contract.rules().len(), 2);
    assert!(
        contract
            .rules()
            .iter()
            .all(|rule| rule.severity == Severity::Warning)
    );

    let kwh = contract.field("kwh").unwrap();
    assert_eq!(
        kwh.kind,
        FieldType::Decimal {
            precision: 18,
            scale: 2
        }
    );
    assert_eq!(kwh.rules[0].id, "R-kwh-range");
    assert_eq!(kwh.rules[0].text, "check.range_min");
    assert_eq!(
        kwh.rules[0].unless,
        Some(Condition {
            field: "adjustment_flag".into(),
            is: Some("Y".into())
        })
    );

    let class = contract.field("use_class").unwrap();
    assert_eq!(class.rules[0].id, "R-use_class-residential");
    assert_eq!(class.rules[0].kind, FieldRuleKind::NoneOf(vec!["3".into()]));
    assert_eq!(
        contract
            .code_list("use_class")
            .unwrap()
            .resolve("居民生活")
            .unwrap()
            .code,
        "3"
    );
    assert_eq!(
        contract
            .code_list("regions")
            .unwrap()
            .resolve("吉首")
            .unwrap()
            .code,
        "433101"
    );
}

#[test]
fn identifiers_are_tokens_and_sensitive_columns_have_no_statistics() {
    let contract = pow_usage();
    let tokens: Vec<&str> = contract
        .fields()
        .iter()
        .filter(|f| f.is_token())
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(tokens, ["account_no", "id_no"]);
    for field in contract.fields() {
        assert_eq!(
            field.statistics_allowed(),
            field.level <= Level::L2,
            "{}",
            field.name
        );
    }
}

#[test]
fn stored_columns_are_the_fields_and_then_the_technical_ones() {
    let contract = pow_usage();
    let columns = storage_columns(&contract);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names[..3], ["account_no", "customer_name", "usc_code"]);
    assert_eq!(
        names[17..],
        [
            "period",
            "period_start",
            "period_end",
            "reporting_unit",
            "region_code",
            "county_code",
            "entity_key",
            "match_tier",
            "_submission_id",
            "_row_no",
            "_contract_version"
        ]
    );
    let column = |name: &str| columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("kwh").kind, StorageType::Decimal(18, 2));
    assert!(!column("kwh").nullable && column("kwh_peak").nullable);
    assert!(column("account_no").token && !column("account_no").statistics);
    assert!(column("county_code").nullable && !column("region_code").nullable);
    assert!(!column("entity_key").statistics);
    for name in crate::PARTITION_COLUMNS {
        assert!(!column(name).nullable);
    }
}

#[test]
fn headers_are_matched_blind_to_width_blanks_and_stars_but_never_guessed() {
    let contract = pow_usage();
    let field = |header: &str| {
        contract
            .match_header(header)
            .map(|found| found.field.name.as_str())
    };
    for (header, name) in [
        ("电量", "kwh"),
        (" 电 量 *", "kwh"),
        ("KWH", "kwh"),
        ("用电量", "kwh"),
        ("电量(千瓦时)", "kwh"),
        ("电量（kWh）", "kwh"),
        ("户号（必填）", "account_no"),
        ("身份证号", "id_no"),
        ("ｍｏｎｔｈ", "month"),
    ] {
        assert_eq!(field(header), Some(name), "{header}");
    }
    for header in ["", "电量(元)", "电量(估)", "户号(元)", "水量", "#expect"] {
        assert_eq!(field(header), None, "{header}");
    }
    let unit = |header: &str| {
        contract
            .match_header(header)
            .and_then(|found| found.unit)
            .map(|unit| unit.times)
    };
    assert_eq!(unit("电费（万元）"), Some(10_000));
    assert_eq!(unit("电费(单位：元)"), Some(1));
    assert_eq!(unit("电费"), None);
}

#[test]
fn an_unknown_key_in_our_blocks_is_a_fault_and_one_of_odcs_is_not() {
    let error = with("due_day: 10", "due_days: 10").unwrap_err();
    assert_eq!(
        (error.code(), error.place()),
        ("contract.syntax", "customProperties.intake")
    );
    assert!(error.to_string().contains("due_days"), "{error}");
    let error = with("treatment: name1", "treatment: name1\n              mask: none").unwrap_err();
    assert_eq!(
        (error.code(), error.place()),
        ("contract.syntax", "fields.customer_name.intake")
    );
    assert!(with("domain: power", "domain: power\ntenant: xiangxi").is_ok());
}

#[test]
fn an_unknown_treatment_does_not_parse() {
    assert_eq!(
        with("treatment: name1", "treatment: blur").unwrap_err().code(),
        "contract.syntax"
    );
}

#[test]
fn a_document_that_is_no_yaml_is_a_fault_and_not_a_panic() {
    for text in [
        "",
        "[",
        "a: b",
        "kind: DataContract\napiVersion: v3.1.0\n",
        "\u{0}",
    ] {
        assert!(Contract::from_yaml(text).is_err());
    }
}

#[test]
fn money_and_its_parts_must_fit_each_other() {
    const PUBLIC: &str = include_str!("../../feeds/amr/amr_entity_public.yaml");
    for (passage, instead, code) in [
        (
            "currencies: currency",
            "currencies: coins",
            "contract.code_list_unknown",
        ),
        ("default: CNY", "default: ZZZ", "contract.rule_value"),
        (
            "default: CNY",
            "default: CNY, multiples: [万元]",
            "contract.unit_unknown",
        ),
        ("unit: 元", "unit: kWh", "contract.part_unfit"),
        (
            "from: reg_capital, part: text",
            "from: capital, part: text",
            "contract.unknown_field",
        ),
        (
            "from: reg_capital, part: multiple",
            "from: address, part: multiple",
            "contract.part_unfit",
        ),
        (
            "from: reg_capital, part: text",
            "from: address, part: text",
            "contract.part_unfit",
        ),
        ("part: multiple", "part: currency", "contract.part_unfit"),
        ("part: multiple", "part: colour", "contract.syntax"),
        ("nulls: [\"N/A\"]", "nulls: [\"\"]", "contract.value_range"),
    ] {
        assert!(PUBLIC.contains(passage), "{passage}");
        let error = Contract::from_yaml(&PUBLIC.replacen(passage, instead, 1)).unwrap_err();
        assert_eq!(error.code(), code, "{instead}: {error}");
    }
}
