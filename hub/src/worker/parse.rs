//! Checking a submitted file in a process of its own: the request, the worker's side, and the hub's side as intake's
//! `Checker`.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use check::{CheckError, Finding, Job, Report, Sink};
use intake::{CheckEvent, CheckFailure, CheckRequest, Checker};
use schemas::{Contract, Period, RegionCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::batches::Batches;
use super::frames::Tag;
use super::serve::{Gone, Outcome, Replies, Stream, Tasks};
use super::{Hello, Lost, Pool, Reply};

/// One file to check. The worker opens the path itself. Beside it, in the spool, it may put keys aside in files that have
/// no name; it writes nowhere else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParseRequest {
    /// The contract's own text.
    pub contract: String,
    pub period: Period,
    pub unit: RegionCode,
    pub path: PathBuf,
    /// If the file is an answer, the files it is to be laid over, oldest first.
    #[serde(default)]
    pub earlier: Vec<PathBuf>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ParseEvent {
    Findings(Vec<Finding>),
    Progress { rows_read: u64, bytes: u64 },
}

pub(super) struct ParseTasks {
    limits: check::Limits,
}

impl ParseTasks {
    pub(super) fn new(_hello: &Hello) -> ParseTasks {
        ParseTasks {
            limits: check::Limits::default(),
        }
    }
}

impl Tasks for ParseTasks {
    fn run(&mut self, task: &[u8], replies: &mut Replies) -> Result<Outcome, Gone> {
        let request: ParseRequest = serde_json::from_slice(task)?;
        let contract =
            Contract::from_yaml(&request.contract).map_err(|error| Gone::Unfit(error.to_string()))?;
        let job = Job {
            contract: &contract,
            period: &request.period,
            unit: &request.unit,
            limits: check::Limits {
                scratch: request.path.parent().map(PathBuf::from),
                ..self.limits.clone()
            },
        };
        let file = File::open(&request.path)?;
        let earlier = request.earlier.iter().map(File::open).collect::<Result<_, _>>()?;
        let mut sink = ReplySink {
            replies,
            accepted: None,
            quarantined: None,
        };
        match check::check_answer(&job, earlier, file, &mut sink) {
            Ok(report) => Ok(Ok(serde_json::to_value(report)?)),
            Err(error) => {
                tracing::error!(error = %detailed(&error), "the checker failed");
                Ok(Err(json!(error.code())))
            }
        }
    }
}

/// The error with its causes. For the log: causes may quote a value.
fn detailed(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

struct ReplySink<'a> {
    replies: &'a mut Replies,
    accepted: Option<Stream>,
    quarantined: Option<Stream>,
}

impl ReplySink<'_> {
    fn batch(
        replies: &mut Replies,
        stream: &mut Option<Stream>,
        tag: Tag,
        batch: &RecordBatch,
    ) -> Result<(), Gone> {
        let mut open = match stream.take() {
            Some(open) => open,
            None => replies.begin(tag, batch.schema_ref())?,
        };
        replies.batch(&mut open, batch)?;
        *stream = Some(open);
        Ok(())
    }
}

impl Sink for ReplySink<'_> {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        Self::batch(self.replies, &mut self.accepted, Tag::Rows, &batch).map_err(CheckError::sink)
    }

    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        Self::batch(self.replies, &mut self.quarantined, Tag::Aside, &batch).map_err(CheckError::sink)
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        self.replies
            .event(&ParseEvent::Findings(findings.to_vec()))
            .map_err(CheckError::sink)
    }

    fn progress(&mut self, rows_read: u64, bytes: u64) {
        // A broken pipe shows at the next batch, which may fail.
        let _ = self.replies.event(&ParseEvent::Progress { rows_read, bytes });
    }
}

/// Intake's checker: every file in a worker process.
pub struct WorkerChecker {
    pool: Pool,
    time_max: Duration,
}

impl WorkerChecker {
    /// `time_max` counts from the moment a worker is asked for.
    pub fn new(pool: Pool, time_max: Duration) -> WorkerChecker {
        WorkerChecker { pool, time_max }
    }

    async fn checked(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, Failed> {
        let mut seat = self.pool.seat(Instant::now() + self.time_max).await?;
        let CheckRequest {
            contract,
            period,
            unit,
            path,
            earlier,
        } = request;
        seat.ask(&ParseRequest {
            contract: contract.yaml().to_owned(),
            period,
            unit,
            path,
            earlier,
        })
        .await?;
        let (mut accepted, mut quarantined) = (Batches::default(), Batches::default());
        loop {
            match seat.next().await? {
                Reply::Rows(piece) => {
                    for batch in accepted.push(piece)? {
                        events
                            .send(CheckEvent::Accepted(batch))
                            .await
                            .map_err(|_| Failed::Unwanted)?;
                    }
                }
                Reply::Aside(piece) => {
                    for batch in quarantined.push(piece)? {
                        events
                            .send(CheckEvent::Quarantined(batch))
                            .await
                            .map_err(|_| Failed::Unwanted)?;
                    }
                }
                Reply::Event(bytes) => match serde_json::from_slice(&bytes).map_err(|_| Lost::Garbled)? {
                    ParseEvent::Findings(findings) => {
                        events
                            .send(CheckEvent::Findings(findings))
                            .await
                            .map_err(|_| Failed::Unwanted)?;
                    }
                    ParseEvent::Progress { rows_read, bytes } => {
                        // Progress may be dropped; it must never hold up the check.
                        let _ = events.try_send(CheckEvent::Progress { rows_read, bytes });
                    }
                },
                Reply::Done(bytes) => return Ok(serde_json::from_slice(&bytes).map_err(|_| Lost::Garbled)?),
                Reply::Refused(_) => return Err(Failed::Refused),
            }
        }
    }
}

enum Failed {
    Lost(Lost),
    /// Nobody listens to the events any more.
    Unwanted,
    Refused,
}

impl From<Lost> for Failed {
    fn from(lost: Lost) -> Failed {
        Failed::Lost(lost)
    }
}

#[async_trait]
impl Checker for WorkerChecker {
    async fn check(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, CheckFailure> {
        self.checked(request, events)
            .await
            .map_err(|failed| match failed {
                Failed::Lost(Lost::Busy) => CheckFailure::Busy,
                Failed::Lost(Lost::Deadline) => CheckFailure::TimedOut,
                Failed::Lost(_) => CheckFailure::Died,
                Failed::Unwanted | Failed::Refused => CheckFailure::Failed,
            })
    }
}
