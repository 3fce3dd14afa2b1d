//! A SQLite file that another program writes. It is opened for reading only, and read in one transaction.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Executor, Row as _, SqlSafeStr, Statement, TypeInfo};
use tokio::time::timeout;

use crate::database::{Column, Database, Dialect, KeyKind, Rows, Session};
use crate::settings::{SettingsError, refused};
use crate::trouble::Trouble;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqliteSettings {
    pub file: PathBuf,
}

#[derive(Clone)]
pub(crate) struct Sqlite(PathBuf);

impl Sqlite {
    pub(crate) fn new(settings: &SqliteSettings, folder: &Path) -> Result<Sqlite, SettingsError> {
        if settings.file.as_os_str().is_empty() {
            return Err(refused("sqlite.file", "source.settings_file"));
        }
        Ok(Sqlite(folder.join(&settings.file)))
    }
}

pub(crate) struct SqliteSession {
    connection: SqliteConnection,
    patience: Duration,
}

#[async_trait]
impl Database for Sqlite {
    type Session = SqliteSession;

    fn dialect() -> Dialect {
        Dialect::Sqlite
    }

    async fn connect(&self, patience: Duration) -> Result<SqliteSession, Trouble> {
        let options = SqliteConnectOptions::new()
            .filename(&self.0)
            .create_if_missing(false)
            .read_only(true)
            .busy_timeout(patience.min(Duration::from_secs(10)))
            // A file made by others may carry code of theirs in views and triggers.
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
            .disable_statement_logging();
        let connection = options.connect().await.map_err(|error| trouble(&error))?;
        Ok(SqliteSession { connection, patience })
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn columns(&mut self, sql: &str) -> Result<Vec<Column>, Trouble> {
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        let statement = self
            .connection
            .prepare(sql)
            .await
            .map_err(|error| trouble(&error))?;
        let column = |column: &sqlx::sqlite::SqliteColumn| Column {
            name: column.name().to_owned(),
            key: match column.type_info().name() {
                "INTEGER" => Some(KeyKind::Integer),
                "TEXT" => Some(KeyKind::Text),
                _ => None,
            },
        };
        Ok(statement.columns().iter().map(column).collect())
    }

    async fn freeze(&mut self) -> Result<(), Trouble> {
        let begun = self.connection.execute("BEGIN").await;
        begun.map(drop).map_err(|error| trouble(&error))
    }

    async fn read(&mut self, sql: &str, parameters: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
        let mut question = sqlx::query(AssertSqlSafe(sql.to_owned()));
        for parameter in parameters {
            question = question.bind((*parameter).to_owned());
        }
        let mut answer = question.fetch(&mut self.connection);
        loop {
            let next = timeout(self.patience, answer.try_next())
                .await
                .map_err(|_| Trouble::Slow)?;
            let Some(row) = next.map_err(|error| trouble(&error))? else {
                return Ok(());
            };
            let mut fields = Vec::with_capacity(row.len());
            for at in 0..row.len() {
                let field: Option<&str> = row.try_get(at).map_err(|_| Trouble::Unreadable)?;
                fields.push(field);
            }
            rows.record(&fields).await?;
        }
    }
}

/// SQLite's message may hold names and values; its number does not.
fn trouble(error: &sqlx::Error) -> Trouble {
    let number = error.as_database_error().and_then(|error| error.code());
    // The lower byte is the kind of failure.
    let kind = number
        .as_deref()
        .and_then(|code| code.parse::<u32>().ok())
        .map(|code| code & 0xff);
    let found = match kind {
        Some(5 | 6) => Trouble::Slow,
        // Not readable, not there, not a database, damaged.
        Some(3 | 10 | 11 | 14 | 23 | 26) => Trouble::PlaceUnusable,
        Some(_) => Trouble::QueryRefused,
        None => Trouble::PlaceUnusable,
    };
    tracing::info!(
        code = found.code(),
        number = kind.unwrap_or_default(),
        "a SQLite file could not be read"
    );
    found
}

#[cfg(test)]
mod tests;
