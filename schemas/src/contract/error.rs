//! Why a contract was not loaded. Contracts are public documents, so here, and only here, the offending words are named.

use std::fmt;

use crate::texts::{self, Message};

/// A fault in a contract: a text code, where it is, and the words for the text's placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractError {
    code: &'static str,
    place: String,
    detail: String,
}

impl ContractError {
    pub(crate) fn new(code: &'static str, place: impl Into<String>, detail: impl Into<String>) -> Self {
        ContractError {
            code,
            place: place.into(),
            detail: detail.into(),
        }
    }

    /// The code in the text catalogue, e.g. `contract.unknown_field`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The path inside the document, e.g. `fields.kwh.rules[0]`, or a file name when the file itself is the matter.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The words that are at fault, as the document has them.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The message in both languages.
    pub fn message(&self) -> Message {
        texts::render(self.code, &[("place", &self.place), ("detail", &self.detail)])
    }

    pub(crate) fn in_file(mut self, file: &str) -> Self {
        self.place = if self.place.is_empty() {
            file.to_owned()
        } else {
            format!("{file}: {}", self.place)
        };
        self
    }
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for ContractError {}
