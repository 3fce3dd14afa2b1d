//! `docs/reference/configuration.md`, generated: every key with its default and its text in both languages. A test holds the
//! page in the repository against what this file writes.

use std::fmt::Write;

use schemas::texts;
use toml::{Table, Value};

use super::Config;

/// The page. A key without a text shows up as its code, and a test says so.
pub fn reference() -> String {
    let title = texts::render("hub.config_reference", &[]);
    let mut page = format!("# taxhub.toml\n\n{}\n\n{}\n\n```toml\n", title.zh, title.en);
    page.push_str(&Config::default().to_toml());
    let meaning = texts::render("hub.config_meaning", &[]);
    let _ = write!(
        page,
        "```\n\n| Key | Default | {} | {} |\n| --- | --- | --- | --- |\n",
        meaning.zh, meaning.en
    );
    for (key, value) in keys() {
        let text = texts::render(&code(&key), &[]);
        let _ = writeln!(page, "| `{key}` | `{value}` | {} | {} |", text.zh, text.en);
    }
    page
}

/// Every key with the default it has, tables opened, sorted by name.
pub(super) fn keys() -> Vec<(String, String)> {
    let defaults: Table = toml::from_str(&Config::default().to_toml()).unwrap_or_default();
    let mut found = Vec::new();
    open("", &defaults, &mut found);
    found
}

fn open(prefix: &str, table: &Table, found: &mut Vec<(String, String)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Table(inner) => open(&key, inner, found),
            plain => found.push((key, plain.to_string())),
        }
    }
}

/// The code of a key's text: `listen.http` is explained by `config.listen_http`.
pub(super) fn code(key: &str) -> String {
    format!("config.{}", key.replace('.', "_"))
}
