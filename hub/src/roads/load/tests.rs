//! Settings of sources as an administrator writes them, held against the built-in contracts.

use std::fs;

use super::*;
use crate::contracts;

fn loaded(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let contracts = contracts::load(None).unwrap();
    match load(folder.path(), folder.path(), &contracts) {
        Ok(roads) => Ok(roads.into_iter().map(|road| road.name).collect()),
        Err(error) => Err(error.to_string()),
    }
}

const DROP: &str = "feeds = ['pow_usage']\nunits = ['433101']\n[folder]\npath = 'in'\n";

#[test]
fn each_file_is_a_source_named_after_it() {
    let found = loaded(&[
        ("power.toml", DROP),
        ("a-2.toml", DROP),
        ("README.md", "not one"),
        ("old.toml.bak", "x"),
    ]);
    assert_eq!(found.unwrap(), ["a-2", "power"]);
    assert!(
        load(Path::new(""), Path::new(""), &contracts::load(None).unwrap())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_mistake_names_the_file_the_key_and_the_reason() {
    for (name, text, parts) in [
        ("Power.toml", DROP.to_owned(), ["Power.toml", "name"]),
        (
            "p.toml",
            DROP.replace("pow_usage", "pow_usag"),
            ["p.toml", "feeds"],
        ),
        ("p.toml", DROP.replace("433101", "430100"), ["p.toml", "units"]),
        (
            "p.toml",
            DROP.replace("['pow_usage']", "['pow_usage', 'prt_deal']"),
            ["p.toml", "feeds"],
        ),
        (
            "p.toml",
            DROP.replace("path", "paht"),
            ["p.toml:4", "unknown field"],
        ),
        (
            "p.toml",
            DROP.replace("[folder]\npath = 'in'\n", ""),
            ["p.toml", "kind"],
        ),
    ] {
        let error = loaded(&[(name, &text)]).unwrap_err();
        assert!(error.starts_with("hub.source_wrong"), "{error}");
        for part in parts {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let error = loaded(&[("p.toml", &format!("{DROP}password = 'hush'\n"))]).unwrap_err();
    assert!(!error.contains("hush"), "{error}");
}
