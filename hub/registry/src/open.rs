//! Opening the store: the file, the guarantees SQLite must run with, and the numbered migrations. One connection
//! writes, several read; no other crate sees SQL.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Executor, SqlitePool};

use crate::error::RegistryError;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

const READERS_MAX: u32 = 4;
const BUSY_WAIT: Duration = Duration::from_secs(10);
const ACQUIRE_WAIT: Duration = Duration::from_secs(30);
/// 3.51.2 and older can corrupt a database when the WAL is reset.
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// The registry. Clones share it.
#[derive(Clone, Debug)]
pub struct Registry {
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

impl Registry {
    /// Opens or creates the store at `path` (mode 0600) and brings its schema up to date. A store of a newer
    /// program is refused untouched. The caller holds the lock on the data directory.
    pub async fn open(path: &Path) -> Result<Registry, RegistryError> {
        create(path).map_err(|error| {
            tracing::error!(%error, "the registry's file cannot be created");
            RegistryError::Unavailable
        })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT)
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON");
        refuse_newer(&options).await?;
        let writer = pool(1, options.clone()).await?;
        migrate(&writer).await?;
        let readers = pool(READERS_MAX, options.pragma("query_only", "ON")).await?;
        let registry = Registry { writer, readers };
        registry.check_agreements().await?;
        Ok(registry)
    }

    /// Finishes what is being written and folds the WAL into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn create(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(file) => {
            file.sync_all()?;
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            std::fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Connections are kept for ever: a new one would have to prove its guarantees again, and does, in `after_connect`.
async fn pool(connections: u32, options: SqliteConnectOptions) -> Result<SqlitePool, RegistryError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE_WAIT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                assert_durable(connection)
                    .await
                    .map_err(|error| sqlx::Error::Configuration(Box::new(error)))
            })
        })
        // SQLite ends a transaction by itself when the disk is full; the driver still counts it as begun and would refuse
        // every later one. The ping lets a rollback that is under way end first.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options)
        .await;
    pool.map_err(|error| match error {
        sqlx::Error::Configuration(cause) => match cause.downcast::<RegistryError>() {
            Ok(error) => *error,
            Err(cause) => sqlx::Error::Configuration(cause).into(),
        },
        error => error.into(),
    })
}

/// SQLite ignores a pragma it does not like, so what we set is asked back.
async fn assert_durable(connection: &mut SqliteConnection) -> Result<(), RegistryError> {
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *connection)
        .await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(&mut *connection)
        .await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await?;
    if journal != "wal" {
        return Err(RegistryError::NotDurable("journal_mode is not WAL"));
    }
    if synchronous != 2 {
        return Err(RegistryError::NotDurable("synchronous is not FULL"));
    }
    if foreign_keys != 1 {
        return Err(RegistryError::NotDurable("foreign keys are off"));
    }
    if parse_version(&version) < Some(SQLITE_OLDEST) {
        return Err(RegistryError::NotDurable("SQLite is too old"));
    }
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
    Some((
        parts.next()??,
        parts.next()??,
        parts.next().flatten().unwrap_or(0),
    ))
}

/// Looked up before anything is written, so that a newer program finds its store as it left it.
async fn refuse_newer(options: &SqliteConnectOptions) -> Result<(), RegistryError> {
    let probe = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    let has_table: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(&probe)
            .await?;
    let found: i64 = match has_table {
        None => 0,
        Some(_) => {
            sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
                .fetch_one(&probe)
                .await?
        }
    };
    probe.close().await;
    if found > known {
        Err(RegistryError::Newer { found, known })
    } else {
        Ok(())
    }
}

async fn migrate(writer: &SqlitePool) -> Result<(), RegistryError> {
    MIGRATIONS.run(writer).await.map_err(|error| match error {
        MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_) | MigrateError::Dirty(_) => {
            tracing::error!(%error, "the registry's schema is not one this program made");
            RegistryError::Damaged("the schema is not one this program made")
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        error => {
            tracing::error!(%error, "the registry's schema cannot be brought up to date");
            RegistryError::Unavailable
        }
    })?;
    // The planner's statistics; cheap, and useless to repeat while running.
    writer.execute("PRAGMA optimize").await?;
    Ok(())
}
