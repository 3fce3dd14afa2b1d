//! How large the invented prefecture is.

use std::fmt;
use std::str::FromStr;

/// How many accounts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 2,000 accounts: seconds.
    Small,
    /// 40,000 accounts; three years of months are about 1.5 million rows.
    Medium,
    /// 300,000 accounts, as many as the prefecture has entities.
    Prefecture,
    /// Any number; at least ten are made.
    Accounts(u64),
}

impl Scale {
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
