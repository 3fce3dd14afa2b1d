//! `taxhub template FEED`: the empty form of a feed as a workbook, made offline from the contract.

use std::path::PathBuf;
use std::process::ExitCode;

use schemas::{FeedId, RegionCode};
use serde_json::json;

use super::told::{Refused, Told};
use super::workbook::keep;
use crate::contracts;

#[derive(clap::Args)]
pub struct Arguments {
    /// The feed, such as `pow_usage`
    feed: FeedId,
    /// The reporting unit, six digits; without it the form fits every unit
    #[arg(long)]
    unit: Option<RegionCode>,
    /// Where to write it; the feed, version and unit in the current folder if not said
    #[arg(long)]
    out: Option<PathBuf>,
    /// Contracts beyond the built-in ones
    #[arg(long)]
    contracts: Option<PathBuf>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match made(&arguments) {
        Ok(path) if arguments.json => {
            told.document(&json!({ "file": path.display().to_string() }));
            ExitCode::SUCCESS
        }
        Ok(path) => {
            told.line(&format!("✔ {}", path.display()));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

fn made(arguments: &Arguments) -> Result<PathBuf, Refused> {
    let all = contracts::load(arguments.contracts.as_deref()).map_err(|e| Refused::usage(e.code(), &[]))?;
    let contract = all
        .get(&arguments.feed)
        .ok_or_else(|| Refused::without_contract(&arguments.feed))?;
    let unit = arguments.unit.as_ref();
    if let Some(unit) = unit.filter(|unit| !contract.units().contains(unit)) {
        return Err(Refused::usage("intake.unit_not_owed", &[("unit", unit.as_str())]));
    }
    let bytes = workbook::template(contract, unit).map_err(|error| Refused::failed(error.code()))?;
    let named = unit.map(|unit| format!("-{unit}")).unwrap_or_default();
    let name = format!("{}-{}{named}.xlsx", contract.id(), contract.version());
    keep(arguments.out.clone().unwrap_or_else(|| name.into()), &bytes)
}
