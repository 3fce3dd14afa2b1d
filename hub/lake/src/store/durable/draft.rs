//! An object being written under a name that nobody lists, until it is complete and synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use object_store::{Error, MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::{DurableLocalFs, blocking, io_error};

/// Unpublished, it disappears when dropped; after a crash the sweep at start removes it.
#[derive(Debug)]
pub(super) struct Draft {
    store: DurableLocalFs,
    file: File,
    name: PathBuf,
    target: PathBuf,
    directory: PathBuf,
    written: AtomicU64,
}

impl Draft {
    pub(super) fn create(store: DurableLocalFs, target: PathBuf) -> Result<Draft> {
        let directory = target.parent().map(FsPath::to_owned);
        let directory =
            directory.ok_or_else(|| io_error(&target, io::Error::other("not below the data root")))?;
        store.make_directory(&directory)?;
        let mut number = 1u32;
        loop {
            let name = PathBuf::from(format!("{}#{number}", target.display()));
            match OpenOptions::new().write(true).create_new(true).open(&name) {
                Ok(file) => {
                    return Ok(Draft {
                        store,
                        file,
                        name,
                        target,
                        directory,
                        written: AtomicU64::new(0),
                    });
                }
                Err(e) if e.kind() == ErrorKind::AlreadyExists && number < u32::MAX => number += 1,
                Err(e) => return Err(io_error(&name, e)),
            }
        }
    }

    pub(super) fn write(&self, payload: &PutPayload, mut at: u64) -> Result<()> {
        for piece in payload.iter() {
            self.file
                .write_all_at(piece, at)
                .map_err(|e| io_error(&self.name, e))?;
            at += piece.len() as u64;
        }
        self.written
            .fetch_add(payload.content_length() as u64, Ordering::SeqCst);
        Ok(())
    }

    /// Content first, then the name: after a crash a reader finds all of it or nothing. A failing fsync of the content
    /// is an ordinary error, because nobody has seen the object yet and a retry writes a new file.
    pub(super) fn publish(&self, only_if_absent: bool) -> Result<PutResult> {
        let synced = self
            .store
            .disk
            .sync_file(&self.file)
            .and_then(|()| self.file.metadata());
        let metadata = synced.map_err(|e| io_error(&self.name, e))?;
        let named = match only_if_absent {
            true => fs::hard_link(&self.name, &self.target),
            false => fs::rename(&self.name, &self.target),
        };
        // Also when the name was taken: the loser will rely on the winner's object, so that must be on disk first.
        self.store.sync_names(&self.directory);
        named.map_err(|e| io_error(&self.target, e))?;
        let micros = metadata.mtime().saturating_mul(1_000_000) + metadata.mtime_nsec() / 1_000;
        // The form in which `LocalFileSystem` reports it back.
        let e_tag = format!("{:x}-{micros:x}-{:x}", metadata.ino(), metadata.len());
        Ok(PutResult {
            e_tag: Some(e_tag),
            version: None,
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.name);
    }
}

/// A multipart upload. Parts go to their offset at once; completion is refused unless all of them arrived.
#[derive(Debug)]
pub(super) struct Upload {
    draft: Option<Arc<Draft>>,
    length: u64,
}

impl Upload {
    pub(super) fn new(draft: Draft) -> Upload {
        Upload {
            draft: Some(Arc::new(draft)),
            length: 0,
        }
    }
}

fn incomplete() -> Error {
    Error::Generic {
        store: "DurableLocalFs",
        source: "the upload is over, or parts of it are missing".into(),
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, payload: PutPayload) -> UploadPart {
        let (draft, at) = (self.draft.clone(), self.length);
        self.length += payload.content_length() as u64;
        Box::pin(blocking(move || {
            draft.ok_or_else(incomplete)?.write(&payload, at)
        }))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let length = self.length;
        let draft = self
            .draft
            .take()
            .filter(|draft| draft.written.load(Ordering::SeqCst) == length);
        let draft = draft.ok_or_else(incomplete)?;
        blocking(move || draft.publish(false)).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.draft.take().map(drop).ok_or_else(incomplete)
    }
}
