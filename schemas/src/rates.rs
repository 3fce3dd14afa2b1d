//! Rates, tolerances and days of grace that comparison models compute with: dated, exact, each with its source.
//! Not here: what a model does with them (`queries/models`), and who may change them (an administrator's file).

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::values::decimal::Decimal;

/// Digits of a value behind the point, in the relation models see.
pub const RATE_SCALE: u8 = 8;
/// Digits of a value in all: together with an amount of 19 digits a product still fits into 38.
pub const RATE_DIGITS: u8 = 16;

/// One figure over one span of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub key: String,
    /// An exact decimal in plain notation.
    pub value: String,
    pub valid_from: NaiveDate,
    /// Last day; `None` while there is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    pub source_doc: String,
    /// Who held the figure against its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// Nobody has yet. Exactly one of the two is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

impl Rate {
    /// The value at [`RATE_SCALE`].
    pub fn unscaled(&self) -> Result<i128, RatesError> {
        let fault = || RatesError::Value(self.key.clone());
        let value = Decimal::from_str(&self.value).map_err(|_| fault())?;
        let unscaled = value.at_scale(RATE_SCALE).ok_or_else(fault)?;
        if unscaled.unsigned_abs() >= 10_u128.pow(u32::from(RATE_DIGITS)) {
            return Err(fault());
        }
        Ok(unscaled)
    }

    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    fn check(&self) -> Result<(), RatesError> {
        let named = self.key.starts_with(|c: char| c.is_ascii_lowercase())
            && self
                .key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_');
        if !named || self.key.len() > KEY_BYTES_MAX {
            return Err(RatesError::Key(self.key.clone()));
        }
        let confirmed = self
            .confirmed_by
            .as_deref()
            .is_some_and(|who| !who.trim().is_empty());
        if self.source_doc.trim().is_empty() || confirmed == self.unconfirmed {
            return Err(RatesError::Source(self.key.clone()));
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return Err(RatesError::Span(self.key.clone()));
        }
        self.unscaled().map(drop)
    }
}

const KEY_BYTES_MAX: usize = 60;
const RATES_MAX: usize = 2_000;

/// A checked table of rates, ordered by key and first day.
///
/// INVARIANT (one-rate-a-day): on any day a key has at most one value, so a join with the table multiplies no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rate>", into = "Vec<Rate>")]
pub struct Rates(Vec<Rate>);

/// Why a table of rates is none. For whoever writes it, so it names the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatesError {
    #[error("not a list of `[[rate]]`: {0}")]
    Syntax(String),
    #[error("`{0}` is no key")]
    Key(String),
    #[error("`{0}`: the value is not an exact decimal of at most 8 digits before the point and 8 behind")]
    Value(String),
    #[error("`{0}`: needs `source_doc` and exactly one of `confirmed_by` and `unconfirmed = true`")]
    Source(String),
    #[error("`{0}`: the last day is before the first")]
    Span(String),
    #[error("`{0}`: two values hold on the same day")]
    Overlap(String),
    #[error("more than 2000 rates")]
    TooMany,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rate: Vec<Written>,
}

/// A rate as the file has it: days are TOML dates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    value: String,
    valid_from: toml::value::Datetime,
    valid_to: Option<toml::value::Datetime>,
    source_doc: String,
    confirmed_by: Option<String>,
    #[serde(default)]
    unconfirmed: bool,
}

impl Written {
    fn rate(self) -> Result<Rate, RatesError> {
        let day = |day: toml::value::Datetime| {
            NaiveDate::from_str(&day.to_string()).map_err(|_| RatesError::Span(self.key.clone()))
        };
        Ok(Rate {
            valid_from: day(self.valid_from)?,
            valid_to: self.valid_to.map(day).transpose()?,
            key: self.key,
            value: self.value,
            source_doc: self.source_doc,
            confirmed_by: self.confirmed_by,
            unconfirmed: self.unconfirmed,
        })
    }
}

impl Rates {
    /// Reads a file of `[[rate]]` tables.
    pub fn parse(text: &str) -> Result<Rates, RatesError> {
        let file: File =
            toml::from_str(text).map_err(|error| RatesError::Syntax(error.message().to_owned()))?;
        let rates: Result<Vec<Rate>, RatesError> = file.rate.into_iter().map(Written::rate).collect();
        Rates::try_from(rates?)
    }

    /// The rates the binary carries.
    pub fn embedded() -> Result<Rates, RatesError> {
        Rates::parse(include_str!("../../queries/params/rates.toml"))
    }

    /// This table with every key that `own` has replaced by what `own` says, spans and all.
    pub fn with(self, own: Rates) -> Rates {
        let replaced: BTreeSet<String> = own.0.iter().map(|rate| rate.key.clone()).collect();
        let kept = self.0.into_iter().filter(|rate| !replaced.contains(&rate.key));
        let mut all: Vec<Rate> = kept.chain(own.0).collect();
        all.sort_by(|a, b| (&a.key, a.valid_from).cmp(&(&b.key, b.valid_from)));
        Rates(all)
    }

    /// The figure that holds on a day.
    pub fn on(&self, key: &str, day: NaiveDate) -> Option<&Rate> {
        self.0.iter().find(|rate| rate.key == key && rate.holds_on(day))
    }

    /// Ordered by key and first day.
    pub fn all(&self) -> &[Rate] {
        &self.0
    }
}

impl TryFrom<Vec<Rate>> for Rates {
    type Error = RatesError;

    fn try_from(mut rates: Vec<Rate>) -> Result<Rates, RatesError> {
        if rates.len() > RATES_MAX {
            return Err(RatesError::TooMany);
        }
        for rate in &rates {
            rate.check()?;
        }
        rates.sort_by(|a, b| (&a.key, a.valid_from).cmp(&(&b.key, b.valid_from)));
        for pair in rates.windows(2) {
            if let [former, next] = pair
                && former.key == next.key
                && former.valid_to.is_none_or(|last| next.valid_from <= last)
            {
                return Err(RatesError::Overlap(next.key.clone()));
            }
        }
        Ok(Rates(rates))
    }
}

impl From<Rates> for Vec<Rate> {
    fn from(rates: Rates) -> Vec<Rate> {
        rates.0
    }
}

#[cfg(test)]
mod tests;
