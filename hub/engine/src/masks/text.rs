//! The masks themselves, on single values. Every function here accepts every input.

use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate};
use schemas::{RegionCode, Treatment, codelists};

/// What `fixed` shows for a text.
pub(super) const FIXED: &str = "***";
/// Stands for what is left out; its length says nothing about the length of that.
const HIDDEN: &str = "****";
/// An address names its county near its beginning, if at all.
const ADDRESS_CHARS_MAX: usize = 60;

/// Writes the mask of `value` into `masked`, which is emptied first: one buffer serves a whole column.
pub(super) fn mask(treatment: Treatment, value: &str, masked: &mut String) {
    masked.clear();
    match treatment {
        Treatment::Name1 => keep(value, 1, 0, 0, "*", masked),
        Treatment::First4 => keep(value, 4, 0, 5, HIDDEN, masked),
        Treatment::Last4 => keep(value, 0, 4, 5, HIDDEN, masked),
        Treatment::Id6x4 => keep(value, 6, 4, 15, "********", masked),
        Treatment::Phone3x4 => keep(value, 3, 4, 11, HIDDEN, masked),
        Treatment::AddressToCounty => masked.push_str(county(value).unwrap_or(FIXED)),
        // The others never come here; whatever comes is hidden.
        _ => masked.push_str(FIXED),
    }
}

/// First and last characters around a constant. Values shorter than `chars_min` are hidden whole: what would be kept
/// of them would be most of them.
fn keep(value: &str, first: usize, last: usize, chars_min: usize, hidden: &str, masked: &mut String) {
    let shown = chars_min == 0 || value.chars().nth(chars_min - 1).is_some();
    if shown {
        masked.extend(value.chars().take(first));
    }
    masked.push_str(hidden);
    if shown && last > 0 {
        let from = value.char_indices().rev().nth(last - 1).map_or(0, |(at, _)| at);
        masked.push_str(value.get(from..).unwrap_or_default());
    }
}

/// The county an address names, by its name in the list of regions. Cutting the address at the first sign of a county
/// would not do: the same sign ends the names of housing estates, markets and streets.
fn county(address: &str) -> Option<&'static str> {
    let end = address
        .char_indices()
        .nth(ADDRESS_CHARS_MAX)
        .map_or(address.len(), |(at, _)| at);
    let head = address.get(..end)?;
    let found = counties()
        .iter()
        .filter_map(|name| Some((head.find(name)?, *name)));
    found
        .min_by_key(|(at, name)| (*at, usize::MAX - name.len()))
        .map(|(_, name)| name)
}

fn counties() -> &'static [&'static str] {
    static COUNTIES: OnceLock<Vec<&'static str>> = OnceLock::new();
    COUNTIES.get_or_init(|| {
        let Some(regions) = codelists::shared("regions") else {
            return Vec::new();
        };
        let county = |code: &str| RegionCode::parse(code).is_ok_and(|code| code.is_county());
        let named = regions.entries().iter().filter(|entry| county(&entry.code));
        named
            .map(|entry| entry.title.zh.as_str())
            .filter(|name| name.chars().count() > 1)
            .collect()
    })
}

/// 1 January, or the first of the month, of a day counted from 1970-01-01. A day outside the calendar becomes day 0.
pub(super) fn first_day(day: i32, of_year: bool) -> i32 {
    let first = NaiveDate::from_epoch_days(day)
        .and_then(|date| NaiveDate::from_ymd_opt(date.year(), if of_year { 1 } else { date.month() }, 1));
    first.map_or(0, |first| first.to_epoch_days())
}
