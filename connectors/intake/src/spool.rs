//! The spool: where a body lies, in the clear, from its first byte until its submission is settled. Nothing here
//! outlives the process: every start uses a folder of its own and removes those of earlier starts. So nothing here is
//! synced either; what must last is the vault's.
//! Not here: originals for keeping (the lake's vault).

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use schemas::SubmissionId;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::{ErrorKind, IntakeError};
use crate::limits::IntakeLimits;

const PIECE_BYTES: usize = 256 * 1024;
/// Nobody is called slow before this.
const GRACE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Spool {
    root: PathBuf,
    dir: PathBuf,
}

/// A body that has arrived whole and is on disk. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct Spooled {
    path: PathBuf,
    pub(crate) sha256: String,
    pub(crate) size_bytes: u64,
}

impl Spooled {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes an unfinished spool file, whatever ends the reception: an error, or the gateway dropping the call.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            remove(path);
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, "a spool file stays until the next start");
    }
}

impl Spool {
    /// Makes this start's folder under `root`, readable by us alone.
    pub(crate) fn open(root: &Path) -> io::Result<Spool> {
        let dir = root.join(format!("start_{}", uuid::Uuid::now_v7().simple()));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        Ok(Spool {
            root: root.to_owned(),
            dir,
        })
    }

    /// Removes what earlier starts left. They are over: the data directory is locked by this process.
    pub(crate) fn sweep(&self) -> io::Result<u64> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.root)? {
            let path = entry?.path();
            let ours = path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("start_"));
            if ours && path != self.dir {
                fs::remove_dir_all(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Takes a body to its end: hashed and capped.
    pub(crate) async fn receive(
        &self,
        submission: &SubmissionId,
        mut body: Pin<Box<dyn AsyncRead + Send>>,
        limits: &IntakeLimits,
    ) -> Result<Spooled, IntakeError> {
        let (path, mut writing) = self.create(&format!("{submission}.body"))?;
        let mut unfinished = Unfinished(Some(path.clone()));
        let begun = Instant::now();
        let (mut piece, mut ended) = fill(&mut body, limits).await?;
        loop {
            if writing.size_bytes.saturating_add(piece.len() as u64) > limits.body_bytes_max {
                return Err(IntakeError::new(ErrorKind::TooLarge, "intake.body_too_large")
                    .with("max", limits.body_bytes_max));
            }
            let written = blocking(move || writing.write(&piece));
            if ended {
                writing = written.await?.map_err(disk)?;
                break;
            }
            // The next piece arrives while this one is hashed and written.
            let (written, next) = tokio::join!(written, fill(&mut body, limits));
            writing = written?.map_err(disk)?;
            (piece, ended) = next?;
            let elapsed = begun.elapsed();
            if elapsed > GRACE
                && writing.size_bytes / elapsed.as_secs().max(1) < limits.body_bytes_per_second_min
            {
                return Err(IntakeError::new(ErrorKind::Broken, "intake.too_slow"));
            }
        }
        unfinished.0 = None;
        Ok(writing.end(path))
    }

    /// Takes a file back that was kept elsewhere; it was capped when it came.
    pub(crate) async fn fetch(
        &self,
        name: &str,
        mut kept: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> Result<Spooled, IntakeError> {
        let (path, mut writing) = self.create(&format!("{name}.kept"))?;
        let mut unfinished = Unfinished(Some(path.clone()));
        while let Some(piece) = kept.next().await {
            let piece = piece.map_err(disk)?;
            writing = blocking(move || writing.write(&piece)).await?.map_err(disk)?;
        }
        unfinished.0 = None;
        Ok(writing.end(path))
    }

    fn create(&self, name: &str) -> Result<(PathBuf, Writing), IntakeError> {
        let path = self.dir.join(name);
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(disk)?;
        let writing = Writing {
            file,
            hash: Sha256::new(),
            size_bytes: 0,
        };
        Ok((path, writing))
    }
}

/// Reads until the piece is full or the body ends (`true`).
async fn fill(
    body: &mut Pin<Box<dyn AsyncRead + Send>>,
    limits: &IntakeLimits,
) -> Result<(Vec<u8>, bool), IntakeError> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    while piece.len() < PIECE_BYTES {
        let mut rest = (&mut *body).take((PIECE_BYTES - piece.len()) as u64);
        match tokio::time::timeout(limits.body_idle(), rest.read_buf(&mut piece)).await {
            Err(_) => return Err(IntakeError::new(ErrorKind::Broken, "intake.too_slow")),
            Ok(Err(error)) => {
                tracing::info!(%error, "a body broke off");
                return Err(IntakeError::new(ErrorKind::Broken, "intake.interrupted"));
            }
            Ok(Ok(0)) => return Ok((piece, true)),
            Ok(Ok(_)) => {}
        }
    }
    Ok((piece, false))
}

struct Writing {
    file: fs::File,
    hash: Sha256,
    size_bytes: u64,
}

impl Writing {
    fn write(mut self, piece: &[u8]) -> io::Result<Writing> {
        self.file.write_all(piece)?;
        self.hash.update(piece);
        self.size_bytes += piece.len() as u64;
        Ok(self)
    }

    fn end(self, path: PathBuf) -> Spooled {
        Spooled {
            path,
            sha256: format!("sha256:{}", hex::encode(self.hash.finalize())),
            size_bytes: self.size_bytes,
        }
    }
}

/// Runs what may block on the disk away from the threads that serve.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IntakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a blocking task of intake failed");
        IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
    })
}

fn disk(error: io::Error) -> IntakeError {
    tracing::error!(%error, "the spool failed");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            IntakeError::new(ErrorKind::Unavailable, "intake.storage_full")
        }
        _ => IntakeError::new(ErrorKind::Unavailable, "intake.unavailable"),
    }
}
