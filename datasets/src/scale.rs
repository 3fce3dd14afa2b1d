//! How large the invented prefecture is.

use std::fmt;
use std::str::FromStr;

use crate::calendar::Month;

/// How much there is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 1,000 businesses and the third quarter of 2025, about 30,000 rows in all feeds; 2,000 power accounts when power
    /// is asked for by itself. Seconds.
    Small,
    /// 18,000 businesses and the year 2025, about 1.7 million rows; 40,000 power accounts by themselves.
    Medium,
    /// 300,000 businesses and the year 2025, about 29 million rows; as many power accounts by themselves.
    Prefecture,
    /// Any number of businesses in the third quarter of 2025, or of power accounts by themselves.
    Accounts(u64),
}

/// Fewer could not play all the parts that comparisons are tried with.
const BUSINESSES_MIN: u64 = 1_000;

impl Scale {
    /// Companies, self-employed and cooperatives of the prefecture, at least a thousand.
    pub fn businesses(self) -> u64 {
        match self {
            Self::Small => BUSINESSES_MIN,
            Self::Medium => 18_000,
            Self::Prefecture => 300_000,
            Self::Accounts(count) => count.max(BUSINESSES_MIN),
        }
    }

    /// The months about which the departments report.
    pub(crate) fn months(self) -> Vec<Month> {
        let (from, count) = match self {
            Self::Small | Self::Accounts(_) => (Month::new(2025, 7), 3),
            Self::Medium | Self::Prefecture => (Month::new(2025, 1), 12),
        };
        (0..count).map(|step| from.plus(step)).collect()
    }

    /// Power accounts when power is asked for by itself; at least ten.
    pub fn accounts(self) -> u64 {
        match self {
            Self::Small => 2_000,
            Self::Medium => 40_000,
            Self::Prefecture => 300_000,
            Self::Accounts(count) => count.max(10),
        }
    }
}

/// The scale was none of `small`, `medium`, `prefecture` or a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScale;

impl fmt::Display for UnknownScale {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a scale is `small`, `medium`, `prefecture` or a number of accounts")
    }
}

impl std::error::Error for UnknownScale {}

impl FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(text: &str) -> Result<Self, UnknownScale> {
        match text {
            "small" => Ok(Self::Small),
            "medium" => Ok(Self::Medium),
            "prefecture" => Ok(Self::Prefecture),
            number => number.parse().map(Self::Accounts).map_err(|_| UnknownScale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_read_from_text() {
        assert_eq!("small".parse(), Ok(Scale::Small));
        assert_eq!("12000".parse(), Ok(Scale::Accounts(12_000)));
        assert_eq!("tiny".parse::<Scale>(), Err(UnknownScale));
    }
}
