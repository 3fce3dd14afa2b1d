//! Clearing up after submissions that were given up: data files that no log entry ever named, and reveal segments of
//! submissions that never came in. Files that a later version removed stay; they are the past.

use std::collections::{BTreeSet, HashSet};

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, path::PathPart};
use schemas::SubmissionId;

use super::FeedTable;
use super::log::actions;
use crate::error::{LakeError, storage};

/// Objects seen by [`FeedTable::unnamed`]. The order of the three steps is what makes the sweep safe: list, then ask
/// which intents are open, then read the log. A submission has its intent before it has files, so files that were
/// listed belong to an intent that is open when asked for, or to one that is settled, which the log then shows.
#[derive(Debug)]
#[must_use = "list first, then read the open intents, then sweep"]
pub struct Unnamed {
    data: Vec<Path>,
    reveal: Vec<Path>,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Data files.
    pub data_files: u64,
    /// Reveal segments.
    pub reveal_segments: u64,
}

impl FeedTable {
    /// Lists everything that might turn out to belong to nobody. Read the open intents *after* this returned.
    pub async fn unnamed(&self) -> Result<Unnamed, LakeError> {
        let reveal = Path::from_iter(["reveal", self.0.feed.as_str()]);
        Ok(Unnamed {
            data: self.list(&self.data_folder()).await?,
            reveal: self.list(&reveal).await?,
        })
    }

    /// Removes of `listed` what no log entry names and no open intent owns.
    ///
    /// INVARIANT (kept): a file that any version of the log names, or whose submission is open, is not removed.
    pub async fn sweep(&self, listed: Unnamed, open: &BTreeSet<SubmissionId>) -> Result<Swept, LakeError> {
        let _lane = self.0.shared.lane.lock().await;
        // Refuses a damaged log before anything is believed unnamed because of it.
        self.newest().await?;
        let (named, landed) = self.named().await?;
        let mut swept = Swept::default();
        let root = self.root();
        for file in listed.data {
            let Some(owner) = FeedTable::owner(&file) else {
                continue;
            };
            let relative = file
                .prefix_match(&root)
                .map(|parts| parts.collect::<Path>().to_string());
            if !open.contains(&owner) && relative.is_some_and(|path| !named.contains(&path)) {
                self.remove(&file).await?;
                swept.data_files += 1;
            }
        }
        for segment in listed.reveal {
            let Some(owner) = segment_owner(&segment) else {
                continue;
            };
            if !open.contains(&owner) && !landed.contains(&owner) {
                self.remove(&segment).await?;
                swept.reveal_segments += 1;
            }
        }
        Ok(swept)
    }

    /// Paths of all files that any log entry added, and all submissions that came in.
    async fn named(&self) -> Result<(HashSet<String>, BTreeSet<SubmissionId>), LakeError> {
        let (mut named, mut landed) = (HashSet::new(), BTreeSet::new());
        for entry in self
            .log_entries(None)
            .await?
            .into_iter()
            .filter(|entry| !entry.checkpoint)
        {
            let version = entry.version;
            let bytes = self.read_entry(version).await?;
            for (kind, action) in actions(&bytes).ok_or(LakeError::LogDamaged { version })? {
                let text = |name: &str| action.get(name).and_then(serde_json::Value::as_str);
                match kind.as_str() {
                    "add" => named.extend(text("path").map(str::to_owned)),
                    "commitInfo" => {
                        landed.extend(text("taxhub.submission").and_then(|id| SubmissionId::parse(id).ok()));
                    }
                    _ => {}
                }
            }
        }
        Ok((named, landed))
    }

    async fn list(&self, folder: &Path) -> Result<Vec<Path>, LakeError> {
        let listed = self
            .0
            .store
            .list(Some(folder))
            .map_ok(|object| object.location)
            .try_collect();
        listed.await.map_err(storage("list objects"))
    }

    async fn remove(&self, object: &Path) -> Result<(), LakeError> {
        match self.0.store.delete(object).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(storage("remove an object")(error)),
        }
    }
}

/// `reveal/<feed>/<column>/<submission>/<part>.sealed`.
fn segment_owner(segment: &Path) -> Option<SubmissionId> {
    let folder: PathPart<'_> = segment.parts().nth(3)?;
    SubmissionId::parse(folder.as_ref()).ok()
}
