//! One arrival from the door to its receipt: admitted, spooled, compared with what was here before, checked, settled.

use audit::Outcome;
use schemas::SubmissionId;
use serde_json::json;

use crate::act::Act;
use crate::arrival::{Arrival, Body};
use crate::door::{admit, tidy_file_name};
use crate::error::{ErrorKind, IntakeError};
use crate::examine::{Desk, Examined, lake_failed};
use crate::fit::fits;
use crate::intake::{Inner, Received};
use crate::mending::Earlier;
use crate::record::{Record, arrival as subject, settled, submission as full_subject};
use crate::repeated::Content;
use crate::settle::{Ready, store_failed};
use crate::spool::Spooled;
use crate::step::Step;
use crate::store::Intent;
use crate::zero;

impl Inner {
    pub(crate) async fn take(&self, arrival: Arrival) -> Result<Received, IntakeError> {
        let named = json!({ "feed": arrival.feed, "unit": arrival.unit });
        let mut record = Record::new(&self.log, &arrival.sender, named);
        let taken = self.take_recorded(arrival, &mut record).await;
        if let Err(error) = &taken {
            tracing::info!(code = error.code(), "an arrival got no receipt");
            record.fail(error).await;
        }
        taken
    }

    async fn take_recorded(&self, arrival: Arrival, record: &mut Record) -> Result<Received, IntakeError> {
        let received_at = (self.clock)();
        let submission = SubmissionId::new();
        let admitted = admit(&arrival, self.contracts.get(&arrival.feed), received_at)?;
        let Arrival {
            sender,
            file_name,
            idempotency_key,
            body,
            ..
        } = arrival;
        record.says(subject(&submission, &admitted.slot, &admitted.act, None));
        let spooled = self.spool_body(&submission, body).await?;
        let zero = spooled.is_none() && !admitted.act.is_withdrawal();
        let sha256 = spooled
            .as_ref()
            .map_or_else(zero::sha256_of_nothing, |spooled| spooled.sha256.clone());
        record.says(subject(&submission, &admitted.slot, &admitted.act, Some(&sha256)));
        self.steps.reached(Step::Received).await;

        // INVARIANT (once): from here to the receipt nobody else touches the slot.
        let _slot = self.turn(self.slots.lock(&admitted.slot)).await?;
        self.settle_earlier(&admitted.slot).await?;
        let current = self.store.current(&admitted.slot).await.map_err(store_failed)?;
        let content = Content {
            admitted: &admitted,
            sender: &sender,
            sha256: &sha256,
            zero,
            act: &admitted.act,
        };
        if let Some(receipt) = self
            .same_as_before(&content, idempotency_key.as_deref(), current.as_ref())
            .await?
        {
            let detail =
                json!({ "repeated": true, "submission": receipt.submission, "receipt": settled(&receipt) });
            record.end(Outcome::Done, detail).await?;
            return Ok(Received::Settled {
                receipt,
                repeated: true,
            });
        }
        if let Some(waiting) = self.waits_already(&content).await? {
            let detail = json!({ "repeated": true, "submission": waiting.submission });
            record.end(Outcome::Done, detail).await?;
            return Ok(Received::Waiting(Box::new(waiting)));
        }

        fits(&admitted.act, current.as_ref())?;
        let _turn = self.turn(self.settling.acquire()).await?.map_err(closed)?;
        let _working = self.work_on(&submission);
        let table = self.lake.feed(&admitted.contract).await.map_err(lake_failed)?;
        let desk = Desk {
            lake: &self.lake,
            table: &table,
            checker: &*self.checker,
            limits: &self.limits,
            earlier: Earlier {
                store: &*self.store,
                lake: &self.lake,
                spool: &self.spool,
                slot: &admitted.slot,
                current: current.as_ref(),
            },
        };
        let examined = match &spooled {
            Some(spooled) => desk.examine(&admitted, &submission, spooled).await?,
            None => desk.examine_zero(&admitted, &submission).await?,
        };
        self.steps.reached(Step::Staged).await;
        self.steps.reached(Step::Checked).await;
        let verdict = examined.report.verdict;
        let compared = self
            .compare(&admitted, &table, current.as_ref(), verdict, &examined.staged)
            .await?;
        let Examined {
            report,
            staged,
            original,
            quarantine,
            findings,
        } = examined;
        let recognised = self
            .recognise(&admitted.contract, &admitted.slot, admitted.act.kind(), &report)
            .await?;
        // What is known of the rows explains more than any of them.
        let findings: Vec<_> = recognised.iter().cloned().chain(findings).collect();
        let mut intent = Intent {
            submission,
            contract_version: admitted.contract.version().to_owned(),
            act: admitted.act,
            changes: compared.as_ref().map(|changes| changes.counts),
            slot: admitted.slot,
            period: admitted.period,
            sender,
            file_name: file_name.as_deref().and_then(tidy_file_name),
            idempotency_key,
            zero,
            size_bytes: spooled.as_ref().map_or(0, |spooled| spooled.size_bytes),
            report,
            recognised,
            findings_kept: findings.len() as u64,
            staged: None,
            review: None,
            revision_before: current.map_or(0, |current| current.revision),
            received_at,
        };
        let staged = match intent.act {
            Act::Supplement { .. } => staged.beside(),
            _ => staged,
        };
        intent.staged = intent.is_accepted().then_some(staged);
        record.says(full_subject(&intent, false));
        let ready = Ready {
            intent,
            original,
            quarantine,
            findings,
            changes: compared.map(|changes| changes.listed).unwrap_or_default(),
        };
        if self.must_be_signed(&ready.intent) {
            let waiting = self.hold(ready, record).await?;
            return Ok(Received::Waiting(Box::new(waiting)));
        }
        let receipt = self.settle(ready, &table, record).await?;
        Ok(Received::Settled {
            receipt,
            repeated: false,
        })
    }

    async fn spool_body(
        &self,
        submission: &SubmissionId,
        body: Body,
    ) -> Result<Option<Spooled>, IntakeError> {
        let Body::Bytes(reader) = body else {
            return Ok(None);
        };
        let _place = self
            .bodies
            .try_acquire()
            .map_err(|_| IntakeError::new(ErrorKind::Busy, "intake.busy"))?;
        self.spool
            .receive(submission, reader, &self.limits)
            .await
            .map(Some)
    }

    /// Waits for something that other arrivals hold, but not for ever.
    pub(crate) async fn turn<T>(&self, waiting: impl Future<Output = T>) -> Result<T, IntakeError> {
        tokio::time::timeout(self.limits.turn(), waiting)
            .await
            .map_err(|_| IntakeError::new(ErrorKind::Busy, "intake.busy"))
    }
}

pub(crate) fn closed(_: tokio::sync::AcquireError) -> IntakeError {
    IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
}
