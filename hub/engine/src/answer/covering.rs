//! One audit entry for all that a session asks about what there is. A tool that connects asks dozens of such questions at
//! once, none of which reads a row; an entry for each would bury the ones that matter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use audit::{Closing, EntryId, Opened, Outcome};
use serde_json::json;

/// An opened entry that covers many answers. Dropped with the last of them and the session, it closes the entry with
/// their counts.
///
/// INVARIANT (no-act-unrecorded): it is made from an entry that is on disk, and an answer it covers reads no view.
pub struct Covering {
    opened: Mutex<Option<Opened>>,
    id: EntryId,
    questions: AtomicU64,
    refused: AtomicU64,
    rows: AtomicU64,
}

impl Covering {
    pub fn new(opened: Opened) -> Covering {
        Covering {
            id: opened.id(),
            opened: Mutex::new(Some(opened)),
            questions: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            rows: AtomicU64::new(0),
        }
    }

    /// A question that got no answer.
    pub fn refused(&self) {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn id(&self) -> EntryId {
        self.id
    }

    pub(super) fn answered(&self, rows: u64) {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

impl Drop for Covering {
    fn drop(&mut self) {
        let opened = self
            .opened
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(opened) = opened else {
            return;
        };
        let detail = json!({
            "questions": self.questions.load(Ordering::Relaxed),
            "refused": self.refused.load(Ordering::Relaxed),
            "rows": self.rows.load(Ordering::Relaxed),
        });
        let close = move || {
            if opened.close(Closing::new(Outcome::Done, detail)).is_err() {
                tracing::error!("the audit entry of a session's look around could not be closed");
            }
        };
        // Closing waits for the disk.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(close)),
            Err(_) => close(),
        }
    }
}
