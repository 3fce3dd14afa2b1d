//! Feeds whose submissions a second person signs (待签): checked and sealed when they arrive, committed when a colleague
//! of the sender says so. Not here: who may sign (`policy`); that it is not the sender is looked at once more.

use audit::Outcome;
use check::Verdict;
use schemas::SubmissionId;
use serde_json::json;

use crate::arrival::Sender;
use crate::error::{ErrorKind, IntakeError};
use crate::fit::fits;
use crate::intake::{Inner, Intake, Received};
use crate::record::{Record, submission as full_subject};
use crate::settle::{Ready, pending, store_failed};
use crate::step::Step;
use crate::store::{Intent, Review, Standing};
use crate::take::closed;

impl Inner {
    /// INVARIANT (signed-first): what needs a signature has none when it arrives, so it waits here.
    pub(crate) fn must_be_signed(&self, intent: &Intent) -> bool {
        intent.is_accepted() && self.signed.contains(&intent.slot.feed)
    }

    /// Everything becomes durable and nothing visible. An earlier submission that waited for the same slot is given up.
    pub(crate) async fn hold(&self, ready: Ready, record: &mut Record) -> Result<Intent, IntakeError> {
        let (intent, entry) = self.begin(ready, record).await?;
        if let Err(error) = self.store.hold(&intent, Some(entry)).await {
            return Err(self.give_up(&intent, store_failed(error)).await);
        }
        self.steps.reached(Step::Held).await;
        if let Err(error) = record.end(Outcome::Done, waits(&intent)).await {
            tracing::error!(submission.id = %intent.submission, %error, "a waiting submission is not recorded");
            return Err(pending(&intent));
        }
        self.steps.reached(Step::AuditClosed).await;
        tracing::info!(submission.id = %intent.submission, "submission waits for a signature");
        Ok(intent)
    }

    /// The submission that waits, if it does and the signer is a colleague of its sender.
    async fn waiting_for(&self, submission: &SubmissionId, signer: &Sender) -> Result<Intent, IntakeError> {
        let not_waiting = || IntakeError::new(ErrorKind::Conflict, "intake.not_waiting");
        let intent = match self.store.standing(submission).await.map_err(store_failed)? {
            Some(Standing::Waiting(intent)) => *intent,
            Some(_) => return Err(not_waiting()),
            None => return Err(IntakeError::new(ErrorKind::NotFound, "intake.submission_unknown")),
        };
        if intent.sender.department != signer.department {
            return Err(IntakeError::new(ErrorKind::NotFound, "intake.submission_unknown"));
        }
        if intent.sender.person == signer.person {
            return Err(IntakeError::new(ErrorKind::NotAllowed, "intake.signs_own"));
        }
        Ok(intent)
    }

    async fn sign(
        &self,
        submission: &SubmissionId,
        signer: &Sender,
        record: &mut Record,
    ) -> Result<Received, IntakeError> {
        if let Some(Standing::Settled(settled)) =
            self.store.standing(submission).await.map_err(store_failed)?
            && (settled.receipt.reviewed.as_ref()).is_some_and(|review| review.person == signer.person)
        {
            let receipt = settled.receipt;
            record.end(Outcome::Done, json!({ "repeated": true })).await?;
            return Ok(Received::Settled {
                receipt,
                repeated: true,
            });
        }
        let slot = self.waiting_for(submission, signer).await?.slot;
        let _slot = self.turn(self.slots.lock(&slot)).await?;
        self.settle_earlier(&slot).await?;
        // A colleague may have been faster, or the sender have sent another one.
        let mut intent = self.waiting_for(submission, signer).await?;
        let current = self.store.current(&slot).await.map_err(store_failed)?;
        fits(&intent.act, current.as_ref())?;
        let _turn = self.turn(self.settling.acquire()).await?.map_err(closed)?;
        let table = self.table_of(&intent).await?;
        intent.revision_before = current.map_or(0, |current| current.revision);
        intent.review = Some(Review {
            person: signer.person.clone(),
            at: (self.clock)(),
        });
        let mut subject = full_subject(&intent, false);
        if let Some(subject) = subject.as_object_mut() {
            subject.insert("signs".to_owned(), json!(intent.sender.person));
        }
        record.says(subject);
        let entry = record.open().await?;
        self.steps.reached(Step::AuditOpened).await;
        self.store.release(&intent).await.map_err(store_failed)?;
        self.steps.reached(Step::Signed).await;
        let receipt = self.decide(&intent, &table, entry, record).await?;
        Ok(Received::Settled {
            receipt,
            repeated: false,
        })
    }

    async fn decline(
        &self,
        submission: &SubmissionId,
        signer: &Sender,
        record: &mut Record,
    ) -> Result<(), IntakeError> {
        let slot = self.waiting_for(submission, signer).await?.slot;
        let _slot = self.turn(self.slots.lock(&slot)).await?;
        let intent = self.waiting_for(submission, signer).await?;
        record.says(full_subject(&intent, false));
        record.open().await?;
        self.store
            .abort_intent(submission, "intake.declined")
            .await
            .map_err(store_failed)?;
        record
            .end(Outcome::Done, json!({ "code": "intake.declined" }))
            .await
    }
}

impl Intake {
    /// Commits a submission that waits, in the signer's name beside its sender's. Signing again gives the same receipt.
    pub async fn sign(&self, submission: SubmissionId, signer: Sender) -> Result<Received, IntakeError> {
        let inner = self.0.clone();
        let signing = async move {
            let named = json!({ "submission": submission, "act": "sign" });
            let mut record = Record::new(&inner.log, &signer, named);
            let signed = inner.sign(&submission, &signer, &mut record).await;
            if let Err(error) = &signed {
                record.fail(error).await;
            }
            signed
        };
        // The work goes on if the caller stops waiting, as with an arrival.
        tokio::spawn(signing).await.map_err(|error| {
            tracing::error!(%error, "signing failed");
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        })?
    }

    /// Gives a submission up that waits. Its sender finds the reason by its number.
    pub async fn decline(&self, submission: SubmissionId, signer: Sender) -> Result<(), IntakeError> {
        let named = json!({ "submission": submission, "act": "decline" });
        let mut record = Record::new(&self.0.log, &signer, named);
        let declined = self.0.decline(&submission, &signer, &mut record).await;
        if let Err(error) = &declined {
            record.fail(error).await;
        }
        declined
    }
}

/// How an arrival that waits is recorded.
pub(crate) fn waits(intent: &Intent) -> serde_json::Value {
    let verdict: Verdict = intent.report.verdict;
    json!({ "verdict": verdict, "waits_for": "signature" })
}
