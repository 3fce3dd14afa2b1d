//! Writing a sealed object.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use zeroize::Zeroizing;

use super::{Header, SEGMENT_BYTES, SegmentCipher, TAG_BYTES};
use crate::error::{LakeError, storage};
use crate::keys::KeyRing;
use crate::store::upload;

/// A sealed object that is complete and durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Object key relative to the lake's root.
    pub key: String,
    /// `sha256:<hex>` of the plain bytes.
    pub sha256: String,
    /// Plain bytes.
    pub bytes: u64,
}

/// Takes plain bytes, stores sealed ones. Nothing is visible before [`SealedWriter::finish`]; a writer that is
/// dropped leaves nothing behind that a reader could find.
pub struct SealedWriter {
    key: Path,
    cipher: SegmentCipher,
    out: BufWriter,
    held: Zeroizing<Vec<u8>>,
    number: u32,
    hash: Sha256,
    bytes: u64,
}

impl SealedWriter {
    pub(crate) async fn create(
        store: Arc<dyn ObjectStore>,
        keys: &KeyRing,
        key: Path,
    ) -> Result<SealedWriter, LakeError> {
        let header = Header::new(keys)?;
        let cipher = header.cipher(keys, key.as_ref())?;
        let mut out = upload(store, key.clone());
        out.put(Bytes::from(header.bytes()))
            .await
            .map_err(storage("write a sealed object"))?;
        let held = Zeroizing::new(Vec::with_capacity(SEGMENT_BYTES + TAG_BYTES));
        Ok(SealedWriter {
            key,
            cipher,
            out,
            held,
            number: 0,
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Takes the next bytes, in pieces of any size.
    pub async fn write(&mut self, mut plain: &[u8]) -> Result<(), LakeError> {
        self.hash.update(plain);
        self.bytes += plain.len() as u64;
        while !plain.is_empty() {
            // A full segment waits until more bytes prove that it is not the last one.
            if self.held.len() == SEGMENT_BYTES {
                self.flush(false).await?;
            }
            let room = SEGMENT_BYTES - self.held.len();
            let (now, later) = plain.split_at(room.min(plain.len()));
            self.held.extend_from_slice(now);
            plain = later;
        }
        Ok(())
    }

    /// Seals the last segment and makes the object visible and durable.
    pub async fn finish(mut self) -> Result<Sealed, LakeError> {
        self.flush(true).await?;
        self.out
            .shutdown()
            .await
            .map_err(|e| LakeError::Storage.or_full("finish a sealed object", e))?;
        let sha256 = format!("sha256:{}", hex::encode(self.hash.finalize()));
        Ok(Sealed {
            key: self.key.to_string(),
            sha256,
            bytes: self.bytes,
        })
    }

    /// Gives up what was written, also where a store keeps the parts of an unfinished object until it is told.
    pub async fn abandon(mut self) {
        if let Err(error) = self.out.abort().await {
            tracing::warn!(%error, "the parts of an unfinished sealed object may stay");
        }
    }

    async fn flush(&mut self, last: bool) -> Result<(), LakeError> {
        self.cipher.seal(self.number, last, &mut self.held)?;
        // 2^32 segments are 1 PiB; the counter must not come round.
        self.number = self.number.checked_add(1).ok_or(LakeError::Seal)?;
        // The buffer holds ciphertext now, so it may leave without being wiped.
        let sealed = std::mem::replace(&mut *self.held, Vec::with_capacity(SEGMENT_BYTES + TAG_BYTES));
        self.out
            .put(Bytes::from(sealed))
            .await
            .map_err(storage("write a sealed object"))
    }
}
