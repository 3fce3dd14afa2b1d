//! From a spooled body to a verdict: the checker's events flow through bounded channels, accepted rows straight into
//! the lake's staging area, refused ones straight into a sealed object, and the original into another one; none of them
//! is visible to anybody yet.

use std::fs::File;

use arrow::array::RecordBatch;
use check::{Finding, Report, Verdict};
use lake::{FeedTable, Lake, LakeError, SealedWriter, Staged};
use schemas::{FeedId, SubmissionId};
use tokio::sync::mpsc;

use crate::checker::{CheckEvent, CheckFailure, CheckRequest, Checker};
use crate::door::Admitted;
use crate::error::{ErrorKind, IntakeError};
use crate::limits::IntakeLimits;
use crate::mending::{self, Earlier};
use crate::quarantined::Quarantined;
use crate::spool::Spooled;
use crate::zero;

/// INVARIANT (bounded): a checker that is faster than the lake waits; so many events and batches are held at most.
const EVENTS_HELD: usize = 2;
const BATCHES_HELD: usize = 1;

/// A verdict and what goes with it.
pub(crate) struct Examined {
    pub(crate) report: Report,
    pub(crate) staged: Staged,
    /// The body as it arrived, unless it must not be kept.
    pub(crate) original: Option<SealedWriter>,
    pub(crate) quarantine: Option<SealedWriter>,
    pub(crate) findings: Vec<Finding>,
}

/// What the router has gathered when the last event has come.
struct Routed<'a> {
    rows: Quarantined<'a>,
    findings: Vec<Finding>,
}

pub(crate) struct Desk<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) table: &'a FeedTable,
    pub(crate) checker: &'a dyn Checker,
    pub(crate) limits: &'a IntakeLimits,
    pub(crate) earlier: Earlier<'a>,
}

impl Desk<'_> {
    /// An error means that there is no verdict. What was staged until then is left for the sweep.
    pub(crate) async fn examine(
        &self,
        admitted: &Admitted,
        submission: &SubmissionId,
        spooled: &Spooled,
    ) -> Result<Examined, IntakeError> {
        let request = CheckRequest {
            contract: admitted.contract.clone(),
            period: admitted.period.clone(),
            unit: admitted.slot.unit.clone(),
            path: spooled.path().to_owned(),
            earlier: Vec::new(),
        };
        let place = admitted.place();
        let (to_router, events) = mpsc::channel(EVENTS_HELD);
        let (to_stager, mut batches) = mpsc::channel(BATCHES_HELD);
        let batches = futures::stream::poll_fn(move |context| batches.poll_recv(context));
        let judging = async move {
            let rows = Quarantined::new(self.lake, submission, &admitted.slot.feed);
            let (checked, routed) = tokio::join!(
                self.check(request, submission, to_router),
                self.route(rows, events, &to_stager)
            );
            if checked.is_err() || routed.is_err() {
                // Without this the stager would take a broken-off stream for a complete one.
                let _ = to_stager.send(Err(LakeError::Upstream)).await;
            }
            (checked, routed)
        };
        let (staged, (checked, routed), original) = tokio::join!(
            self.table.stage(&place, submission, batches),
            judging,
            self.seal_original(submission, &admitted.slot.feed, spooled)
        );
        // One failure makes the other two stop. The cause is the one that is not an echo.
        let routed = routed.map_err(lake_failed)?;
        if let Err(error) = staged
            && error != LakeError::Upstream
        {
            return Err(lake_failed(error));
        }
        let report = checked?;
        let staged = staged.map_err(lake_failed)?;
        compare(&report, admitted, spooled, &staged, routed.rows.rows())?;
        // Findings about the file as a whole come first: they explain the others.
        let kept = usize::try_from(self.limits.findings_kept_max).unwrap_or(usize::MAX);
        let of_rows = match report.is_refused_at_the_door() {
            true => Vec::new(),
            false => routed.findings,
        };
        let findings = report.file_findings.iter().cloned().chain(of_rows);
        let findings = findings.take(kept).collect();
        let quarantine = routed.rows.end().await.map_err(lake_failed)?;
        let original = original?;
        // What must not come is not kept either, nor the rows that were judged before it was seen and what was found of
        // them; the spooled body goes with the arrival.
        let (original, quarantine) = match report.is_refused_at_the_door() {
            true => {
                original.abandon().await;
                if let Some(quarantine) = quarantine {
                    quarantine.abandon().await;
                }
                (None, None)
            }
            false => (Some(original), quarantine),
        };
        Ok(Examined {
            report,
            staged,
            original,
            quarantine,
            findings,
        })
    }

    /// A zero report replaces what the slot held by nothing, in a commit like any other.
    pub(crate) async fn examine_zero(
        &self,
        admitted: &Admitted,
        submission: &SubmissionId,
    ) -> Result<Examined, IntakeError> {
        let report = zero::report(admitted);
        let staged = self
            .table
            .stage(&admitted.place(), submission, futures::stream::empty())
            .await;
        Ok(Examined {
            report,
            staged: staged.map_err(lake_failed)?,
            original: None,
            quarantine: None,
            findings: Vec::new(),
        })
    }

    /// While the file is checked: sealing it takes another processor and the same bytes.
    async fn seal_original(
        &self,
        submission: &SubmissionId,
        feed: &FeedId,
        spooled: &Spooled,
    ) -> Result<SealedWriter, IntakeError> {
        let file = File::open(spooled.path()).map_err(|error| {
            tracing::error!(%error, "a spooled body is gone");
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        })?;
        let vault = self.lake.vault();
        vault.seal(submission, feed, file).await.map_err(lake_failed)
    }

    /// A file that says it answers an earlier submission is checked once more, together with what lies below it. The
    /// first look reads its rows only, and only the checker's process ever reads them.
    async fn check(
        &self,
        request: CheckRequest,
        submission: &SubmissionId,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, IntakeError> {
        let report = self.check_once(request.clone(), events.clone()).await?;
        let Some(answered) = mending::asked_for(&report) else {
            return Ok(report);
        };
        let files = match self.earlier.files(answered, submission).await? {
            Ok(files) => files,
            Err(reason) => return Ok(report.answer_refused(reason)),
        };
        let request = CheckRequest {
            earlier: files.iter().map(|file| file.path().to_owned()).collect(),
            ..request
        };
        let report = self.check_once(request, events).await?;
        mending::compare(&report, &files)?;
        Ok(report)
    }

    async fn check_once(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, IntakeError> {
        let checking = self.checker.check(request, events);
        let checked = tokio::time::timeout(self.limits.check(), checking).await;
        checked
            .unwrap_or(Err(CheckFailure::TimedOut))
            .map_err(check_failed)
    }

    /// Ends when the checker has said everything, or when the stager is gone; then nobody listens to the checker any
    /// more, and it stops.
    async fn route<'r>(
        &self,
        mut rows: Quarantined<'r>,
        mut events: mpsc::Receiver<CheckEvent>,
        to_stager: &mpsc::Sender<Result<RecordBatch, LakeError>>,
    ) -> Result<Routed<'r>, LakeError> {
        let mut findings = Vec::new();
        while let Some(event) = events.recv().await {
            match event {
                CheckEvent::Accepted(batch) => {
                    if to_stager.send(Ok(batch)).await.is_err() {
                        break;
                    }
                }
                CheckEvent::Quarantined(batch) => rows.take(&batch).await?,
                CheckEvent::Findings(more) => {
                    let room = self
                        .limits
                        .findings_kept_max
                        .saturating_sub(findings.len() as u64);
                    findings.extend(more.into_iter().take(usize::try_from(room).unwrap_or(usize::MAX)));
                }
                CheckEvent::Progress { rows_read, bytes } => tracing::debug!(rows_read, bytes, "checking"),
            }
        }
        Ok(Routed { rows, findings })
    }
}

/// INVARIANT (conserved): what the checker says it saw, and what it handed over, are compared here before anything is
/// promised. A difference is our mistake and never the sender's.
fn compare(
    report: &Report,
    admitted: &Admitted,
    spooled: &Spooled,
    staged: &Staged,
    quarantined_rows: u64,
) -> Result<(), IntakeError> {
    let counted = [
        report.committed,
        report.quarantined,
        report.duplicate,
        report.blank_or_total,
    ];
    let same_rows =
        counted.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part)) == Some(report.rows_read);
    let same_job = report.contract == admitted.slot.feed.as_str()
        && report.contract_version == admitted.contract.version()
        && report.period == admitted.slot.period
        && report.unit == admitted.slot.unit.as_str();
    let handed_over = match report.verdict {
        Verdict::Rejected => report.committed == 0,
        Verdict::Accepted | Verdict::AcceptedWithFindings => {
            staged.rows() == report.committed && quarantined_rows == report.quarantined
        }
    };
    for (holds, what) in [
        (
            report.sha256 == spooled.sha256,
            "the bytes that were checked are not those that arrived",
        ),
        (
            report.hash() == report.report_hash,
            "the report was changed on its way",
        ),
        (same_job, "the report is about something else"),
        (same_rows, "the report's rows do not add up"),
        (handed_over, "the rows handed over are not those reported"),
    ] {
        if !holds {
            tracing::error!(what, "the checker contradicts itself");
            return Err(IntakeError::new(ErrorKind::Unavailable, "intake.check_failed"));
        }
    }
    Ok(())
}

pub(crate) fn lake_failed(error: LakeError) -> IntakeError {
    tracing::error!(error.code = error.code(), "the lake failed during intake");
    let code = match error {
        LakeError::Full => "intake.storage_full",
        _ => "intake.unavailable",
    };
    IntakeError::new(ErrorKind::Unavailable, code)
}

pub(crate) fn check_failed(failure: CheckFailure) -> IntakeError {
    match failure {
        CheckFailure::Busy => IntakeError::new(ErrorKind::Busy, "intake.busy"),
        CheckFailure::TimedOut => IntakeError::new(ErrorKind::Unavailable, "intake.check_timed_out"),
        CheckFailure::Died => IntakeError::new(ErrorKind::Unavailable, "intake.check_died"),
        CheckFailure::Failed => IntakeError::new(ErrorKind::Unavailable, "intake.check_failed"),
    }
}
