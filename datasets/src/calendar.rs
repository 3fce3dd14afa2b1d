//! Months, quarters and days of the invented year. Civil days; no clock is asked.

use chrono::{Datelike, NaiveDate};

/// A calendar month, counted from year zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(i32);

impl Month {
    pub fn new(year: i32, month: i32) -> Self {
        Self(year * 12 + month - 1)
    }

    pub fn of(day: NaiveDate) -> Self {
        Self(day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0))
    }

    pub fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 to 12.
    pub fn number(self) -> u32 {
        u32::try_from(self.0.rem_euclid(12)).unwrap_or(0) + 1
    }

    /// A number of its own for every month, to throw dice with.
    pub fn stamp(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }

    pub fn label(self) -> String {
        format!("{:04}{:02}", self.year(), self.number())
    }

    /// The day with this number, or the last one of the month if it has not so many.
    pub fn day(self, day: u64) -> NaiveDate {
        let day = u32::try_from(day).unwrap_or(1).clamp(1, 31);
        (0..4)
            .find_map(|less| NaiveDate::from_ymd_opt(self.year(), self.number(), day.checked_sub(less)?))
            .unwrap_or_default()
    }

    pub fn last_day(self) -> NaiveDate {
        self.day(31)
    }

    pub fn first_day(self) -> NaiveDate {
        self.day(1)
    }

    /// The month after a quarter, in which that quarter is declared.
    pub fn follows_a_quarter(self) -> bool {
        self.number() % 3 == 1
    }

    pub fn quarter(self) -> Quarter {
        Quarter(self.0.div_euclid(3))
    }
}

/// A calendar quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Quarter(i32);

impl Quarter {
    pub fn months(self) -> [Month; 3] {
        [0, 1, 2].map(|step| Month(self.0 * 3 + step))
    }

    pub fn first_day(self) -> NaiveDate {
        Month(self.0 * 3).first_day()
    }

    pub fn last_day(self) -> NaiveDate {
        Month(self.0 * 3 + 2).last_day()
    }

    pub fn before(self) -> Quarter {
        Quarter(self.0 - 1)
    }

    pub fn stamp(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }

    pub fn label(self) -> String {
        format!("{:04}Q{}", self.0.div_euclid(4), self.0.rem_euclid(4) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_quarters_follow_each_other() {
        let december = Month::new(2025, 12);
        assert_eq!(
            (december.label().as_str(), december.plus(1).label().as_str()),
            ("202512", "202601")
        );
        assert_eq!(december.quarter().label(), "2025Q4");
        assert_eq!(december.quarter().first_day(), Month::new(2025, 10).first_day());
        assert_eq!(Month::of(december.last_day()), december);
        assert!(december.plus(1).follows_a_quarter() && !december.follows_a_quarter());
    }

    #[test]
    fn a_short_month_ends_early() {
        assert_eq!(Month::new(2025, 2).day(30), Month::new(2025, 2).day(28));
        assert_eq!(Month::new(2025, 2).last_day().day(), 28);
    }
}
