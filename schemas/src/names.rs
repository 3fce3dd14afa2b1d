//! Validated names. Whoever holds one need not check it again: each has one constructor, `parse`, and serde goes
//! through it. Names of people and companies are not here; those are data.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not a name of the wanted kind. It does not carry the text: names arrive from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct NameError {
    kind: &'static str,
}

impl NameError {
    /// The kind of name that was wanted, e.g. `feed id`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The one constructor; the text must match exactly, nothing is trimmed or folded.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(text) { Ok(Self(text.to_owned())) } else { Err(NameError { kind: $kind }) }
            }

            /// The name as it was parsed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// One feed, e.g. `pow_usage`: three letters of the providing department's kind, then what is reported.
    FeedId, "feed id", |text| match text.split_once('_') {
        Some((department, rest)) => letters(department, 3, 3) && word(rest, 1, 40),
        None => false,
    }
}

name! {
    /// A department, e.g. `tax`, `pow`, `hub`.
    DepartmentCode, "department code", |text| letters(text, 2, 16)
}

name! {
    /// A shared view, e.g. `v_power_month`.
    ViewName, "view name", |text| text.strip_prefix("v_").is_some_and(|rest| word(rest, 1, 60))
}

name! {
    /// Why somebody asks, e.g. `tax_risk`.
    PurposeCode, "purpose code", |text| {
        text.starts_with(|c: char| c.is_ascii_lowercase()) && word(text, 2, 41)
    }
}

name! {
    /// An administrative division by GB/T 2260: province (2 digits), prefecture (4) or county (6), the six-digit
    /// form padded with zeros for the upper two (`433100` is a prefecture).
    RegionCode, "region code", |text| {
        matches!(text.len(), 2 | 4 | 6) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0')
    }
}

name! {
    /// One submission: `sub_` and the 32 hex digits of a version 7 UUID, so ids sort by arrival.
    SubmissionId, "submission id", |text| {
        text.strip_prefix("sub_").is_some_and(|hex| {
            hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    }
}

impl RegionCode {
    /// Does this region contain `other` (or equal it)? `433100` covers every `4331xx`, `430000` every `43xxxx`.
    pub fn covers(&self, other: &RegionCode) -> bool {
        other.significant().starts_with(self.significant())
    }

    /// Six digits that name a county, a county-level city or a district.
    pub fn is_county(&self) -> bool {
        self.significant().len() == 6
    }

    /// The code without its padding, two digits per level.
    pub fn significant(&self) -> &str {
        let text = self.as_str();
        let text = text.strip_suffix("00").unwrap_or(text);
        if text.len() == 4 {
            text.strip_suffix("00").unwrap_or(text)
        } else {
            text
        }
    }
}

impl SubmissionId {
    /// A fresh id from the wall clock and the system's random source.
    #[allow(
        clippy::new_without_default,
        reason = "every call gives another id, which is not what Default promises"
    )]
    pub fn new() -> Self {
        Self(format!("sub_{}", uuid::Uuid::now_v7().simple()))
    }
}

fn letters(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase())
}

fn word(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_ids_are_department_then_word() {
        for good in ["pow_usage", "amr_entity_reg", "tax_x1"] {
            assert_eq!(FeedId::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "pow",
            "pow_",
            "powe_usage",
            "Pow_usage",
            "pow_Usage",
            "pow-usage",
            "p1w_usage",
            "pow_usage ",
        ] {
            assert!(FeedId::parse(bad).is_err(), "{bad}");
        }
        assert!(FeedId::parse(&format!("pow_{}", "a".repeat(41))).is_err());
    }

    #[test]
    fn other_names_keep_their_shape() {
        assert!(DepartmentCode::parse("tax").is_ok());
        assert!(DepartmentCode::parse("t").is_err());
        assert!(ViewName::parse("v_power_month").is_ok());
        assert!(ViewName::parse("power_month").is_err());
        assert!(PurposeCode::parse("tax_risk").is_ok());
        assert!(PurposeCode::parse("1tax").is_err());
        assert!(PurposeCode::parse("t").is_err());
    }

    #[test]
    fn a_region_covers_itself_and_what_lies_in_it_and_nothing_else() {
        let region = |text| RegionCode::parse(text).unwrap();
        for (outer, inner) in [
            ("433100", "433101"),
            ("433100", "433100"),
            ("4331", "433130"),
            ("433100", "4331"),
            ("430000", "433101"),
            ("43", "433100"),
            ("433101", "433101"),
        ] {
            assert!(region(outer).covers(&region(inner)), "{outer} covers {inner}");
        }
        for (outer, inner) in [
            ("433101", "433100"),
            ("433101", "433122"),
            ("433100", "430000"),
            ("433100", "430802"),
            ("44", "433101"),
        ] {
            assert!(
                !region(outer).covers(&region(inner)),
                "{outer} does not cover {inner}"
            );
        }
        assert!(region("433101").is_county());
        assert!(!region("433100").is_county());
        assert!(!region("430000").is_county());
        for bad in ["", "4", "433", "4331010", "00", "433101001", "４３３１"] {
            assert!(RegionCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn submission_ids_are_fresh_and_read_back() {
        let id = SubmissionId::new();
        assert_ne!(id, SubmissionId::new());
        assert_eq!(SubmissionId::parse(id.as_str()).unwrap(), id);
        assert!(SubmissionId::parse("sub_").is_err());
        assert!(SubmissionId::parse(&id.as_str().to_uppercase()).is_err());
    }

    #[test]
    fn serde_goes_through_the_one_constructor() {
        assert_eq!(
            serde_json::to_string(&FeedId::parse("pow_usage").unwrap()).unwrap(),
            "\"pow_usage\""
        );
        assert!(serde_json::from_str::<FeedId>("\"usage\"").is_err());
    }
}
