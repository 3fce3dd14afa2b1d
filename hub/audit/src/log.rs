//! The log as its writers see it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::act::{Act, Closing, EntryId};
use crate::disk::{self, OpenDisk};
use crate::error::AuditError;
use crate::opening;
use crate::record::{Body, Phase};
use crate::signer::{Head, Signer, VerifyingKey};
use crate::writer::Request;

/// Limits and the clock. The defaults are the product's; tests change them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest record, in bytes, without number, instant and chain.
    pub line_bytes_max: usize,
    /// A new segment file is begun when the current one has reached this size.
    pub segment_bytes_max: u64,
    /// A head is signed at most this long after the first record it is to cover.
    pub head_interval: Duration,
    /// How long a caller waits for the disk.
    pub wait_max: Duration,
    pub clock: fn() -> DateTime<Utc>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            line_bytes_max: 256 * 1024,
            segment_bytes_max: 64 * 1024 * 1024,
            head_interval: Duration::from_secs(1),
            wait_max: Duration::from_secs(30),
            clock: Utc::now,
        }
    }
}

/// What opening the log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// Bytes of an unfinished last record that were cut off. They were never acknowledged.
    pub torn_bytes: u64,
    /// Entries that a crash had left open; they are now closed as `interrupted`.
    pub interrupted: Vec<EntryId>,
}

/// The one writer of an audit log. Clones share it. Calls block until the record is durable, so async callers make
/// them on a blocking thread.
#[derive(Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    line_bytes_max: usize,
    wait_max: Duration,
    key: VerifyingKey,
    opening: Opening,
    stopped: Arc<AtomicBool>,
    requests: Option<Sender<Request>>,
    writer: Option<JoinHandle<()>>,
}

impl Log {
    pub fn open(dir: &Path, signer: Signer) -> Result<Log, AuditError> {
        Log::open_with(dir, signer, Settings::default())
    }

    pub fn open_with(dir: &Path, signer: Signer, settings: Settings) -> Result<Log, AuditError> {
        Log::open_on(dir, signer, settings, Box::new(disk::open_file))
    }

    pub(crate) fn open_on(
        dir: &Path,
        signer: Signer,
        settings: Settings,
        open_disk: OpenDisk,
    ) -> Result<Log, AuditError> {
        let lock = opening::lock(dir)?;
        let key = signer.verifying_key().clone();
        let (line_bytes_max, wait_max) = (settings.line_bytes_max, settings.wait_max);
        let (writer, opening) = opening::start(dir, signer, settings, open_disk)?;
        let stopped = Arc::clone(&writer.stopped);
        let (requests, received) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || {
                writer.run(&received);
                drop(lock);
            })?;
        let shared = Shared {
            dir: dir.to_owned(),
            line_bytes_max,
            wait_max,
            key,
            opening,
            stopped,
            requests: Some(requests),
            writer: Some(thread),
        };
        Ok(Log {
            shared: Arc::new(shared),
        })
    }

    /// What opening found: cut bytes and interrupted entries.
    pub fn opening(&self) -> &Opening {
        &self.shared.opening
    }

    /// Records the beginning of an act. When this returns, the record is on disk.
    pub fn open_entry(&self, act: Act) -> Result<Opened, AuditError> {
        let id = self.append(&Body {
            phase: Phase::Open,
            of: None,
            act: Some(&act),
            closing: None,
        })?;
        Ok(Opened {
            id: EntryId(id),
            log: self.clone(),
        })
    }

    /// Records an act that is over when it is recorded.
    pub fn record(&self, act: Act, closing: Closing) -> Result<EntryId, AuditError> {
        let id = self.append(&Body {
            phase: Phase::Whole,
            of: None,
            act: Some(&act),
            closing: Some(&closing),
        })?;
        Ok(EntryId(id))
    }

    /// Signs a head over everything recorded so far, or returns the last one if there is no news.
    pub fn sign_head(&self) -> Result<Head, AuditError> {
        self.ask(|reply| Request::Head { reply })
    }

    /// False once the disk has refused: everything that must be recorded must then be refused too.
    pub fn is_writable(&self) -> bool {
        !self.shared.stopped.load(Ordering::SeqCst)
    }

    /// The folder, for `read`, `verify` and the proofs.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.shared.key
    }

    fn append(&self, body: &Body<'_>) -> Result<u64, AuditError> {
        let body = opening::text(body)?;
        if body.len() > self.shared.line_bytes_max {
            return Err(AuditError::TooLarge {
                bytes: body.len(),
                limit: self.shared.line_bytes_max,
            });
        }
        self.ask(|reply| Request::Append { body, reply })
    }

    fn ask<T>(
        &self,
        request: impl FnOnce(SyncSender<Result<T, AuditError>>) -> Request,
    ) -> Result<T, AuditError> {
        if !self.is_writable() {
            return Err(AuditError::Stopped);
        }
        let (reply, answer) = mpsc::sync_channel(1);
        let requests = self.shared.requests.as_ref().ok_or(AuditError::Stopped)?;
        requests.send(request(reply)).map_err(|_| AuditError::Stopped)?;
        match answer.recv_timeout(self.shared.wait_max) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => Err(AuditError::Stopped),
            Err(RecvTimeoutError::Timeout) => {
                // A disk that hangs is a disk that refuses; without this, callers would pile up behind it.
                self.shared.stopped.store(true, Ordering::SeqCst);
                Err(AuditError::TimedOut)
            }
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("writable", &self.is_writable())
            .finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.requests = None;
        // The writer signs its last head and frees the lock; whoever dropped the log may open it again at once.
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// An entry that has begun. It is closed once, by value; one that is dropped unclosed is closed as `interrupted` at
/// the next opening of the log.
#[derive(Debug)]
#[must_use = "an entry that is not closed counts as interrupted"]
pub struct Opened {
    id: EntryId,
    log: Log,
}

impl Opened {
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Records how the act ended. When this returns, the record is on disk. Returns the entry's number.
    pub fn close(self, closing: Closing) -> Result<EntryId, AuditError> {
        let of = Some(self.id.0);
        self.log.append(&Body {
            phase: Phase::Close,
            of,
            act: None,
            closing: Some(&closing),
        })?;
        Ok(self.id)
    }
}
