//! Code lists: closed sets of codes with their names. Shared ones are data files under `schemas/codelists`, each with
//! its source and date; a contract may carry small ones of its own.

pub mod industries;
pub mod regions;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::contract::Bilingual;
use crate::values::width;

/// A closed set of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    name: String,
    source: String,
    dated: String,
    entries: Vec<CodeEntry>,
    /// Codes, names and aliases, folded, to the entry's place.
    words: HashMap<String, usize>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeEntry {
    pub code: String,
    pub title: Bilingual,
    pub aliases: Vec<String>,
    /// No longer given out, but still met in old records.
    pub historic: bool,
}

impl CodeList {
    /// A list in which every code, name and alias means one entry; the error is the word that meant two. A historic
    /// entry may share its names with a current one, which then owns them.
    pub(crate) fn new(
        name: &str,
        source: &str,
        dated: &str,
        entries: Vec<CodeEntry>,
    ) -> Result<CodeList, String> {
        let mut words: HashMap<String, usize> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if words.insert(fold(&entry.code).into_owned(), index).is_some() {
                return Err(entry.code.clone());
            }
        }
        for historic in [false, true] {
            for (index, entry) in entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.historic == historic)
            {
                for word in std::iter::once(&entry.title.zh).chain(&entry.aliases) {
                    let owner = *words.entry(fold(word).into_owned()).or_insert(index);
                    if owner != index && !historic {
                        return Err(word.clone());
                    }
                }
            }
        }
        Ok(CodeList {
            name: name.to_owned(),
            source: source.to_owned(),
            dated: dated.to_owned(),
            entries,
            words,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the list comes from; empty for a contract's own list.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day the list was taken from its source, `YYYY-MM-DD`; empty for a contract's own list.
    pub fn dated(&self) -> &str {
        &self.dated
    }

    /// In the order of the file.
    pub fn entries(&self) -> &[CodeEntry] {
        &self.entries
    }

    /// The entry with exactly this code.
    pub fn entry(&self, code: &str) -> Option<&CodeEntry> {
        self.resolve(code).filter(|entry| entry.code == code)
    }

    /// The entry a department means by `text`: its code, its name or an alias, blind to width, blanks and case.
    pub fn resolve(&self, text: &str) -> Option<&CodeEntry> {
        self.entries.get(*self.words.get(fold(text).as_ref())?)
    }
}

/// The shared list of this name. Industries have a shape of their own ([`industries`]).
pub fn shared(name: &str) -> Option<&'static CodeList> {
    static LISTS: OnceLock<Vec<CodeList>> = OnceLock::new();
    // A file that does not load fails this crate's tests; in the field its list is absent, and contracts that need it
    // are refused.
    let lists = LISTS.get_or_init(|| FILES.iter().filter_map(|text| read(text).ok()).collect());
    lists.iter().find(|list| list.name == name)
}

const FILES: [&str; 6] = [
    include_str!("../../codelists/regions.toml"),
    include_str!("../../codelists/id_types.toml"),
    include_str!("../../codelists/land_uses.toml"),
    include_str!("../../codelists/taxes.toml"),
    include_str!("../../codelists/taxpayer_states.toml"),
    include_str!("../../codelists/tobacco_grades.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    source: String,
    dated: String,
    codes: Vec<FileCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCode {
    code: String,
    zh: String,
    en: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    historic: bool,
}

/// Reads a code list file.
fn read(text: &str) -> Result<CodeList, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let entries = file.codes.into_iter().map(|code| CodeEntry {
        code: code.code,
        title: Bilingual {
            zh: code.zh,
            en: code.en,
        },
        aliases: code.aliases,
        historic: code.historic,
    });
    CodeList::new(&file.name, &file.source, &file.dated, entries.collect())
}

/// The form in which words are compared. Most cells already are in it.
fn fold(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    let folded = width::normalise(text);
    Cow::Owned(
        folded
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_loads_and_tells_its_source_and_day() {
        for text in FILES {
            let list = read(text).unwrap();
            assert!(!list.source().is_empty());
            assert!(chrono::NaiveDate::parse_from_str(list.dated(), "%Y-%m-%d").is_ok());
            assert!(
                list.entries()
                    .iter()
                    .all(|entry| !entry.title.zh.is_empty() && !entry.title.en.is_empty())
            );
        }
    }

    #[test]
    fn a_county_is_known_by_code_name_and_short_name() {
        let regions = shared("regions").unwrap();
        for text in [
            "433101",
            "吉首市",
            "吉首",
            "湘西州吉首市",
            " 吉 首 ",
            "４３３１０１",
        ] {
            assert_eq!(
                regions.resolve(text).map(|entry| entry.code.as_str()),
                Some("433101"),
                "{text}"
            );
        }
        assert_eq!(regions.resolve("吉首县").map(|entry| entry.historic), Some(true));
        assert_eq!(
            regions.resolve("长沙").map(|entry| entry.code.as_str()),
            Some("430100")
        );
        assert_eq!(regions.resolve("深圳"), None);
        assert!(regions.entry("吉首").is_none());
    }

    #[test]
    fn a_name_that_moved_belongs_to_the_code_of_today() {
        let regions = shared("regions").unwrap();
        assert_eq!(
            regions.resolve("桑植县").map(|entry| entry.code.as_str()),
            Some("430822")
        );
        assert_eq!(regions.entry("433129").map(|entry| entry.historic), Some(true));
    }

    #[test]
    fn a_word_cannot_mean_two_codes() {
        let entry = |code: &str, zh: &str| CodeEntry {
            code: code.into(),
            title: Bilingual {
                zh: zh.into(),
                en: zh.into(),
            },
            aliases: Vec::new(),
            historic: false,
        };
        assert_eq!(
            CodeList::new("x", "", "", vec![entry("1", "甲"), entry("2", "甲")]),
            Err("甲".into())
        );
        assert_eq!(
            CodeList::new("x", "", "", vec![entry("1", "甲"), entry("1", "乙")]),
            Err("1".into())
        );
    }
}
