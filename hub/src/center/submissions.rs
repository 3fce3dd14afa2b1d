//! Files on their way in, and what became of them. Whether somebody may send or see is asked of the policy first.

use audit::ActKind;
use futures::TryStreamExt;
use intake::{Arrival, ErrorKind, IntakeError, Intent, Received, Sender, Standing, SubmissionStore};
use policy::{Action, Ruling};
use schemas::{DepartmentCode, SubmissionId};
use serde_json::{Value, json};
use tokio_util::io::StreamReader;

use super::Center;
use crate::front::{Body, Caller, Page, PageAsked, Problem, SubmitHead, Submitted, finding_shown};

impl Center {
    pub(super) async fn take_in(
        &self,
        caller: &Caller,
        head: SubmitHead,
        body: Body,
    ) -> Result<Submitted, Problem> {
        let subject = self.may_submit(caller, &head).await?;
        let counted = self.count_submission(caller, &subject).await?;
        let arrival = self.arrival(caller, head, counted.through(body)).await?;
        let received = self.intake.receive(arrival).await;
        self.count_bytes(caller, &subject, &counted).await?;
        submitted(received.map_err(|error| problem(&error))?)
    }

    /// What the caller is about to send, as the audit log names it, if they may.
    pub(super) async fn may_submit(&self, caller: &Caller, head: &SubmitHead) -> Result<Value, Problem> {
        let contract = self.contracts.get(&head.feed);
        let department = contract
            .map(|contract| contract.department().clone())
            .ok_or_else(|| problem(&IntakeError::without_contract(&head.feed)))?;
        let subject = subject(head);
        self.permitted(caller, &Action::Submit { department }, subject.clone())
            .await?;
        Ok(subject)
    }

    pub(super) async fn arrival(
        &self,
        caller: &Caller,
        head: SubmitHead,
        body: Body,
    ) -> Result<Arrival, Problem> {
        Ok(Arrival {
            feed: head.feed,
            period: head.period,
            unit: head.unit,
            act: head.act,
            sender: self.sender(caller).await?,
            file_name: head.file_name,
            idempotency_key: head.idempotency_key,
            body: match head.zero {
                true => intake::Body::Zero,
                false => intake::Body::bytes(StreamReader::new(body.map_err(std::io::Error::other))),
            },
        })
    }

    /// The caller as intake writes it down.
    pub(super) async fn sender(&self, caller: &Caller) -> Result<Sender, Problem> {
        let principal = caller.signed_in.principal();
        Ok(Sender {
            person: principal.person().to_owned(),
            department: principal.department().clone(),
            role: principal.role().as_str().to_owned(),
            policy_epoch: self.policy.epoch().await.map_err(Problem::internal)?,
            client: Some(caller.client.clone()),
            request_id: Some(caller.request_id.to_string()),
        })
    }

    /// Takes an arrival to its receipt.
    pub(super) async fn received(&self, arrival: Arrival) -> Result<Submitted, Problem> {
        let received = self.intake.receive(arrival).await;
        submitted(received.map_err(|error| problem(&error))?)
    }

    /// The state of one submission, with its receipt when it has one.
    pub(super) async fn submission_of(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        Ok(match self.own(caller, id).await? {
            Standing::Open(intent) => json!({"id": id, "state": "pending", "slot": intent.slot}),
            Standing::Waiting(intent) => waiting_shown(&intent)?,
            Standing::Aborted { slot, code, .. } => {
                json!({"id": id, "state": "aborted", "slot": slot, "code": code})
            }
            Standing::Settled(record) => json!({
                "id": id,
                "state": "settled",
                "slot": record.slot,
                "current": record.current,
                "lake_seq": record.lake_seq,
                "report": record.report,
                "receipt": receipt_value(&record.receipt)?,
            }),
        })
    }

    pub(super) async fn receipt_of(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        match self.own(caller, id).await? {
            Standing::Settled(record) => receipt_value(&record.receipt),
            Standing::Open(_) | Standing::Waiting(_) => Err(Problem::new(409, "55000", "intake.not_settled")),
            Standing::Aborted { .. } => Err(not_found()),
        }
    }

    pub(super) async fn findings_of(
        &self,
        caller: &Caller,
        id: &SubmissionId,
        page: PageAsked,
    ) -> Result<Page, Problem> {
        self.own(caller, id).await?;
        let found = self
            .registry
            .findings(id, page.after, page.items_max)
            .await
            .map_err(Problem::internal)?;
        Ok(Page {
            items: found.findings.iter().map(finding_shown).collect(),
            next: found.next,
        })
    }

    /// A submission of the caller's department. Another department's looks exactly like none.
    pub(super) async fn own(&self, caller: &Caller, id: &SubmissionId) -> Result<Standing, Problem> {
        let standing = self
            .registry
            .standing(id)
            .await
            .map_err(Problem::internal)?
            .ok_or_else(not_found)?;
        let action = Action::ReadOwnSubmission {
            department: sender_of(&standing).clone(),
        };
        match self.policy.authorize(caller.signed_in.principal(), &action) {
            Ruling::Granted(()) => Ok(standing),
            Ruling::Denied(denial) => {
                self.books
                    .denied(
                        caller,
                        json!({"act": "read_submission", "submission": id}),
                        &denial,
                    )
                    .await;
                Err(not_found())
            }
        }
    }

    /// Asks the policy; a refusal is on record when this returns.
    pub(super) async fn permitted(
        &self,
        caller: &Caller,
        action: &Action,
        subject: Value,
    ) -> Result<(), Problem> {
        match self.policy.authorize(caller.signed_in.principal(), action) {
            Ruling::Granted(()) => Ok(()),
            Ruling::Denied(denial) => Err(self.books.denied(caller, subject, &denial).await),
        }
    }

    /// An act that is done as soon as it is allowed, such as reading the audit log.
    pub(super) async fn noted(&self, caller: &Caller, kind: ActKind, subject: Value) -> Result<(), Problem> {
        let closing = audit::Closing::new(audit::Outcome::Done, json!({}));
        self.books
            .record(super::books::act_of(kind, caller, subject), closing)
            .await
            .map(drop)
    }
}

/// A submission as the audit log names it before it has an id.
pub(super) fn subject(head: &SubmitHead) -> Value {
    json!({"act": "submit", "feed": head.feed, "period": head.period, "unit": head.unit})
}

fn sender_of(standing: &Standing) -> &DepartmentCode {
    match standing {
        Standing::Open(intent) | Standing::Waiting(intent) => &intent.sender.department,
        Standing::Settled(record) => &record.sender.department,
        Standing::Aborted { sender, .. } => &sender.department,
    }
}

/// The answer to whoever sent or signed.
pub(super) fn submitted(received: Received) -> Result<Submitted, Problem> {
    let (receipt, repeated, waits) = match received {
        Received::Settled { receipt, repeated } => (receipt_value(&receipt)?, repeated, false),
        Received::Waiting(intent) => (waiting_shown(&intent)?, false, true),
    };
    Ok(Submitted {
        receipt,
        repeated,
        waits,
    })
}

/// What is known of a submission that waits for a signature: all that the checker said, and that nothing counts yet.
pub(super) fn waiting_shown(intent: &Intent) -> Result<Value, Problem> {
    let mut shown = serde_json::to_value(&intent.report).map_err(Problem::internal)?;
    let known = json!({
        "id": intent.submission,
        "submission": intent.submission,
        "state": "waiting",
        "feed": intent.slot.feed,
        "act": intent.act,
        "changes": intent.changes,
        "zero": intent.zero,
        "person": intent.sender.person,
        "file_name": intent.file_name,
        "size_bytes": intent.size_bytes,
        "received_at": intent.received_at,
    });
    if let (Some(shown), Value::Object(known)) = (shown.as_object_mut(), known) {
        shown.extend(known);
    }
    Ok(shown)
}

fn receipt_value(receipt: &intake::Receipt) -> Result<Value, Problem> {
    let text = receipt.to_json().map_err(Problem::internal)?;
    serde_json::from_str(&text).map_err(Problem::internal)
}

pub(super) fn not_found() -> Problem {
    Problem::new(404, "42704", "intake.submission_unknown")
}

pub(super) fn problem(error: &IntakeError) -> Problem {
    let (status, sqlstate) = match error.kind() {
        ErrorKind::NotFound => (404, "42704"),
        ErrorKind::NotAllowed => (403, "42501"),
        ErrorKind::Refused => (422, "22023"),
        ErrorKind::Conflict => (409, "55000"),
        ErrorKind::TooLarge => (413, "54000"),
        ErrorKind::Broken => (400, "08006"),
        ErrorKind::Busy => (503, "53300"),
        ErrorKind::Pending => (202, "55000"),
        ErrorKind::Unavailable => (503, "58030"),
    };
    let mut problem = Problem::new(status, sqlstate, error.code());
    problem.args = error
        .args()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if let Some(submission) = error.submission() {
        problem = problem.with("submission", submission);
    }
    if matches!(error.kind(), ErrorKind::Busy) {
        problem.retry_after(5)
    } else {
        problem
    }
}
