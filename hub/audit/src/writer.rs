//! The one thread that writes. It gathers what many callers ask, writes it in one piece, syncs once, and only then
//! tells them.
//!
//! INVARIANT (no-act-unrecorded): a caller hears `Ok` after fsync or not at all, and after the first refusal of the
//! disk nobody hears `Ok` again until the log is opened anew. A failed fsync is never tried again: the kernel may have
//! dropped the pages and would report success.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Instant;

use chrono::SubsecRound;

use crate::disk::{Disk, OpenDisk};
use crate::error::AuditError;
use crate::heads::head_line;
use crate::log::Settings;
use crate::record;
use crate::signer::{Head, Signer};
use crate::tree::{self, Frontier, Hash};
use crate::walk::segment_path;

/// One batch is at most this many records, so that no caller waits for an endless one.
const BATCH_RECORDS_MAX: usize = 4_096;

pub(crate) enum Request {
    /// Append a record with this body; answers its number.
    Append {
        body: String,
        reply: SyncSender<Result<u64, AuditError>>,
    },
    /// Sign a head over everything recorded so far.
    Head {
        reply: SyncSender<Result<Head, AuditError>>,
    },
}

pub(crate) struct Writer {
    pub dir: PathBuf,
    pub settings: Settings,
    pub signer: Signer,
    pub open_disk: OpenDisk,
    /// The name of the log.
    pub name: String,
    pub frontier: Frontier,
    pub chain: Hash,
    pub segment: Box<dyn Disk>,
    pub segment_bytes: u64,
    pub heads: Box<dyn Disk>,
    pub heads_count: u64,
    pub last_head: Option<Head>,
    /// Shared with the callers; set before any of them hears of an error.
    pub stopped: Arc<AtomicBool>,
}

impl Writer {
    /// Serves until all senders are gone, then signs a last head.
    pub(crate) fn run(mut self, requests: &Receiver<Request>) {
        let mut head_due: Option<Instant> = None;
        loop {
            let received = match head_due {
                None => requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => requests.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match received {
                Ok(first) if self.is_stopped() => refuse(first),
                Ok(first) => self.serve(first, requests),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let now = Instant::now();
            if head_due.is_some_and(|due| due <= now) {
                head_due = None;
                if !self.is_stopped() {
                    let _ = self.sign_head();
                }
            }
            if self.has_news() && !self.is_stopped() {
                head_due.get_or_insert(now + self.settings.head_interval);
            }
        }
        // Nobody is left to be told of a failure; the next opening signs what this could not.
        if !self.is_stopped() {
            let _ = self.sign_head();
        }
    }

    fn serve(&mut self, first: Request, requests: &Receiver<Request>) {
        let mut bodies = Vec::new();
        let mut waiting = Vec::new();
        let mut asked_for_head = Vec::new();
        for request in std::iter::once(first)
            .chain(requests.try_iter())
            .take(BATCH_RECORDS_MAX)
        {
            match request {
                Request::Append { body, reply } => {
                    bodies.push(body);
                    waiting.push(reply);
                }
                Request::Head { reply } => asked_for_head.push(reply),
            }
        }
        // A caller that has given up waiting is not an error: its record is kept all the same.
        let appended = self.append(&bodies);
        for (place, reply) in (0..).zip(waiting) {
            let _ = reply.send(appended.clone().map(|first| first + place));
        }
        for reply in asked_for_head {
            let _ = reply.send(appended.clone().and_then(|_| self.sign_head()));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Whatever the disk refused, it was the last time it was asked.
    fn stop_on_error<T>(&self, result: Result<T, AuditError>) -> Result<T, AuditError> {
        if result.is_err() {
            self.stopped.store(true, Ordering::SeqCst);
        }
        result
    }

    /// Appends records and makes them durable; returns the number of the first.
    pub(crate) fn append(&mut self, bodies: &[String]) -> Result<u64, AuditError> {
        let appended = self.try_append(bodies);
        self.stop_on_error(appended)
    }

    fn try_append(&mut self, bodies: &[String]) -> Result<u64, AuditError> {
        let first = self.frontier.size();
        if bodies.is_empty() {
            return Ok(first);
        }
        self.turn_segment()?;
        let at = (self.settings.clock)().trunc_subsecs(3);
        let mut text = String::new();
        let mut frontier = self.frontier.clone();
        let mut chain = self.chain;
        for body in bodies {
            let (line, next) = record::line(frontier.size(), at, body, &chain);
            frontier.push(tree::leaf(line.as_bytes()));
            chain = next;
            text.push_str(&line);
            text.push('\n');
        }
        self.segment.append(text.as_bytes())?;
        self.segment.sync()?;
        self.segment_bytes += text.len() as u64;
        self.frontier = frontier;
        self.chain = chain;
        Ok(first)
    }

    fn turn_segment(&mut self) -> Result<(), AuditError> {
        if self.segment_bytes >= self.settings.segment_bytes_max {
            self.segment = (self.open_disk)(&segment_path(&self.dir, self.frontier.size()))?;
            self.segment_bytes = 0;
        }
        Ok(())
    }

    fn has_news(&self) -> bool {
        self.last_head
            .as_ref()
            .is_none_or(|head| head.size < self.frontier.size())
    }

    /// Signs what is durable; without news, the last head still says it.
    pub(crate) fn sign_head(&mut self) -> Result<Head, AuditError> {
        let signed = self.try_sign_head();
        self.stop_on_error(signed)
    }

    fn try_sign_head(&mut self) -> Result<Head, AuditError> {
        if let Some(head) = self.last_head.as_ref().filter(|_| !self.has_news()) {
            return Ok(head.clone());
        }
        let at = (self.settings.clock)().trunc_subsecs(3);
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let head = Head::sign(&self.signer, self.heads_count, &self.name, size, root, at);
        let line = head_line(&head).map_err(std::io::Error::from)?;
        self.heads.append(line.as_bytes())?;
        self.heads.sync()?;
        self.heads_count += 1;
        self.last_head = Some(head.clone());
        Ok(head)
    }
}

fn refuse(request: Request) {
    match request {
        Request::Append { reply, .. } => drop(reply.send(Err(AuditError::Stopped))),
        Request::Head { reply } => drop(reply.send(Err(AuditError::Stopped))),
    }
}
