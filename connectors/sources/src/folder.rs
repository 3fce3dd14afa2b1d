//! The drop folder: somebody copies files into it, each becomes a parcel as soon as it is whole, and goes to `taken` or
//! `refused` with its answer in `answers`. A file that is still being written is not touched; one that changes while we
//! read it is not taken. Links are not followed: a folder of another department must not be able to name our files.

mod clear;
mod reading;
mod ready;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde::Deserialize;

use crate::body::Body;
use crate::parcel::{Answer, Parcel, Wanted};
use crate::pattern::Pattern;
use crate::settings::{Settings, SettingsError, refused};
use crate::source::{Seen, Source};
use crate::trouble::Trouble;
use ready::{Found, Print};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderSettings {
    /// The folder files are dropped into. It must exist; `taken`, `refused` and `answers` are made inside.
    pub path: PathBuf,
    /// What a file's name says: `{feed}`, `{period}`, `{unit}`, and `*` for anything.
    #[serde(default = "usual_pattern")]
    pub pattern: String,
    #[serde(default)]
    pub ready: Ready,
    /// What is appended to a file's name to say that it is whole. A line of `sha256sum` in it is compared.
    #[serde(default = "usual_marker")]
    pub marker: String,
    /// Seconds for which neither size nor time of a file may change before it counts as whole.
    #[serde(default = "usual_stable")]
    pub stable_seconds: u64,
    /// Days for which files stay in `taken` and `refused`. The sealed original is in the vault; 0 keeps none here.
    #[serde(default = "usual_keep")]
    pub keep_days: u32,
}

/// How a file says that it is whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    /// It has not changed for a while.
    #[default]
    Stable,
    /// Another file beside it says so.
    Marker,
}

pub(crate) fn usual_pattern() -> String {
    "{feed}_{period}_{unit}*".to_owned()
}

fn usual_marker() -> String {
    ".ready".to_owned()
}

fn usual_stable() -> u64 {
    30
}

fn usual_keep() -> u32 {
    7
}

/// A file whose name ends so and that is empty says that there is nothing to report.
const ZERO: &str = ".zero";
/// Names programs use while they write.
const UNFINISHED: [&str; 6] = [".part", ".partial", ".filepart", ".tmp", ".crdownload", "~"];

pub struct Folder {
    settings: FolderSettings,
    pattern: Pattern,
    bytes_max: u64,
    /// When a file was first seen as it is now. The time of a file proves nothing: copying may keep it.
    watched: Arc<Mutex<HashMap<String, (Print, Instant)>>>,
}

impl Folder {
    pub(crate) fn new(
        mut settings: FolderSettings,
        common: &Settings,
        base: &Path,
    ) -> Result<Folder, SettingsError> {
        settings.path = base.join(&settings.path);
        if !(1..=86_400).contains(&settings.stable_seconds) {
            return Err(refused("folder.stable_seconds", "source.settings_range"));
        }
        if settings.keep_days > 3_660 {
            return Err(refused("folder.keep_days", "source.settings_range"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if settings.marker.len() < 2 || settings.marker.len() > 20 || !settings.marker.chars().all(plain) {
            return Err(refused("folder.marker", "source.settings_marker"));
        }
        let pattern = Pattern::new(&settings.pattern, &common.feeds, &common.units)
            .ok_or(refused("folder.pattern", "source.settings_pattern"))?;
        Ok(Folder {
            settings,
            pattern,
            bytes_max: common.bytes_max,
            watched: Arc::default(),
        })
    }

    /// The files that are whole, of those found.
    fn whole(&self, found: Vec<Found>) -> Vec<Found> {
        match self.settings.ready {
            Ready::Marker => found.into_iter().filter(|file| file.marked).collect(),
            Ready::Stable => {
                let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
                watched.retain(|name, _| found.iter().any(|file| file.name == *name));
                let quiet = Duration::from_secs(self.settings.stable_seconds);
                found
                    .into_iter()
                    .filter(|file| {
                        let since = watched
                            .entry(file.name.clone())
                            .and_modify(|seen| {
                                if seen.0 != file.print {
                                    *seen = (file.print, Instant::now());
                                }
                            })
                            .or_insert_with(|| (file.print, Instant::now()));
                        since.1.elapsed() >= quiet
                    })
                    .collect()
            }
        }
    }

    fn parcel(&self, file: &Found) -> Result<Parcel, Trouble> {
        let slot = self.pattern.slot(&file.name).ok_or(Trouble::NameUnknown)?;
        let zero = file.name.ends_with(ZERO);
        if zero && file.print.size_bytes > 0 {
            // Rows under a name that says there are none: one of the two is a mistake.
            return Err(Trouble::NameUnknown);
        }
        Ok(Parcel {
            name: file.name.clone(),
            version: file.print.to_string(),
            slot,
            zero,
            days: None,
        })
    }
}

#[async_trait]
impl Source for Folder {
    fn pulls(&self) -> bool {
        false
    }

    fn clears(&self) -> bool {
        true
    }

    async fn look(&self, _: &[Wanted]) -> Result<Seen, Trouble> {
        let settings = self.settings.clone();
        let found = blocking(move || {
            clear::sweep(&settings)?;
            ready::list(&settings)
        })
        .await?;
        let mut seen = Seen::default();
        for file in self.whole(found) {
            match self.parcel(&file) {
                Ok(parcel) => seen.parcels.push(parcel),
                Err(trouble) => seen.troubled.push((file.name, trouble)),
            }
        }
        Ok(seen)
    }

    async fn open(&self, parcel: &Parcel) -> Result<Body, Trouble> {
        let print = Print::parse(&parcel.version).ok_or(Trouble::Changed)?;
        let path = self.settings.path.join(&parcel.name);
        let marker = match self.settings.ready {
            Ready::Marker => Some(marker_of(&path, &self.settings.marker)),
            Ready::Stable => None,
        };
        if print.size_bytes > self.bytes_max {
            return Err(Trouble::TooLarge);
        }
        let announced = match marker {
            Some(marker) => blocking(move || ready::announced_hash(&marker)).await?,
            None => None,
        };
        reading::body(path, print, announced, self.bytes_max).await
    }

    async fn done(&self, parcel: &Parcel, answer: &Answer) -> Result<(), Trouble> {
        let (settings, parcel, answer) = (self.settings.clone(), parcel.clone(), answer.clone());
        blocking(move || clear::away(&settings, &parcel, &answer)).await
    }
}

fn marker_of(path: &Path, marker: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(marker);
    PathBuf::from(name)
}

/// Disks of departments are often network drives; they must not hold up the threads that serve.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "work on a folder failed");
        Err(Trouble::PlaceUnusable)
    })
}

#[cfg(test)]
mod tests;
