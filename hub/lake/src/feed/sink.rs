//! Where the encoder of a data file writes: into the store, in large pieces, hashed on the way.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;

use crate::error::LakeError;
use crate::store::upload;

/// Bytes handed to the store at once.
const PIECE_BYTES: usize = 1024 * 1024;

/// It runs on a blocking thread, so waiting for the store is allowed.
pub(super) struct Sink {
    out: BufWriter,
    runtime: Handle,
    held: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

/// A complete object.
pub(super) struct Stored {
    pub(super) bytes: u64,
    /// Hex.
    pub(super) sha256: String,
}

impl Sink {
    /// Call it where a runtime is entered.
    pub(super) fn new(store: Arc<dyn ObjectStore>, location: Path) -> Sink {
        Sink {
            out: upload(store, location),
            runtime: Handle::current(),
            held: Vec::with_capacity(PIECE_BYTES),
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The object is durable when this returns.
    pub(super) fn finish(&mut self) -> Result<Stored, LakeError> {
        self.hand_over()
            .map_err(|e| LakeError::DataFile.or_full("end a data file", e))?;
        let finished = self.runtime.block_on(self.out.shutdown());
        finished.map_err(|e| LakeError::Storage.or_full("finish a data file", e))?;
        Ok(Stored {
            bytes: self.bytes,
            sha256: hex::encode(self.hash.finalize_reset()),
        })
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(mem::replace(&mut self.held, Vec::with_capacity(PIECE_BYTES)));
        self.hash.update(&piece);
        self.bytes += piece.len() as u64;
        self.runtime
            .block_on(self.out.put(piece))
            .map_err(io::Error::other)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE_BYTES {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    /// The encoder flushes after every page; small writes to the store would gain nothing.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
