//! One task at one worker: ask, then read replies until `Done` or `Refused`.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Inner, Worker};
use crate::worker::Lost;
use crate::worker::frames::{self, Frame, Tag};

/// What a worker says about its task.
#[derive(Debug)]
pub enum Reply {
    /// A piece of the stream of rows.
    Rows(Vec<u8>),
    /// A piece of the second stream.
    Aside(Vec<u8>),
    /// JSON.
    Event(Vec<u8>),
    /// JSON; nothing follows.
    Done(Vec<u8>),
    /// JSON; nothing follows.
    Refused(Vec<u8>),
}

/// A worker process for one task. Dropped before the task has ended, it takes the process with it.
///
/// INVARIANT (bounded): every wait of a seat ends at its deadline.
pub struct Seat {
    pool: Arc<Inner>,
    worker: Option<Worker>,
    state: State,
    deadline: Instant,
    _permit: OwnedSemaphorePermit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Asked,
    Ended,
}

impl Seat {
    pub(super) fn new(
        pool: Arc<Inner>,
        worker: Worker,
        permit: OwnedSemaphorePermit,
        deadline: Instant,
    ) -> Seat {
        Seat {
            pool,
            worker: Some(worker),
            state: State::Fresh,
            deadline,
            _permit: permit,
        }
    }

    /// Gives the task. A seat takes one task.
    pub async fn ask(&mut self, task: &impl Serialize) -> Result<(), Lost> {
        if self.state != State::Fresh {
            return Err(Lost::Garbled);
        }
        self.state = State::Asked;
        let bytes = serde_json::to_vec(task).map_err(|error| {
            tracing::error!(%error, "a task cannot be written");
            Lost::Garbled
        })?;
        let worker = self.worker.as_mut().ok_or(Lost::Died)?;
        let sent = timeout_at(
            self.deadline,
            frames::send(&mut worker.process.requests, Tag::Request, &bytes),
        )
        .await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.bury().await),
            Err(_) => Err(self.kill(Lost::Deadline)),
        }
    }

    /// The next reply. After `Done`, `Refused` or an error there is none.
    pub async fn next(&mut self) -> Result<Reply, Lost> {
        if self.state != State::Asked {
            return Err(Lost::Garbled);
        }
        let worker = self.worker.as_mut().ok_or(Lost::Died)?;
        match timeout_at(self.deadline, frames::receive(&mut worker.process.replies)).await {
            Ok(Ok(Some(frame))) => self.take(frame),
            Ok(Ok(None) | Err(frames::FrameError::Torn | frames::FrameError::Pipe(_))) => {
                Err(self.bury().await)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a worker broke the protocol");
                Err(self.kill(Lost::Garbled))
            }
            Err(_) => Err(self.kill(Lost::Deadline)),
        }
    }

    fn take(&mut self, frame: Frame) -> Result<Reply, Lost> {
        let payload = frame.payload;
        Ok(match frame.tag {
            Tag::Rows => Reply::Rows(payload),
            Tag::Aside => Reply::Aside(payload),
            Tag::Event => Reply::Event(payload),
            Tag::Done => {
                self.state = State::Ended;
                Reply::Done(payload)
            }
            Tag::Refused => {
                self.state = State::Ended;
                Reply::Refused(payload)
            }
            Tag::Hello | Tag::Ready | Tag::Request => return Err(self.kill(Lost::Garbled)),
        })
    }

    /// The pipe ended without a last word. The process is given a moment to die by itself, because its own signal
    /// says why; then it is killed.
    async fn bury(&mut self) -> Lost {
        for _ in 0..50 {
            match self.worker.as_mut().map(|worker| worker.process.ending()) {
                Some(Some(status)) => return self.kill(Lost::from_ending(status)),
                Some(None) => sleep(Duration::from_millis(5)).await,
                None => break,
            }
        }
        self.kill(Lost::Died)
    }

    fn kill(&mut self, lost: Lost) -> Lost {
        if let Some(worker) = self.worker.take() {
            tracing::warn!(
                worker.pid = worker.process.id(),
                reason = lost.word(),
                "a task was lost"
            );
            self.pool.dismiss(worker, lost.word());
        }
        lost
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(worker) = self.worker.take() else { return };
        match self.state {
            State::Asked => self.pool.dismiss(worker, "cancelled"),
            State::Fresh | State::Ended => self.pool.put_back(worker),
        }
    }
}
