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
        assert_eq!(finding.text, "check.column_refused");
        assert!(checked.report.is_refused_at_the_door());
        assert_eq!(checked.report.rows_read, 0);
        assert!(checked.sink.quarantined.is_empty() && checked.sink.findings.is_empty());
        let told = serde_json::to_string(&checked.report).unwrap();
        assert!(!told.contains("张某某"));
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
