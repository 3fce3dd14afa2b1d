//! `taxhub feeds`: which feeds there are and which of them are open; with a feed's id, what its columns are.

use std::path::PathBuf;
use std::process::ExitCode;

use schemas::catalogue::{self, Refresh};
use schemas::{Contract, FeedId, reference, texts};
use serde_json::Value;

use super::table;
use super::told::{Refused, Told, both};
use crate::contracts::{self, Contracts};
use crate::feeds_shown;

#[derive(clap::Args)]
pub struct Arguments {
    /// The columns of one feed, such as `pow_usage`
    feed: Option<FeedId>,
    /// Contracts beyond the built-in ones
    #[arg(long)]
    contracts: Option<PathBuf>,
    /// The page of the reference, in Markdown
    #[arg(long, conflicts_with = "feed")]
    reference: bool,
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let all = match contracts::load(arguments.contracts.as_deref()) {
        Ok(all) => all,
        Err(error) => return told.refused(&Refused::failed(error.code())),
    };
    if arguments.reference {
        let contracts: Vec<Contract> = all.values().map(|contract| Contract::clone(contract)).collect();
        told.line(reference::feeds(&contracts).trim_end());
        return ExitCode::SUCCESS;
    }
    let shown = feeds_shown::all(&all);
    match &arguments.feed {
        None if arguments.json => told.document(&Value::Array(shown)),
        None => told.line(&list(&shown)),
        Some(feed) => {
            let Some(found) = shown.into_iter().find(|shown| shown["id"] == feed.as_str()) else {
                let refused = Refused::usage("intake.feed_unknown", &[("feed", feed.as_str())]);
                return told.refused(&refused);
            };
            match arguments.json {
                true => told.document(&found),
                false => told.line(&one(feed, &all)),
            }
        }
    }
    ExitCode::SUCCESS
}

fn header(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| both(&format!("cli.column_{name}"), &[]))
        .collect()
}

fn list(feeds: &[Value]) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let row = |feed: &Value| {
        let state = feed["state"].as_str().unwrap_or_default();
        let refresh: Option<Refresh> = serde_json::from_value(feed["refresh"].clone()).ok();
        let both_titles = |value: &Value| {
            let word = |lang: &str| value[lang].as_str().unwrap_or_default().to_owned();
            format!("{} {}", word("zh"), word("en"))
        };
        vec![
            text(&feed["number"]),
            text(&feed["id"]),
            Some(both_titles(&feed["title"])),
            Some(both(&format!("cli.feed_{state}"), &[])),
            text(&feed["department"]),
            refresh.map(|refresh| both(refresh.text(), &[])),
            text(&feed["version"]),
        ]
    };
    let header = header(&[
        "number",
        "feed",
        "title",
        "state",
        "department",
        "refresh",
        "version",
    ]);
    table::render(&header, &feeds.iter().map(row).collect::<Vec<_>>())
}

/// What a reporter has to know of one feed; for one that is not open, what the catalogue knows.
fn one(feed: &FeedId, all: &Contracts) -> String {
    match (all.get(feed), catalogue::entry(feed)) {
        (Some(contract), _) => columns(contract),
        (None, Some(entry)) => {
            let items = entry
                .items
                .iter()
                .map(|item| vec![Some(item.name.clone()), Some(item.zh.clone())]);
            let items = table::render(&header(&["field", "title"]), &items.collect::<Vec<_>>());
            let title = &entry.title;
            let said = texts::render("intake.feed_catalogued", &[("feed", feed.as_str())]);
            format!("{} {}\n{}\n{}\n\n{items}", title.zh, title.en, said.zh, said.en)
        }
        (None, None) => String::new(),
    }
}

fn columns(contract: &Contract) -> String {
    let row = |field: &schemas::Field| {
        let kind = reference::kind(&field.kind);
        vec![
            Some(field.name.clone()),
            Some(format!("{} {}", field.title.zh, field.title.en)),
            Some(
                field
                    .unit
                    .as_ref()
                    .map_or_else(|| kind.clone(), |unit| format!("{kind} {unit}")),
            ),
            field.required.then(|| "*".to_owned()),
            Some(format!("{:?}", field.level)),
            Some(field.description.clone()),
        ]
    };
    let header = header(&["field", "title", "kind", "required", "level", "meaning"]);
    let rows: Vec<_> = contract.fields().iter().map(row).collect();
    format!(
        "{} {} {} {}\n{}\n{}\n{} {}\n\n{}",
        contract.id(),
        contract.version(),
        contract.title().zh,
        contract.title().en,
        contract.description().zh,
        contract.description().en,
        contract.grain().zh,
        contract.grain().en,
        table::render(&header, &rows),
    )
}
