//! PostgreSQL, and what speaks its protocol. The session is read-only by its own settings, beside whatever the account may do.

mod line;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use serde::Deserialize;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls};

use crate::database::{Column, Database, Dialect, KeyKind, Rows, Session};
use crate::secret::SecretFile;
use crate::settings::{SettingsError, refused};
use crate::tls;
use crate::trouble::Trouble;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresSettings {
    pub host: String,
    #[serde(default = "usual_port")]
    pub port: u16,
    pub database: String,
    pub user: String,
    /// A file with the password. Without one the server must not ask.
    #[serde(default)]
    pub password_file: Option<SecretFile>,
    /// A file with the certificate of the authority that vouches for the server. Without it: those the machine trusts.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// Somebody else protects the line, so it may be plain.
    #[serde(default)]
    pub plain_network: bool,
}

fn usual_port() -> u16 {
    5432
}

#[derive(Clone)]
pub(crate) struct Postgres(PostgresSettings);

impl Postgres {
    pub(crate) fn new(mut settings: PostgresSettings, folder: &Path) -> Result<Postgres, SettingsError> {
        if settings.host.is_empty() || settings.host.starts_with('/') {
            return Err(refused("postgres.host", "source.settings_host"));
        }
        if let Some(file) = &mut settings.password_file {
            file.within(folder);
        }
        tls::within(&mut settings.authority_file, folder);
        Ok(Postgres(settings))
    }
}

/// One connection; dropping it ends it.
pub(crate) struct PostgresSession {
    client: Client,
    line: AbortHandle,
    patience: Duration,
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        self.line.abort();
    }
}

#[async_trait]
impl Database for Postgres {
    type Session = PostgresSession;

    fn dialect() -> Dialect {
        Dialect::Postgres
    }

    async fn connect(&self, patience: Duration) -> Result<PostgresSession, Trouble> {
        let settings = &self.0;
        let mut config = Config::new();
        config
            .host(&settings.host)
            .port(settings.port)
            .dbname(&settings.database)
            .user(&settings.user)
            .application_name("taxhub");
        if let Some(file) = &settings.password_file {
            config.password(file.read()?.as_bytes());
        }
        let plain =
            settings.authority_file.is_none() && (settings.plain_network || tls::is_here(&settings.host));
        let (client, line) = match plain {
            true => {
                let (client, line) = config.connect(NoTls).await.map_err(|error| trouble(&error))?;
                (
                    client,
                    tokio::spawn(async move { drop(line.await) }).abort_handle(),
                )
            }
            false => {
                config.ssl_mode(tokio_postgres::config::SslMode::Require);
                let maker = line::Maker(tls::client(settings.authority_file.as_deref())?);
                let (client, line) = config.connect(maker).await.map_err(|error| trouble(&error))?;
                (
                    client,
                    tokio::spawn(async move { drop(line.await) }).abort_handle(),
                )
            }
        };
        let session = PostgresSession {
            client,
            line,
            patience,
        };
        session.settle_down().await?;
        Ok(session)
    }
}

impl PostgresSession {
    /// Dates and instants in one way, whatever the server is used to.
    async fn settle_down(&self) -> Result<(), Trouble> {
        let mut sql = String::from(
            "SET default_transaction_read_only = on; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; \
             SET timezone = 'Asia/Shanghai'; SET bytea_output = 'hex'; ",
        );
        let _ = write!(sql, "SET statement_timeout = {}", self.patience.as_millis());
        self.client
            .batch_execute(&sql)
            .await
            .map_err(|error| trouble(&error))
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn columns(&mut self, sql: &str) -> Result<Vec<Column>, Trouble> {
        let statement = self.client.prepare(sql).await.map_err(|error| trouble(&error))?;
        let columns = statement.columns().iter().map(|column| Column {
            name: column.name().to_owned(),
            key: key_kind(column.type_()),
        });
        Ok(columns.collect())
    }

    async fn freeze(&mut self) -> Result<(), Trouble> {
        // One statement gives all rows, so its time is theirs; the wait for each row is ours.
        let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0";
        self.client
            .batch_execute(sql)
            .await
            .map_err(|error| trouble(&error))
    }

    async fn read(&mut self, sql: &str, parameters: &[&str], rows: &mut Rows<'_>) -> Result<(), Trouble> {
        let values = parameters.iter().map(|value| value as &(dyn ToSql + Sync));
        let asking = self.client.query_raw(sql, values.collect::<Vec<_>>());
        let asked = timeout(self.patience, asking).await.map_err(|_| Trouble::Slow)?;
        let mut answer = std::pin::pin!(asked.map_err(|error| trouble(&error))?);
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

fn key_kind(kind: &Type) -> Option<KeyKind> {
    Some(match *kind {
        Type::INT2 | Type::INT4 | Type::INT8 => KeyKind::Integer,
        Type::TEXT | Type::VARCHAR => KeyKind::Text,
        Type::NUMERIC => KeyKind::Named("numeric"),
        Type::DATE => KeyKind::Named("date"),
        Type::TIMESTAMP => KeyKind::Named("timestamp"),
        Type::TIMESTAMPTZ => KeyKind::Named("timestamptz"),
        _ => return None,
    })
}

/// The server's message may hold rows; its code does not.
fn trouble(error: &tokio_postgres::Error) -> Trouble {
    let found = match error.code().map(|state| state.code()) {
        Some(state) => match state.get(..2) {
            Some("28") => Trouble::Credentials,
            Some("3D") => Trouble::PlaceUnusable,
            Some("53" | "57" | "08" | "40") if state == "57014" => Trouble::Slow,
            Some("53" | "57" | "08" | "40") => Trouble::Unreachable,
            _ if state == "42501" => Trouble::Credentials,
            _ => Trouble::QueryRefused,
        },
        None if tls::is_about_trust(error) => Trouble::Untrusted,
        None => Trouble::Unreachable,
    };
    let state = error.code().map_or("none", |state| state.code());
    tracing::info!(
        code = found.code(),
        state,
        "a PostgreSQL server refused or went away"
    );
    found
}
