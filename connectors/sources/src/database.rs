//! Rows of a foreign database as a file. The operator writes one question; we ask for every column as text, so that the
//! server's own exact words arrive and no driver rounds a number or refuses an impossible date. A cheap mark (count,
//! highest key, last change) is asked first: what is known already is not pulled again. Not here: how one database
//! speaks (`postgres`, `mysql`, `sqlite`).

mod dialect;
mod pulled;
mod question;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use crate::settings::{Settings, SettingsError, refused};
use crate::source::Source;
use crate::trouble::Trouble;

pub(crate) use dialect::{Column, Dialect, KeyKind};
pub(crate) use rows::Rows;

use question::Question;

/// The table `pull` of the settings: what to ask a database, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullSettings {
    /// One SELECT. `:period`, `:first_day`, `:last_day` and `:unit` stand for the slot's words.
    pub query: String,
    /// A column whose values are unique and never change. With it a pull goes on where a broken line stopped it.
    #[serde(default)]
    pub key: Option<String>,
    /// A column that grows whenever a row is changed.
    #[serde(default)]
    pub changed: Option<String>,
    #[serde(default)]
    pub reading: Reading,
    /// Rows of one page when reading by key.
    #[serde(default = "usual_page")]
    pub page_rows: u32,
    /// No rows for a period are a zero report. Otherwise they mean that the other side is not ready yet.
    #[serde(default)]
    pub zero_when_empty: bool,
    /// Seconds one statement, one page or one row may take.
    #[serde(default = "usual_patience")]
    pub answer_seconds: u64,
}

/// How the rows are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// One statement in one snapshot: count and rows are of the same instant. A broken line begins anew.
    #[default]
    Snapshot,
    /// Short statements, one page after the other in the order of the key. A broken line goes on; afterwards the count up
    /// to the highest key must be the number of rows that came.
    Key,
}

fn usual_page() -> u32 {
    10_000
}

fn usual_patience() -> u64 {
    120
}

/// One kind of database.
#[async_trait]
pub(crate) trait Database: Clone + Send + Sync + 'static {
    type Session: Session;

    fn dialect() -> Dialect;

    /// A fresh connection that can only read. Ends within the time of `Trouble::Slow` or not at all.
    async fn connect(&self, patience: Duration) -> Result<Self::Session, Trouble>;
}

/// One connection.
#[async_trait]
pub(crate) trait Session: Send + 'static {
    /// What a SELECT would give, without running it.
    async fn columns(&mut self, sql: &str) -> Result<Vec<Column>, Trouble>;

    /// From here on everything is read as it is now.
    async fn freeze(&mut self) -> Result<(), Trouble>;

    /// Runs a SELECT whose columns are all text, with text parameters.
    async fn read(&mut self, sql: &str, parameters: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble>;
}

/// A database with its question as a source.
pub(crate) fn source<D: Database>(database: D, common: &Settings) -> Result<Arc<dyn Source>, SettingsError> {
    let Some(pull) = common.pull.clone() else {
        return Err(refused("pull", "source.settings_pull"));
    };
    if common.feeds.len() != 1 {
        return Err(refused("feeds", "source.settings_one_feed"));
    }
    if pull.reading == Reading::Key && pull.key.is_none() {
        return Err(refused("pull.key", "source.settings_key"));
    }
    if !(1..=1_000_000).contains(&pull.page_rows) {
        return Err(refused("pull.page_rows", "source.settings_range"));
    }
    if !(1..=3_600).contains(&pull.answer_seconds) {
        return Err(refused("pull.answer_seconds", "source.settings_range"));
    }
    let question = Question::parse(&pull.query, D::dialect());
    Ok(Arc::new(pulled::Pulled {
        database,
        question: question.ok_or(refused("pull.query", "source.settings_query"))?,
        pull,
        bytes_max: common.bytes_max,
    }))
}

/// Ends a wait for the other side.
pub(crate) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or(Err(Trouble::Slow))
}
