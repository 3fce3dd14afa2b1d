//! Reads one file per source. A source that cannot be meant so stops the start: one that silently disappears would look
//! like a department that does not report.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use schemas::{FeedId, RegionCode, texts};
use sources::{Places, Road, Settings};

use crate::center::OpenError;
use crate::contracts::Contracts;

const SOURCES_MAX: usize = 500;
const NAME_LENGTH_MAX: usize = 40;
const FILE_BYTES_MAX: u64 = 256 << 10;

/// The sources in a folder, by name. An empty path is no sources.
pub fn load(folder: &Path, inboxes: &Path, contracts: &Contracts) -> Result<Vec<Road>, OpenError> {
    if folder.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let unusable = |error: std::io::Error| OpenError::new("hub.sources_unusable", error.kind());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unusable)? {
        let path = entry.map_err(unusable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    if files.len() > SOURCES_MAX {
        return Err(OpenError::new("hub.sources_unusable", SOURCES_MAX));
    }
    let road = |file: &PathBuf| {
        let name = file.file_stem().unwrap_or_default();
        let places = Places {
            settings: folder,
            inbox: &inboxes.join(name),
        };
        road(file, &places, contracts)
    };
    files.iter().map(road).collect()
}

fn road(file: &Path, places: &Places<'_>, contracts: &Contracts) -> Result<Road, OpenError> {
    let name = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let wrong = |key: &str, code: &str| {
        let why = texts::render(code, &[]);
        OpenError::new(
            "hub.source_wrong",
            format!("{name}.toml: {key}: {} / {}", why.zh, why.en),
        )
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > NAME_LENGTH_MAX || !name.chars().all(plain) {
        return Err(wrong("name", "source.settings_name"));
    }
    let small = fs::metadata(file).is_ok_and(|about| about.len() <= FILE_BYTES_MAX);
    let text = fs::read_to_string(file).ok().filter(|_| small);
    let text = text.ok_or_else(|| wrong("file", "source.settings_file"))?;
    let settings: Settings = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            let before = text.get(..span.start).unwrap_or_default();
            1 + before.matches('\n').count()
        });
        // A message of several lines quotes the file, where a secret may stand by mistake.
        let why = error.message().lines().next().unwrap_or_default().to_owned();
        OpenError::new("hub.source_wrong", format!("{name}.toml:{line}: {why}"))
    })?;
    held_against_contracts(&settings, contracts).map_err(|(key, code)| wrong(key, code))?;
    let source = settings
        .source(places)
        .map_err(|error| wrong(error.key, error.code))?;
    Ok(Road {
        name: name.to_owned(),
        settings,
        source,
    })
}

/// All feeds are taken here and of one department, and every unit is one that owes them.
fn held_against_contracts(
    settings: &Settings,
    contracts: &Contracts,
) -> Result<(), (&'static str, &'static str)> {
    let mut departments = BTreeSet::new();
    for feed in &settings.feeds {
        let contract = FeedId::parse(feed).ok().and_then(|feed| contracts.get(&feed));
        let contract = contract.ok_or(("feeds", "source.settings_feed"))?;
        departments.insert(contract.department().clone());
        for unit in &settings.units {
            let owes = RegionCode::parse(unit).is_ok_and(|unit| contract.units().contains(&unit));
            if !owes {
                return Err(("units", "source.settings_unit"));
            }
        }
    }
    match departments.len() {
        0 | 1 => Ok(()),
        _ => Err(("feeds", "source.settings_department")),
    }
}

#[cfg(test)]
mod tests;
