//! What must not come is refused unread: lists of patients in place of the sums that were asked for.

use super::*;

const TITLES: &str = "定点机构编码,统一社会信用代码,机构名称,机构类别,基金类别,业务类别,人次,总费用,基金支付,个人账户支付,个人自付,结算月份,拒付金额,所属县市代码";
const ROW: &str =
    "H43319900001,91433199MA7A00017H,某测试医院,1,1,2,1,430.00,300.00,50.00,80.00,202501,,433101";

fn settlement(text: &str) -> Checked {
    let contracts = feeds::embedded().unwrap();
    let contract = contracts
        .iter()
        .find(|contract| contract.id().as_str() == "mib_settlement")
        .unwrap();
    checked_with(contract, "433100", text.as_bytes(), Limits::default())
}

#[test]
fn a_column_of_patients_refuses_the_file_before_a_row_is_read() {
    for title in ["患者姓名", "身份证号码", "主要诊断", "出 生 日期", "性别（必填）"] {
        let checked = settlement(&format!("{TITLES},{title}\n{ROW},张某某\n"));
        assert_eq!(checked.file_rules(), ["F-column_refused"], "{title}");
        let finding = &checked.report.file_findings[0];
        assert_eq!(
            (finding.column.as_deref(), finding.severity),
            (Some(title), Severity::Fatal)
        );
        // Where the law is known it is named.
        let text = match title {
            "患者姓名" | "主要诊断" => "check.door_patients",
            _ => "check.column_refused",
        };
        assert_eq!(finding.text, text);
        assert!(checked.report.is_refused_at_the_door());
        assert_eq!(checked.report.rows_read, 0);
        assert!(checked.sink.quarantined.is_empty() && checked.sink.findings.is_empty());
        let told = serde_json::to_string(&checked.report).unwrap();
        assert!(!told.contains("张某某"));
    }
}

#[test]
fn a_refused_column_is_known_under_a_group_of_columns() {
    let lower = ",".repeat(TITLES.split(',').count());
    for (title, rule) in [("患者姓名", "F-column_refused"), ("旅客姓名", "F-door")] {
        let checked = settlement(&format!("{TITLES},来源,\n{lower}{title},备注\n{ROW},张某某,\n"));
        let of_column = |finding: &&Finding| finding.column.as_deref() == Some(&format!("来源/{title}"));
        let finding = checked.report.file_findings.iter().find(of_column).unwrap();
        assert_eq!(finding.rule, rule);
        assert!(checked.report.is_refused_at_the_door());
        assert_eq!(checked.report.rows_read, 0);
    }
}

#[test]
fn a_list_of_patients_does_not_pass_for_another_feeds_file() {
    // Hardly a title of ours, and a line of words above the table.
    let text = "某医院一月结算明细\n住院号,患者姓名,性别,入院日期,出院日期,主要诊断,总费用\n0001,张某某,男,2025-01-02,2025-01-09,某病,430.00\n";
    let checked = settlement(text);
    assert!(checked.report.is_refused_at_the_door());
    let refused = checked
        .file_rules()
        .iter()
        .filter(|rule| **rule == "F-column_refused")
        .count();
    assert_eq!(refused, 4);
    assert_eq!(checked.report.rows_read, 0);
}

#[test]
fn a_remark_above_the_sums_refuses_nothing() {
    let checked = settlement(&format!("本表只有机构合计，不含患者姓名\n{TITLES}\n{ROW}\n"));
    assert_eq!(
        (checked.report.verdict, checked.report.committed),
        (crate::Verdict::Accepted, 1)
    );
    assert!(!checked.report.is_refused_at_the_door());
}

#[test]
fn patients_row_by_row_without_such_a_column_fail_on_the_key() {
    let rows: String = (1..=20)
        .map(|patient| {
            format!(
                "{}\n",
                ROW.replace(
                    "430.00,300.00",
                    &format!("{}.00,{}.00", 430 + patient, 300 + patient)
                )
            )
        })
        .collect();
    let checked = settlement(&format!("{TITLES}\n{rows}"));
    assert_eq!(checked.file_rules(), ["F-bad_rows"]);
    assert_eq!((checked.report.committed, checked.report.quarantined), (0, 20));
    assert_eq!(checked.of_row(3), [("R-inst_code-key", Severity::Error)]);
}

#[test]
fn what_no_feed_takes_closes_every_feed_with_its_law() {
    let table = |title: &str, other: &str| {
        let header = HEADER.trim_end();
        let rows: String = (0..3)
            .map(|number| format!("{},甲,乙\n", good(number).trim_end()))
            .collect();
        checked(format!("{header},{title},{other}\n{rows}"))
    };
    for (title, other, text) in [
        ("旅客姓名", "备注", "check.door_hotel_guests"),
        ("入住日期", "房间号", "check.door_hotel_guests"),
        ("对方账号", "备注", "check.door_bank_flows"),
        ("被叫号码", "备注", "check.door_calls"),
        ("诊断名称", "备注", "check.door_patients"),
    ] {
        let closed = table(title, other);
        let finding = &closed.report.file_findings[0];
        assert_eq!(
            (finding.rule.as_str(), finding.text.as_str()),
            ("F-door", text),
            "{title}"
        );
        assert!(finding.message().hint_zh.unwrap().starts_with('《'));
        assert!(closed.report.is_refused_at_the_door());
        assert_eq!(closed.report.rows_read, 0);
    }
    let open = table("入住日期", "备注");
    assert_eq!(open.file_rules(), ["F-column_ignored", "F-column_ignored"]);
    assert!(!open.report.is_refused_at_the_door());
}

#[test]
fn a_list_of_hotel_guests_is_not_taken_for_another_feeds_file() {
    let checked = checked("旅客姓名,入住时间,退房时间,房间号\n张某某,2025-01-02,2025-01-03,301\n");
    assert!(checked.report.is_refused_at_the_door());
    assert_eq!(checked.report.rows_read, 0);
}

#[test]
fn the_marking_of_a_classified_document_closes_the_door_wherever_it_stands() {
    let refused = |text: String, row: u64| {
        let closed = checked(text);
        assert_eq!(closed.file_rules(), ["F-door"]);
        let finding = &closed.report.file_findings[0];
        assert_eq!(
            (finding.text.as_str(), finding.row),
            ("check.door_classified", Some(row))
        );
        assert!(closed.report.is_refused_at_the_door());
        assert_eq!(closed.report.committed, 0);
    };
    refused(format!("机密★1年\n{}", file((0..3).map(good))), 1);
    refused(format!("密级：秘密\n{}", file((0..3).map(good))), 1);
    let marked = |number: usize| match number {
        2 => good(number).replace("吉首市某路1号", "绝密 ★ 某路"),
        _ => good(number),
    };
    refused(file((0..3).map(marked)), 4);
    let named = |number: usize| good(number).replace("吉首市某路1号", "秘密花园酒店★");
    assert_eq!(checked(file((0..3).map(named))).report.committed, 3);
}

#[test]
fn a_marking_late_in_a_large_file_ends_the_check_there() {
    let limits = Limits {
        frame_rows: 16,
        ..Limits::default()
    };
    let rows = (0..500).map(|number| match number {
        200 => good(number).replace("吉首市某路1号", "秘密★5年"),
        _ => good(number),
    });
    let closed = checked_with(pow_usage(), "433100", file(rows).as_bytes(), limits);
    assert!(closed.report.is_refused_at_the_door());
    assert!(closed.report.rows_read < 220, "{}", closed.report.rows_read);
    assert_eq!(closed.report.sketch, None, "no row of it is remembered");
    assert_eq!(closed.report.committed, 0);
}

#[test]
fn persons_row_by_row_close_a_feed_of_sums_whatever_the_column_is_called() {
    let ids = [
        "440524188001010014",
        "433102188506150013",
        "433121188101010011",
        "433101190001010011",
    ];
    let rows: String = ids.iter().map(|id| format!("{ROW},{id}\n")).collect();
    let closed = settlement(&format!("{TITLES},备注\n{rows}"));
    assert_eq!(closed.file_rules(), ["F-column_ignored", "F-door"]);
    let finding = &closed.report.file_findings[1];
    assert_eq!(
        (finding.text.as_str(), finding.column.as_deref()),
        ("check.door_persons", Some("备注"))
    );
    assert!(closed.report.is_refused_at_the_door());
    assert!(!serde_json::to_string(&closed.report).unwrap().contains("440524"));
    // Two of many are somebody's remark.
    let few: String = (0..20)
        .map(|row| format!("{ROW},{}\n", if row < 2 { ids[row] } else { "无" }))
        .collect();
    assert!(
        !settlement(&format!("{TITLES},备注\n{few}"))
            .report
            .is_refused_at_the_door()
    );
    // A feed of households may name persons in its own columns; an unknown one with numbers is only ignored.
    let rows: String = (0..4)
        .map(|number| format!("{},{}\n", good(number).trim_end(), ids[number]))
        .collect();
    let ignored = checked(format!("{},备注\n{rows}", HEADER.trim_end()));
    assert_eq!(ignored.file_rules(), ["F-column_ignored"]);
}
