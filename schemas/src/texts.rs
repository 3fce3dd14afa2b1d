//! Every sentence a person reads, Chinese first and English second, from `texts.toml`. Code holds codes only.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// One text with its `{placeholders}` still in place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
    pub hint_zh: Option<String>,
    pub hint_en: Option<String>,
}

/// A text filled in, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub code: String,
    pub zh: String,
    pub en: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_zh: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_en: Option<String>,
}

/// The two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    Zh,
    En,
}

impl Message {
    /// The sentence in one language.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// What the reader can do about it, if we know.
    pub fn hint(&self, lang: Lang) -> Option<&str> {
        match lang {
            Lang::Zh => self.hint_zh.as_deref(),
            Lang::En => self.hint_en.as_deref(),
        }
    }
}

/// The text of a code such as `check.range`.
pub fn get(code: &str) -> Option<&'static Text> {
    let (section, key) = code.split_once('.')?;
    catalogue().get(section)?.get(key)
}

/// All codes, sorted.
pub fn codes() -> impl Iterator<Item = String> {
    catalogue()
        .iter()
        .flat_map(|(section, texts)| texts.keys().map(move |key| format!("{section}.{key}")))
}

/// Fills a text in. A placeholder without an argument stays visible; an unknown code is shown as itself, because a
/// missing sentence must not hide the outcome it belongs to.
pub fn render(code: &str, args: &[(&str, &str)]) -> Message {
    match get(code) {
        Some(text) => Message {
            code: code.to_owned(),
            zh: fill(&text.zh, args),
            en: fill(&text.en, args),
            hint_zh: text.hint_zh.as_deref().map(|hint| fill(hint, args)),
            hint_en: text.hint_en.as_deref().map(|hint| fill(hint, args)),
        },
        None => Message {
            code: code.to_owned(),
            zh: code.to_owned(),
            en: code.to_owned(),
            hint_zh: None,
            hint_en: None,
        },
    }
}

type Catalogue = BTreeMap<String, BTreeMap<String, Text>>;

const SOURCE: &str = include_str!("../texts.toml");

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    // A catalogue that does not parse fails this crate's tests; in the field, codes are shown bare.
    CATALOGUE.get_or_init(|| toml::from_str(SOURCE).unwrap_or_default())
}

/// One pass, so that an argument that looks like a placeholder is not filled in again.
fn fill(text: &str, args: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                match args.iter().find(|(arg, _)| *arg == name) {
                    Some((_, value)) => filled.push_str(value),
                    None => {
                        filled.push('{');
                        filled.push_str(name);
                        filled.push('}');
                    }
                }
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn the_catalogue_parses() {
        toml::from_str::<Catalogue>(SOURCE).unwrap();
        assert!(codes().count() > 100);
    }

    #[test]
    fn every_text_says_the_same_in_both_languages() {
        for code in codes() {
            let text = get(&code).unwrap();
            assert_eq!(placeholders(&text.zh), placeholders(&text.en), "{code}");
            assert_eq!(
                text.hint_zh.is_some(),
                text.hint_en.is_some(),
                "{code} hints in one language only"
            );
            let (zh, en) = (
                text.hint_zh.as_deref().unwrap_or(""),
                text.hint_en.as_deref().unwrap_or(""),
            );
            assert_eq!(placeholders(zh), placeholders(en), "{code} hint");
            assert!(!text.zh.is_ascii(), "{code} has no Chinese");
            assert!(
                !text.en.contains(|c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{code} mixes Chinese in"
            );
        }
    }

    #[test]
    fn texts_are_one_line_without_a_full_stop() {
        for code in codes() {
            let text = get(&code).unwrap();
            for line in [
                Some(&text.zh),
                Some(&text.en),
                text.hint_zh.as_ref(),
                text.hint_en.as_ref(),
            ]
            .into_iter()
            .flatten()
            {
                assert!(
                    !line.is_empty() && !line.contains('\n') && line.trim() == line,
                    "{code}"
                );
                assert!(!line.ends_with(['.', '。']), "{code}");
            }
        }
    }

    #[test]
    fn the_file_is_sorted_so_that_a_text_has_one_place() {
        let order: Vec<&str> = SOURCE
            .lines()
            .filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
            .collect();
        for pair in order.windows(2) {
            assert!(pair[0] < pair[1], "{} stands before {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn rendering_fills_in_once() {
        let message = render("check.range", &[("min", "{max}"), ("max", "7")]);
        assert_eq!(message.en, "must be between {max} and 7");
        assert_eq!(message.text(Lang::Zh), "应在 {max} 与 7 之间");
        assert_eq!(render("check.range", &[]).en, "must be between {min} and {max}");
    }

    #[test]
    fn an_unknown_code_is_shown_as_itself() {
        assert_eq!(render("no.such", &[]).zh, "no.such");
        assert_eq!(fill("a { b", &[]), "a { b");
    }

    #[test]
    fn every_code_this_crate_names_has_a_text() {
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut named = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for literal in std::fs::read_to_string(&path)
                    .unwrap()
                    .split('"')
                    .skip(1)
                    .step_by(2)
                {
                    let is_code = ["check.", "contract.", "evolution.", "suggest.", "value."]
                        .iter()
                        .any(|section| literal.starts_with(section));
                    if is_code && !literal.ends_with('.') {
                        assert!(get(literal).is_some(), "{} names {literal}", path.display());
                        named += 1;
                    }
                }
            }
        }
        assert!(named > 100, "{named} codes found");
    }
}
