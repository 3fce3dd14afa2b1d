//! GB/T 4754: sections and divisions. Groups and classes are not listed; see the data file.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// A section of the classification, `A` to `T`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub letter: char,
    pub zh: String,
    pub en: String,
    pub divisions: Vec<Division>,
}

/// A division, two digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Division {
    pub code: String,
    pub zh: String,
}

/// All sections in order.
pub fn sections() -> &'static [Section] {
    &file().sections
}

/// The section a division (two digits) belongs to, by the table and not by arithmetic.
pub fn section_of(division: &str) -> Option<&'static Section> {
    static SECTION_OF: OnceLock<BTreeMap<&'static str, &'static Section>> = OnceLock::new();
    let table = SECTION_OF.get_or_init(|| {
        let divisions =
            |section: &'static Section| section.divisions.iter().map(move |d| (d.code.as_str(), section));
        sections().iter().flat_map(divisions).collect()
    });
    table.get(division).copied()
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "dated")]
    _dated: String,
    sections: Vec<Section>,
}

const SOURCE: &str = include_str!("../../codelists/industries.toml");

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // A file that does not parse fails this crate's tests; in the field no industry would be known.
    FILE.get_or_init(|| toml::from_str(SOURCE).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_sections_share_ninety_seven_divisions() {
        toml::from_str::<File>(SOURCE).unwrap();
        assert_eq!(
            sections()
                .iter()
                .map(|section| section.letter)
                .collect::<String>(),
            "ABCDEFGHIJKLMNOPQRST"
        );
        let codes: Vec<String> = sections()
            .iter()
            .flat_map(|s| s.divisions.iter().map(|d| d.code.clone()))
            .collect();
        assert_eq!(codes, (1..=97).map(|n| format!("{n:02}")).collect::<Vec<_>>());
        assert_eq!(section_of("01").map(|section| section.letter), Some('A'));
        assert_eq!(section_of("44").map(|section| section.letter), Some('D'));
        assert_eq!(section_of("97").map(|section| section.letter), Some('T'));
        assert_eq!(section_of("00"), None);
    }
}
