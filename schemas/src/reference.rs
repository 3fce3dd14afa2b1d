//! `docs/reference/feeds.md`, generated: the catalogue and every shipped contract, field by field, in both languages. A test
//! holds the page in the repository against what this file writes.

use std::fmt::Write;

use crate::catalogue;
use crate::contract::{Contract, Field, FieldType, RowRule};
use crate::texts;

/// The type in a word, with the length, the digits or the code list it is bound to.
pub fn kind(kind: &FieldType) -> String {
    match kind {
        FieldType::Text { length_max } => format!("text({length_max})"),
        FieldType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        FieldType::Integer => "integer".to_owned(),
        FieldType::Date => "date".to_owned(),
        FieldType::Code { list } => format!("code({list})"),
        FieldType::Boolean => "boolean".to_owned(),
    }
}

/// The page about these contracts.
pub fn feeds(contracts: &[Contract]) -> String {
    let intro = texts::render("catalogue.page", &[]);
    let mut page = format!(
        "# {}\n\n{}\n\n{}\n\n",
        both("catalogue.title"),
        intro.zh,
        intro.en
    );
    head(
        &mut page,
        &["number", "feed", "title", "state", "department", "refresh"],
    );
    for entry in catalogue::entries() {
        let open = contracts.iter().any(|contract| *contract.id() == entry.id);
        let (feed, state) = match open {
            true => (format!("[`{0}`](#{0})", entry.id), both("cli.feed_open")),
            false => (format!("`{}`", entry.id), both("cli.feed_catalogued")),
        };
        let provider = entry
            .provider()
            .map(|name| format!("{} {}", name.zh, name.en))
            .unwrap_or_default();
        let title = format!("{} {}", entry.title.zh, entry.title.en);
        row(
            &mut page,
            &[
                entry.number.to_string(),
                feed,
                title,
                state,
                provider,
                both(entry.refresh.text()),
            ],
        );
    }
    for contract in contracts {
        one(&mut page, contract);
    }
    page
}

fn one(page: &mut String, contract: &Contract) {
    let (title, about, grain) = (contract.title(), contract.description(), contract.grain());
    let id = contract.id();
    // The anchor is written out: renderers make different ones of a title in two scripts.
    let _ = write!(
        page,
        "\n<a id=\"{id}\"></a>\n\n## `{id}` {} {}\n\n{}\n\n{}\n\n{} · {}\n\n",
        title.zh, title.en, about.zh, about.en, grain.zh, grain.en
    );
    for basis in contract.basis() {
        let _ = writeln!(page, "- {basis}");
    }
    page.push('\n');
    head(
        page,
        &["field", "title", "kind", "required", "level", "rule", "meaning"],
    );
    for field in contract.fields() {
        let kind = kind(&field.kind);
        row(
            page,
            &[
                format!("`{}`", field.name),
                format!("{} {}", field.title.zh, field.title.en),
                field
                    .unit
                    .as_ref()
                    .map_or_else(|| kind.clone(), |unit| format!("{kind} {unit}")),
                required(contract, field),
                format!("{:?}", field.level),
                rules(contract, field),
                field.description.clone(),
            ],
        );
    }
}

/// `*` for a required field, and its place in the key.
fn required(contract: &Contract, field: &Field) -> String {
    match contract.key().iter().position(|name| *name == field.name) {
        Some(place) => format!("* {}", place + 1),
        None if field.required => "*".to_owned(),
        None => String::new(),
    }
}

/// The rules of the field, and those across fields that are told with it.
fn rules(contract: &Contract, field: &Field) -> String {
    let first = |rule: &&RowRule| rule.kind.fields().first() == Some(&field.name.as_str());
    let across = contract.rules().iter().filter(first).map(|rule| &rule.id);
    let ids = field.rules.iter().map(|rule| &rule.id).chain(across);
    ids.map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" ")
}

fn head(page: &mut String, names: &[&str]) {
    let titles: Vec<String> = names
        .iter()
        .map(|name| both(&format!("cli.column_{name}")))
        .collect();
    row(page, &titles);
    row(page, &vec!["---".to_owned(); names.len()]);
}

fn row(page: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn both(code: &str) -> String {
    let text = texts::render(code, &[]);
    format!("{} {}", text.zh, text.en)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_page_in_the_repository_is_the_one_made_from_the_contracts() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/feeds.md");
        let made = feeds(&crate::feeds::embedded().unwrap());
        if fs::read_to_string(path).unwrap_or_default() != made {
            fs::write(path, &made).unwrap();
            panic!("docs/reference/feeds.md was out of date and is now rewritten: look at it and commit it");
        }
    }
}
