//! Periods as departments write them, where they end, and how they follow each other.

use super::*;

fn label(kind: PeriodKind, text: &str) -> Option<String> {
    Period::parse(kind, text)
        .ok()
        .map(|period| period.label().to_owned())
}

#[test]
fn one_month_has_one_label_however_it_is_written() {
    for text in [
        "202501",
        "2025-01",
        "2025-1",
        "2025/01",
        "2025.1",
        "2025年1月",
        "2025年01月",
        "２０２５０１",
        " 202501 ",
    ] {
        assert_eq!(
            label(PeriodKind::Month, text).as_deref(),
            Some("202501"),
            "{text}"
        );
    }
    for text in [
        "", "20251", "202513", "202500", "25-01", "2025Q1", "2025", "20250101", "2025年1", "194812", "abcd01",
    ] {
        assert_eq!(label(PeriodKind::Month, text), None, "{text}");
    }
}

#[test]
fn quarters_years_and_days_are_read_too() {
    for text in [
        "2025Q1",
        "2025q1",
        "2025-Q1",
        "2025年第1季度",
        "2025年一季度",
        "2025年第一季度",
    ] {
        assert_eq!(
            label(PeriodKind::Quarter, text).as_deref(),
            Some("2025Q1"),
            "{text}"
        );
    }
    assert_eq!(label(PeriodKind::Quarter, "2025Q5"), None);
    assert_eq!(label(PeriodKind::Year, "2025年").as_deref(), Some("2025"));
    assert_eq!(label(PeriodKind::Year, "25"), None);
    assert_eq!(label(PeriodKind::Day, "2025-02-28").as_deref(), Some("20250228"));
    assert_eq!(label(PeriodKind::Day, "2025-02-29"), None);
}

#[test]
fn a_period_ends_on_its_last_day() {
    let february = Period::parse(PeriodKind::Month, "202402").unwrap();
    assert_eq!(february.end().to_string(), "2024-02-29");
    let quarter = Period::parse(PeriodKind::Quarter, "2025Q4").unwrap();
    assert_eq!(
        (quarter.start().to_string(), quarter.end().to_string()),
        ("2025-10-01".into(), "2025-12-31".into())
    );
    assert!(quarter.contains(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap()));
    assert!(!quarter.contains(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()));
}

#[test]
fn periods_follow_each_other_without_a_gap() {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    for (kind, first, second) in [
        (PeriodKind::Month, "202402", "202403"),
        (PeriodKind::Snapshot, "202402", "202403"),
        (PeriodKind::Quarter, "2024Q1", "2024Q2"),
        (PeriodKind::Year, "2024", "2025"),
        (PeriodKind::Day, "20240229", "20240301"),
    ] {
        let period = Period::containing(kind, day).unwrap();
        let next = period.next().unwrap();
        assert_eq!((period.label(), next.label()), (first, second));
        assert_eq!(next.start(), period.end().succ_opt().unwrap());
    }
    let december = Period::parse(PeriodKind::Quarter, "2025Q4").unwrap();
    assert_eq!(december.next().unwrap().label(), "2026Q1");
    let last = Period::parse(PeriodKind::Year, "2199").unwrap();
    assert!(last.next().is_err());
}

#[test]
fn a_period_survives_a_wire() {
    let period = Period::parse(PeriodKind::Snapshot, "2025-03").unwrap();
    let wire = serde_json::to_string(&period).unwrap();
    assert_eq!(wire, r#"{"kind":"snapshot","label":"202503"}"#);
    assert_eq!(serde_json::from_str::<Period>(&wire).unwrap(), period);
}
