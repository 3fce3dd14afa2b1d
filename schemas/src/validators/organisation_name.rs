//! Names that should be an organisation's: notices those that look like a person's. A heuristic over surnames and
//! endings, for fields where payments to persons and the like must not turn up; contracts give the sender a way out,
//! usually the credit code (`unless`).

use std::collections::HashSet;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use super::Outcome;
use crate::values::width;

/// Characters of a name with a surname of one character, and of one with a surname of two.
const PLAIN: std::ops::RangeInclusive<usize> = 2..=3;
const COMPOUND: std::ops::RangeInclusive<usize> = 3..=4;
/// Names written with a middle dot are longer.
const DOTTED: std::ops::RangeInclusive<usize> = 4..=15;

/// Checks a raw value.
pub fn check(text: &str) -> Outcome {
    let name: String = width::normalise(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !width::is_invisible(*c))
        .collect();
    if is_person_like(&name) {
        Outcome::bad("value.person_name")
    } else {
        Outcome::Ok
    }
}

fn is_person_like(name: &str) -> bool {
    let words = words();
    if words
        .several
        .as_ref()
        .is_some_and(|several| several.is_match(name))
    {
        return true;
    }
    if words.plain_words.contains(name) {
        return true;
    }
    if words.endings.iter().any(|ending| name.ends_with(ending.as_str())) {
        return false;
    }
    let dotted = name.contains(DOTS);
    let chars = name.chars().filter(|c| !DOTS.contains(c)).count();
    if !name.chars().all(|c| is_han(c) || DOTS.contains(&c)) {
        return false;
    }
    if dotted {
        return DOTTED.contains(&chars);
    }
    let starts = |characters: usize, known: &HashSet<String>| {
        name.char_indices()
            .nth(characters)
            .and_then(|(at, _)| name.get(..at))
            .is_some_and(|start| known.contains(start))
    };
    PLAIN.contains(&chars) && starts(1, &words.surnames)
        || COMPOUND.contains(&chars) && starts(2, &words.compound)
}

/// Middle dots as keyboards produce them. The full stop is what is left of a wide one (`．`).
const DOTS: [char; 7] = [
    '\u{B7}', '\u{2022}', '\u{2027}', '\u{30FB}', '\u{2219}', '\u{22C5}', '.',
];

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
}

struct Words {
    surnames: HashSet<String>,
    compound: HashSet<String>,
    endings: Vec<String>,
    plain_words: HashSet<String>,
    several: Option<Regex>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        // A file that does not parse fails the tests here; in the field nothing would look like a person.
        let file: File =
            toml::from_str(include_str!("../../codelists/person_names.toml")).unwrap_or_default();
        Words {
            surnames: file.surnames.chars().map(String::from).collect(),
            compound: file.compound.into_iter().collect(),
            endings: file.endings,
            plain_words: file.persons.into_iter().collect(),
            several: Regex::new(&file.several).ok(),
        }
    })
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "dated")]
    _dated: String,
    surnames: String,
    compound: Vec<String>,
    endings: Vec<String>,
    persons: Vec<String>,
    several: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_persons_are_noticed() {
        for name in [
            "王某",
            "李三四",
            "彭　某某",
            "欧阳某某",
            "司马甲",
            "阿不都·某某",
            "某某•某某某",
            "某某．某某某",
            "某某∙某某某",
            "向某等5人",
            "向某等人",
            "个人",
        ] {
            assert_eq!(check(name), Outcome::bad("value.person_name"), "{name}");
        }
    }

    #[test]
    fn names_of_organisations_pass() {
        for name in [
            "甲一加工有限公司",
            "财政局",
            "石堤镇",
            "县一中",
            "龙山医院",
            "高村",
            "农行",
            "金色童年",
            "吉首市王某副食店",
            "李某某(个体工商户)经营部",
            "ABC",
            "",
            "王村粮站",
            "田某种植专业合作社",
            "国家税务总局某某县税务局",
        ] {
            assert_eq!(check(name), Outcome::Ok, "{name}");
        }
    }

    #[test]
    fn the_lists_are_there_and_hold_no_word_twice() {
        let words = words();
        assert!(words.several.is_some());
        assert!(words.surnames.len() > 150 && words.compound.len() > 5 && words.endings.len() > 30);
        let endings: HashSet<&String> = words.endings.iter().collect();
        assert_eq!(endings.len(), words.endings.len());
    }
}
