//! Civil days in Asia/Shanghai, where agreements begin and end. The zone has had one fixed offset since 1991.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};

const OFFSET_S: i32 = 8 * 3600;

/// The civil day in Shanghai at this instant.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(OFFSET_S) {
        Some(offset) => now.with_timezone(&offset).date_naive(),
        None => now.date_naive(),
    }
}

/// The first instant after this day, which is when something valid "until" the day ends. `None` at the end of time.
pub fn day_end(day: NaiveDate) -> Option<DateTime<Utc>> {
    let offset = FixedOffset::east_opt(OFFSET_S)?;
    let midnight = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    Some(midnight.and_local_timezone(offset).single()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_shanghai_ends_at_16_hours_utc() {
        let day = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
        let end = day_end(day).unwrap();
        assert_eq!(end.to_rfc3339(), "2025-12-31T16:00:00+00:00");
        assert_eq!(today(end), NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        assert_eq!(today(end - chrono::TimeDelta::milliseconds(1)), day);
    }
}
