//! Validators of identifiers. Each takes the raw value and says what to store, or why not. None looks anything up but
//! the shared code lists, and none repairs a value: suggestions are for people.

pub mod citizen_id;
pub mod industry;
pub mod luhn;
pub mod mend;
pub mod month;
pub mod org;
pub mod organisation_name;
pub mod quarter;
pub mod realestate_unit;
pub mod region;
pub mod taxpayer_id;
pub mod uscc;
pub mod vin;

/// What a validator found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Store it as it is.
    Ok,
    /// Store `value` (often equal to the input) and remark `warning`, a text code.
    Normalised { value: String, warning: &'static str },
    /// Refuse it; `reason` is a text code, `suggestion` something a person may check against the original.
    Bad {
        reason: &'static str,
        suggestion: Option<String>,
    },
}

impl Outcome {
    /// The value to store for `text`, unless it was refused.
    pub fn value<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        match self {
            Outcome::Ok => Some(text),
            Outcome::Normalised { value, .. } => Some(value),
            Outcome::Bad { .. } => None,
        }
    }

    pub fn is_bad(&self) -> bool {
        matches!(self, Outcome::Bad { .. })
    }

    pub(crate) fn bad(reason: &'static str) -> Outcome {
        Outcome::Bad {
            reason,
            suggestion: None,
        }
    }

    pub(crate) fn remark(value: impl Into<String>, warning: &'static str) -> Outcome {
        Outcome::Normalised {
            value: value.into(),
            warning,
        }
    }
}
