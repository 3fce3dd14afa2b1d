//! When a source is looked at: every so many seconds, or at an hour of the civil day in Asia/Shanghai (which has no
//! summer time), perhaps on certain days of the month only.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;

const SECONDS: std::ops::RangeInclusive<u64> = 1..=86_400;
const SECONDS_USUAL: u64 = 60;
/// The 31st exists every second month at least.
const DAYS_AHEAD_MAX: u64 = 62;

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// Seconds from one look to the next. Neither this nor `at`: 60.
    pub every_seconds: Option<u64>,
    /// `02:30`.
    pub at: Option<String>,
    /// Days of the month on which `at` counts. Empty: every day. A day a month does not have is passed over.
    pub month_days: Vec<u32>,
}

impl Schedule {
    pub(crate) fn is_sound(&self) -> bool {
        match (&self.every_seconds, &self.at) {
            (Some(_), Some(_)) => false,
            (Some(seconds), None) => SECONDS.contains(seconds) && self.month_days.is_empty(),
            (None, Some(_)) => {
                self.time().is_some() && self.month_days.iter().all(|day| (1..=31).contains(day))
            }
            (None, None) => self.month_days.is_empty(),
        }
    }

    /// The first instant after `now` at which the source is due.
    pub fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let usual = || {
            let seconds = i64::try_from(self.every_seconds.unwrap_or(SECONDS_USUAL)).unwrap_or(i64::MAX);
            now + TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::days(1))
        };
        let Some(time) = self.time() else {
            return usual();
        };
        let today = civil_day(now);
        (0..=DAYS_AHEAD_MAX)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .filter(|day| self.month_days.is_empty() || self.month_days.contains(&day.day()))
            .map(|day| day.and_time(time).and_utc() - TimeDelta::hours(8))
            .find(|at| *at > now)
            .unwrap_or_else(usual)
    }

    fn time(&self) -> Option<NaiveTime> {
        NaiveTime::parse_from_str(self.at.as_deref()?, "%H:%M").ok()
    }
}

/// The civil day in China at an instant.
pub(crate) fn civil_day(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::hours(8)).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn daily(time: &str, days: &[u32]) -> Schedule {
        Schedule {
            every_seconds: None,
            at: Some(time.to_owned()),
            month_days: days.to_vec(),
        }
    }

    #[test]
    fn an_hour_is_an_hour_in_china() {
        let night = daily("02:30", &[]);
        assert_eq!(night.next(at("2025-01-31T18:29:59Z")), at("2025-01-31T18:30:00Z"));
        assert_eq!(night.next(at("2025-01-31T18:30:00Z")), at("2025-02-01T18:30:00Z"));
    }

    #[test]
    fn a_day_of_the_month_is_a_civil_day_and_one_that_does_not_exist_is_passed_over() {
        // 02:30 on the 5th in China is still the 4th in UTC.
        assert_eq!(
            daily("02:30", &[5]).next(at("2025-01-10T00:00:00Z")),
            at("2025-02-04T18:30:00Z")
        );
        assert_eq!(
            daily("12:00", &[31]).next(at("2025-02-01T00:00:00Z")),
            at("2025-03-31T04:00:00Z")
        );
    }

    #[test]
    fn without_words_it_is_every_minute() {
        let now = Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).unwrap();
        assert_eq!(Schedule::default().next(now), now + TimeDelta::seconds(60));
    }

    #[test]
    fn two_answers_to_when_are_refused() {
        let both = Schedule {
            every_seconds: Some(5),
            ..daily("02:30", &[])
        };
        assert!(!both.is_sound());
        assert!(!daily("25:00", &[]).is_sound());
        assert!(!daily("02:30", &[0]).is_sound());
        assert!(daily("02:30", &[5, 15]).is_sound());
        assert!(Schedule::default().is_sound());
    }
}
