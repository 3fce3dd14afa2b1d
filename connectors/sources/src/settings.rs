//! The settings of one source: a file of its own, named after the source. What all roads have in common stands at its top,
//! what one kind needs in a table named after the kind.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::database::{self, PullSettings};
use crate::folder::{Folder, FolderSettings};
use crate::http::{Http, HttpSettings};
use crate::mysql::{MySql, MySqlSettings};
use crate::objects::{Objects, ObjectsSettings};
use crate::postgres::{Postgres, PostgresSettings};
use crate::schedule::Schedule;
use crate::source::Source;
use crate::sqlite::{Sqlite, SqliteSettings};

const FEEDS_MAX: usize = 200;
const UNITS_MAX: usize = 200;
const PERIODS_BACK_MAX: u32 = 60;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The feeds that may come along this road. All are of one department, which is the sender.
    pub feeds: Vec<String>,
    /// The reporting units it may bring.
    pub units: Vec<String>,
    /// How many periods that are over a pulling source asks for each time.
    #[serde(default = "one")]
    pub periods_back: u32,
    /// After so many tries a parcel that does not arrive is given up.
    #[serde(default = "eight")]
    pub tries_max: u32,
    /// Bytes of one parcel.
    #[serde(default = "half_a_gibibyte")]
    pub bytes_max: u64,
    #[serde(default)]
    pub schedule: Schedule,
    #[serde(default)]
    pub folder: Option<FolderSettings>,
    #[serde(default)]
    pub http: Option<HttpSettings>,
    #[serde(default)]
    pub postgres: Option<PostgresSettings>,
    #[serde(default)]
    pub objects: Option<ObjectsSettings>,
    #[serde(default)]
    pub mysql: Option<MySqlSettings>,
    #[serde(default)]
    pub sqlite: Option<SqliteSettings>,
    /// What to ask, for all kinds of databases.
    #[serde(default)]
    pub pull: Option<PullSettings>,
}

fn one() -> u32 {
    1
}

fn eight() -> u32 {
    8
}

fn half_a_gibibyte() -> u64 {
    512 << 20
}

/// Where a source has its files.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The folder of the settings; paths in them are relative to it.
    pub settings: &'a Path,
    /// Files of a source that has no place of its own lie here.
    pub inbox: &'a Path,
}

/// A setting that cannot be meant so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {key}")]
pub struct SettingsError {
    pub key: &'static str,
    /// A text of the catalogue.
    pub code: &'static str,
}

pub(crate) fn refused(key: &'static str, code: &'static str) -> SettingsError {
    SettingsError { key, code }
}

impl Settings {
    /// The kind of road, which is the name of its table.
    pub fn kind(&self) -> Option<&'static str> {
        let kinds = [
            ("folder", self.folder.is_some()),
            ("http", self.http.is_some()),
            ("objects", self.objects.is_some()),
            ("mysql", self.mysql.is_some()),
            ("postgres", self.postgres.is_some()),
            ("sqlite", self.sqlite.is_some()),
        ];
        let mut named = kinds.into_iter().filter(|(_, named)| *named);
        match (named.next(), named.next()) {
            (Some((kind, _)), None) => Some(kind),
            _ => None,
        }
    }

    /// The source these settings describe.
    pub fn source(&self, places: &Places<'_>) -> Result<Arc<dyn Source>, SettingsError> {
        self.check()?;
        let folder = places.settings;
        if let Some(settings) = &self.folder {
            return Ok(Arc::new(Folder::new(settings.clone(), self, folder)?));
        }
        if let Some(settings) = &self.objects {
            return Ok(Arc::new(Objects::new(settings.clone(), self, folder)?));
        }
        if let Some(settings) = &self.http {
            return Ok(Arc::new(Http::new(settings.clone(), self, folder)?));
        }
        if let Some(settings) = &self.postgres {
            return database::source(Postgres::new(settings.clone(), folder)?, self);
        }
        if let Some(settings) = &self.mysql {
            return database::source(MySql::new(settings.clone(), folder)?, self);
        }
        if let Some(settings) = &self.sqlite {
            return database::source(Sqlite::new(settings, folder)?, self);
        }
        Err(refused("kind", "source.settings_kind"))
    }

    fn check(&self) -> Result<(), SettingsError> {
        let list = |list: &[String], most: usize| {
            let mut sorted = list.to_vec();
            sorted.sort();
            sorted.dedup();
            (1..=most).contains(&list.len()) && sorted.len() == list.len()
        };
        if self.kind().is_none() {
            return Err(refused("kind", "source.settings_kind"));
        }
        if !list(&self.feeds, FEEDS_MAX) {
            return Err(refused("feeds", "source.settings_list"));
        }
        if !list(&self.units, UNITS_MAX) {
            return Err(refused("units", "source.settings_list"));
        }
        if !self.schedule.is_sound() {
            return Err(refused("schedule", "source.settings_schedule"));
        }
        let in_range = (1..=PERIODS_BACK_MAX).contains(&self.periods_back);
        if !in_range {
            return Err(refused("periods_back", "source.settings_range"));
        }
        if !(1..=1_000).contains(&self.tries_max) {
            return Err(refused("tries_max", "source.settings_range"));
        }
        if !(1 << 10..=16 << 30).contains(&self.bytes_max) {
            return Err(refused("bytes_max", "source.settings_range"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
