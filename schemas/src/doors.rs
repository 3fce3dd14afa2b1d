//! What no feed may hold: records of patients, hotel guests, bank movements, calls, and classified documents. Told by the
//! titles of columns and by markings; values of columns that a contract promised are not looked at here.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::contract::fold_header;
use crate::values::width;

/// One kind of data that must not come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Door {
    pub id: String,
    /// The text code that says what it is, and which law stands behind it.
    pub text: String,
    /// Titles of which one is enough.
    any: Vec<String>,
    /// Titles of which it takes two.
    together: Vec<String>,
}

/// Titles of a file that no contract promised, and the door each of them closes.
pub fn closed<'a>(titles: &[&'a str]) -> Vec<(&'a str, &'static Door)> {
    let words = &list().words;
    let mut hits: Vec<(&'a str, usize, bool)> = Vec::new();
    for title in titles {
        let folded = fold_header(title);
        let bare = folded.split_once(['(', '[']).map(|(bare, _)| bare);
        let bare = bare.unwrap_or(&folded);
        // Under a group of columns the title is `group/name`.
        let name = bare.rsplit_once('/').map(|(_, name)| name);
        let found = words
            .get(&folded)
            .or_else(|| words.get(bare))
            .or_else(|| words.get(name?));
        hits.extend(found.map(|(door, alone)| (*title, *door, *alone)));
    }
    let closes = |door: usize| {
        let of_door = || hits.iter().filter(|hit| hit.1 == door);
        of_door().any(|hit| hit.2) || of_door().count() >= 2
    };
    let closed = hits.iter().filter(|(_, door, _)| closes(*door));
    closed
        .filter_map(|(title, door, _)| Some((*title, list().doors.get(*door)?)))
        .collect()
}

/// Is the text the marking of a classified document: `机密★1年` anywhere, or `密级：秘密` above a table?
pub fn is_marking(text: &str, above_the_table: bool) -> bool {
    let Some(classified) = &list().classified else {
        return false;
    };
    let clean: String = width::normalise(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !width::is_invisible(*c))
        .collect();
    let starred = |level: &String| {
        let mut parts = clean.split(level.as_str());
        parts.next();
        parts.any(|behind| behind.starts_with(classified.star.as_str()))
    };
    if classified.levels.iter().any(starred) {
        return true;
    }
    let labelled = classified
        .labels
        .iter()
        .find_map(|label| clean.strip_prefix(label.as_str())?.strip_prefix(':'));
    let level = labelled.unwrap_or(&clean);
    above_the_table && classified.levels.iter().any(|known| known == level)
}

/// The text code of classified documents.
pub fn classified_text() -> Option<&'static str> {
    list()
        .classified
        .as_ref()
        .map(|classified| classified.text.as_str())
}

/// The star behind the level; a text without it needs no closer look.
pub fn classified_star() -> Option<&'static str> {
    list()
        .classified
        .as_ref()
        .map(|classified| classified.star.as_str())
}

#[derive(Default)]
struct List {
    doors: Vec<Door>,
    classified: Option<Classified>,
    /// Folded titles: the door, and whether one is enough.
    words: HashMap<String, (usize, bool)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "dated")]
    _dated: String,
    door: Vec<Door>,
    classified: Classified,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Classified {
    text: String,
    levels: Vec<String>,
    star: String,
    labels: Vec<String>,
}

fn list() -> &'static List {
    static LIST: OnceLock<List> = OnceLock::new();
    // A file that does not load fails this crate's tests.
    LIST.get_or_init(|| toml::from_str(include_str!("../doors.toml")).map_or_else(|_| List::default(), read))
}

fn read(file: File) -> List {
    let mut words = HashMap::new();
    for (index, door) in file.door.iter().enumerate() {
        let any = door.any.iter().map(|title| (title, true));
        for (title, alone) in any.chain(door.together.iter().map(|title| (title, false))) {
            words.insert(fold_header(title), (index, alone));
        }
    }
    List {
        doors: file.door,
        classified: Some(file.classified),
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{feeds, texts};

    fn doors(titles: &[&str]) -> Vec<(String, String)> {
        let closed = closed(titles).into_iter();
        closed
            .map(|(title, door)| (title.to_owned(), door.id.clone()))
            .collect()
    }

    #[test]
    fn one_telling_title_is_enough_and_of_weak_ones_it_takes_two() {
        let found = |title: &str, door: &str| (title.to_owned(), door.to_owned());
        assert_eq!(
            doors(&["备注", "主要 诊断（必填）"]),
            [found("主要 诊断（必填）", "patients")]
        );
        assert_eq!(doors(&["入住日期", "备注"]), []);
        assert_eq!(
            doors(&["入住日期", "房间号"]),
            [found("入住日期", "hotel_guests"), found("房间号", "hotel_guests")]
        );
        // Two weak titles of different doors say nothing.
        assert_eq!(doors(&["入住日期", "病种"]), []);
        assert_eq!(
            doors(&["对方账号", "账户余额"]),
            [found("对方账号", "bank_flows"), found("账户余额", "bank_flows")]
        );
        assert_eq!(doors(&["被叫号码"]), [found("被叫号码", "calls")]);
        let grouped = "就诊人/患者姓名（必填）";
        assert_eq!(doors(&[grouped]), [found(grouped, "patients")]);
    }

    #[test]
    fn markings_of_classified_documents_are_known_and_plain_words_are_not() {
        for text in [
            "机密★1年",
            "绝密 ★",
            "（秘密★）",
            "某某表 秘密★长期",
            "秘密\u{3000}★10年",
        ] {
            assert!(is_marking(text, false), "{text}");
        }
        for text in ["机密", "密级：秘密", " 绝 密 ", "密级:机密"] {
            assert!(is_marking(text, true) && !is_marking(text, false), "{text}");
        }
        for text in [
            "",
            "秘密花园酒店★",
            "保守秘密",
            "★★★",
            "机密信息管理办法",
            "密级：内部",
        ] {
            assert!(!is_marking(text, true), "{text}");
        }
    }

    #[test]
    fn every_door_has_its_text_and_no_contract_promises_what_one_refuses() {
        assert!(!list().doors.is_empty() && classified_star().is_some());
        let codes = list().doors.iter().map(|door| door.text.as_str());
        for code in codes.chain(classified_text()) {
            let text = texts::get(code).unwrap_or_else(|| panic!("{code}"));
            assert!(
                text.hint_zh.as_ref().is_some_and(|hint| hint.contains('《')),
                "{code} names no law"
            );
        }
        for contract in feeds::embedded().unwrap() {
            for field in contract.fields() {
                let own = std::iter::once(&field.title.zh).chain(&field.aliases);
                for title in own {
                    let word = list().words.get(&fold_header(title));
                    assert!(word.is_none_or(|(_, alone)| !alone), "{}: {title}", contract.id());
                }
            }
        }
    }
}
