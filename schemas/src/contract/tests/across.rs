//! Rules across fields and rows, conditions, and columns that are refused, as the document writes them.

use super::*;

#[test]
fn rules_across_fields_and_rows_are_read_as_they_are_written() {
    let sum = "sum: { total: kwh, parts: [kwh_peak, kwh_flat, kwh_valley], tolerance: \"1\" }";
    let rule = |instead: &str| with(sum, instead).unwrap().rules()[0].clone();
    let condition = |field: &str, is: Option<&str>| Condition {
        field: field.into(),
        is: is.map(str::to_owned),
    };

    let product = rule("product: { total: fee, factors: [kwh, capacity_kva], within: \"0.01\" }");
    assert_eq!(product.id, "R-fee-product");
    assert_eq!(product.kind.fields(), ["fee", "kwh", "capacity_kva"]);

    let implies = rule("implies: { when: { field: use_class, is: \"1\" }, then: { field: capacity_kva } }");
    assert_eq!(
        (implies.id.as_str(), implies.text.as_str()),
        ("R-capacity_kva-implies", "check.implies_is_any")
    );
    let (when, then) = (condition("use_class", Some("1")), condition("capacity_kva", None));
    assert_eq!(implies.kind, RowRuleKind::Implies { when, then });

    let group = rule("group_sum: { of: kwh, by: [county, month], is: \"1\", tolerance: \"0.01\" }");
    assert_eq!(group.id, "R-kwh-group_sum");
    assert_eq!(group.kind.fields(), ["kwh", "county", "month"]);

    let any = with(
        "unless: { field: adjustment_flag, is: \"Y\" }",
        "unless: { field: adjustment_flag }",
    );
    let any = any.unwrap().field("kwh").unwrap().rules[0].unless.clone();
    assert_eq!(any, Some(condition("adjustment_flag", None)));
    let digits = "digits: { min: 10, max: 13 }";
    let shape = with(digits, "not_pattern: '^0+$'").unwrap();
    let shape = &shape.field("account_no").unwrap().rules[0];
    assert_eq!(
        (shape.id.as_str(), &shape.kind),
        (
            "R-account_no-not_pattern",
            &FieldRuleKind::NotPattern("^0+$".into())
        )
    );
}

#[test]
fn a_refused_column_is_known_by_its_title_alone() {
    let contract = with(
        "header_rows_max: 10",
        "header_rows_max: 10\n        refused_columns: [患者姓名]",
    )
    .unwrap();
    for header in ["患者姓名", " 患者 姓名*", "患者姓名（必填）", "患者姓名[文本]"] {
        assert!(contract.refuses_column(header), "{header}");
    }
    for header in ["", "患者", "患者姓名数", "户号"] {
        assert!(!contract.refuses_column(header), "{header}");
    }
}
