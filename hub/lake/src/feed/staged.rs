//! What a submission's staging wrote, as the intent keeps it until the commit.

use schemas::{FeedId, SubmissionId};
use serde::{Deserialize, Serialize};

use crate::slot::Slot;

/// What one call of [`super::FeedTable::stage`] wrote. Keep it with the intent: a commit needs it, also after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    pub(super) feed: FeedId,
    pub(super) slot: Slot,
    pub(super) submission: SubmissionId,
    pub(super) files: Vec<StagedFile>,
    pub(super) reveal: Vec<String>,
    /// The slot's other files stay.
    #[serde(default)]
    pub(super) beside: bool,
}

impl Staged {
    /// The same files, to stand beside what the slot holds instead of in its place.
    #[must_use]
    pub fn beside(self) -> Staged {
        Staged { beside: true, ..self }
    }

    /// The data files.
    pub fn files(&self) -> &[StagedFile] {
        &self.files
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Object keys of the reveal segments.
    pub fn reveal(&self) -> &[String] {
        &self.reveal
    }
}

/// One complete data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedFile {
    /// Relative to the table.
    pub path: String,
    /// Size of the object.
    pub size_bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// The county of its rows.
    pub county: Option<String>,
    /// The file's statistics as they will stand in the log.
    pub statistics: String,
}
