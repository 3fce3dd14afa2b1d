//! What is wrong with a settings file: the key, the line, and why.

use std::io;
use std::path::Path;

use schemas::texts;

/// One fault. `code` is a text in the catalogue, `args` its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {args:?}")]
pub struct ConfigError {
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, source: &io::Error) -> ConfigError {
        ConfigError {
            code: "hub.config_unreadable",
            args: vec![
                ("file", path.display().to_string()),
                ("reason", source.to_string()),
            ],
        }
    }

    pub(super) fn from_toml(text: &str, error: &toml::de::Error) -> ConfigError {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let (line, key) = place(text, at);
        ConfigError {
            code: "hub.config_wrong",
            args: vec![
                ("line", line.to_string()),
                ("key", key),
                ("reason", first_line(error.message())),
            ],
        }
    }

    pub(super) fn refused(key: &'static str, code: &'static str) -> ConfigError {
        ConfigError {
            code,
            args: vec![("key", key.to_owned())],
        }
    }

    pub(super) fn out_of_range(key: &'static str, least: u64, most: u64) -> ConfigError {
        ConfigError {
            code: "hub.config_out_of_range",
            args: vec![
                ("key", key.to_owned()),
                ("least", least.to_string()),
                ("most", most.to_string()),
            ],
        }
    }

    /// The fault in words, for the operator.
    pub fn message(&self) -> texts::Message {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        texts::render(self.code, &args)
    }
}

/// The line a byte is on (from 1), and the full key written there: the nearest table above and the word before `=`.
fn place(text: &str, at: usize) -> (usize, String) {
    let before = text.get(..at).unwrap_or(text);
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let word = line.split('=').next().unwrap_or_default().trim();
    if word.starts_with('[') {
        return (number + 1, word.trim_matches(['[', ']']).to_owned());
    }
    let table = text.lines().take(number).filter_map(table_name).last();
    let key = match table {
        Some(table) => format!("{table}.{word}"),
        None => word.to_owned(),
    };
    (number + 1, key)
}

fn table_name(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix('[')?.strip_suffix(']')
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
