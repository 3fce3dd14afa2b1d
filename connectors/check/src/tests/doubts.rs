//! Files in which a whole column is wrong: said once, with the proof, instead of row by row only.

use super::*;

fn swapped(one: usize, other: usize) -> impl Fn(usize) -> String {
    move |number| {
        let row = good(number);
        let mut fields: Vec<&str> = row.trim_end().split(',').collect();
        fields.swap(one, other);
        fields.join(",") + "\n"
    }
}

fn doubt<'a>(checked: &'a Checked, rule: &str) -> Vec<&'a Finding> {
    let found = checked.report.file_findings.iter();
    found.filter(|finding| finding.rule == rule).collect()
}

fn args<'a>(finding: &'a Finding, names: &[&str]) -> Vec<&'a str> {
    names.iter().map(|name| finding.args[*name].as_str()).collect()
}

#[test]
fn two_columns_filled_in_for_each_other_are_named() {
    // The code and the county, the class of use and the reading date, the code and the holder.
    for (one, other, titles) in [
        (2, 4, ["统一社会信用代码", "所属县市代码"]),
        (5, 16, ["用电类别", "抄表日期"]),
        (1, 2, ["统一社会信用代码", "户名"]),
    ] {
        let checked = checked(file((0..8).map(swapped(one, other))));
        let found = doubt(&checked, "F-columns_swapped");
        assert_eq!(found.len(), 1, "{titles:?}: {found:?}");
        assert_eq!(
            args(found[0], &["one", "other", "rows"]),
            [titles[0], titles[1], "8"]
        );
    }
    let clean = checked(file((0..8).map(good)));
    assert!(clean.report.file_findings.is_empty());
}

#[test]
fn bad_values_by_themselves_are_no_swap() {
    let rows = (0..8).map(|number| {
        good(number)
            .replace("91433199MA7A00017H", "无")
            .replace(",1,3311", ",9,3311")
    });
    let checked = checked(file(rows));
    assert_eq!(checked.file_rules(), ["F-bad_rows"]);
}

#[test]
fn columns_off_by_one_are_told_as_a_run() {
    // A column too many among the values: everything from the county on stands one place to the right.
    let rows = (0..10).map(|number| {
        let row = good(number);
        let mut fields: Vec<&str> = row.trim_end().split(',').collect();
        fields.insert(4, "备注");
        fields.pop();
        fields.join(",") + "\n"
    });
    let checked = checked(file(rows));
    let found = doubt(&checked, "F-columns_shifted");
    assert_eq!(found.len(), 1, "{:?}", checked.report.file_findings);
    assert_eq!(
        args(found[0], &["first", "by", "rows"]),
        ["所属县市代码", "1", "10"]
    );
    assert!(doubt(&checked, "F-columns_swapped").is_empty());
}

#[test]
fn amounts_in_ten_thousands_refuse_the_file_with_the_unit_and_few_rows_only_say_so() {
    let rows = |count: usize| file((0..count).map(|number| good(number).replace(",7800.00,", ",0.78,")));
    let many = checked(rows(40));
    assert_eq!(many.report.verdict, crate::Verdict::Rejected);
    let found = doubt(&many, "F-unit_suspected");
    assert_eq!(found[0].severity, Severity::Fatal);
    let told = args(found[0], &["column", "unit", "rows", "bad", "good", "rule"]);
    assert_eq!(told, ["电费", "万元", "40", "40", "40", "R-fee-ratio"]);
    assert!(found[0].message().hint_zh.unwrap().contains("电费（万元）"));
    // Said in the header, it is no doubt any more.
    let said = checked(rows(40).replacen("电费,", "电费（万元）,", 1));
    assert_eq!(said.report.verdict, crate::Verdict::Accepted);
    let few = checked(rows(5));
    assert_eq!(doubt(&few, "F-unit_suspected")[0].severity, Severity::Warning);
    assert_eq!(few.report.committed, 5);
    // Consumption in 10 000 kWh makes the price too high.
    let kwh = |number: usize| good(number).replace("12000.00,4000.00,5000.00,3000.00", "1.2,,,");
    let found = checked(file((0..40).map(kwh)));
    assert_eq!(
        args(doubt(&found, "F-unit_suspected")[0], &["column", "unit"]),
        ["电量", "万千瓦时"]
    );
    // Prices that are merely odd are no matter of units.
    let odd = |number: usize| good(number).replace(",7800.00,", &format!(",{}.00,", 100 + number * 50));
    assert!(doubt(&checked(file((0..40).map(odd))), "F-unit_suspected").is_empty());
}

#[test]
fn a_total_in_ten_thousands_under_a_product_is_known_too() {
    let header = "合同编号,预售许可证号,开发企业信用代码,楼栋,单元,房号,买受人,买受人证件号,房屋用途,建筑面积,单价,合同总价,签订日期,备案日期,撤销标志,撤销日期,所属县市代码\n";
    let row = |number: usize| {
        format!(
            "测试网签{number},测试预售1,91433199MA7A0005XR,1幢,1单元,{number},甲一加工有限公司,91433199MA7A00017H,住宅,120.00,5000.00,60.00,2025-01-06,2025-01-10,,,433101\n"
        )
    };
    let text: String = std::iter::once(header.to_owned())
        .chain((101..130).map(row))
        .collect();
    let checked = checked_with(
        contract("hud_new_contract"),
        "433100",
        text.as_bytes(),
        Limits::default(),
    );
    assert_eq!(
        args(doubt(&checked, "F-unit_suspected")[0], &["column", "unit"]),
        ["合同总价", "万元"]
    );
}

#[test]
fn dates_with_their_year_last_are_counted_by_what_they_can_mean() {
    let days = ["25/1/2025", "1/25/2025", "3/4/2025", "26/1/2025", "2025-01-25"];
    let rows = (0..5).map(|number| good(number).replace("2025-01-25", days[number]));
    let checked = checked(file(rows));
    let found = doubt(&checked, "F-date_order");
    assert_eq!(
        args(found[0], &["column", "day_first", "month_first", "either"]),
        ["抄表日期", "2", "1", "1"]
    );
    let suggested: Vec<_> = checked
        .sink
        .findings
        .iter()
        .map(|finding| finding.suggestion.as_deref())
        .collect();
    assert_eq!(
        suggested,
        [Some("2025-01-25"), Some("2025-01-25"), None, Some("2025-01-26")]
    );
}
