//! A finding (校验问题): a rule that a row, a column or a file did not keep, told so that a clerk can mend it.

use std::collections::BTreeMap;

use schemas::texts::{self, Message};
use serde::{Deserialize, Serialize};

/// What a finding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is committed all the same.
    Warning,
    /// The row goes to quarantine.
    Error,
    /// The file is refused.
    Fatal,
}

impl From<schemas::Severity> for Severity {
    fn from(severity: schemas::Severity) -> Self {
        match severity {
            schemas::Severity::Warning => Self::Warning,
            schemas::Severity::Error => Self::Error,
        }
    }
}

/// One finding. Never holds a value of a protected field: `value_masked` is cut, `args` and `suggestion` name columns,
/// limits, counts and positions only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// 1-based record number in the file; none for the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The header as it stands in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// `R-…` from the contract, `D-…` of the text, `K-…` of keys, `F-…` of the file.
    pub rule: String,
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_masked: Option<String>,
    /// Code in the text catalogue.
    pub text: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Byte offset in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What to compare with the original; nothing is ever repaired by itself. Of a protected value only the characters
    /// that change, with their place: `13: O→0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// Code of the text that says why this is suggested, or why nothing can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    /// The sentence, Chinese and English.
    pub fn message(&self) -> Message {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        texts::render(&self.text, &args)
    }

    /// Why the suggestion is made, or why none can be, Chinese and English.
    pub fn advice_message(&self) -> Option<Message> {
        Some(texts::render(self.advice.as_deref()?, &[]))
    }
}
