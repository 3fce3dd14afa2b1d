//! The bytes of an upload on the disk.
//!
//! INVARIANT (durable): an offset is told only after the bytes before it were synced and the offset itself was written
//! beside them. After a power cut the file may be longer than that and hold anything behind it, so it is cut there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use futures::StreamExt;
use tokio::sync::watch;

use super::disk;
use super::record::{self, Record};
use crate::front::{Body, Problem, UploadId};

/// Offsets are written at the end of each request, and this often within one.
const SYNC_BYTES: u64 = 64 << 20;
/// Pieces of the network are gathered to this before they are written.
const PIECE_BYTES: usize = 1 << 20;

pub(super) struct Part {
    dir: PathBuf,
}

fn part_path(dir: &Path, id: &UploadId) -> PathBuf {
    dir.join(format!("{id}.part"))
}

fn offset_path(dir: &Path, id: &UploadId) -> PathBuf {
    dir.join(format!("{id}.offset"))
}

impl Part {
    /// The record comes last: an upload without one does not exist.
    pub fn create(dir: &Path, record: &Record) -> io::Result<Part> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(part_path(dir, &record.id))?;
        record::durably(&offset_path(dir, &record.id), b"0")?;
        record::write(dir, record)?;
        Ok(Part { dir: dir.to_owned() })
    }

    /// Finds out how much was acknowledged before.
    pub fn reopen(dir: &Path, record: &Record) -> io::Result<(Part, u64)> {
        let part = Part { dir: dir.to_owned() };
        if record.taken.is_some() {
            return Ok((part, record.length));
        }
        let told = fs::read_to_string(offset_path(dir, &record.id)).unwrap_or_default();
        let held = fs::metadata(part_path(dir, &record.id)).map_or(0, |file| file.len());
        let at = told.trim().parse::<u64>().unwrap_or(0);
        // Fewer bytes than were told would be a damaged disk; then the sender begins again.
        Ok((part, if at <= held { at } else { 0 }))
    }

    /// Appends a body at `offset`, which must be where the upload ends, and tells `at` how far it is on the disk.
    pub async fn append(
        &mut self,
        record: &Record,
        offset: u64,
        mut body: Body,
        at: &watch::Sender<u64>,
    ) -> Result<u64, Problem> {
        let held = *at.borrow();
        if offset != held {
            return Err(Problem::new(409, "55000", "upload.offset").with("offset", held));
        }
        let path = part_path(&self.dir, &record.id);
        let open = move || -> io::Result<File> {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.set_len(offset)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        };
        let mut writing = Writing {
            file: blocking(open).await?,
            offset_path: offset_path(&self.dir, &record.id),
            at: offset,
            synced: offset,
        };
        let broken = loop {
            let (piece, end) = gather(&mut body).await;
            if writing.at + piece.len() as u64 > record.length {
                break Some(Problem::new(413, "54000", "upload.longer").with("length", record.length));
            }
            if !piece.is_empty() {
                writing = blocking(move || writing.write(&piece)).await?;
                at.send_replace(writing.synced);
            }
            match end {
                End::NotYet => {}
                End::Over => break None,
                End::Broken => break Some(Problem::new(400, "08006", "intake.interrupted")),
            }
        };
        let writing = blocking(move || writing.sync()).await?;
        at.send_replace(writing.synced);
        broken.map_or(Ok(writing.synced), Err)
    }
}

struct Writing {
    file: File,
    offset_path: PathBuf,
    at: u64,
    synced: u64,
}

impl Writing {
    fn write(mut self, piece: &[u8]) -> io::Result<Writing> {
        self.file.write_all(piece)?;
        self.at += piece.len() as u64;
        if self.at - self.synced >= SYNC_BYTES {
            return self.sync();
        }
        Ok(self)
    }

    fn sync(mut self) -> io::Result<Writing> {
        if self.at != self.synced {
            self.file.sync_data()?;
            record::durably(&self.offset_path, self.at.to_string().as_bytes())?;
            self.synced = self.at;
        }
        Ok(self)
    }
}

enum End {
    NotYet,
    Over,
    Broken,
}

/// Pieces of a body as one, and whether there are more.
async fn gather(body: &mut Body) -> (Vec<u8>, End) {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    while piece.len() < PIECE_BYTES {
        match body.next().await {
            Some(Ok(bytes)) => piece.extend_from_slice(&bytes),
            Some(Err(error)) => {
                tracing::info!(%error, "an upload broke off");
                return (piece, End::Broken);
            }
            None => return (piece, End::Over),
        }
    }
    (piece, End::NotYet)
}

pub(super) fn body(dir: &Path, id: &UploadId) -> io::Result<File> {
    File::open(part_path(dir, id))
}

/// Removes the bytes.
pub(super) fn discard(dir: &Path, id: &UploadId) {
    for path in [part_path(dir, id), offset_path(dir, id)] {
        if let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "bytes of an upload that is over stay on the disk");
        }
    }
}

/// Runs what may block on the disk away from the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Problem::internal)?
        .map_err(disk)
}
