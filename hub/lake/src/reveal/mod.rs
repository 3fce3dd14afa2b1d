//! The reveal store: the way back from a token to the identifier it stands for, sealed, per feed, column and
//! submission. Reading it is an act of its own (who, why, audited); that is decided elsewhere.

mod pairs;
mod segment;

use std::sync::Arc;

use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use schemas::{FeedId, SubmissionId};
use zeroize::Zeroizing;

pub(crate) use pairs::Pairs;

use crate::error::{LakeError, storage};
use crate::keys::KeyRing;

/// Segments looked into at the same time.
const PROBES_AT_ONCE: usize = 8;

/// Finds raw values by token.
#[derive(Clone)]
pub struct Reveal {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) keys: KeyRing,
}

impl Reveal {
    /// Writes one segment, durably, and returns its object key. A submission with many distinct values has several
    /// parts per column.
    pub(crate) async fn put(
        &self,
        feed: &FeedId,
        column: &str,
        submission: &SubmissionId,
        part: u32,
        pairs: Pairs,
    ) -> Result<String, LakeError> {
        let key = Path::from_iter([
            "reveal",
            feed.as_str(),
            column,
            submission.as_str(),
            &format!("{part:04}.sealed"),
        ]);
        let (keys, name) = (self.keys.clone(), key.to_string());
        let sealed = tokio::task::spawn_blocking(move || segment::seal(&keys, &name, &pairs))
            .await
            .map_err(|e| LakeError::Seal.because("seal a reveal segment", e))??;
        self.store
            .put(&key, PutPayload::from(sealed))
            .await
            .map_err(storage("write a reveal segment"))?;
        Ok(key.to_string())
    }

    /// The raw value behind a token, looked for in all submissions of the column, the newest first. Reads two ranges
    /// of a segment that has the token and one of a segment that has not.
    pub async fn find(
        &self,
        feed: &FeedId,
        column: &str,
        token: &str,
    ) -> Result<Option<Zeroizing<String>>, LakeError> {
        self.find_below(Path::from_iter(["reveal", feed.as_str(), column]), token)
            .await
    }

    /// As [`Reveal::find`], in one submission: the row that shows the token also names its submission.
    pub async fn find_in(
        &self,
        feed: &FeedId,
        column: &str,
        submission: &SubmissionId,
        token: &str,
    ) -> Result<Option<Zeroizing<String>>, LakeError> {
        self.find_below(
            Path::from_iter(["reveal", feed.as_str(), column, submission.as_str()]),
            token,
        )
        .await
    }

    async fn find_below(&self, folder: Path, token: &str) -> Result<Option<Zeroizing<String>>, LakeError> {
        let listed = self
            .store
            .list(Some(&folder))
            .map_ok(|object| object.location)
            .try_collect::<Vec<_>>();
        let mut segments = listed.await.map_err(storage("list reveal segments"))?;
        // Submission ids sort by arrival, so the newest are last.
        segments.sort_by(|a, b| b.cmp(a));
        let mut probes = stream::iter(segments)
            .map(|key| async move { segment::find(&self.store, &self.keys, &key, token).await })
            .buffered(PROBES_AT_ONCE);
        while let Some(found) = probes.next().await {
            if let Some(raw) = found? {
                return Ok(Some(raw));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
