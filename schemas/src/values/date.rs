//! Dates as departments write them. Civil days; no time zone is involved.

mod order;

use chrono::{Datelike, Days, NaiveDate};

pub use order::{Order, year_last};

use super::width;

/// A date cell that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadDate {
    /// A day written as one.
    Day(NaiveDate),
    /// A day given as a spreadsheet serial number: right, and worth a remark (`value.date_serial`).
    Serial(NaiveDate),
    /// `长期`, `0000-00-00`, `1900-01-01`, `9999-12-31`: means "no date"; stored as null, with a remark
    /// (`value.date_open`).
    Open,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("a year of two digits")]
    TwoDigitYear,
    #[error("no such day")]
    NoSuchDay,
    /// `25/1/2025`, `1/25/2025`: a day written with its year last.
    #[error("the year comes last")]
    YearLast(Order),
    #[error("not a date")]
    NotADate,
}

impl DateFault {
    /// The text code of the finding.
    pub fn code(self) -> &'static str {
        match self {
            DateFault::TwoDigitYear => "value.date_two_digit_year",
            DateFault::NoSuchDay => "value.date_unreal",
            DateFault::YearLast(Order::DayFirst) => "value.date_day_first",
            DateFault::YearLast(Order::MonthFirst) => "value.date_month_first",
            DateFault::YearLast(Order::Either) => "value.date_year_last",
            DateFault::NotADate => "value.date_shape",
        }
    }
}

/// Reads `2025-01-01`, `2025/1/1`, `2025.1.1`, `20250101`, `2025年1月1日`, each with an optional time of day (dropped),
/// spreadsheet serials of the 1900 system from 1954 to 2119, and the ways of saying "no date". Years 1800 to 2199.
pub fn parse(text: &str) -> Result<ReadDate, DateFault> {
    let clean = width::normalise(text);
    if OPEN_WORDS.contains(&clean.as_ref()) {
        return Ok(ReadDate::Open);
    }
    let day = without_time(&clean);
    let all_digits = day.bytes().all(|b| b.is_ascii_digit());
    match day.len() {
        8 if all_digits => civil(number(day, 0, 4), number(day, 4, 6), number(day, 6, 8)),
        6 if all_digits => match civil(Some(2000), number(day, 2, 4), number(day, 4, 6)) {
            Ok(_) => Err(DateFault::TwoDigitYear),
            Err(_) => Err(DateFault::NotADate),
        },
        5 if all_digits && day.len() == clean.len() => serial(day),
        _ => separated(day),
    }
}

/// A day written as one, in any accepted shape but serial numbers and open ends.
pub(crate) fn parse_plain(clean: &str) -> Option<NaiveDate> {
    match parse(clean) {
        Ok(ReadDate::Day(day)) => Some(day),
        _ => None,
    }
}

const OPEN_WORDS: [&str; 5] = ["长期", "长期有效", "永久", "无固定期限", "无期限"];

fn separated(day: &str) -> Result<ReadDate, DateFault> {
    let (year, month, date) = split(day).ok_or(DateFault::NotADate)?;
    if let Some(order) = order::year_behind(year, month, date) {
        return Err(DateFault::YearLast(order));
    }
    let short = |text: &str| {
        (1..=2)
            .contains(&text.len())
            .then(|| number(text, 0, text.len()))
            .flatten()
    };
    let (month, date) = (short(month), short(date));
    match year.len() {
        4 => civil(number(year, 0, 4), month, date),
        2 if month.is_some() && date.is_some() && number(year, 0, 2).is_some() => {
            Err(DateFault::TwoDigitYear)
        }
        _ => Err(DateFault::NotADate),
    }
}

fn split(day: &str) -> Option<(&str, &str, &str)> {
    if let Some((year, rest)) = day.split_once('年') {
        let (month, date) = rest.split_once('月')?;
        return Some((year, month, date.strip_suffix(['日', '号'])?));
    }
    let separator = day.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let (year, rest) = day.split_once(separator)?;
    let (month, date) = rest.split_once(separator)?;
    Some((year, month, date))
}

/// Cuts off `T12:30:00`, ` 0:00` and the like; anything else stays and is judged with the day.
fn without_time(clean: &str) -> &str {
    match clean.split_once([' ', 'T']) {
        Some((day, time))
            if time.contains(':')
                && time.starts_with(|c: char| c.is_ascii_digit())
                && time
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')) =>
        {
            day
        }
        _ => clean,
    }
}

fn number(text: &str, from: usize, to: usize) -> Option<u32> {
    let digits = text.get(from..to)?;
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn civil(year: Option<u32>, month: Option<u32>, date: Option<u32>) -> Result<ReadDate, DateFault> {
    let (Some(year), Some(month), Some(date)) = (year, month, date) else {
        return Err(DateFault::NotADate);
    };
    if matches!((year, month, date), (0, 0, 0) | (1900, 1, 1) | (9999, 12, 31)) {
        return Ok(ReadDate::Open);
    }
    let year = i32::try_from(year).map_err(|_| DateFault::NoSuchDay)?;
    NaiveDate::from_ymd_opt(year, month, date)
        .filter(|day| (1800..=2199).contains(&day.year()))
        .map(ReadDate::Day)
        .ok_or(DateFault::NoSuchDay)
}

fn serial(day: &str) -> Result<ReadDate, DateFault> {
    // The 1900 system counts a 29 February 1900 that never was; from March 1900 on, day 0 is therefore 1899-12-30.
    let days = number(day, 0, 5)
        .filter(|days| (20_000..80_000).contains(days))
        .ok_or(DateFault::NotADate)?;
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|zero| zero.checked_add_days(Days::new(u64::from(days))))
        .map(ReadDate::Serial)
        .ok_or(DateFault::NotADate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    #[test]
    fn one_day_is_read_however_it_is_written() {
        for text in [
            "2025-01-01",
            "2025/1/1",
            "2025.1.1",
            "2025-1-01",
            "20250101",
            "2025年1月1日",
            "2025年01月01日",
            "2025年1月1号",
            "2025-01-01 00:00:00",
            "2025/1/1 0:00",
            "2025-01-01T08:30:00.000",
            "２０２５－０１－０１",
            " 2025-01-01 ",
        ] {
            assert_eq!(parse(text), Ok(ReadDate::Day(day("2025-01-01"))), "{text}");
        }
        assert_eq!(parse("2024-02-29"), Ok(ReadDate::Day(day("2024-02-29"))));
    }

    #[test]
    fn spreadsheet_serials_are_days() {
        assert_eq!(parse("45658"), Ok(ReadDate::Serial(day("2025-01-01"))));
        assert_eq!(parse("46349"), Ok(ReadDate::Serial(day("2026-11-23"))));
        assert_eq!(parse("12345"), Err(DateFault::NotADate));
    }

    #[test]
    fn ways_of_saying_no_date_are_understood() {
        for text in [
            "长期",
            "长期有效",
            "0000-00-00",
            "00000000",
            "1900-01-01",
            "1900/1/1",
            "9999-12-31",
            "99991231",
        ] {
            assert_eq!(parse(text), Ok(ReadDate::Open), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_for_its_reason() {
        for (text, fault) in [
            ("25-01-01", DateFault::TwoDigitYear),
            ("25/1/1", DateFault::TwoDigitYear),
            ("25年1月1日", DateFault::TwoDigitYear),
            ("250101", DateFault::TwoDigitYear),
            ("2025-02-29", DateFault::NoSuchDay),
            ("20251301", DateFault::NoSuchDay),
            ("2025-00-01", DateFault::NoSuchDay),
            ("1700-01-01", DateFault::NoSuchDay),
            ("", DateFault::NotADate),
            ("2025", DateFault::NotADate),
            ("2025-01", DateFault::NotADate),
            ("2025-01/01", DateFault::NotADate),
            ("1/2/2025", DateFault::YearLast(Order::Either)),
            ("25/1/2025", DateFault::YearLast(Order::DayFirst)),
            ("01-25-2025", DateFault::YearLast(Order::MonthFirst)),
            ("1/25/2025 0:00", DateFault::YearLast(Order::MonthFirst)),
            ("32/1/2025", DateFault::NotADate),
            ("13/13/2025", DateFault::NotADate),
            ("1/1/0025", DateFault::NotADate),
            ("2025-001-1", DateFault::NotADate),
            ("2025-01-01 下午", DateFault::NotADate),
            ("昨天", DateFault::NotADate),
            ("45658.5", DateFault::NotADate),
            ("999999", DateFault::NotADate),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }
}
