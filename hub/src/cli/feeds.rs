//! `taxhub feeds`: which feeds there are, who owes them, and to which period.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::table;
use super::told::{Refused, Told, both};
use crate::contracts;

#[derive(clap::Args)]
pub struct Arguments {
    /// Contracts beyond the built-in ones
    #[arg(long)]
    contracts: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let all = match contracts::load(arguments.contracts.as_deref()) {
        Ok(all) => all,
        Err(error) => return told.refused(&Refused::failed(error.code())),
    };
    if arguments.json {
        let feeds = all
            .values()
            .map(|c| json!({"id": c.id(), "version": c.version(), "title": c.title()}));
        told.document(&feeds.collect());
        return ExitCode::SUCCESS;
    }
    let header =
        ["version", "department", "title", "fields"].map(|name| both(&format!("cli.column_{name}"), &[]));
    let row = |contract: &schemas::Contract| {
        vec![
            Some(contract.id().to_string()),
            Some(contract.version().to_owned()),
            Some(contract.department().to_string()),
            Some(format!("{} {}", contract.title().zh, contract.title().en)),
            Some(contract.fields().len().to_string()),
        ]
    };
    let header: Vec<String> = ["feed".to_owned()].into_iter().chain(header).collect();
    told.line(&table::render(
        &header,
        &all.values().map(|contract| row(contract)).collect::<Vec<_>>(),
    ));
    ExitCode::SUCCESS
}
