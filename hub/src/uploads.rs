//! Resumable uploads: bodies that arrive in as many requests as it takes, for days, across restarts. What was
//! acknowledged is on the disk. Not here: the protocol (`http/uploads`), who may send (`center/uploads`), and what
//! becomes of a body that is whole (`intake`).

mod part;
mod record;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::config::Limits;
use crate::front::{Body, Problem, Submitted, UploadId};
use part::Part;
pub(crate) use record::{Owner, Record};

/// How far uploads may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UploadLimits {
    /// From the first request on; then what came is removed.
    pub life: Duration,
    /// Unfinished ones of one department.
    pub per_department: usize,
}

impl UploadLimits {
    pub fn new(limits: &Limits) -> UploadLimits {
        UploadLimits {
            life: limits.upload_life(),
            per_department: limits.uploads_per_department as usize,
        }
    }
}

/// How far an upload has come.
#[derive(Debug, Clone)]
pub(crate) enum State {
    Receiving,
    /// It is whole, and intake has it.
    Checking,
    /// Intake took it, and said this.
    Taken(Submitted),
    /// Nothing was taken. The body is still here, so another attempt costs no transfer.
    Failed(Problem),
}

/// One upload. Shared by the requests that touch it.
pub(crate) struct Upload {
    pub record: Record,
    part: tokio::sync::Mutex<Part>,
    /// Bytes on the disk.
    at: watch::Sender<u64>,
    state: watch::Sender<State>,
}

/// All uploads of a data folder.
pub(crate) struct Uploads {
    dir: PathBuf,
    limits: UploadLimits,
    known: Mutex<HashMap<UploadId, Arc<Upload>>>,
}

impl Uploads {
    /// Takes up what earlier starts left, and removes what is over.
    pub fn open(dir: &Path, limits: UploadLimits, now: DateTime<Utc>) -> io::Result<Uploads> {
        let mut known = HashMap::new();
        for record in record::all(dir)? {
            if record.expires_at <= now {
                remove_files(dir, &record.id);
                continue;
            }
            let (part, at) = Part::reopen(dir, &record)?;
            let state = record.taken.clone().map_or(State::Receiving, State::Taken);
            let upload = Upload::new(record, part, at, state);
            known.insert(upload.record.id.clone(), Arc::new(upload));
        }
        Ok(Uploads {
            dir: dir.to_owned(),
            limits,
            known: Mutex::new(known),
        })
    }

    /// A new upload of nothing yet.
    pub fn begin(&self, record: Record, now: DateTime<Utc>) -> Result<Arc<Upload>, Problem> {
        self.sweep(now);
        let department = &record.owner.department;
        let open = self
            .known()
            .values()
            .filter(|upload| upload.record.owner.department == *department && !upload.is_taken())
            .count();
        if open >= self.limits.per_department {
            let max = self.limits.per_department;
            return Err(Problem::new(429, "53400", "upload.too_many").with("max", max));
        }
        let part = Part::create(&self.dir, &record).map_err(disk)?;
        let upload = Arc::new(Upload::new(record, part, 0, State::Receiving));
        self.known().insert(upload.record.id.clone(), Arc::clone(&upload));
        Ok(upload)
    }

    pub fn expiry(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.limits.life
    }

    /// Somebody's upload. Another's looks exactly like none.
    pub fn find(&self, id: &UploadId, owner: &Owner, now: DateTime<Utc>) -> Result<Arc<Upload>, Problem> {
        self.sweep(now);
        let found = self.known().get(id).cloned();
        found
            .filter(|upload| upload.record.owner == *owner)
            .ok_or_else(|| Problem::new(404, "42704", "upload.unknown"))
    }

    /// Appends at `offset` and returns where the upload ends now. What came before a broken body broke is kept.
    pub async fn append(&self, upload: &Arc<Upload>, offset: u64, body: Body) -> Result<u64, Problem> {
        let upload = Arc::clone(upload);
        let appending = async move {
            let mut part = upload.part.try_lock().map_err(|_| busy())?;
            if !matches!(upload.state(), State::Receiving | State::Failed(_)) {
                return Err(Problem::new(409, "55000", "upload.whole"));
            }
            part.append(&upload.record, offset, body, &upload.at).await
        };
        // It goes on if the caller stops waiting: what is half-written must not meet the next piece.
        tokio::spawn(appending).await.map_err(Problem::internal)?
    }

    /// The whole body, for intake.
    pub fn body(&self, upload: &Upload) -> Result<tokio::fs::File, Problem> {
        part::body(&self.dir, &upload.record.id)
            .map(tokio::fs::File::from_std)
            .map_err(disk)
    }

    /// What became of it. A receipt is kept for those who ask later; the body goes.
    pub fn ended(&self, upload: &Upload, outcome: Result<Submitted, Problem>) {
        let state = match outcome {
            Ok(submitted) => {
                if let Err(error) = record::taken(&self.dir, &upload.record, &submitted) {
                    tracing::warn!(%error, "an upload forgets its receipt at the next start");
                }
                part::discard(&self.dir, &upload.record.id);
                State::Taken(submitted)
            }
            Err(problem) => State::Failed(problem),
        };
        upload.state.send_replace(state);
    }

    /// Forgets an upload, unless intake has it or a piece of it is coming.
    pub fn remove(&self, upload: &Upload) -> Result<(), Problem> {
        let _part = upload.part.try_lock().map_err(|_| busy())?;
        if matches!(upload.state(), State::Checking) {
            return Err(Problem::new(409, "55000", "upload.whole"));
        }
        self.known().remove(&upload.record.id);
        remove_files(&self.dir, &upload.record.id);
        Ok(())
    }

    /// Removes what is over. An upload that intake has stays until its end, and one of which a piece is coming.
    fn sweep(&self, now: DateTime<Utc>) {
        let mut known = self.known();
        known.retain(|id, upload| {
            let over = upload.record.expires_at <= now
                && !matches!(upload.state(), State::Checking)
                && upload.part.try_lock().is_ok();
            if over {
                remove_files(&self.dir, id);
            }
            !over
        });
    }

    fn known(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Upload>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    fn new(record: Record, part: Part, at: u64, state: State) -> Upload {
        Upload {
            record,
            part: tokio::sync::Mutex::new(part),
            at: watch::Sender::new(at),
            state: watch::Sender::new(state),
        }
    }

    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Where the next piece begins.
    pub fn offset(&self) -> u64 {
        if self.is_taken() {
            return self.record.length;
        }
        *self.at.borrow()
    }

    pub fn is_whole(&self) -> bool {
        self.offset() == self.record.length
    }

    fn is_taken(&self) -> bool {
        matches!(*self.state.borrow(), State::Taken(_))
    }

    /// True for the one caller who is to hand the body to intake.
    pub fn take_up(&self) -> bool {
        let whole = self.is_whole();
        self.state.send_if_modified(|state| {
            let ready = whole && matches!(state, State::Receiving | State::Failed(_));
            if ready {
                *state = State::Checking;
            }
            ready
        })
    }

    /// Waits until intake is done with it, but not longer than `most`.
    pub async fn wait(&self, most: Duration) {
        let mut state = self.state.subscribe();
        let ended = state.wait_for(|state| !matches!(state, State::Checking));
        drop(tokio::time::timeout(most, ended).await);
    }
}

fn remove_files(dir: &Path, id: &UploadId) {
    part::discard(dir, id);
    let path = record::path(dir, id);
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an upload that is over stays on the disk");
    }
}

fn busy() -> Problem {
    Problem::new(423, "55006", "upload.busy")
}

pub(crate) fn disk(error: io::Error) -> Problem {
    tracing::error!(%error, "the folder of uploads failed");
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "intake.storage_full",
        _ => "intake.unavailable",
    };
    Problem::new(503, "58030", code)
}
