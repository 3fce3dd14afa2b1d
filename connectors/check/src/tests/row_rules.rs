//! Products, implications, shapes that may not be sent and dates that decide about the period, at their edges.

use super::*;

const HOUSES: &str = "合同编号,预售许可证号,开发企业信用代码,楼栋,单元,房号,买受人,买受人证件号,房屋用途,建筑面积,单价,合同总价,签订日期,备案日期,撤销标志,撤销日期,所属县市代码\n";
const AREA: usize = 9;
const PRICE: usize = 10;
const TOTAL: usize = 11;
const SIGNED: usize = 12;
const FILED: usize = 13;
const FLAG: usize = 14;
const CANCELLED: usize = 15;

fn contract(id: &str) -> Contract {
    feeds::embedded()
        .unwrap()
        .into_iter()
        .find(|contract| contract.id().as_str() == id)
        .unwrap()
}

fn house(cells: &[(usize, &str)]) -> Checked {
    let row = "测试网签1,测试预售1,91433199MA7A0005XR,1幢,1单元,101,甲一加工有限公司,91433199MA7A00017H,住宅,120.00,5000.00,600000.00,2025-01-06,2025-01-10,,,433101";
    let mut fields: Vec<&str> = row.split(',').collect();
    cells.iter().for_each(|(index, value)| fields[*index] = value);
    let file = format!("{HOUSES}{}\n", fields.join(","));
    checked_with(
        &contract("hud_new_contract"),
        "433100",
        file.as_bytes(),
        Limits::default(),
    )
}

fn rules(checked: &Checked) -> Vec<&str> {
    checked.of_row(2).into_iter().map(|(rule, _)| rule).collect()
}

#[test]
fn a_product_may_differ_from_its_total_by_the_agreed_share_and_no_cent_more() {
    let none: [&str; 0] = [];
    let broken = ["R-total_price-product"];
    for (total, expected) in [
        ("600000.00", &none[..]),
        // One per cent of the total, which lies between 600000 / 1.01 and 600000 / 0.99.
        ("606060.60", &none),
        ("606060.61", &broken),
        ("594059.41", &none),
        ("594059.40", &broken),
        ("60万元", &none),
        ("60", &broken),
    ] {
        assert_eq!(rules(&house(&[(TOTAL, total)])), expected, "{total}");
    }
    // A missing factor silences the rule.
    assert_eq!(rules(&house(&[(PRICE, "")])), none);
    let told = house(&[(PRICE, "6000")]);
    let finding = &told.sink.findings[0];
    assert_eq!(finding.column.as_deref(), Some("合同总价"));
    assert_eq!(
        finding.message().zh,
        "“合同总价”应等于 建筑面积, 单价 之积（允许相差 1%）"
    );
}

#[test]
fn factors_too_large_for_exact_arithmetic_break_the_product_instead_of_wrapping() {
    let most = "9999999999999999.99";
    assert_eq!(
        rules(&house(&[(AREA, most), (PRICE, most), (TOTAL, most)])),
        ["R-total_price-product"]
    );
    // As large as the digits allow, and still exact: 10¹³ × 10¹ = 10¹⁴.
    let exact = [
        (AREA, "9999999999999.99"),
        (PRICE, "10.00"),
        (TOTAL, "99999999999999.90"),
    ];
    let none: [&str; 0] = [];
    assert_eq!(rules(&house(&exact)), none);
    let off = [
        (AREA, "9999999999999.99"),
        (PRICE, "10.00"),
        (TOTAL, "98989999999999.90"),
    ];
    assert_eq!(rules(&house(&off)), ["R-total_price-product"]);
}

#[test]
fn where_one_value_stands_another_must() {
    let none: [&str; 0] = [];
    assert_eq!(rules(&house(&[(FLAG, "否")])), none);
    assert_eq!(rules(&house(&[(FLAG, "是"), (CANCELLED, "2025-01-20")])), none);
    let missing = house(&[(FLAG, "是")]);
    assert_eq!(rules(&missing), ["R-cancel_date-implies"]);
    let message = missing.sink.findings[0].message();
    assert_eq!(message.zh, "“撤销标志”为“是”的，应填写“撤销日期”");
    let contrary = house(&[(FLAG, "否"), (CANCELLED, "2025-01-20")]);
    assert_eq!(rules(&contrary), ["R-cancel_flag-implies"]);
    let message = contrary.sink.findings[0].message();
    assert_eq!(message.zh, "填写了“撤销日期”的，“撤销标志”应为“是”");
    // A value that is there but cannot be read is told once.
    let unread = house(&[(FLAG, "是"), (CANCELLED, "2025-02-30")]);
    assert_eq!(rules(&unread), ["R-cancel_date-type"]);
}

#[test]
fn a_column_that_is_not_sent_is_a_value_that_is_not_there() {
    let header = HOUSES.replace(",撤销日期", "");
    let row = "测试网签1,测试预售1,91433199MA7A0005XR,1幢,1单元,101,甲一加工有限公司,91433199MA7A00017H,住宅,120.00,5000.00,600000.00,2025-01-06,2025-01-10,是,433101\n";
    let file = format!("{header}{row}");
    let told = checked_with(
        &contract("hud_new_contract"),
        "433100",
        file.as_bytes(),
        Limits::default(),
    );
    assert_eq!(rules(&told), ["R-cancel_date-implies"]);
    let file = file.replace(",撤销标志", "").replace(",是,", ",");
    let silent = checked_with(
        &contract("hud_new_contract"),
        "433100",
        file.as_bytes(),
        Limits::default(),
    );
    assert_eq!(silent.report.findings_total, 0);
}

#[test]
fn the_later_act_decides_about_the_period() {
    let none: [&str; 0] = [];
    let old = [(SIGNED, "2024-03-01"), (FILED, "2024-03-04")];
    let cancelled = |day| [&old[..], &[(FLAG, "是"), (CANCELLED, day)]].concat();
    assert_eq!(rules(&house(&old)), ["R-filing_date-period"]);
    assert_eq!(rules(&house(&cancelled("2025-01-01"))), none);
    assert_eq!(rules(&house(&cancelled("2025-01-31"))), none);
    let later = house(&cancelled("2025-02-01"));
    assert_eq!(rules(&later), ["R-filing_date-period"]);
    assert_eq!(
        later.sink.findings[0].message().zh,
        "“撤销日期”不在本次报送的所属期 202501 内"
    );
}

#[test]
fn payments_to_persons_are_refused_unless_a_credit_code_says_otherwise() {
    let contract = contract("fin_treasury_payment");
    let paid = |extra: &str, item: &str, payee: &str, code: &str| {
        let file = format!(
            "支付凭证号,明细序号,预算单位编码,预算单位,经济科目,收款人,收款人信用代码,支付金额,用途,支付日期,所属县市代码{extra}\n测试凭证1,1,101001,某某局,{item},{payee},{code},1.00,某款,2025-01-10,433101{}\n",
            if extra.is_empty() { "" } else { ",x" }
        );
        checked_with(&contract, "433100", file.as_bytes(), Limits::default())
    };
    let none: [&str; 0] = [];
    assert_eq!(rules(&paid("", "30201", "甲一加工有限公司", "")), none);
    assert_eq!(
        rules(&paid("", "30201", "丁某", "")),
        ["R-payee_name-organisation_name"]
    );
    assert_eq!(rules(&paid("", "30201", "丁某", "91433199MA7A00017H")), none);
    for (item, expected) in [
        ("30101", &["R-econ_code-not_pattern"][..]),
        ("303", &["R-econ_code-not_pattern"]),
        ("30299", &none),
        ("31002", &none),
    ] {
        assert_eq!(rules(&paid("", item, "甲一加工有限公司", "")), expected, "{item}");
    }
    for column in ["身份证号", " 身 份 证 号 ", "身份证号（必填）", "人员姓名"] {
        let whole = paid(&format!(",{column}"), "30201", "甲一加工有限公司", "");
        assert_eq!(whole.file_rules(), ["F-column_refused"], "{column}");
        assert_eq!((whole.report.committed, whole.report.rows_read), (0, 0));
    }
    let other = paid(",备注", "30201", "甲一加工有限公司", "");
    assert_eq!(other.file_rules(), ["F-column_ignored"]);
}
