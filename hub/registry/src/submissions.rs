//! The one transaction that settles a submission.

use intake::{Settlement, Slot};
use schemas::SubmissionId;
use sqlx::sqlite::SqliteConnection;

use crate::error::RegistryError;
use crate::instants;
use crate::intents::revision_of;
use crate::open::Registry;

/// Why nothing was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSettled {
    SlotMoved,
    Failed(RegistryError),
}

impl<E: Into<RegistryError>> From<E> for NotSettled {
    fn from(error: E) -> NotSettled {
        NotSettled::Failed(error.into())
    }
}

impl Registry {
    /// INVARIANT (signed-first): what still waits for a signature is not settled.
    /// INVARIANT (whole-submission): submission, receipt, slot, lake sequence and the closed intent appear together.
    pub(crate) async fn write_settlement(&self, settlement: &Settlement) -> Result<(), NotSettled> {
        let Settlement { intent, receipt } = settlement;
        let id = intent.submission.as_str();
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let settled_at = instants::text(receipt.settled_at);
        let closed = sqlx::query(
            "UPDATE intents SET state = 'settled', body = NULL, closed_at = ?
             WHERE submission_id = ? AND state = 'open' AND waits = 0",
        )
        .bind(&settled_at)
        .bind(id)
        .execute(&mut *writing)
        .await?;
        if closed.rows_affected() == 0 {
            // Settled before, by ourselves or by recovery; an aborted one must not come back.
            let state: Option<String> =
                sqlx::query_scalar("SELECT state FROM intents WHERE submission_id = ?")
                    .bind(id)
                    .fetch_optional(&mut *writing)
                    .await?;
            return if state.as_deref() == Some("settled") {
                Ok(())
            } else {
                Err(NotSettled::SlotMoved)
            };
        }
        insert_submission(&mut writing, settlement, &settled_at).await?;
        if let Some(revision) = receipt.revision {
            if revision_of(&mut writing, &intent.slot).await? + 1 != i64::from(revision) {
                return Err(NotSettled::SlotMoved);
            }
            advance_slot(&mut writing, settlement, revision).await?;
        }
        if let Some(version) = receipt.table_version {
            sqlx::query(
                "INSERT INTO lake_seq (feed, version, submission_id, settled_at) VALUES (?, ?, ?, ?)",
            )
            .bind(intent.slot.feed.as_str())
            .bind(version)
            .bind(id)
            .bind(&settled_at)
            .execute(&mut *writing)
            .await?;
        }
        writing.commit().await?;
        Ok(())
    }
}

async fn insert_submission(
    writing: &mut SqliteConnection,
    settlement: &Settlement,
    settled_at: &str,
) -> Result<(), RegistryError> {
    let Settlement { intent, receipt } = settlement;
    let verdict = serde_json::to_value(intent.report.verdict)?;
    sqlx::query(
        "INSERT INTO submissions (submission_id, feed, period, unit, department, sender, verdict, revision, sha256,
            zero, report, settled_at, act, acts_on)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(intent.submission.as_str())
    .bind(intent.slot.feed.as_str())
    .bind(&intent.slot.period)
    .bind(intent.slot.unit.as_str())
    .bind(intent.sender.department.as_str())
    .bind(serde_json::to_string(&intent.sender)?)
    .bind(verdict.as_str())
    .bind(receipt.revision.map(i64::from))
    .bind(&intent.report.sha256)
    .bind(intent.zero)
    .bind(serde_json::to_string(&intent.report)?)
    .bind(settled_at)
    .bind(intent.act.kind().as_str())
    .bind(intent.act.of().map(SubmissionId::as_str))
    .execute(&mut *writing)
    .await?;
    let entry =
        i64::try_from(receipt.entry).map_err(|_| RegistryError::Damaged("an audit entry has no number"))?;
    sqlx::query("INSERT INTO receipts (submission_id, entry, receipt) VALUES (?, ?, ?)")
        .bind(intent.submission.as_str())
        .bind(entry)
        .bind(receipt.to_json()?)
        .execute(writing)
        .await?;
    Ok(())
}

async fn advance_slot(
    writing: &mut SqliteConnection,
    settlement: &Settlement,
    revision: u32,
) -> Result<(), RegistryError> {
    let Slot { feed, period, unit } = &settlement.intent.slot;
    sqlx::query(
        "INSERT INTO slots (feed, period, unit, revision, submission_id) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (feed, period, unit) DO UPDATE SET revision = ?4, submission_id = ?5",
    )
    .bind(feed.as_str())
    .bind(period)
    .bind(unit.as_str())
    .bind(i64::from(revision))
    .bind(settlement.intent.submission.as_str())
    .execute(writing)
    .await?;
    Ok(())
}
