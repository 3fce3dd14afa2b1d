//! Days written with their year last. They are not read as dates, because `1/2/2025` has two meanings; where only one is
//! possible it is suggested.

use chrono::NaiveDate;

use super::{number, split, without_time};
use crate::values::width;

/// In which order a day with its year last was written, as far as the day alone can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    DayFirst,
    MonthFirst,
    /// Both numbers could be a month.
    Either,
}

/// The day that a text with its year last means, if its order is certain: a suggestion for people.
pub fn year_last(text: &str) -> Option<NaiveDate> {
    let clean = width::normalise(text);
    let (first, second, year) = split(without_time(&clean))?;
    let order = year_behind(first, second, year)?;
    let number = |text: &str| number(text, 0, text.len());
    let (first, second) = (number(first)?, number(second)?);
    let (month, day) = match order {
        Order::DayFirst => (second, first),
        Order::MonthFirst => (first, second),
        // The same number twice: either way the same day.
        Order::Either if first == second => (first, second),
        Order::Either => return None,
    };
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, day)
}

fn order(first: u32, second: u32) -> Option<Order> {
    match (first, second) {
        (1..=12, 1..=12) => Some(Order::Either),
        (13..=31, 1..=12) => Some(Order::DayFirst),
        (1..=12, 13..=31) => Some(Order::MonthFirst),
        _ => None,
    }
}

/// The order of a day whose third part is its year, if that is what it is.
pub(super) fn year_behind(first: &str, second: &str, year: &str) -> Option<Order> {
    let short = |text: &str| (1..=2).contains(&text.len());
    let year = number(year, 0, 4).filter(|found| year.len() == 4 && (1800..=2199).contains(found));
    year?;
    match (short(first), short(second)) {
        (true, true) => order(number(first, 0, first.len())?, number(second, 0, second.len())?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_at_the_end_is_turned_round_only_when_one_number_cannot_be_a_month() {
        for (text, expected) in [
            ("25/1/2025", Some("2025-01-25")),
            ("1/25/2025", Some("2025-01-25")),
            ("3.3.2025", Some("2025-03-03")),
            ("25/1/2025 12:30", Some("2025-01-25")),
            ("1/2/2025", None),
            ("30/2/2025", None),
            ("2025-01-25", None),
            ("25/1/25", None),
            ("25/1", None),
        ] {
            assert_eq!(
                year_last(text),
                expected.map(|day| day.parse().unwrap()),
                "{text}"
            );
        }
    }
}
