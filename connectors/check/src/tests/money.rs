//! Money fields and their parts, areas by name, and words for nothing: the contract of the public register.

use super::*;

const TITLES: &str =
    "企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址\n";

fn public(rows: &str) -> Checked {
    let text = format!("{TITLES}{rows}");
    checked_with(
        contract("amr_entity_public"),
        "430000",
        text.as_bytes(),
        Limits::default(),
    )
}

fn row(code: &str, capital: &str, area: &str) -> String {
    format!("某商行,{code},2008-03-04,N/A,某甲,{capital},建材销售,湖南,{area},某路1号\n")
}

const CODES: [&str; 3] = ["91433199MA0010010E", "91433199MA0010029B", "91433199MA7A00017H"];

fn column(checked: &Checked, name: &str) -> Vec<String> {
    let values = checked.accepted(name).into_iter();
    values.map(|value| value.unwrap_or("-".to_owned())).collect()
}

#[test]
fn a_money_cell_becomes_amount_multiple_currency_and_its_own_text() {
    let rows = row(CODES[0], "\"5,118(万元人民币)\"", "湘西")
        + &row(CODES[1], "955(万美元)", "长沙市")
        + &row(CODES[2], "N/A", "430200");
    let checked = public(&rows);
    assert_eq!(checked.report.verdict, crate::Verdict::Accepted);
    assert_eq!(
        column(&checked, "reg_capital"),
        ["51180000.00", "9550000.00", "-"]
    );
    assert_eq!(column(&checked, "reg_capital_currency"), ["CNY", "USD", "-"]);
    assert_eq!(column(&checked, "reg_capital_multiple"), ["万", "万", "-"]);
    assert_eq!(
        column(&checked, "reg_capital_text"),
        ["5,118(万元人民币)", "955(万美元)", "-"]
    );
    assert_eq!(column(&checked, "area"), ["433100", "430100", "430200"]);
    assert_eq!(column(&checked, "region_code"), ["433100", "430100", "430200"]);
    assert_eq!(column(&checked, "entity_type"), ["-", "-", "-"]);
}

#[test]
fn amounts_of_two_currencies_have_two_totals() {
    let rows = row(CODES[0], "63(万)", "湘西")
        + &row(CODES[1], "955(万美元)", "长沙")
        + &row(CODES[2], "1.5(万元)", "株洲");
    let totals = public(&rows).report.totals;
    let named: Vec<(&str, &str, u64)> = totals
        .iter()
        .map(|(name, total)| (name.as_str(), total.sum.as_str(), total.count))
        .collect();
    assert_eq!(
        named,
        [
            ("reg_capital.CNY", "645000.00", 2),
            ("reg_capital.USD", "9550000.00", 1)
        ]
    );
}

#[test]
fn a_row_without_a_usable_area_is_kept_under_the_unit_and_told() {
    let rows = row(CODES[0], "63(万)", "N/A") + &row(CODES[1], "63(万)", "河西新区");
    let checked = public(&rows);
    assert_eq!(checked.report.committed, 2);
    assert_eq!(column(&checked, "region_code"), ["430000", "430000"]);
    assert_eq!(column(&checked, "area"), ["-", "-"]);
    for row in [2, 3] {
        assert_eq!(checked.of_row(row), [("R-area-outside", Severity::Warning)]);
    }
}

#[test]
fn an_amount_that_is_none_refuses_its_row_once_and_shows_the_cell() {
    let rows = row(CODES[0], "Jianbin", "湘西") + &row(CODES[1], "63", "长沙");
    let checked = public(&rows);
    let told: Vec<(&str, &str, Option<&str>)> = checked
        .sink
        .findings
        .iter()
        .map(|finding| {
            (
                finding.rule.as_str(),
                finding.text.as_str(),
                finding.column.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("R-reg_capital-type", "value.decimal_shape", Some("注册资金")),
            ("R-reg_capital-type", "value.money_unit_missing", Some("注册资金")),
        ]
    );
    assert_eq!(checked.refused().len(), 2);
}

#[test]
fn a_line_above_the_table_gives_amounts_the_unit_they_need() {
    let text = format!("单位：万元\n{TITLES}{}", row(CODES[0], "63", "湘西"));
    let checked = checked_with(
        contract("amr_entity_public"),
        "430000",
        text.as_bytes(),
        Limits::default(),
    );
    assert_eq!(checked.report.verdict, crate::Verdict::Accepted);
    assert_eq!(column(&checked, "reg_capital"), ["630000.00"]);
    assert_eq!(column(&checked, "reg_capital_multiple"), ["万"]);
}

#[test]
fn a_required_cell_with_a_word_for_nothing_is_missing() {
    let checked = public(&row(CODES[0], "63(万)", "湘西").replace("某商行", "n/a"));
    assert_eq!(checked.of_row(2), [("R-entity_name-required", Severity::Error)]);
}

#[test]
fn a_derived_field_is_matched_to_no_header() {
    let contract = contract("amr_entity_public");
    assert!(contract.match_header("注册资金币种").is_none());
    assert!(contract.match_header("reg_capital_text").is_none());
    assert_eq!(contract.sent_fields().count(), 10);
    assert_eq!(contract.fields().len(), 13);
}
