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

    /// The period of this kind that the day lies in.
    pub fn containing(kind: PeriodKind, day: NaiveDate) -> Result<Period, PeriodError> {
        let (year, month) = (day.year(), day.month());
        let label = match kind {
            PeriodKind::Month | PeriodKind::Snapshot => format!("{year:04}{month:02}"),
            PeriodKind::Quarter => format!("{year:04}Q{}", month.div_ceil(3)),
            PeriodKind::Year => format!("{year:04}"),
            PeriodKind::Day => day.format("%Y%m%d").to_string(),
        };
        Period::parse(kind, &label)
    }

    /// The period that begins the day after this one ends.
    pub fn next(&self) -> Result<Period, PeriodError> {
        let day = self.end.checked_add_days(Days::new(1));
        day.map_or(Err(PeriodError(self.kind)), |day| {
            Period::containing(self.kind, day)
        })
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
mod tests;
