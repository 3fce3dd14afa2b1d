//! Seats at worker processes. A seat is one process for one task; a process whose task ended cleanly waits for the
//! next one, every other process is killed. Killing is how a task is cancelled.

mod seat;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::frames::{self, Tag};
use super::spawn::{Process, Spawner};
use super::{Hello, Kind, Lost};
use crate::metrics::Metrics;

pub use seat::{Reply, Seat};

/// A process that has not said `Ready` by then is given up.
const START_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct PoolSettings {
    pub kind: Kind,
    /// Processes that wait for a task.
    pub ready: usize,
    /// Tasks at the same time.
    pub at_once: usize,
    /// Tasks one process does before it is replaced.
    pub tasks_max: u32,
    /// How long a task waits for a seat.
    pub queue_time: Duration,
}

/// Handle to the pool; clones share it.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    settings: PoolSettings,
    spawner: Spawner,
    hello: Vec<u8>,
    metrics: Arc<Metrics>,
    idle: Mutex<Vec<Worker>>,
    seats: Arc<Semaphore>,
}

/// A process that is ready for a task.
struct Worker {
    process: Process,
    tasks_done: u32,
}

impl Pool {
    /// Starts the waiting processes. Fails if not one of them can be started.
    pub async fn start(
        settings: PoolSettings,
        spawner: Spawner,
        hello: &Hello,
        metrics: Arc<Metrics>,
    ) -> Result<Pool, Lost> {
        let hello = serde_json::to_vec(hello).map_err(|_| Lost::NotStarted)?;
        let seats = Arc::new(Semaphore::new(settings.at_once));
        let idle = Mutex::new(Vec::new());
        let pool = Pool {
            inner: Arc::new(Inner {
                settings,
                spawner,
                hello,
                metrics,
                idle,
                seats,
            }),
        };
        for _ in 0..pool.inner.settings.ready {
            let worker = pool.inner.start_worker().await?;
            pool.inner.idle().push(worker);
        }
        pool.inner.tell();
        Ok(pool)
    }

    /// A seat for one task that must end by `deadline`.
    pub async fn seat(&self, deadline: Instant) -> Result<Seat, Lost> {
        let waiting = Arc::clone(&self.inner.seats).acquire_owned();
        let permit = match timeout(self.inner.settings.queue_time, waiting).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(Lost::Busy),
        };
        let worker = match self.inner.take_idle() {
            Some(worker) => worker,
            None => self.inner.start_worker().await?,
        };
        Inner::refill(&self.inner);
        Ok(Seat::new(Arc::clone(&self.inner), worker, permit, deadline))
    }

    /// Processes that wait, for readiness.
    pub fn idle(&self) -> usize {
        self.inner.idle().len()
    }
}

impl Inner {
    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A waiting process that is still there. A process may die while it waits, e.g. when memory is short.
    fn take_idle(&self) -> Option<Worker> {
        loop {
            let mut worker = self.idle().pop()?;
            if worker.process.ending().is_none() {
                return Some(worker);
            }
            self.count_end("died_waiting");
        }
    }

    async fn start_worker(&self) -> Result<Worker, Lost> {
        match timeout(START_TIME_MAX, self.greet()).await {
            Ok(Some(worker)) => Ok(worker),
            Ok(None) | Err(_) => {
                self.count_end("not_started");
                Err(Lost::NotStarted)
            }
        }
    }

    async fn greet(&self) -> Option<Worker> {
        let kind = self.settings.kind.name();
        let mut process = match self.spawner.spawn(self.settings.kind).await {
            Ok(process) => process,
            Err(error) => {
                tracing::error!(worker.kind = kind, %error, "a worker cannot be started");
                return None;
            }
        };
        let greeted = frames::send(&mut process.requests, Tag::Hello, &self.hello).await;
        let answered = match greeted {
            Ok(()) => frames::receive(&mut process.replies).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(Some(frame)) if frame.tag == Tag::Ready => Some(Worker {
                process,
                tasks_done: 0,
            }),
            other => {
                let ending = process.end().ok();
                tracing::error!(worker.kind = kind, answer = ?other.err(), ?ending, "a worker did not get ready");
                None
            }
        }
    }

    /// Processes that may wait. Twice those that must, so that one task after the other neither starts nor ends any.
    fn idle_max(&self) -> usize {
        self.settings.ready.max(1) * 2
    }

    /// Takes a worker back, or ends it when it has done its share.
    fn put_back(self: &Arc<Self>, mut worker: Worker) {
        worker.tasks_done += 1;
        let spent = worker.tasks_done >= self.settings.tasks_max;
        if !spent && self.idle().len() < self.idle_max() {
            self.idle().push(worker);
        } else {
            self.dismiss(worker, if spent { "spent" } else { "surplus" });
        }
        self.tell();
    }

    /// Kills a worker away from the async threads: cleaning up a large address space takes the kernel a while.
    fn dismiss(self: &Arc<Self>, worker: Worker, reason: &str) {
        self.count_end(reason);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(worker))),
            Err(_) => drop(worker),
        }
        Self::refill(self);
    }

    /// Starts waiting processes in the background until there are enough of them.
    fn refill(inner: &Arc<Self>) {
        inner.tell();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if inner.idle().len() >= inner.settings.ready {
            return;
        }
        let inner = Arc::clone(inner);
        runtime.spawn(async move {
            let Ok(worker) = inner.start_worker().await else {
                return;
            };
            let enough = {
                let mut idle = inner.idle();
                if idle.len() < inner.settings.ready {
                    idle.push(worker);
                    None
                } else {
                    Some(worker)
                }
            };
            // Another refill was faster.
            drop(enough);
            inner.tell();
        });
    }

    fn tell(&self) {
        let waiting = i64::try_from(self.idle().len()).unwrap_or(i64::MAX);
        let taken = self
            .settings
            .at_once
            .saturating_sub(self.seats.available_permits());
        let kind = self.settings.kind.name();
        self.metrics.workers.set(&[kind, "waiting"], waiting);
        self.metrics
            .workers
            .set(&[kind, "busy"], i64::try_from(taken).unwrap_or(i64::MAX));
    }

    fn count_end(&self, reason: &str) {
        self.metrics
            .worker_ends
            .add(&[self.settings.kind.name(), reason], 1);
    }
}
