//! What became of what a department sent: its submissions by day, what each changed, the originals, and the way back.

use async_trait::async_trait;
use audit::ActKind;
use futures::{StreamExt, TryStreamExt};
use intake::{Act, Arrival, Receipt, Sender, Standing, SubmissionFilter, SubmissionRecord, SubmissionStore};
use schemas::{DepartmentCode, FeedId, Period, SubmissionId};
use serde_json::{Value, json};

use super::Center;
use super::submissions::{not_found, problem, submitted, waiting_shown};
use crate::front::{
    Caller, OriginalFile, PageAsked, Problem, Revisions, SubmissionsAsked, Submitted, WithdrawAsked, day_end,
};

#[async_trait]
impl Revisions for Center {
    async fn submissions(&self, caller: &Caller, asked: SubmissionsAsked) -> Result<Vec<Value>, Problem> {
        let department = caller.signed_in.principal().department().clone();
        let action = policy::Action::ReadOwnSubmission {
            department: department.clone(),
        };
        self.permitted(caller, &action, json!({"act": "list_submissions"}))
            .await?;
        if asked.waiting {
            return self.waiting(&department, &asked).await;
        }
        let filter = SubmissionFilter {
            department: Some(department),
            period: asked.period.map(|period| self.label(asked.feed.as_ref(), period)),
            feed: asked.feed,
            unit: asked.unit,
            before: asked.before,
            as_of: asked.as_of.map(day_end).transpose()?,
            count_max: asked.items_max,
            ..SubmissionFilter::default()
        };
        let records = self
            .registry
            .submissions(&filter)
            .await
            .map_err(Problem::internal)?;
        Ok(records.iter().map(shown).collect())
    }

    async fn changes(&self, caller: &Caller, id: &SubmissionId, page: PageAsked) -> Result<Value, Problem> {
        let record = self.settled(caller, id).await?;
        let receipt = &record.receipt;
        if let Some(counts) = receipt.changes {
            let kept = self
                .registry
                .changes(id, page.after, page.items_max)
                .await
                .map_err(Problem::internal)?;
            return Ok(json!({
                "submission": id, "against": receipt.act.of(), "counts": counts,
                "items": kept.changes, "next": kept.next,
            }));
        }
        let before = self.revision_before(&record).await?;
        let changes = self
            .intake
            .differences(before.as_ref().map(|before| &*before.receipt), receipt)
            .await
            .map_err(|error| problem(&error))?;
        let skipped = usize::try_from(page.after).unwrap_or(usize::MAX);
        let items = changes.listed.iter().skip(skipped);
        let items: Vec<_> = items.take(page.items_max as usize).collect();
        let end = page.after.saturating_add(items.len() as u64);
        Ok(json!({
            "submission": id,
            "against": before.map(|before| before.receipt.submission.clone()),
            "counts": changes.counts,
            "items": items,
            "next": (end < changes.listed.len() as u64).then_some(end),
        }))
    }

    async fn original(&self, caller: &Caller, id: &SubmissionId) -> Result<OriginalFile, Problem> {
        let absent = || Problem::new(404, "42704", "intake.original_absent");
        let (feed, file_name, size_bytes) = match self.own(caller, id).await? {
            Standing::Settled(record) if !record.report.is_refused_at_the_door() => {
                let receipt = &record.receipt;
                (
                    record.slot.feed.clone(),
                    receipt.file_name.clone(),
                    receipt.size_bytes,
                )
            }
            // Whoever signs has to see what.
            Standing::Waiting(intent) => (intent.slot.feed, intent.file_name, intent.size_bytes),
            Standing::Open(_) => return Err(Problem::new(409, "55000", "intake.not_settled")),
            Standing::Settled(_) | Standing::Aborted { .. } => return Err(absent()),
        };
        if size_bytes == 0 {
            return Err(absent());
        }
        let sealed = self.intake.original(id, &feed).await;
        let bytes = sealed.map_err(|error| problem(&error))?.ok_or_else(absent)?;
        let subject = json!({"act": "read_original", "submission": id, "feed": feed});
        self.noted(caller, ActKind::Submission, subject).await?;
        Ok(OriginalFile {
            file_name,
            size_bytes,
            bytes: bytes.map_err(std::io::Error::other).boxed(),
        })
    }

    async fn withdraw(
        &self,
        caller: &Caller,
        id: &SubmissionId,
        asked: WithdrawAsked,
    ) -> Result<Submitted, Problem> {
        let record = self.settled(caller, id).await?;
        let department = record.sender.department.clone();
        let subject = json!({"act": "withdraw", "submission": id});
        self.permitted(caller, &policy::Action::Submit { department }, subject)
            .await?;
        let arrival = Arrival {
            feed: record.slot.feed,
            period: record.slot.period,
            unit: record.slot.unit,
            act: Act::withdrawal(id.clone(), asked.reason.as_deref()),
            sender: self.sender(caller).await?,
            file_name: None,
            idempotency_key: asked.idempotency_key,
            body: intake::Body::Zero,
        };
        self.received(arrival).await
    }

    async fn sign(&self, caller: &Caller, id: &SubmissionId) -> Result<Submitted, Problem> {
        let signer = self.signer_of(caller, id, "sign").await?;
        let signed = self.intake.sign(id.clone(), signer).await;
        submitted(signed.map_err(|error| problem(&error))?)
    }

    async fn decline(&self, caller: &Caller, id: &SubmissionId) -> Result<(), Problem> {
        let signer = self.signer_of(caller, id, "decline").await?;
        let declined = self.intake.decline(id.clone(), signer).await;
        declined.map_err(|error| problem(&error))
    }
}

impl Center {
    /// The caller, if they may sign this submission.
    async fn signer_of(&self, caller: &Caller, id: &SubmissionId, act: &str) -> Result<Sender, Problem> {
        let standing = self.own(caller, id).await?;
        let sender = match &standing {
            Standing::Open(intent) | Standing::Waiting(intent) => &intent.sender,
            Standing::Settled(record) => &record.sender,
            Standing::Aborted { sender, .. } => sender,
        };
        let action = policy::Action::Sign {
            department: sender.department.clone(),
            sender: sender.person.clone(),
        };
        self.permitted(caller, &action, json!({"act": act, "submission": id}))
            .await?;
        self.sender(caller).await
    }

    /// What waits for a signature in a department, newest first.
    async fn waiting(
        &self,
        department: &DepartmentCode,
        asked: &SubmissionsAsked,
    ) -> Result<Vec<Value>, Problem> {
        let waiting = self.registry.waiting().await.map_err(Problem::internal)?;
        let wanted = waiting
            .iter()
            .rev()
            .map(|waiting| &waiting.intent)
            .filter(|intent| {
                intent.sender.department == *department
                    && asked.feed.as_ref().is_none_or(|feed| *feed == intent.slot.feed)
                    && asked.unit.as_ref().is_none_or(|unit| *unit == intent.slot.unit)
                    && asked
                        .before
                        .as_ref()
                        .is_none_or(|before| intent.submission < *before)
            });
        wanted.take(asked.items_max as usize).map(waiting_shown).collect()
    }

    /// A settled submission of the caller's department.
    async fn settled(&self, caller: &Caller, id: &SubmissionId) -> Result<SubmissionRecord, Problem> {
        match self.own(caller, id).await? {
            Standing::Settled(record) => Ok(*record),
            Standing::Open(_) | Standing::Waiting(_) => Err(Problem::new(409, "55000", "intake.not_settled")),
            Standing::Aborted { .. } => Err(not_found()),
        }
    }

    /// The canonical label of a period as somebody wrote it.
    fn label(&self, feed: Option<&FeedId>, period: String) -> String {
        let contract = feed.and_then(|feed| self.contracts.get(feed));
        let read = contract.and_then(|contract| Period::parse(contract.period_kind(), &period).ok());
        read.map_or(period, |read| read.label().to_owned())
    }

    /// What the slot held when this submission came.
    async fn revision_before(&self, record: &SubmissionRecord) -> Result<Option<SubmissionRecord>, Problem> {
        let Some(revision) = record
            .receipt
            .revision
            .and_then(|revision| revision.checked_sub(1))
        else {
            return Ok(None);
        };
        let filter = SubmissionFilter {
            feed: Some(record.slot.feed.clone()),
            period: Some(record.slot.period.clone()),
            unit: Some(record.slot.unit.clone()),
            revision: Some(revision),
            count_max: 1,
            ..SubmissionFilter::default()
        };
        let found = self.registry.submissions(&filter).await;
        Ok(found.map_err(Problem::internal)?.into_iter().next())
    }
}

/// A line of the list: what a receipt says in short, and whether it counts.
fn shown(record: &SubmissionRecord) -> Value {
    let receipt: &Receipt = &record.receipt;
    json!({
        "id": receipt.submission,
        "feed": record.slot.feed,
        "period": record.slot.period,
        "unit": record.slot.unit,
        "act": receipt.act,
        "revision": receipt.revision,
        "current": record.current,
        "verdict": receipt.verdict,
        "zero": receipt.zero,
        "rows_read": receipt.rows_read,
        "committed": receipt.committed,
        "quarantined": receipt.quarantined,
        "findings_total": receipt.findings_total,
        "changes": receipt.changes,
        "reviewed": receipt.reviewed,
        "person": receipt.person,
        "file_name": receipt.file_name,
        "received_at": receipt.received_at,
        "settled_at": receipt.settled_at,
        "table_version": receipt.table_version,
        "lake_seq": record.lake_seq,
    })
}
