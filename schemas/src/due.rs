//! When a period's data are owed, and by which reporting units. No statute names a day for a feed: due days are agreed, and
//! a day that is not worked moves to the next one that is, as article 203 of the Civil Code has it for statutory periods.
//! Not here: whether they came (`hub`), and which days are worked (`workdays`).

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::names::RegionCode;
use crate::period::Period;
use crate::workdays::Workdays;

/// By when a period's data are owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Due {
    /// A day of the year after the one reported.
    Yearly { month: u8, day: u8 },
    /// A day of the month after the period; for daily feeds, after the month.
    Monthly { day: u8 },
    /// So many days after the period.
    Later { days_after: u16 },
    /// The so manyeth working day after the period.
    Worked { workdays: u16 },
}

/// Longest wait that is believed.
const DAYS_AFTER_MAX: u16 = 400;
const WORKDAYS_MAX: u16 = 250;

impl Due {
    /// Does every part lie where a calendar has days? 31 stands for the last day of a shorter month.
    pub fn is_sound(&self) -> bool {
        match self {
            Due::Yearly { month, day } => (1..=12).contains(month) && (1..=31).contains(day),
            Due::Monthly { day } => (1..=31).contains(day),
            Due::Later { days_after } => (1..=DAYS_AFTER_MAX).contains(days_after),
            Due::Worked { workdays } => (1..=WORKDAYS_MAX).contains(workdays),
        }
    }

    /// The last day on which the period's data are in time.
    pub fn day(&self, period: &Period, workdays: &Workdays) -> NaiveDate {
        let end = period.end();
        let agreed = match *self {
            Due::Yearly { month, day } => in_month(end.year().saturating_add(1), u32::from(month), day),
            Due::Monthly { day } => end
                .checked_add_months(Months::new(1))
                .and_then(|next| in_month(next.year(), next.month(), day)),
            Due::Later { days_after } => end.checked_add_days(Days::new(u64::from(days_after))),
            Due::Worked { workdays: count } => return workdays.after(end, count),
        };
        // Only a year that no calendar has leaves a period without its day.
        workdays.on_or_after(agreed.unwrap_or(end))
    }
}

/// The day of the month, or its last one where it is shorter.
fn in_month(year: i32, month: u32, day: u8) -> Option<NaiveDate> {
    (1..=u32::from(day))
        .rev()
        .find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

/// Which of a contract's reporting units owe a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwedBy {
    /// Whoever reports for the whole prefecture, unless counties have begun to report for themselves: then each of them.
    #[default]
    Either,
    /// The units above the counties only; a county's own report is taken and not owed.
    Whole,
    /// Every unit of the contract.
    Each,
}

/// The units that owe a period of which `reported` have reported, in the contract's order.
pub fn owing<'a>(
    owed_by: OwedBy,
    units: &'a [RegionCode],
    reported: &dyn Fn(&RegionCode) -> bool,
) -> Vec<&'a RegionCode> {
    let (counties, above): (Vec<&RegionCode>, Vec<&RegionCode>) =
        units.iter().partition(|unit| unit.is_county());
    // A contract that has units of one kind only owes what it lists.
    if counties.is_empty() || above.is_empty() {
        return units.iter().collect();
    }
    let by_county = counties.iter().any(|unit| reported(unit)) && !above.iter().any(|unit| reported(unit));
    match owed_by {
        OwedBy::Each => units.iter().collect(),
        OwedBy::Either if by_county => counties,
        OwedBy::Either | OwedBy::Whole => above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::PeriodKind;

    fn due(due: Due, kind: PeriodKind, label: &str) -> String {
        let period = Period::parse(kind, label).unwrap();
        due.day(&period, &Workdays::embedded().unwrap()).to_string()
    }

    #[test]
    fn a_due_day_that_is_not_worked_moves_to_the_next_one_that_is() {
        let tenth = Due::Monthly { day: 10 };
        for (label, day) in [
            ("202501", "2025-02-10"),
            ("202504", "2025-05-12"),
            ("202509", "2025-10-10"),
            // Saturday the 10th of October 2026 is worked.
            ("202609", "2026-10-10"),
            ("202512", "2026-01-12"),
        ] {
            assert_eq!(due(tenth, PeriodKind::Month, label), day, "{label}");
        }
        // The first week of October 2025 is off.
        assert_eq!(
            due(Due::Monthly { day: 5 }, PeriodKind::Month, "202509"),
            "2025-10-09"
        );
    }

    #[test]
    fn every_kind_of_period_has_its_due_day() {
        for (rule, kind, label, day) in [
            (
                Due::Monthly { day: 15 },
                PeriodKind::Quarter,
                "2025Q1",
                "2025-04-15",
            ),
            (
                Due::Monthly { day: 31 },
                PeriodKind::Month,
                "202601",
                "2026-02-28",
            ),
            (
                Due::Monthly { day: 31 },
                PeriodKind::Month,
                "202503",
                "2025-04-30",
            ),
            (
                Due::Monthly { day: 10 },
                PeriodKind::Day,
                "20250317",
                "2025-04-10",
            ),
            (
                Due::Yearly { month: 7, day: 31 },
                PeriodKind::Year,
                "2025",
                "2026-07-31",
            ),
            (
                Due::Yearly { month: 2, day: 29 },
                PeriodKind::Year,
                "2025",
                "2026-02-28",
            ),
            (
                Due::Later { days_after: 45 },
                PeriodKind::Quarter,
                "2025Q1",
                "2025-05-15",
            ),
            (
                Due::Worked { workdays: 5 },
                PeriodKind::Month,
                "202509",
                "2025-10-14",
            ),
            (
                Due::Worked { workdays: 1 },
                PeriodKind::Month,
                "202512",
                "2026-01-04",
            ),
        ] {
            assert!(rule.is_sound());
            assert_eq!(due(rule, kind, label), day, "{rule:?} {label}");
        }
        assert!(!Due::Monthly { day: 32 }.is_sound() && !Due::Worked { workdays: 0 }.is_sound());
    }

    #[test]
    fn a_due_day_is_written_in_one_of_four_ways() {
        let read = |text: &str| toml::from_str::<Due>(text).ok();
        assert_eq!(read("day = 10"), Some(Due::Monthly { day: 10 }));
        assert_eq!(
            read("month = 7\nday = 31"),
            Some(Due::Yearly { month: 7, day: 31 })
        );
        assert_eq!(read("days_after = 45"), Some(Due::Later { days_after: 45 }));
        assert_eq!(read("workdays = 5"), Some(Due::Worked { workdays: 5 }));
        assert_eq!(read("workdays = 5\nday = 3"), None);
    }

    #[test]
    fn the_prefecture_owes_for_all_until_counties_report_for_themselves() {
        let units: Vec<RegionCode> = ["433100", "433101", "433122"]
            .map(|code| code.parse().unwrap())
            .into();
        let owed = |owed_by, reported: &[&str]| {
            let owing = owing(owed_by, &units, &|unit| reported.contains(&unit.as_str()));
            owing
                .iter()
                .map(|unit| unit.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(owed(OwedBy::Either, &[]), ["433100"]);
        assert_eq!(owed(OwedBy::Either, &["433100"]), ["433100"]);
        assert_eq!(owed(OwedBy::Either, &["433122"]), ["433101", "433122"]);
        // The prefecture's file covers the county that reported as well.
        assert_eq!(owed(OwedBy::Either, &["433100", "433122"]), ["433100"]);
        assert_eq!(owed(OwedBy::Whole, &["433122"]), ["433100"]);
        assert_eq!(owed(OwedBy::Each, &[]), ["433100", "433101", "433122"]);
        let counties = units.get(1..).unwrap();
        assert_eq!(owing(OwedBy::Whole, counties, &|_| false).len(), 2);
    }
}
