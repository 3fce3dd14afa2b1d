//! The narrow call behind which a hostile file may kill whoever reads it. The hub gives the one that runs in a
//! worker process; [`LocalChecker`] runs in this process, for tests and tools.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use check::{Finding, Report};
use schemas::{Contract, Period, RegionCode};
use tokio::sync::mpsc;

/// What is to be checked against what. The file is complete and will not change.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    pub contract: Arc<Contract>,
    pub period: Period,
    pub unit: RegionCode,
    pub path: PathBuf,
    /// If the file is an answer, the files it is to be laid over, oldest first.
    pub earlier: Vec<PathBuf>,
}

/// What the checker says on the way, in file order per kind.
#[derive(Debug)]
pub enum CheckEvent {
    Accepted(RecordBatch),
    Quarantined(RecordBatch),
    Findings(Vec<Finding>),
    Progress { rows_read: u64, bytes: u64 },
}

/// Why there is no verdict. A bad file is not among the reasons: that is a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckFailure {
    /// The worker died or was killed by its limits.
    #[error("the checking worker died")]
    Died,
    #[error("checking took too long")]
    TimedOut,
    /// No worker was free in time.
    #[error("no checking worker is free")]
    Busy,
    /// The checker stopped with an error of its own.
    #[error("the checker failed")]
    Failed,
}

#[async_trait]
pub trait Checker: Send + Sync {
    /// Sends events as they come (the channel is bounded: a slow lake slows the checker) and returns the
    /// report after the last one. A closed channel means that nobody wants the verdict any more.
    async fn check(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, CheckFailure>;
}

/// Checks on a blocking thread of this process.
pub struct LocalChecker {
    pub limits: check::Limits,
}

#[async_trait]
impl Checker for LocalChecker {
    async fn check(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, CheckFailure> {
        let limits = self.limits.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let CheckRequest {
                contract,
                period,
                unit,
                path,
                earlier,
            } = request;
            let open = |path: &PathBuf| {
                File::open(path).map_err(|error| {
                    tracing::error!(%error, "the spooled body cannot be read");
                    CheckFailure::Failed
                })
            };
            let earlier = earlier.iter().map(open).collect::<Result<Vec<_>, _>>()?;
            let job = check::Job {
                contract: &contract,
                period: &period,
                unit: &unit,
                limits,
            };
            check::check_answer(&job, earlier, open(&path)?, &mut Events(events)).map_err(|error| {
                tracing::error!(%error, "the checker failed");
                CheckFailure::Failed
            })
        });
        checked.await.map_err(|_| CheckFailure::Died)?
    }
}

struct Events(mpsc::Sender<CheckEvent>);

impl Events {
    fn send(&self, event: CheckEvent) -> Result<(), check::CheckError> {
        self.0.blocking_send(event).map_err(check::CheckError::sink)
    }
}

impl check::Sink for Events {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), check::CheckError> {
        self.send(CheckEvent::Accepted(batch))
    }

    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), check::CheckError> {
        self.send(CheckEvent::Quarantined(batch))
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), check::CheckError> {
        self.send(CheckEvent::Findings(findings.to_vec()))
    }

    fn progress(&mut self, rows_read: u64, bytes: u64) {
        // Progress may be dropped; it must never hold up the check.
        let _ = self.0.try_send(CheckEvent::Progress { rows_read, bytes });
    }
}
