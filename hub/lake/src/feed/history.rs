//! The table's past: which submission made which version.

use chrono::{DateTime, Utc};
use schemas::SubmissionId;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::FeedTable;
use super::log::actions;
use crate::error::LakeError;

/// One version of a feed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionEntry {
    /// The version.
    pub version: i64,
    /// The submission that made it; none for the first one, which made the table.
    pub submission: Option<SubmissionId>,
    /// When the entry was written, by the hub's clock.
    pub at: Option<DateTime<Utc>>,
    /// Policy epoch of the commit.
    pub epoch: Option<u64>,
    /// Audit entry of the commit.
    pub entry: Option<u64>,
    /// Files that entered.
    pub files_added: u64,
    /// Files that left.
    pub files_removed: u64,
}

impl FeedTable {
    /// The newest versions first, at most `versions_max` of them.
    pub async fn history(&self, versions_max: usize) -> Result<Vec<VersionEntry>, LakeError> {
        let entries = self.log_entries(None).await?;
        let versions = entries
            .iter()
            .rev()
            .filter(|entry| !entry.checkpoint)
            .map(|entry| entry.version);
        let mut history = Vec::new();
        for version in versions.take(versions_max) {
            history.push(version_entry(version, &self.read_entry(version).await?)?);
        }
        Ok(history)
    }
}

fn version_entry(version: i64, entry: &[u8]) -> Result<VersionEntry, LakeError> {
    let mut made = VersionEntry {
        version,
        submission: None,
        at: None,
        epoch: None,
        entry: None,
        files_added: 0,
        files_removed: 0,
    };
    for (kind, action) in actions(entry).ok_or(LakeError::LogDamaged { version })? {
        match kind.as_str() {
            "add" => made.files_added += 1,
            "remove" => made.files_removed += 1,
            "commitInfo" => {
                let submission = action.get("taxhub.submission").and_then(Json::as_str);
                made.submission = submission.and_then(|id| SubmissionId::parse(id).ok());
                made.epoch = action.get("taxhub.epoch").and_then(Json::as_u64);
                made.entry = action.get("taxhub.entry").and_then(Json::as_u64);
                made.at = action
                    .get("timestamp")
                    .and_then(Json::as_i64)
                    .and_then(DateTime::from_timestamp_millis);
            }
            _ => {}
        }
    }
    Ok(made)
}
