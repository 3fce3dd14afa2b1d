//! Working days: which civil days are worked, by the yearly notices on holidays and the make-up days in them. Days that
//! no notice speaks of are known by their weekday alone; who counts there can ask and warn. Not here: what is due when
//! (`due`).

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

use crate::contract::Bilingual;

const NOTICES_MAX: usize = 500;
/// Longest span of days off that is believed; the longest ever ordered had ten days.
const OFF_DAYS_MAX: i64 = 31;
/// Steps from one day to another that are counted one by one. No run of days off is nearly as long.
const STEPS_MAX: usize = 400;

/// Why a file of days off is none. For whoever writes it, so it names the year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkdaysError {
    #[error("not a list of `[[notice]]`: {0}")]
    Syntax(String),
    #[error("{0}: needs `source`, `number`, and exactly one of `confirmed_by` and `unconfirmed = true`")]
    Source(i32),
    #[error("{0}: a second national notice for the year")]
    Twice(i32),
    #[error("{0}: `{1}` is not a day of that year, or a span that ends before it begins or never ends")]
    Day(i32, String),
    #[error("{0}: {1} is off and worked")]
    Both(i32, NaiveDate),
    #[error("{0}: {1} is worked in any case, being no Saturday or Sunday")]
    Weekday(i32, NaiveDate),
    #[error("more than 500 notices")]
    TooMany,
}

/// The notices, checked. Years may be missing; none has two national ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workdays {
    national: BTreeMap<i32, Notice>,
    local: Vec<Notice>,
    /// Days on which the weekday alone would be wrong, with whether they are worked. Made from the notices.
    exceptions: BTreeMap<NaiveDate, bool>,
}

/// One notice: what it says of the days of its year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    year: i32,
    source: String,
    number: String,
    confirmed: bool,
    off: BTreeMap<NaiveDate, Bilingual>,
    working: BTreeSet<NaiveDate>,
}

impl Notice {
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Title of the document.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Number of the document.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Did somebody hold the days against the document?
    pub fn is_confirmed(&self) -> bool {
        self.confirmed
    }
}

impl Workdays {
    /// Reads a file of notices.
    pub fn parse(text: &str) -> Result<Workdays, WorkdaysError> {
        let file: File =
            toml::from_str(text).map_err(|error| WorkdaysError::Syntax(error.message().to_owned()))?;
        if file.notice.len() > NOTICES_MAX {
            return Err(WorkdaysError::TooMany);
        }
        let mut read = Workdays::default();
        for written in file.notice {
            let (local, notice) = (written.local, written.checked()?);
            if local {
                read.local.push(notice);
            } else if let Some(twice) = read.national.insert(notice.year, notice) {
                return Err(WorkdaysError::Twice(twice.year));
            }
        }
        Ok(read.reckoned())
    }

    /// The notices the binary carries.
    pub fn embedded() -> Result<Workdays, WorkdaysError> {
        Workdays::parse(include_str!("../codelists/workdays.toml"))
    }

    /// These notices with each year of `own` in place of the same year here, and the local days of both.
    pub fn with(mut self, own: Workdays) -> Workdays {
        self.national.extend(own.national);
        self.local.extend(own.local);
        self.reckoned()
    }

    /// Fills in the exceptions. A local day off counts over everything else, a local make-up day over the national notice.
    fn reckoned(mut self) -> Workdays {
        let mut days = BTreeMap::new();
        for notice in self.national.values().chain(&self.local) {
            days.extend(notice.working.iter().map(|day| (*day, true)));
            days.extend(notice.off.keys().map(|day| (*day, false)));
        }
        for notice in &self.local {
            days.extend(notice.working.iter().map(|day| (*day, true)));
        }
        for notice in &self.local {
            days.extend(notice.off.keys().map(|day| (*day, false)));
        }
        days.retain(|day, worked| *worked == is_weekend(*day));
        self.exceptions = days;
        self
    }

    /// Is the day worked? By the notices, and without one by its weekday.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        let by_notice = self.exceptions.get(&day).copied();
        by_notice.unwrap_or_else(|| !is_weekend(day))
    }

    /// What the day off is called, where it is one by a notice.
    pub fn name(&self, day: NaiveDate) -> Option<&Bilingual> {
        let local = self.local.iter().find_map(|notice| notice.off.get(&day));
        local.or_else(|| self.national.get(&day.year())?.off.get(&day))
    }

    /// Is there a national notice for the year of the day? Otherwise only its weekday is known.
    pub fn knows(&self, day: NaiveDate) -> bool {
        self.national.contains_key(&day.year())
    }

    /// The last day of the last year that has a national notice.
    pub fn known_until(&self) -> Option<NaiveDate> {
        let (year, _) = self.national.last_key_value()?;
        NaiveDate::from_ymd_opt(*year, 12, 31)
    }

    /// National notices by year, then the local ones.
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.national.values().chain(&self.local)
    }

    /// The day itself if it is worked, or else the next one that is.
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        let worked = day.iter_days().take(STEPS_MAX).find(|day| self.is_workday(*day));
        worked.unwrap_or(day)
    }

    /// The `count`th working day after the day, from 1; 0 is the day itself.
    pub fn after(&self, day: NaiveDate, count: u16) -> NaiveDate {
        let mut at = day;
        for _ in 0..count {
            at = self.on_or_after(at.checked_add_days(Days::new(1)).unwrap_or(at));
        }
        at
    }

    /// Working days after `from`, up to and including `to`; 0 if `to` is not later. Costs the same for a week and a decade.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let Some(first) = from.succ_opt().filter(|first| *first <= to) else {
            return 0;
        };
        let more = self
            .exceptions
            .range(first..=to)
            .filter(|(_, worked)| **worked)
            .count();
        let fewer = self
            .exceptions
            .range(first..=to)
            .filter(|(_, worked)| !**worked)
            .count();
        let weekdays = weekdays_until(to).saturating_sub(weekdays_until(from));
        let days = weekdays + more as i64 - fewer as i64;
        u32::try_from(days).unwrap_or(0)
    }
}

/// Mondays to Fridays from a fixed Monday long ago up to and including the day.
fn weekdays_until(day: NaiveDate) -> i64 {
    // The first day of the common era was a Monday.
    let days = i64::from(day.num_days_from_ce());
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    notice: Vec<Written>,
}

/// A notice as the file has it: days are TOML dates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    year: i32,
    #[serde(default)]
    local: bool,
    source: String,
    number: String,
    issued: toml::value::Datetime,
    confirmed_by: Option<String>,
    #[serde(default)]
    unconfirmed: bool,
    #[serde(default)]
    off: Vec<WrittenSpan>,
    #[serde(default)]
    working: Vec<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSpan {
    zh: String,
    en: String,
    from: toml::value::Datetime,
    to: toml::value::Datetime,
}

impl Written {
    fn checked(self) -> Result<Notice, WorkdaysError> {
        let year = self.year;
        let confirmed = self.confirmed_by.is_some_and(|who| !who.trim().is_empty());
        if self.source.trim().is_empty() || self.number.trim().is_empty() || confirmed == self.unconfirmed {
            return Err(WorkdaysError::Source(year));
        }
        any_day(year, &self.issued)?;
        let mut off = BTreeMap::new();
        for span in self.off {
            let (from, to) = (day(year, &span.from)?, day(year, &span.to)?);
            let length = to.signed_duration_since(from).num_days();
            if !(0..OFF_DAYS_MAX).contains(&length) {
                return Err(WorkdaysError::Day(year, span.to.to_string()));
            }
            let title = Bilingual {
                zh: span.zh,
                en: span.en,
            };
            let days = from.iter_days().take_while(|day| *day <= to);
            off.extend(days.map(|day| (day, title.clone())));
        }
        let working: Result<BTreeSet<NaiveDate>, _> =
            self.working.iter().map(|written| day(year, written)).collect();
        let working = working?;
        if let Some(both) = working.iter().find(|day| off.contains_key(*day)) {
            return Err(WorkdaysError::Both(year, *both));
        }
        if let Some(plain) = working.iter().find(|day| !is_weekend(**day)) {
            return Err(WorkdaysError::Weekday(year, *plain));
        }
        Ok(Notice {
            year,
            source: self.source,
            number: self.number,
            confirmed,
            off,
            working,
        })
    }
}

fn any_day(year: i32, written: &toml::value::Datetime) -> Result<NaiveDate, WorkdaysError> {
    let text = written.to_string();
    NaiveDate::from_str(&text).map_err(|_| WorkdaysError::Day(year, text))
}

/// A day of this very year: one of another would never be asked for.
fn day(year: i32, written: &toml::value::Datetime) -> Result<NaiveDate, WorkdaysError> {
    let day = any_day(year, written)?;
    if day.year() == year {
        Ok(day)
    } else {
        Err(WorkdaysError::Day(year, day.to_string()))
    }
}

#[cfg(test)]
mod tests;
