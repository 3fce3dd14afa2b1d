//! Files on their way in, and what became of them. Whether somebody may send or see is asked of the policy first.

use audit::ActKind;
use futures::TryStreamExt;
use intake::{Arrival, ErrorKind, IntakeError, Sender, Standing, SubmissionStore};
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
        let contract = self.contracts.get(&head.feed);
        let department = contract
            .map(|contract| contract.department().clone())
            .ok_or_else(|| problem(&IntakeError::without_contract(&head.feed)))?;
        let subject = json!({"act": "submit", "feed": head.feed, "period": head.period, "unit": head.unit});
        self.permitted(caller, &Action::Submit { department }, subject.clone())
            .await?;
        let counted = self.count_submission(caller, &subject).await?;
        let body = counted.through(body);
        let principal = caller.signed_in.principal();
        let arrival = Arrival {
            feed: head.feed,
            period: head.period,
            unit: head.unit,
            sender: Sender {
                person: principal.person().to_owned(),
                department: principal.department().clone(),
                role: principal.role().as_str().to_owned(),
                policy_epoch: self.policy.epoch().await.map_err(Problem::internal)?,
                client: Some(caller.client.clone()),
                request_id: Some(caller.request_id.to_string()),
            },
            file_name: head.file_name,
            idempotency_key: head.idempotency_key,
            body: match head.zero {
                true => intake::Body::Zero,
                false => intake::Body::bytes(StreamReader::new(body.map_err(std::io::Error::other))),
            },
        };
        let received = self.intake.receive(arrival).await;
        self.count_bytes(caller, &subject, &counted).await?;
        let received = received.map_err(|error| problem(&error))?;
        let text = received.receipt.to_json().map_err(Problem::internal)?;
        let receipt = serde_json::from_str(&text).map_err(Problem::internal)?;
        Ok(Submitted {
            receipt,
            repeated: received.repeated,
        })
    }

    /// The state of one submission, with its receipt when it has one.
    pub(super) async fn submission_of(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        Ok(match self.own(caller, id).await? {
            Standing::Open(intent) => json!({"id": id, "state": "pending", "slot": intent.slot}),
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
            Standing::Open(_) => Err(Problem::new(409, "55000", "intake.not_settled")),
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

fn sender_of(standing: &Standing) -> &DepartmentCode {
    match standing {
        Standing::Open(intent) => &intent.sender.department,
        Standing::Settled(record) => &record.sender.department,
        Standing::Aborted { sender, .. } => &sender.department,
    }
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
