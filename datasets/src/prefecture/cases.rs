//! What comparisons must find in the prefecture, and what they must not.

use super::Prefecture;
use crate::feeds::{deals, land, leaf};

/// One disagreement that was planted, or one that only looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedCase {
    /// `M05`, `M26`, `M35`.
    pub model: &'static str,
    /// What was done, as a word.
    pub story: &'static str,
    /// Credit code.
    pub taxpayer: String,
    /// Of the row a comparison would give.
    pub county: String,
    /// Label of the month, or of the quarter for M26.
    pub period: String,
    /// Five digits.
    pub tax_code: &'static str,
    /// Yuan that may be due, as exact decimal text; `0.00` for a decoy.
    pub expected: String,
    /// Plausible, and nothing is due.
    pub decoy: bool,
}

impl Prefecture {
    /// Every case, model by model.
    pub fn cases(&self) -> Vec<PlantedCase> {
        let mut all = land::cases(self);
        all.extend(deals::cases(self));
        all.extend(leaf::cases(self));
        all
    }
}
