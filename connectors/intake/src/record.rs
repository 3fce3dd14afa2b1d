//! One arrival's entry in the audit log: opened once, ended once, whatever happens in between.

use audit::{Act, ActKind, Closing, Log, Opened, Outcome};
use schemas::SubmissionId;
use serde_json::{Value, json};

use crate::act::Act as SlotAct;
use crate::arrival::Sender;
use crate::error::{ErrorKind, IntakeError};
use crate::receipt::Receipt;
use crate::slot::Slot;
use crate::spool::blocking;
use crate::store::Intent;

/// INVARIANT (no-act-unrecorded): every arrival ends with an entry, refused and broken ones included; an accepted one
/// has an open entry before its rows become visible, and no receipt is handed out before the entry is closed.
pub(crate) struct Record {
    log: Log,
    act: Act,
    opened: Option<Opened>,
}

impl Record {
    pub(crate) fn new(log: &Log, sender: &Sender, subject: Value) -> Record {
        let mut act = Act::new(ActKind::Submission, subject);
        act.person = Some(sender.person.clone());
        act.department = Some(sender.department.as_str().to_owned());
        act.role = Some(sender.role.clone());
        act.client.clone_from(&sender.client);
        act.request_id.clone_from(&sender.request_id);
        Record {
            log: log.clone(),
            act,
            opened: None,
        }
    }

    /// An entry that was opened before and waits to be closed.
    pub(crate) fn resumed(log: &Log, sender: &Sender, subject: Value, opened: Opened) -> Record {
        Record {
            opened: Some(opened),
            ..Record::new(log, sender, subject)
        }
    }

    pub(crate) fn says(&mut self, subject: Value) {
        self.act.subject = subject;
    }

    /// Returns the number of the entry once it is on disk.
    pub(crate) async fn open(&mut self) -> Result<u64, IntakeError> {
        if let Some(opened) = &self.opened {
            return Ok(opened.id().seq());
        }
        let (log, act) = (self.log.clone(), self.act.clone());
        let opened = blocking(move || log.open_entry(act)).await?.map_err(unrecorded)?;
        let entry = opened.id().seq();
        self.opened = Some(opened);
        Ok(entry)
    }

    /// The open entry, for whoever will close it later.
    pub(crate) fn suspend(&mut self) -> Option<Opened> {
        self.opened.take()
    }

    pub(crate) async fn end(&mut self, outcome: Outcome, detail: Value) -> Result<(), IntakeError> {
        let closing = Closing::new(outcome, detail);
        let ended = match self.opened.take() {
            Some(opened) => blocking(move || opened.close(closing)).await?,
            None => {
                let (log, act) = (self.log.clone(), self.act.clone());
                blocking(move || log.record(act, closing)).await?
            }
        };
        ended.map(drop).map_err(unrecorded)
    }

    /// Records why there is no receipt. A failure to record is logged only: the sender is refused in any case.
    pub(crate) async fn fail(&mut self, error: &IntakeError) {
        let outcome = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotAllowed | ErrorKind::Refused | ErrorKind::Conflict => {
                Outcome::Denied
            }
            ErrorKind::TooLarge | ErrorKind::Broken | ErrorKind::Busy | ErrorKind::Unavailable => {
                Outcome::Failed
            }
            // The entry stays open as the submission does.
            ErrorKind::Pending => return,
        };
        if self.end(outcome, json!({ "code": error.code() })).await.is_err() {
            tracing::error!(code = error.code(), "a failed arrival could not be recorded");
        }
    }
}

fn unrecorded(error: audit::AuditError) -> IntakeError {
    tracing::error!(%error, code = error.code(), "an arrival could not be recorded");
    IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
}

/// What is known of an arrival before its verdict.
pub(crate) fn arrival(submission: &SubmissionId, slot: &Slot, act: &SlotAct, sha256: Option<&str>) -> Value {
    json!({
        "submission": submission,
        "feed": slot.feed,
        "period": slot.period,
        "unit": slot.unit,
        "act": act.kind(),
        "of": act.of(),
        "sha256": sha256,
    })
}

/// What is known of a submission that is about to be settled. Counts and names, never a row.
pub(crate) fn submission(intent: &Intent, recovered: bool) -> Value {
    let report = &intent.report;
    json!({
        "submission": intent.submission,
        "feed": intent.slot.feed,
        "period": intent.slot.period,
        "unit": intent.slot.unit,
        "contract_version": intent.contract_version,
        "act": intent.act.kind(),
        "of": intent.act.of(),
        "changes": intent.changes,
        "sha256": report.sha256,
        "size_bytes": intent.size_bytes,
        "zero": intent.zero,
        "verdict": report.verdict,
        "rows_read": report.rows_read,
        "committed": report.committed,
        "quarantined": report.quarantined,
        "duplicate": report.duplicate,
        "blank_or_total": report.blank_or_total,
        "recovered": recovered,
    })
}

/// How a submission ended.
pub(crate) fn settled(receipt: &Receipt) -> Value {
    json!({
        "verdict": receipt.verdict,
        "revision": receipt.revision,
        "table_version": receipt.table_version,
        "receipt_signature": receipt.signature(),
    })
}
