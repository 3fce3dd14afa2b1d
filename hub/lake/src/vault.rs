//! The vault: every original as it arrived, sealed. Readable by its provider only; who may ask is not decided here.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::path::Path;
use schemas::{FeedId, SubmissionId};
use tokio::sync::mpsc;

use crate::error::LakeError;
use crate::keys::KeyRing;
use crate::sealed::{self, PlainStream, Sealed, SealedWriter};

/// An original in the vault.
pub type Original = Sealed;

/// Originals by submission.
#[derive(Clone)]
pub struct Vault {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) keys: KeyRing,
}

const READ_BYTES: usize = 256 * 1024;

impl Vault {
    /// Seals everything `reader` gives, which is read on a blocking thread. Nothing is visible or durable before
    /// [`SealedWriter::finish`]; putting the same submission again replaces the object.
    pub async fn seal(
        &self,
        submission: &SubmissionId,
        feed: &FeedId,
        mut reader: impl Read + Send + 'static,
    ) -> Result<SealedWriter, LakeError> {
        let (to_writer, mut pieces) = mpsc::channel::<Result<Bytes, LakeError>>(4);
        let reading = tokio::task::spawn_blocking(move || {
            loop {
                let mut piece = vec![0; READ_BYTES];
                let piece = match reader.read(&mut piece) {
                    Ok(0) => return,
                    Ok(length) => {
                        piece.truncate(length);
                        Ok(Bytes::from(piece))
                    }
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(e) => Err(LakeError::Upstream.because("read an original", e)),
                };
                let over = piece.is_err();
                if to_writer.blocking_send(piece).is_err() || over {
                    return;
                }
            }
        });
        let mut writer = SealedWriter::create(self.store.clone(), &self.keys, key(submission, feed)).await?;
        while let Some(piece) = pieces.recv().await {
            writer.write(&piece?).await?;
        }
        // A reader that panicked also closes the channel; its half of a file must not become an original.
        reading
            .await
            .map_err(|e| LakeError::Upstream.because("read an original", e))?;
        Ok(writer)
    }

    /// The plain bytes. An error may come at any segment.
    pub async fn get(&self, submission: &SubmissionId, feed: &FeedId) -> Result<PlainStream, LakeError> {
        sealed::open(&self.store, &self.keys, &key(submission, feed)).await
    }
}

fn key(submission: &SubmissionId, feed: &FeedId) -> Path {
    Path::from_iter(["vault", feed.as_str(), &format!("{submission}.sealed")])
}
