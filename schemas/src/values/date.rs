//! Dates as departments write them. Civil days; no time zone is involved.

use chrono::NaiveDate;

/// A date cell that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadDate {
    /// A day written as one.
    Day(NaiveDate),
    /// A day given as a spreadsheet serial number: right, and worth a remark.
    Serial(NaiveDate),
    /// `长期`, `0000-00-00`, `1900-01-01`, `9999-12-31`: means "no date"; stored as null, with a remark.
    Open,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("a year of two digits")]
    TwoDigitYear,
    #[error("no such day")]
    NoSuchDay,
    #[error("not a date")]
    NotADate,
}

/// Reads any accepted shape.
pub fn parse(text: &str) -> Result<ReadDate, DateFault> {
    let _ = text;
    Err(DateFault::NotADate)
}

/// A day written as one, in any accepted shape but serial numbers and open ends.
pub(crate) fn parse_plain(clean: &str) -> Option<NaiveDate> {
    match parse(clean) {
        Ok(ReadDate::Day(day)) => Some(day),
        _ => None,
    }
}
