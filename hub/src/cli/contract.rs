//! `taxhub contract compare|propose|rehearse`: what changed between two contracts, what files suggest should change, and
//! what a changed contract would have done with the files of the past.

mod propose;
mod rehearse;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use schemas::contract::evolution::{self, Step};
use schemas::{Contract, FeedId, texts};
use serde_json::{Value, json};

use super::table;
use super::told::{Refused, Told, both};
use crate::contracts;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
    /// Contracts beyond the built-in ones
    #[arg(long, global = true)]
    contracts: Option<PathBuf>,
    /// One JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Act {
    /// What changed between two contracts, and whether the new version's number allows it
    Compare {
        /// A feed that the hub knows, or a file
        old: String,
        /// The file with the changed contract
        new: PathBuf,
    },
    /// What files of a department suggest should change in the contract
    Propose(propose::Arguments),
    /// What a changed contract would have done with the originals a running hub holds
    Rehearse(rehearse::Arguments),
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let known = arguments.contracts.as_deref();
    let done = match &arguments.act {
        Act::Compare { old, new } => compare(&told, known, old, new),
        Act::Propose(asked) => propose::run(&told, known, asked),
        Act::Rehearse(asked) => rehearse::run(&told, asked).await,
    };
    match done {
        Ok(code) => code,
        Err(refused) => told.refused(&refused),
    }
}

fn compare(told: &Told, known: Option<&Path>, old: &str, new: &Path) -> Result<ExitCode, Refused> {
    let old = match FeedId::parse(old) {
        Ok(feed) => known_contract(known, &feed)?,
        Err(_) => read(Path::new(old))?,
    };
    let new = read(new)?;
    let changes = evolution::changes(&old, &new);
    let needed = evolution::needed(&changes);
    let allowed = evolution::is_version_allowed(old.version(), new.version(), needed);
    if told.json {
        let changes = changes.iter().map(|change| {
            let message = texts::render(change.text, &[("detail", &change.detail)]);
            json!({"step": step_name(change.step), "place": change.place, "code": change.text,
                   "message": message.zh, "message_en": message.en})
        });
        told.document(&json!({
            "old_version": old.version(), "new_version": new.version(), "allowed": allowed,
            "needed": needed.map(step_name), "changes": changes.collect::<Vec<Value>>(),
        }));
    } else {
        told.line(&changed(&changes));
        told.line(&verdict(&old, &new, needed, allowed));
    }
    Ok(if allowed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A table of changes: what each needs, where it is, what it is.
fn changed(changes: &[evolution::Change]) -> String {
    if changes.is_empty() {
        return both("evolution.nothing", &[]);
    }
    let header = ["step", "place", "message"].map(|name| both(&format!("cli.column_{name}"), &[]));
    let rows = changes.iter().map(|change| {
        let message = both(change.text, &[("detail", &change.detail)]);
        vec![
            Some(both(change.step.text(), &[])),
            Some(change.place.clone()),
            Some(message),
        ]
    });
    table::render(&header, &rows.collect::<Vec<_>>())
}

fn verdict(old: &Contract, new: &Contract, needed: Option<Step>, allowed: bool) -> String {
    let least = needed.and_then(|step| evolution::next_version(old.version(), step));
    match (allowed, least) {
        (true, _) => both(
            "evolution.version_allowed",
            &[("old", old.version()), ("new", new.version())],
        ),
        (false, Some(least)) => both(
            "evolution.version_too_low",
            &[("new", new.version()), ("least", &least)],
        ),
        (false, None) => both("evolution.version_shape", &[("new", new.version())]),
    }
}

fn step_name(step: Step) -> &'static str {
    match step {
        Step::Words => "words",
        Step::Minor => "minor",
        Step::Major => "major",
    }
}

/// A contract in a file.
fn read(path: &Path) -> Result<Contract, Refused> {
    let text = std::fs::read_to_string(path).map_err(|_| Refused::failed("cli.file_unreadable"))?;
    Contract::from_yaml(&text).map_err(|fault| Refused::message(&fault.message()))
}

fn known_contract(folder: Option<&Path>, feed: &FeedId) -> Result<Contract, Refused> {
    let all = contracts::load(folder).map_err(|fault| Refused::message(&fault.message()))?;
    let known = all.get(feed).ok_or_else(|| Refused::without_contract(feed))?;
    Ok(Contract::clone(known))
}
