//! The log as its writers see it.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::act::{Act, Closing, EntryId};
use crate::error::AuditError;
use crate::signer::{Head, Signer};

/// Limits and the clock. The defaults are the product's; tests change them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest record, in bytes.
    pub line_bytes_max: usize,
    /// A new segment file is begun when the current one has reached this size.
    pub segment_bytes_max: u64,
    /// A head is signed at most this long after the first record it is to cover.
    pub head_interval: Duration,
    /// How long a caller waits for the disk.
    pub wait_max: Duration,
    pub clock: fn() -> DateTime<Utc>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            line_bytes_max: 256 * 1024,
            segment_bytes_max: 64 * 1024 * 1024,
            head_interval: Duration::from_secs(1),
            wait_max: Duration::from_secs(30),
            clock: Utc::now,
        }
    }
}

/// What opening the log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// Bytes of an unfinished last record that were cut off. They were never acknowledged.
    pub torn_bytes: u64,
    /// Entries that a crash had left open; they are now closed as `interrupted`.
    pub interrupted: Vec<EntryId>,
}

/// The one writer of an audit log. Clones share it. Calls block until the record is durable.
#[derive(Debug, Clone)]
pub struct Log {}

impl Log {
    pub fn open(dir: &Path, signer: Signer) -> Result<Log, AuditError> {
        Log::open_with(dir, signer, Settings::default())
    }

    pub fn open_with(_dir: &Path, _signer: Signer, _settings: Settings) -> Result<Log, AuditError> {
        Err(AuditError::Stopped)
    }

    /// What opening found: cut bytes and interrupted entries.
    pub fn opening(&self) -> Opening {
        Opening::default()
    }

    /// Records the beginning of an act. When this returns, the record is on disk.
    pub fn open_entry(&self, _act: Act) -> Result<Opened, AuditError> {
        Err(AuditError::Stopped)
    }

    /// Records an act that is over when it is recorded.
    pub fn record(&self, _act: Act, _closing: Closing) -> Result<EntryId, AuditError> {
        Err(AuditError::Stopped)
    }

    /// Signs a head over everything recorded so far, or returns the last one if there is no news.
    pub fn sign_head(&self) -> Result<Head, AuditError> {
        Err(AuditError::Stopped)
    }
}

/// An entry that has begun. It is closed once, by value; one that is dropped unclosed is closed as `interrupted` at
/// the next opening of the log.
#[derive(Debug)]
#[must_use = "an entry that is not closed counts as interrupted"]
pub struct Opened {
    id: EntryId,
    log: Log,
}

impl Opened {
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Records how the act ended. When this returns, the record is on disk.
    pub fn close(self, _closing: Closing) -> Result<EntryId, AuditError> {
        let _ = &self.log;
        Err(AuditError::Stopped)
    }
}
