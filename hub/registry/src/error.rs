//! Why the registry could not do it, as codes. SQL and paths are logged where the error is mapped and go no further.

use intake::StoreError;
use sqlx::error::ErrorKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("the registry does not answer")]
    Unavailable,
    #[error("the disk of the registry is full")]
    Full,
    /// The store was written by a newer version of this program. Nothing was changed.
    #[error("the registry has schema {found}, this program knows {known}")]
    Newer { found: i64, known: i64 },
    /// SQLite does not run with the guarantees we rely on; the field says which is missing.
    #[error("the registry is not durable: {0}")]
    NotDurable(&'static str),
    /// A row contradicts its own hash, another row, or what this program writes.
    #[error("the registry is damaged: {0}")]
    Damaged(&'static str),
    /// A uniqueness that the caller may run into in the ordinary course of things.
    #[error("already taken")]
    Taken,
}

impl RegistryError {
    /// The code of the message in the text catalogue.
    pub fn code(self) -> &'static str {
        match self {
            RegistryError::Unavailable => "registry.unavailable",
            RegistryError::Full => "registry.full",
            RegistryError::Newer { .. } => "registry.newer",
            RegistryError::NotDurable(_) => "registry.not_durable",
            RegistryError::Damaged(_) => "registry.damaged",
            RegistryError::Taken => "registry.taken",
        }
    }
}

const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for RegistryError {
    fn from(error: sqlx::Error) -> RegistryError {
        let mapped = match &error {
            sqlx::Error::Database(cause) if cause.kind() == ErrorKind::UniqueViolation => {
                RegistryError::Taken
            }
            sqlx::Error::Database(cause) if cause.code().as_deref() == Some(SQLITE_FULL) => {
                RegistryError::Full
            }
            sqlx::Error::Database(cause) if cause.kind() != ErrorKind::Other => {
                RegistryError::Damaged("a constraint was broken")
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                RegistryError::Damaged("a column does not read")
            }
            _ => RegistryError::Unavailable,
        };
        if mapped != RegistryError::Taken {
            tracing::error!(error = %error, code = mapped.code(), "the registry failed");
        }
        mapped
    }
}

impl From<serde_json::Error> for RegistryError {
    fn from(error: serde_json::Error) -> RegistryError {
        // serde's message may quote the value; where it stands is enough.
        tracing::error!(
            line = error.line(),
            column = error.column(),
            "a stored document does not read"
        );
        RegistryError::Damaged("a document does not read")
    }
}

impl From<schemas::NameError> for RegistryError {
    fn from(error: schemas::NameError) -> RegistryError {
        tracing::error!(%error, "a stored name does not read");
        RegistryError::Damaged("a name does not read")
    }
}

impl From<RegistryError> for StoreError {
    fn from(error: RegistryError) -> StoreError {
        match error {
            RegistryError::Full => StoreError::Full,
            RegistryError::Unavailable => StoreError::Unavailable,
            RegistryError::Newer { .. }
            | RegistryError::NotDurable(_)
            | RegistryError::Damaged(_)
            | RegistryError::Taken => StoreError::Damaged,
        }
    }
}
