//! Intents: what is about to be settled, with its findings and its idempotency key, until it is settled or aborted.

use intake::{Change, Finding, Intent, KeyUse, Receipt, Sender, Slot};
use schemas::{DepartmentCode, FeedId, RegionCode, SubmissionId};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::error::RegistryError;
use crate::instants;
use crate::open::Registry;
use crate::pages;

/// Why an intent could not be opened, beyond the store failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOpened {
    KeyTaken,
    SlotMoved,
    Failed(RegistryError),
}

impl<E: Into<RegistryError>> From<E> for NotOpened {
    fn from(error: E) -> NotOpened {
        NotOpened::Failed(error.into())
    }
}

pub(crate) fn slot(row: &SqliteRow) -> Result<Slot, RegistryError> {
    let feed: String = row.try_get("feed")?;
    let unit: String = row.try_get("unit")?;
    Ok(Slot {
        feed: FeedId::parse(&feed)?,
        period: row.try_get("period")?,
        unit: RegionCode::parse(&unit)?,
    })
}

pub(crate) fn sender(row: &SqliteRow) -> Result<Sender, RegistryError> {
    let sender: String = row.try_get("sender")?;
    Ok(serde_json::from_str(&sender)?)
}

/// Revision that a slot stands at; 0 if it is empty.
pub(crate) async fn revision_of(
    connection: &mut SqliteConnection,
    slot: &Slot,
) -> Result<i64, RegistryError> {
    let revision: Option<i64> =
        sqlx::query_scalar("SELECT revision FROM slots WHERE feed = ? AND period = ? AND unit = ?")
            .bind(slot.feed.as_str())
            .bind(&slot.period)
            .bind(slot.unit.as_str())
            .fetch_optional(connection)
            .await?;
    Ok(revision.unwrap_or(0))
}

/// A key keeps its holder; taking what one holds already changes nothing.
async fn take_key(
    writing: &mut SqliteConnection,
    department: &DepartmentCode,
    key: &str,
    submission: &SubmissionId,
) -> Result<(), NotOpened> {
    sqlx::query("INSERT INTO idempotency_keys VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(department.as_str())
        .bind(key)
        .bind(submission.as_str())
        .bind(instants::text(chrono::Utc::now()))
        .execute(&mut *writing)
        .await?;
    let holder: String = sqlx::query_scalar(
        "SELECT submission_id FROM idempotency_keys WHERE department = ? AND idempotency_key = ?",
    )
    .bind(department.as_str())
    .bind(key)
    .fetch_one(writing)
    .await?;
    if holder == submission.as_str() {
        Ok(())
    } else {
        Err(NotOpened::KeyTaken)
    }
}

/// As if it had never been, but for the row that says so.
pub(crate) async fn abort_in(
    writing: &mut SqliteConnection,
    submission: &str,
    code: &str,
) -> Result<(), RegistryError> {
    let aborted = sqlx::query(
        "UPDATE intents SET state = 'aborted', body = NULL, code = ?, closed_at = ?
         WHERE submission_id = ? AND state = 'open'",
    )
    .bind(code)
    .bind(instants::text(chrono::Utc::now()))
    .bind(submission)
    .execute(&mut *writing)
    .await?;
    if aborted.rows_affected() > 0 {
        for sql in [
            "DELETE FROM findings WHERE submission_id = ?",
            "DELETE FROM changes WHERE submission_id = ?",
            "DELETE FROM idempotency_keys WHERE submission_id = ?",
        ] {
            sqlx::query(sql).bind(submission).execute(&mut *writing).await?;
        }
    }
    Ok(())
}

impl Registry {
    /// INVARIANT (once): a slot has one open intent and a key one holder, by this transaction and by two unique indexes.
    pub(crate) async fn open_new_intent(
        &self,
        intent: &Intent,
        findings: &[Finding],
        changes: &[Change],
    ) -> Result<(), NotOpened> {
        let now = instants::text(chrono::Utc::now());
        let slot = &intent.slot;
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if revision_of(&mut writing, slot).await? != i64::from(intent.revision_before) {
            return Err(NotOpened::SlotMoved);
        }
        let inserted = sqlx::query(
            "INSERT INTO intents (submission_id, feed, period, unit, state, sender, sha256, zero, body, opened_at)
             VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)",
        )
        .bind(intent.submission.as_str())
        .bind(slot.feed.as_str())
        .bind(&slot.period)
        .bind(slot.unit.as_str())
        .bind(serde_json::to_string(&intent.sender)?)
        .bind(&intent.report.sha256)
        .bind(intent.zero)
        .bind(serde_json::to_string(intent)?)
        .bind(&now)
        .execute(&mut *writing)
        .await;
        match inserted.map_err(RegistryError::from) {
            Ok(_) => {}
            Err(RegistryError::Taken) => return Err(NotOpened::SlotMoved),
            Err(error) => return Err(error.into()),
        }
        if let Some(key) = &intent.idempotency_key {
            take_key(&mut writing, &intent.sender.department, key, &intent.submission).await?;
        }
        pages::keep_findings(&mut writing, &intent.submission, findings).await?;
        pages::keep_changes(&mut writing, &intent.submission, changes).await?;
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn intents_left_open(&self) -> Result<Vec<Intent>, RegistryError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM intents WHERE state = 'open' AND waits = 0 ORDER BY submission_id",
        )
        .fetch_all(&self.readers)
        .await?;
        bodies
            .iter()
            .map(|body| Ok(serde_json::from_str(body)?))
            .collect()
    }

    /// The intent of a slot that waits for a signature, or the one that is being settled.
    pub(crate) async fn intent_of(&self, slot: &Slot, waits: bool) -> Result<Option<Intent>, RegistryError> {
        // Each has a partial index of its own, which SQLite finds by a literal and not by a bound value.
        let question = if waits {
            "SELECT body FROM intents WHERE state = 'open' AND waits = 1 AND feed = ? AND period = ? AND unit = ?"
        } else {
            "SELECT body FROM intents WHERE state = 'open' AND waits = 0 AND feed = ? AND period = ? AND unit = ?"
        };
        let body: Option<String> = sqlx::query_scalar(question)
            .bind(slot.feed.as_str())
            .bind(&slot.period)
            .bind(slot.unit.as_str())
            .fetch_optional(&self.readers)
            .await?;
        body.map(|body| Ok(serde_json::from_str(&body)?)).transpose()
    }

    pub(crate) async fn abort(&self, submission: &SubmissionId, code: &str) -> Result<(), RegistryError> {
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        abort_in(&mut writing, submission.as_str(), code).await?;
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn bind_key(
        &self,
        department: &DepartmentCode,
        key: &str,
        submission: &SubmissionId,
    ) -> Result<(), NotOpened> {
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        take_key(&mut writing, department, key, submission).await?;
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn use_of_key(
        &self,
        department: &DepartmentCode,
        key: &str,
    ) -> Result<Option<KeyUse>, RegistryError> {
        let row = sqlx::query(
            "SELECT intents.*, receipts.receipt
             FROM idempotency_keys
             JOIN intents ON intents.submission_id = idempotency_keys.submission_id
             LEFT JOIN receipts ON receipts.submission_id = idempotency_keys.submission_id
             WHERE idempotency_keys.department = ? AND idempotency_keys.idempotency_key = ?",
        )
        .bind(department.as_str())
        .bind(key)
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let submission: String = row.try_get("submission_id")?;
        let receipt: Option<String> = row.try_get("receipt")?;
        Ok(Some(KeyUse {
            submission: SubmissionId::parse(&submission)?,
            slot: slot(&row)?,
            sha256: row.try_get("sha256")?,
            zero: row.try_get("zero")?,
            receipt: receipt.as_deref().map(Receipt::from_stored).transpose()?,
        }))
    }
}
