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
