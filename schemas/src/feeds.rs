//! The contracts that ship with the product, and those an operator keeps in a folder.

use std::path::{Path, PathBuf};

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

/// The example file beside an embedded contract, whole. Its last column, `#expect`, is no field: it names the rule the
/// row breaks ([`crate::contract::BuiltinRule`] or one of the contract's), or is empty.
pub fn example(feed: &FeedId, kind: Example) -> Option<&'static str> {
    let name = match kind {
        Example::Accepted => format!("{feed}.accepted.csv"),
        Example::Refused => format!("{feed}.refused.csv"),
    };
    FEEDS
        .dirs()
        .flat_map(Dir::files)
        .find(|file| file.path().ends_with(&name))?
        .contents_utf8()
}

/// Which example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// `<feed>.accepted.csv`: every row is kept, some with the warning that `#expect` names.
    Accepted,
    /// `<feed>.refused.csv`: a row is refused for the rule that `#expect` names; the one that names none is good by
    /// itself, and the row below it is the second of its key.
    Refused,
}

/// Reads every `*.yaml` in the folders directly below `folder`, one folder per department, and in `folder` itself.
pub fn load_dir(folder: &Path) -> Result<Vec<Contract>, ContractError> {
    let mut contracts = Vec::new();
    for path in list(folder)? {
        if path.is_dir() {
            for path in list(&path)? {
                contracts.extend(load(&path)?);
            }
        } else {
            contracts.extend(load(&path)?);
        }
    }
    in_order(contracts)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, ContractError> {
    let unreadable = |error: std::io::Error| {
        ContractError::new(
            "contract.file_unreadable",
            folder.display().to_string(),
            error.kind().to_string(),
        )
    };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

fn load(path: &Path) -> Result<Option<Contract>, ContractError> {
    if path.extension().is_none_or(|extension| extension != "yaml") {
        return Ok(None);
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ContractError::new("contract.file_unreadable", &name, error.kind().to_string()))?;
    Contract::from_yaml(&text)
        .map(Some)
        .map_err(|error| error.in_file(&name))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::{BuiltinRule, Severity};
    use crate::validators::uscc;

    fn expectations(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut lines = text.lines().map(cells);
        let header = lines.next().unwrap();
        (header, lines.collect())
    }

    /// The cells of a line; the examples quote a cell that holds a comma, and no quote within one.
    fn cells(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().unwrap().push(c),
            }
        }
        cells
    }

    fn rule_ids(contract: &Contract, severity: Severity) -> BTreeSet<String> {
        let of_fields = contract
            .fields()
            .iter()
            .flat_map(|field| field.rules.iter().map(|rule| (&rule.id, rule.severity)));
        let of_rows = contract.rules().iter().map(|rule| (&rule.id, rule.severity));
        of_fields
            .chain(of_rows)
            .filter(|(_, found)| *found == severity)
            .map(|(id, _)| id.clone())
            .collect()
    }

    #[test]
    fn the_shipped_contracts_load_with_their_examples() {
        let contracts = embedded().unwrap();
        assert!(
            contracts
                .iter()
                .any(|contract| contract.id().as_str() == "pow_usage")
        );
        for contract in contracts {
            for kind in [Example::Accepted, Example::Refused] {
                let (header, rows) = expectations(example(contract.id(), kind).unwrap());
                let (expect, titles) = header.split_last().unwrap();
                assert_eq!(expect, "#expect");
                for title in titles {
                    assert!(contract.match_header(title).is_some(), "{title}");
                }
                assert_eq!(titles.len(), contract.sent_fields().count());
                assert!(rows.iter().all(|row| row.len() == header.len()));
            }
        }
    }

    #[test]
    fn every_rule_has_an_example_and_every_example_names_a_rule() {
        for contract in embedded().unwrap() {
            let builtin: BTreeSet<String> = contract
                .fields()
                .iter()
                .flat_map(|field| BuiltinRule::ALL.map(|rule| rule.id(&field.name)))
                .collect();
            let named = |kind| -> BTreeSet<String> {
                let (_, rows) = expectations(example(contract.id(), kind).unwrap());
                rows.into_iter()
                    .filter_map(|row| row.last().cloned())
                    .filter(|id| !id.is_empty())
                    .collect()
            };
            let errors = rule_ids(&contract, Severity::Error);
            let warnings = rule_ids(&contract, Severity::Warning);
            let refused = named(Example::Refused);
            let accepted = named(Example::Accepted);
            assert!(
                errors.is_subset(&refused),
                "no refused row for {:?}",
                errors.difference(&refused)
            );
            assert!(
                warnings.is_subset(&accepted),
                "no row for {:?}",
                warnings.difference(&accepted)
            );
            let known: BTreeSet<String> = errors.union(&warnings).cloned().chain(builtin).collect();
            assert!(refused.is_subset(&known), "{:?}", refused.difference(&known));
            assert!(accepted.is_subset(&known), "{:?}", accepted.difference(&known));
            for field in contract.sent_fields().filter(|field| field.required) {
                assert!(
                    refused.contains(&BuiltinRule::Required.id(&field.name)),
                    "{}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn identifiers_in_examples_belong_to_nobody() {
        for contract in embedded().unwrap() {
            for kind in [Example::Accepted, Example::Refused] {
                for cell in example(contract.id(), kind).unwrap().split([',', '\n']) {
                    if uscc::is_valid(&cell.to_uppercase()) {
                        assert_eq!(cell.get(2..8), Some("433199"), "{cell}");
                    }
                    if cell.len() == 18 && !crate::validators::citizen_id::check(cell).is_bad() {
                        assert_eq!(cell.get(6..8), Some("18"), "{cell}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_folder_of_contracts_is_read_and_its_faults_name_the_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds");
        assert_eq!(load_dir(&folder).unwrap().len(), embedded().unwrap().len());
        let error = load_dir(&folder.join("nowhere")).unwrap_err();
        assert_eq!(error.code(), "contract.file_unreadable");
        assert!(error.place().ends_with("nowhere"));
    }

    #[test]
    fn two_contracts_for_one_feed_are_a_fault() {
        let twice: Vec<Contract> = embedded()
            .unwrap()
            .into_iter()
            .flat_map(|contract| [contract.clone(), contract])
            .collect();
        assert_eq!(in_order(twice).unwrap_err().code(), "contract.feed_twice");
    }
}
