//! The period a submission speaks about: a month, a quarter, a year, a day, or the month of a snapshot. Civil days in
//! Asia/Shanghai, never instants; no time zone is involved and none may be.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::values::width;

/// How a feed cuts time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// A calendar month, label `202501`.
    Month,
    /// A calendar quarter, label `2025Q1`.
    Quarter,
    /// A calendar year, label `2025`.
    Year,
    /// A full list as it stood at the end of a month, label `202501`.
    Snapshot,
    /// One day, label `20250101`.
    Day,
}

/// A text that names no period of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a period of kind {0:?}")]
pub struct PeriodError(pub PeriodKind);

/// First and last civil day (both included) and the canonical label; made by [`Period::parse`] only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "PeriodText", into = "PeriodText")]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
    label: String,
    kind: PeriodKind,
}

impl Period {
    /// Reads the shapes departments write: `202501`, `2025-01`, `2025年1月`, `2025Q1`, `2025年第1季度`, `2025`,
    /// full-width digits included. Years 1949 to 2199.
    pub fn parse(kind: PeriodKind, text: &str) -> Result<Period, PeriodError> {
        let clean = width::normalise(text);
        let wrong = PeriodError(kind);
        let period = match kind {
            PeriodKind::Month | PeriodKind::Snapshot => {
                let (year, month) = year_and_month(&clean).ok_or(wrong)?;
                months(kind, year, month, 1, format!("{year}{month:02}"))
            }
            PeriodKind::Quarter => {
                let (year, quarter) = year_and_quarter(&clean).ok_or(wrong)?;
                months(kind, year, quarter * 3 - 2, 3, format!("{year}Q{quarter}"))
            }
            PeriodKind::Year => {
                let year = four_digits(clean.strip_suffix('年').unwrap_or(&clean)).ok_or(wrong)?;
                months(kind, year, 1, 12, year.to_string())
            }
            PeriodKind::Day => {
                let start = crate::values::date::parse_plain(&clean).ok_or(wrong)?;
                let label = start.format("%Y%m%d").to_string();
                Some(Period {
                    start,
                    end: start,
                    label,
                    kind,
                })
            }
        };
        period
            .filter(|period| YEARS.contains(&period.start.year()))
            .ok_or(wrong)
    }

    /// First day.
    pub fn start(&self) -> NaiveDate {
        self.start
    }

    /// Last day, included.
    pub fn end(&self) -> NaiveDate {
        self.end
    }

    /// The canonical text: one period has one label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How the period was cut.
    pub fn kind(&self) -> PeriodKind {
        self.kind
    }

    /// Does the day fall into the period?
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.start..=self.end).contains(&day)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

const YEARS: std::ops::RangeInclusive<i32> = 1949..=2199;

#[derive(Serialize, Deserialize)]
struct PeriodText {
    kind: PeriodKind,
    label: String,
}

impl TryFrom<PeriodText> for Period {
    type Error = PeriodError;
    fn try_from(text: PeriodText) -> Result<Self, PeriodError> {
        Period::parse(text.kind, &text.label)
    }
}

impl From<Period> for PeriodText {
    fn from(period: Period) -> Self {
        PeriodText {
            kind: period.kind,
            label: period.label,
        }
    }
}

fn months(kind: PeriodKind, year: i32, month: u32, length: u32, label: String) -> Option<Period> {
    let start = NaiveDate::from_ymd_opt(year, month, 1)?;
    let end = start
        .checked_add_months(Months::new(length))?
        .checked_sub_days(Days::new(1))?;
    Some(Period {
        start,
        end,
        label,
        kind,
    })
}

fn year_and_month(text: &str) -> Option<(i32, u32)> {
    let (year, rest) = split_year(text)?;
    let rest = match rest.strip_prefix('年') {
        Some(rest) => rest.strip_suffix('月')?,
        None => match rest.strip_prefix(['-', '/', '.']) {
            Some(rest) => rest,
            None if rest.len() == 2 => rest,
            None => return None,
        },
    };
    let month = short_number(rest)?;
    (1..=12).contains(&month).then_some((year, month))
}

fn year_and_quarter(text: &str) -> Option<(i32, u32)> {
    let (year, rest) = split_year(text)?;
    let rest = match rest.strip_prefix('年') {
        Some(rest) => {
            let rest = rest.strip_prefix('第').unwrap_or(rest);
            rest.strip_suffix("季度").or_else(|| rest.strip_suffix('季'))?
        }
        None => rest.strip_prefix('-').unwrap_or(rest).strip_prefix(['Q', 'q'])?,
    };
    let quarter = match rest {
        "一" => 1,
        "二" => 2,
        "三" => 3,
        "四" => 4,
        digits => short_number(digits)?,
    };
    (1..=4).contains(&quarter).then_some((year, quarter))
}

fn split_year(text: &str) -> Option<(i32, &str)> {
    let (year, rest) = text.split_at_checked(4)?;
    Some((four_digits(year)?, rest))
}

fn four_digits(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn short_number(text: &str) -> Option<u32> {
    (matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(kind: PeriodKind, text: &str) -> Option<String> {
        Period::parse(kind, text)
            .ok()
            .map(|period| period.label().to_owned())
    }

    #[test]
    fn one_month_has_one_label_however_it_is_written() {
        for text in [
            "202501",
            "2025-01",
            "2025-1",
            "2025/01",
            "2025.1",
            "2025年1月",
            "2025年01月",
            "２０２５０１",
            " 202501 ",
        ] {
            assert_eq!(
                label(PeriodKind::Month, text).as_deref(),
                Some("202501"),
                "{text}"
            );
        }
        for text in [
            "", "20251", "202513", "202500", "25-01", "2025Q1", "2025", "20250101", "2025年1", "194812",
            "abcd01",
        ] {
            assert_eq!(label(PeriodKind::Month, text), None, "{text}");
        }
    }

    #[test]
    fn quarters_years_and_days_are_read_too() {
        for text in [
            "2025Q1",
            "2025q1",
            "2025-Q1",
            "2025年第1季度",
            "2025年一季度",
            "2025年第一季度",
        ] {
            assert_eq!(
                label(PeriodKind::Quarter, text).as_deref(),
                Some("2025Q1"),
                "{text}"
            );
        }
        assert_eq!(label(PeriodKind::Quarter, "2025Q5"), None);
        assert_eq!(label(PeriodKind::Year, "2025年").as_deref(), Some("2025"));
        assert_eq!(label(PeriodKind::Year, "25"), None);
        assert_eq!(label(PeriodKind::Day, "2025-02-28").as_deref(), Some("20250228"));
        assert_eq!(label(PeriodKind::Day, "2025-02-29"), None);
    }

    #[test]
    fn a_period_ends_on_its_last_day() {
        let february = Period::parse(PeriodKind::Month, "202402").unwrap();
        assert_eq!(february.end().to_string(), "2024-02-29");
        let quarter = Period::parse(PeriodKind::Quarter, "2025Q4").unwrap();
        assert_eq!(
            (quarter.start().to_string(), quarter.end().to_string()),
            ("2025-10-01".into(), "2025-12-31".into())
        );
        assert!(quarter.contains(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap()));
        assert!(!quarter.contains(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()));
    }

    #[test]
    fn a_period_survives_a_wire() {
        let period = Period::parse(PeriodKind::Snapshot, "2025-03").unwrap();
        let wire = serde_json::to_string(&period).unwrap();
        assert_eq!(wire, r#"{"kind":"snapshot","label":"202503"}"#);
        assert_eq!(serde_json::from_str::<Period>(&wire).unwrap(), period);
    }
}
