//! The quarantine: rows that were refused, sealed, as their sender wrote them. Readable by their provider only.

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use object_store::ObjectStore;
use object_store::path::Path;
use schemas::{FeedId, SubmissionId};

use crate::error::LakeError;
use crate::keys::KeyRing;
use crate::sealed::{self, PlainStream, Sealed, SealedWriter};

/// Refused rows by submission, as an Arrow IPC stream.
#[derive(Clone)]
pub struct Quarantine {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) keys: KeyRing,
}

impl Quarantine {
    /// A writer for rows that come while a file is being checked. Nothing is visible before it is finished.
    pub async fn create(&self, submission: &SubmissionId, feed: &FeedId) -> Result<SealedWriter, LakeError> {
        SealedWriter::create(self.store.clone(), &self.keys, key(submission, feed)).await
    }

    /// Seals a whole stream. Durable when it returns; putting the same submission again replaces the object.
    pub async fn put(
        &self,
        submission: &SubmissionId,
        feed: &FeedId,
        ipc: impl Stream<Item = Result<Bytes, LakeError>> + Send,
    ) -> Result<Sealed, LakeError> {
        let mut writer = self.create(submission, feed).await?;
        let mut ipc = std::pin::pin!(ipc);
        while let Some(piece) = ipc.next().await {
            writer.write(&piece?).await?;
        }
        writer.finish().await
    }

    /// The plain IPC stream. An error may come at any segment.
    pub async fn get(&self, submission: &SubmissionId, feed: &FeedId) -> Result<PlainStream, LakeError> {
        sealed::open(&self.store, &self.keys, &key(submission, feed)).await
    }
}

fn key(submission: &SubmissionId, feed: &FeedId) -> Path {
    Path::from_iter(["quarantine", feed.as_str(), &format!("{submission}.sealed")])
}
