//! The manifest of a backfill: a TOML file in which each block names files by feed, periods and units. Everything in it is
//! looked at before the first file is sent: names, periods, files that are not there, digests that do not fit.

#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use intake::Act;
use schemas::{Contract, FeedId, Period, PeriodKind, RegionCode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::contracts::Contracts;

/// More files than this belong into two manifests.
const ENTRIES_MAX: usize = 10_000;
/// What stands between the ends of a range: `202201..202412`.
const RANGE: &str = "..";

pub(super) struct Manifest {
    pub(super) name: String,
    /// In the order of the file, oldest period first within a block.
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) feed: FeedId,
    pub(super) period: String,
    pub(super) unit: RegionCode,
    /// `None` is a zero report.
    pub(super) file: Option<PathBuf>,
}

impl Entry {
    pub(super) fn slot(&self) -> String {
        format!("{} {} {}", self.feed, self.period, self.unit)
    }
}

/// What is wrong with a manifest, and where. `place` is of the manifest, never of a file's content.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    #[serde(default)]
    files: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    feed: String,
    /// One period, a list, or a range `first..last`.
    periods: OneOrMore,
    units: OneOrMore,
    /// With `{period}` and `{unit}` where they stand in the names.
    path: Option<String>,
    #[serde(default)]
    zero: bool,
    /// Of the one file the block names.
    sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn texts(&self) -> &[String] {
        match self {
            OneOrMore::One(text) => std::slice::from_ref(text),
            OneOrMore::More(texts) => texts,
        }
    }
}

impl Manifest {
    /// `folder` is where relative paths begin.
    pub(super) fn read(text: &str, folder: &Path, contracts: &Contracts) -> Result<Manifest, Fault> {
        let fault = |code, place: &str| Fault {
            code,
            place: place.to_owned(),
        };
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                text.get(..span.start).unwrap_or_default().lines().count()
            });
            fault("cli.manifest_unreadable", &line.max(1).to_string())
        })?;
        if Act::backfill(&document.name).is_none() {
            return Err(fault("cli.manifest_name", "name"));
        }
        let mut entries = Vec::new();
        for (number, block) in (1..).zip(&document.files) {
            let place = format!("files #{number}");
            let feed = FeedId::parse(&block.feed).ok();
            let contract = feed.and_then(|feed| contracts.get(&feed));
            let contract = contract.ok_or_else(|| fault("cli.manifest_feed", &place))?;
            block.open(contract, folder, &place, &mut entries)?;
            if entries.len() > ENTRIES_MAX {
                return Err(fault("cli.manifest_long", &ENTRIES_MAX.to_string()));
            }
        }
        if entries.is_empty() {
            return Err(fault("cli.manifest_empty", "files"));
        }
        Ok(Manifest {
            name: document.name,
            entries,
        })
    }
}

impl Block {
    fn open(
        &self,
        contract: &Contract,
        folder: &Path,
        place: &str,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Fault> {
        let fault = |code, detail: &str| Fault {
            code,
            place: format!("{place}: {detail}"),
        };
        if self.zero == self.path.is_some() {
            return Err(fault("cli.manifest_path_or_zero", "path"));
        }
        let mut periods = Vec::new();
        for text in self.periods.texts() {
            let read = match text.split_once(RANGE) {
                Some((first, last)) => range(contract.period_kind(), first, last),
                None => Period::parse(contract.period_kind(), text)
                    .ok()
                    .map(|one| vec![one]),
            };
            periods.extend(read.ok_or_else(|| fault("cli.manifest_period", text))?);
        }
        let named = periods.len() * self.units.texts().len();
        if self.sha256.is_some() && named != 1 {
            return Err(fault("cli.manifest_digest_of_one", "sha256"));
        }
        for period in &periods {
            for unit in self.units.texts() {
                let unit = RegionCode::parse(unit).map_err(|_| fault("cli.manifest_unit", unit))?;
                if !contract.units().contains(&unit) {
                    return Err(fault("cli.manifest_unit", unit.as_str()));
                }
                let file = self.path.as_ref().map(|path| {
                    let path = path.replace("{period}", period.label());
                    folder.join(path.replace("{unit}", unit.as_str()))
                });
                if let Some(file) = &file {
                    let name = file.display().to_string();
                    let digest = digest(file).ok_or_else(|| fault("cli.manifest_file_absent", &name))?;
                    let said = self
                        .sha256
                        .as_deref()
                        .map(|said| said.trim_start_matches("sha256:"));
                    if said.is_some_and(|said| !said.eq_ignore_ascii_case(&digest)) {
                        return Err(fault("cli.manifest_digest", &name));
                    }
                }
                entries.push(Entry {
                    feed: contract.id().clone(),
                    period: period.label().to_owned(),
                    unit,
                    file,
                });
            }
        }
        Ok(())
    }
}

/// The periods from one to another, both included. `None` if an end is no period or the range runs backwards.
fn range(kind: PeriodKind, first: &str, last: &str) -> Option<Vec<Period>> {
    let (first, last) = (Period::parse(kind, first).ok()?, Period::parse(kind, last).ok()?);
    let mut periods = vec![first];
    while periods.last().is_some_and(|period| period.end() < last.start()) && periods.len() <= ENTRIES_MAX {
        let day = periods.last()?.end().succ_opt()?;
        periods.push(Period::parse(kind, &label(kind, day)).ok()?);
    }
    (periods.last()? == &last).then_some(periods)
}

/// The period that a day belongs to.
fn label(kind: PeriodKind, day: NaiveDate) -> String {
    match kind {
        PeriodKind::Month | PeriodKind::Snapshot => day.format("%Y%m").to_string(),
        PeriodKind::Quarter => format!("{}Q{}", day.year(), day.month0() / 3 + 1),
        PeriodKind::Year => day.year().to_string(),
        PeriodKind::Day => day.format("%Y%m%d").to_string(),
    }
}

/// SHA-256 of a file, hex; `None` if it cannot be read.
fn digest(path: &Path) -> Option<String> {
    let mut file = std::fs::File::open(path).ok()?;
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece).ok()? {
            0 => return Some(hex::encode(digest.finalize())),
            length => digest.update(piece.get(..length)?),
        }
    }
}
