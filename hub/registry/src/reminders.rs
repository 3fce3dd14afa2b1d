//! Which reminders were sent, and which have to be tried again. One row per duty, stage and way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use intake::Slot;
use sqlx::Row as _;

use crate::error::RegistryError;
use crate::instants;
use crate::intents::slot;
use crate::open::Registry;

/// Names one reminder. `stage` and `channel` are words the hub defines and the table knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReminderKey {
    pub slot: Slot,
    /// Accepted submissions of the slot when it was due.
    pub round: u32,
    pub stage: String,
    pub channel: String,
}

/// How far a reminder has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReminderState {
    Sent,
    /// Not sent; not to be tried before then.
    Waiting {
        attempts: u32,
        again_at: DateTime<Utc>,
    },
    /// Tried as often as it may be.
    GivenUp {
        attempts: u32,
    },
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReminderOutcome {
    Sent,
    /// `again_at` is none when it is given up.
    Failed {
        code: String,
        again_at: Option<DateTime<Utc>>,
    },
}

impl Registry {
    /// Every reminder of periods whose label is not below `first_year`.
    pub async fn reminders(
        &self,
        first_year: i32,
    ) -> Result<BTreeMap<ReminderKey, ReminderState>, RegistryError> {
        let rows = sqlx::query("SELECT * FROM reminders WHERE period >= ?")
            .bind(format!("{first_year:04}"))
            .fetch_all(&self.readers)
            .await?;
        let mut known = BTreeMap::new();
        for row in &rows {
            let count = |name: &str| -> Result<u32, RegistryError> {
                let number: i64 = row.try_get(name)?;
                u32::try_from(number).map_err(|_| RegistryError::Damaged("a count does not read"))
            };
            let (sent_at, again_at): (Option<String>, Option<String>) =
                (row.try_get("sent_at")?, row.try_get("again_at")?);
            let attempts = count("attempts")?;
            let state = match (sent_at, again_at) {
                (Some(_), _) => ReminderState::Sent,
                (None, Some(again_at)) => ReminderState::Waiting {
                    attempts,
                    again_at: instants::read(&again_at)?,
                },
                (None, None) => ReminderState::GivenUp { attempts },
            };
            let key = ReminderKey {
                slot: slot(row)?,
                round: count("round")?,
                stage: row.try_get("stage")?,
                channel: row.try_get("channel")?,
            };
            known.insert(key, state);
        }
        Ok(known)
    }

    /// Writes one attempt of all of these, which went out together, in one transaction.
    pub async fn reminded(
        &self,
        keys: &[ReminderKey],
        outcome: &ReminderOutcome,
        now: DateTime<Utc>,
    ) -> Result<(), RegistryError> {
        let (sent_at, again_at, code) = match outcome {
            ReminderOutcome::Sent => (Some(instants::text(now)), None, None),
            ReminderOutcome::Failed { code, again_at } => (None, again_at.map(instants::text), Some(code)),
        };
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for key in keys {
            sqlx::query(
                "INSERT INTO reminders (feed, period, unit, round, stage, channel, attempts, sent_at, again_at, code)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9)
                 ON CONFLICT (feed, period, unit, round, stage, channel)
                 DO UPDATE SET attempts = attempts + 1, sent_at = ?7, again_at = ?8, code = ?9
                 WHERE sent_at IS NULL",
            )
            .bind(key.slot.feed.as_str())
            .bind(&key.slot.period)
            .bind(key.slot.unit.as_str())
            .bind(i64::from(key.round))
            .bind(&key.stage)
            .bind(&key.channel)
            .bind(&sent_at)
            .bind(&again_at)
            .bind(code)
            .execute(&mut *writing)
            .await?;
        }
        writing.commit().await?;
        Ok(())
    }
}
