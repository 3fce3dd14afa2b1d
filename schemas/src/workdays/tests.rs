//! The shipped notices against the calendar as it was lived, and what a file may not say.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn shipped() -> Workdays {
    Workdays::embedded().unwrap()
}

#[test]
fn the_years_2025_and_2026_are_worked_as_the_notices_say() {
    let days = shipped();
    for text in [
        "2025-01-01",
        "2025-01-28",
        "2025-02-04",
        "2025-04-04",
        "2025-05-05",
        "2025-06-02",
        "2025-10-08",
        "2025-01-25",
        "2025-01-02",
        "2026-01-02",
        "2026-02-16",
        "2026-02-23",
        "2026-04-06",
        "2026-05-05",
        "2026-06-19",
        "2026-09-25",
        "2026-10-07",
        "2026-01-10",
    ] {
        assert_eq!(days.is_workday(day(text)), text == "2025-01-02", "{text}");
    }
    for text in [
        "2025-01-26",
        "2025-02-08",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
        "2025-02-05",
        "2025-10-09",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
        "2026-02-24",
        "2026-10-08",
    ] {
        assert!(days.is_workday(day(text)), "{text}");
    }
    // 2025: 365 − 104 weekend days + 5 made up − 18 weekdays off; 2026: 365 − 104 + 6 − 19.
    assert_eq!(days.between(day("2024-12-31"), day("2025-12-31")), 248);
    assert_eq!(days.between(day("2025-12-31"), day("2026-12-31")), 248);
    assert!(days.notices().all(Notice::is_confirmed));
    assert_eq!(days.name(day("2026-02-17")).unwrap().zh, "春节");
    assert_eq!(days.name(day("2026-02-14")), None);
}

#[test]
fn a_year_without_a_notice_knows_weekends_only_and_says_so() {
    let days = shipped();
    assert_eq!(days.known_until(), Some(day("2026-12-31")));
    assert!(days.knows(day("2026-06-01")) && !days.knows(day("2027-01-01")));
    assert!(!days.is_workday(day("2027-01-02")) && days.is_workday(day("2027-01-01")));
}

#[test]
fn days_are_counted_over_holidays_and_make_up_days() {
    let days = shipped();
    // Friday 2025-09-26; Sunday the 28th is worked; the 1st to the 8th are off; Saturday the 11th is worked.
    assert_eq!(days.after(day("2025-09-26"), 1), day("2025-09-28"));
    assert_eq!(days.after(day("2025-09-26"), 4), day("2025-10-09"));
    assert_eq!(days.after(day("2025-09-26"), 6), day("2025-10-11"));
    assert_eq!(days.after(day("2025-09-26"), 0), day("2025-09-26"));
    assert_eq!(days.on_or_after(day("2025-10-01")), day("2025-10-09"));
    assert_eq!(days.on_or_after(day("2025-09-28")), day("2025-09-28"));
    assert_eq!(days.between(day("2025-09-26"), day("2025-10-11")), 6);
    assert_eq!(days.between(day("2025-10-11"), day("2025-09-26")), 0);
    assert_eq!(days.between(day("2025-10-09"), day("2025-10-09")), 0);
}

#[test]
fn counting_at_once_is_counting_day_by_day() {
    let days = shipped().with(Workdays::parse(OWN).unwrap());
    for (from, to) in [
        ("2024-12-28", "2024-12-29"),
        ("2025-01-24", "2025-02-10"),
        ("2026-09-15", "2026-10-12"),
        ("2024-02-29", "2027-07-01"),
        ("1990-01-01", "2030-12-31"),
        ("2026-10-12", "2026-09-15"),
    ] {
        let (from, to) = (day(from), day(to));
        let each = from.iter_days().skip(1).take_while(|day| *day <= to);
        let counted = each.filter(|day| days.is_workday(*day)).count();
        assert_eq!(days.between(from, to) as usize, counted, "{from} {to}");
    }
}

const OWN: &str = "
[[notice]]
year = 2026
source = 's'
number = 'n'
issued = 2025-11-04
unconfirmed = true
off = [{ zh = '元旦', en = 'New Year', from = 2026-01-01, to = 2026-01-01 }]

[[notice]]
year = 2026
local = true
source = 's'
number = 'n'
issued = 2025-11-04
confirmed_by = 'x'
off = [{ zh = '州庆', en = 'founding day', from = 2026-09-18, to = 2026-09-19 }]
working = [2026-09-26]
";

#[test]
fn an_operators_file_replaces_a_year_and_adds_local_days() {
    let days = shipped().with(Workdays::parse(OWN).unwrap());
    assert!(
        days.is_workday(day("2026-10-01")),
        "the year is the operator's now"
    );
    assert!(!days.is_workday(day("2026-01-01")) && !days.is_workday(day("2026-09-18")));
    assert!(days.is_workday(day("2026-09-26")));
    assert!(!days.is_workday(day("2025-10-01")), "the other year stays");
    assert_eq!(days.name(day("2026-09-18")).unwrap().en, "founding day");
    assert_eq!(days.notices().filter(|notice| !notice.is_confirmed()).count(), 1);
}

#[test]
fn a_file_that_contradicts_itself_names_the_year() {
    let wrong = |from: &str, to: &str| Workdays::parse(&OWN.replacen(from, to, 1)).unwrap_err();
    assert_eq!(wrong("local = true\n", ""), WorkdaysError::Twice(2026));
    assert_eq!(wrong("unconfirmed = true\n", ""), WorkdaysError::Source(2026));
    assert_eq!(wrong("number = 'n'", "number = ''"), WorkdaysError::Source(2026));
    assert_eq!(
        wrong("to = 2026-09-19", "to = 2026-09-17"),
        WorkdaysError::Day(2026, "2026-09-17".to_owned())
    );
    assert_eq!(
        wrong("to = 2026-09-19", "to = 2027-09-19"),
        WorkdaysError::Day(2026, "2027-09-19".to_owned())
    );
    assert_eq!(
        wrong("to = 2026-09-19", "to = 2026-11-19"),
        WorkdaysError::Day(2026, "2026-11-19".to_owned())
    );
    assert_eq!(
        wrong("working = [2026-09-26]", "working = [2026-09-19]"),
        WorkdaysError::Both(2026, day("2026-09-19"))
    );
    assert_eq!(
        wrong("working = [2026-09-26]", "working = [2026-09-25]"),
        WorkdaysError::Weekday(2026, day("2026-09-25"))
    );
    assert!(matches!(
        wrong("year = 2026", "yaer = 2026"),
        WorkdaysError::Syntax(_)
    ));
}
