//! Files that have moved away from their contract, and what is proposed.

use schemas::contract::evolution::draft::{Edit, drafted};
use schemas::contract::evolution::{Step, changes, needed};

use super::*;
use crate::drift::{Drift, Looks, drift};

fn drifted(contract: &Contract, text: &str) -> Drift {
    let period = Period::parse(contract.period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    drift(&job, Cursor::new(text)).unwrap().unwrap()
}

#[test]
fn a_file_that_keeps_its_contract_proposes_nothing() {
    let seen = drifted(pow_usage(), &file((0..5).map(good)));
    assert_eq!((seen.rows, seen.columns.len(), seen.fields.len()), (5, 0, 0));
    assert!(seen.edits(pow_usage()).is_empty());
}

#[test]
fn renamed_new_and_longer_columns_and_unknown_codes_are_evidence_for_a_draft() {
    let header = HEADER.replacen("电费,", "本月应缴电费,", 1);
    let header = format!("{},线路名称,投运日期,备用\n", header.trim_end());
    let rows = (0..40).map(|number| {
        let row = good(number).replace("吉首市某路1号", &"长".repeat(if number == 3 { 320 } else { 5 }));
        let row = row.replace(
            ",1,3311",
            if number < 4 {
                ",充电设施,3311"
            } else {
                ",1,3311"
            },
        );
        format!("{},10千伏某线,2020-05-0{},\n", row.trim_end(), number % 9 + 1)
    });
    let text: String = std::iter::once(header).chain(rows).collect();
    let seen = drifted(pow_usage(), &text);
    assert_eq!(seen.rows, 40);
    let columns: Vec<_> = seen
        .columns
        .iter()
        .map(|column| {
            (
                column.title.as_str(),
                column.filled,
                column.looks,
                column.instead_of.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("本月应缴电费", 40, Looks::Decimal, Some("fee")),
            ("线路名称", 40, Looks::Text, None),
            ("投运日期", 40, Looks::Date, None),
            ("备用", 0, Looks::Empty, None),
        ]
    );
    let field = |name: &str| seen.fields.iter().find(|field| field.field == name).unwrap();
    assert_eq!(field("use_class").unknown_codes["充电设施"], 4);
    assert_eq!((field("address").longer, field("address").longest), (1, 320));
    // The address is protected: how long it is may be told, what it is may not.
    assert!(!serde_json::to_string(&seen).unwrap().contains("长长"));

    let edits = seen.edits(pow_usage());
    assert_eq!(edits.len(), 4);
    assert!(matches!(&edits[0], Edit::Alias { field, .. } if field == "fee"));
    let new = drafted(pow_usage(), &edits).unwrap();
    assert_eq!(new.version(), "1.1.0");
    assert_eq!(needed(&changes(pow_usage(), &new)), Some(Step::Minor));
    // With the draft the file is read, but for the code that only people can name.
    let again = drifted(&new, &text);
    let left: Vec<_> = again.columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(left, ["备用"]);
    assert_eq!(again.fields.len(), 1);
    let period = Period::parse(new.period_kind(), "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract: &new,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let report = check(&job, Cursor::new(&text), &mut Collector::default()).unwrap();
    assert_eq!(report.findings_by_rule.get("R-use_class-code"), Some(&4));
    assert!(!report.findings_by_rule.contains_key("F-column_missing"));
}

#[test]
fn what_must_not_come_and_another_feeds_file_propose_nothing() {
    let period = Period::parse(PeriodKind::Month, "202501").unwrap();
    let unit = RegionCode::parse("433100").unwrap();
    let job = Job {
        contract: pow_usage(),
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let stopped = |text: &str| drift(&job, Cursor::new(text)).unwrap().unwrap_err().rule;
    let guests = format!("{},旅客姓名\n{},某\n", HEADER.trim_end(), good(1).trim_end());
    assert_eq!(stopped(&guests), "F-door");
    assert_eq!(stopped("许可证号,取水权人,水量\nA1,甲,5\n"), "F-feed");
    assert_eq!(stopped(""), "F-file");
}
