//! What can go wrong in the lake, as codes. INVARIANT (quiet-errors): no variant carries a path, a key or a value;
//! the detail of an object-store, Parquet or Delta error goes to the log at the place where it is mapped.

use std::error::Error;
use std::fmt::Display;
use std::io;

/// An error of the lake. `Display` and `Debug` are safe to show anywhere; [`LakeError::code`] names the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LakeError {
    /// The object store refused or did not answer.
    #[error("the storage of the lake did not answer")]
    Storage,
    /// The disk of the lake has no room, or a quota is used up. Nothing is wrong with what was handed over.
    #[error("the storage of the lake is full")]
    Full,
    /// The store lacks a property the lake rests on; the field says which.
    #[error("the storage of the lake is not fit for use: {0}")]
    Unfit(Probe),
    /// The lake's URL has a scheme or form we do not serve.
    #[error("the lake's url is not supported")]
    Url,
    /// An option of the lake's store is unknown, unusable or missing.
    #[error("an option of the lake's storage cannot be used")]
    Options,
    /// A log entry of a feed table is missing, empty or not JSON.
    #[error("the log of a feed table is damaged at version {version}")]
    LogDamaged {
        /// The version whose entry cannot be believed.
        version: i64,
    },
    /// The Delta log could not be read or written, for another reason.
    #[error("the log of a feed table could not be used")]
    Log,
    /// The stored table and the contract disagree about the columns.
    #[error("the feed table does not have the columns of its contract")]
    Columns,
    /// The stored table needs a Delta feature that we neither write nor read.
    #[error("the feed table uses a delta feature that is not supported")]
    Feature,
    /// The table has no such version.
    #[error("the feed table has no version {version}")]
    NoVersion {
        /// The version that was asked for.
        version: i64,
    },
    /// The rows handed over do not fit the slot or the columns of the feed.
    #[error("the rows do not fit the feed")]
    Rows,
    /// Whoever supplies the rows stopped with an error.
    #[error("the rows stopped coming")]
    Upstream,
    /// A Parquet file could not be written.
    #[error("a data file could not be written")]
    DataFile,
    /// The key directory, or a file in it, cannot be used.
    #[error("the key ring cannot be used")]
    Keys,
    /// The ring lacks a key that the lake was written with.
    #[error("the key ring lacks a key of this lake")]
    KeyMissing,
    /// A sealed object was changed, cut, swapped or sealed with another key.
    #[error("a sealed object does not open")]
    Seal,
    /// A stored object is not there.
    #[error("no such object in the lake")]
    NotFound,
}

/// A property that [`crate::Lake::open`] tries before it trusts a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Probe {
    /// Creating a name that exists must fail.
    #[error("creating an existing name succeeds")]
    PutIfAbsent,
    /// What was written must be read back.
    #[error("what was written is not read back")]
    ReadBack,
    /// A file and a directory can be synchronised to disk.
    #[error("fsync does not work")]
    Fsync,
    /// Two names for one file, on which put-if-absent rests locally.
    #[error("hard links do not work")]
    HardLink,
    /// Listings come sorted; the log is read in that order.
    #[error("listings are not sorted")]
    SortedListing,
}

impl LakeError {
    /// The key of the user-facing text.
    pub fn code(&self) -> &'static str {
        match self {
            LakeError::Storage => "lake.storage",
            LakeError::Full => "lake.full",
            LakeError::Unfit(_) => "lake.unfit",
            LakeError::Url => "lake.url",
            LakeError::Options => "lake.options",
            LakeError::LogDamaged { .. } => "lake.log_damaged",
            LakeError::Log => "lake.log",
            LakeError::Columns => "lake.columns",
            LakeError::Feature => "lake.feature",
            LakeError::NoVersion { .. } => "lake.no_version",
            LakeError::Rows => "lake.rows",
            LakeError::Upstream => "lake.upstream",
            LakeError::DataFile => "lake.data_file",
            LakeError::Keys => "lake.keys",
            LakeError::KeyMissing => "lake.key_missing",
            LakeError::Seal => "lake.seal",
            LakeError::NotFound => "lake.not_found",
        }
    }

    /// The sentence for whoever has to act on it.
    pub fn message(&self) -> schemas::texts::Message {
        let version = match self {
            LakeError::LogDamaged { version } | LakeError::NoVersion { version } => version.to_string(),
            _ => String::new(),
        };
        schemas::texts::render(self.code(), &[("version", &version)])
    }

    /// Maps a foreign error: its detail is logged, `self` is what travels on.
    pub(crate) fn because(self, doing: &'static str, detail: impl Display) -> LakeError {
        tracing::error!(error.code = self.code(), detail = %detail, "could not {doing}");
        self
    }

    /// Maps a foreign error that a full disk may have caused: that is told apart, since it passes by making room.
    pub(crate) fn or_full(self, doing: &'static str, error: impl Error + 'static) -> LakeError {
        let told = if is_full(&error) { LakeError::Full } else { self };
        told.because(doing, error)
    }
}

/// Is a full disk or a used-up quota among the causes?
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            let full = matches!(
                io.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            );
            // An `io::Error` that wraps another error skips it in its chain of sources.
            if full || io.get_ref().is_some_and(|inner| is_full(inner)) {
                return true;
            }
        }
        cause = error.source();
    }
    false
}

/// Why a commit has no version to show. Neither says that the submission failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Not seen in the log, yet not certain never to appear: a delayed request may still land. The caller keeps its
    /// intent open, reports "pending" and commits the same submission again later.
    #[error("the outcome of the commit is not known yet")]
    Unknown(LakeError),
    /// Nothing was sent and nothing will be: what was handed over does not belong together.
    #[error("the commit was refused: {0}")]
    Refused(LakeError),
}

/// A store error becomes a code; `NotFound` stays distinguishable.
pub(crate) fn storage(doing: &'static str) -> impl FnOnce(object_store::Error) -> LakeError {
    move |error| match error {
        object_store::Error::NotFound { .. } => LakeError::NotFound,
        error => LakeError::Storage.or_full(doing, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_however_deep_it_lies() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let stored = |source: io::Error| object_store::Error::Generic {
            store: "test",
            source: Box::new(source),
        };
        assert_eq!(storage("write")(stored(full())), LakeError::Full);
        let wrapped = io::Error::other(stored(io::Error::other(full())));
        assert_eq!(LakeError::DataFile.or_full("write", wrapped), LakeError::Full);
        let other = stored(io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(storage("write")(other), LakeError::Storage);
    }

    #[test]
    fn every_error_has_a_sentence_in_both_languages() {
        let all = [
            LakeError::Storage,
            LakeError::Full,
            LakeError::Unfit(Probe::Fsync),
            LakeError::Url,
            LakeError::Options,
            LakeError::LogDamaged { version: 3 },
            LakeError::Log,
            LakeError::Columns,
            LakeError::Feature,
            LakeError::NoVersion { version: 3 },
            LakeError::Rows,
            LakeError::Upstream,
            LakeError::DataFile,
            LakeError::Keys,
            LakeError::KeyMissing,
            LakeError::Seal,
            LakeError::NotFound,
        ];
        for error in all {
            let message = error.message();
            assert_ne!(message.zh, error.code(), "no text for {}", error.code());
            assert!(
                !message.en.contains('{') && !message.zh.contains('{'),
                "{message:?}"
            );
        }
    }
}
