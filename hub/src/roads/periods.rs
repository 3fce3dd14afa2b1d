//! Which periods are over: what a source that pulls asks the other side for.

use chrono::{Datelike, Days, Months, NaiveDate};
use schemas::{Period, PeriodKind};

/// The last `count` periods of a kind that end before `today`, oldest first.
pub(super) fn over(kind: PeriodKind, today: NaiveDate, count: u32) -> Vec<Period> {
    let mut periods: Vec<Period> = (1..=count).filter_map(|back| ago(kind, today, back)).collect();
    periods.reverse();
    periods
}

/// The period that lies `back` periods before the one of today.
fn ago(kind: PeriodKind, today: NaiveDate, back: u32) -> Option<Period> {
    let first = today.with_day(1)?;
    let months = |months: u32| first.checked_sub_months(Months::new(months));
    let label = match kind {
        PeriodKind::Month | PeriodKind::Snapshot => months(back)?.format("%Y%m").to_string(),
        PeriodKind::Quarter => {
            let within = (today.month() - 1) % 3;
            let day = months(within + back.checked_mul(3)?)?;
            format!("{}Q{}", day.year(), day.month0() / 3 + 1)
        }
        PeriodKind::Year => today.year().checked_sub(i32::try_from(back).ok()?)?.to_string(),
        PeriodKind::Day => today
            .checked_sub_days(Days::new(back.into()))?
            .format("%Y%m%d")
            .to_string(),
    };
    Period::parse(kind, &label).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(kind: PeriodKind, today: &str, count: u32) -> Vec<String> {
        let today = today.parse().unwrap();
        over(kind, today, count)
            .iter()
            .map(|period| period.label().to_owned())
            .collect()
    }

    #[test]
    fn the_last_periods_that_are_over_come_oldest_first() {
        assert_eq!(
            labels(PeriodKind::Month, "2025-03-31", 3),
            ["202412", "202501", "202502"]
        );
        assert_eq!(labels(PeriodKind::Snapshot, "2025-03-01", 1), ["202502"]);
        assert_eq!(labels(PeriodKind::Quarter, "2025-03-31", 2), ["2024Q3", "2024Q4"]);
        assert_eq!(labels(PeriodKind::Quarter, "2025-05-31", 1), ["2025Q1"]);
        assert_eq!(labels(PeriodKind::Year, "2025-01-01", 2), ["2023", "2024"]);
        assert_eq!(labels(PeriodKind::Day, "2025-03-01", 2), ["20250227", "20250228"]);
    }
}
