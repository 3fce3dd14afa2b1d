//! Intents that wait for a signature: held, released when somebody signs, listed. Giving one up is in `intents`.

use intake::{Intent, Waiting};
use sqlx::Row as _;

use crate::error::RegistryError;
use crate::instants;
use crate::intents::{NotOpened, abort_in, revision_of};
use crate::open::Registry;

impl Registry {
    pub(crate) async fn hold_intent(&self, intent: &Intent, entry: Option<u64>) -> Result<(), NotOpened> {
        let entry = entry.map(i64::try_from).transpose();
        let entry = entry.map_err(|_| RegistryError::Damaged("an audit entry has no number"))?;
        let slot = &intent.slot;
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let superseded: Option<String> = sqlx::query_scalar(
            "SELECT submission_id FROM intents
             WHERE state = 'open' AND waits = 1 AND feed = ? AND period = ? AND unit = ? AND submission_id <> ?",
        )
        .bind(slot.feed.as_str())
        .bind(&slot.period)
        .bind(slot.unit.as_str())
        .bind(intent.submission.as_str())
        .fetch_optional(&mut *writing)
        .await?;
        if let Some(superseded) = superseded {
            abort_in(&mut writing, &superseded, "intake.superseded").await?;
        }
        let held = sqlx::query(
            "UPDATE intents SET waits = 1, body = ?, entry = COALESCE(?, entry)
             WHERE submission_id = ? AND state = 'open'",
        )
        .bind(serde_json::to_string(intent)?)
        .bind(entry)
        .bind(intent.submission.as_str())
        .execute(&mut *writing)
        .await?;
        if held.rows_affected() == 0 {
            return Err(NotOpened::SlotMoved);
        }
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn release_intent(&self, intent: &Intent) -> Result<(), NotOpened> {
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if revision_of(&mut writing, &intent.slot).await? != i64::from(intent.revision_before) {
            return Err(NotOpened::SlotMoved);
        }
        let released = sqlx::query(
            "UPDATE intents SET waits = 0, body = ?, opened_at = ?
             WHERE submission_id = ? AND state = 'open' AND waits = 1",
        )
        .bind(serde_json::to_string(intent)?)
        .bind(instants::text(chrono::Utc::now()))
        .bind(intent.submission.as_str())
        .execute(&mut *writing)
        .await;
        match released.map_err(RegistryError::from) {
            Ok(released) if released.rows_affected() == 1 => {}
            Ok(_) | Err(RegistryError::Taken) => return Err(NotOpened::SlotMoved),
            Err(error) => return Err(error.into()),
        }
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn intents_waiting(&self) -> Result<Vec<Waiting>, RegistryError> {
        let rows = sqlx::query(
            "SELECT body, entry FROM intents WHERE state = 'open' AND waits = 1 ORDER BY submission_id",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let body: String = row.try_get("body")?;
                let entry: Option<i64> = row.try_get("entry")?;
                Ok(Waiting {
                    intent: serde_json::from_str(&body)?,
                    entry: entry.and_then(|entry| u64::try_from(entry).ok()),
                })
            })
            .collect()
    }
}
