//! The ledger of the sources. A settled parcel is written once: the same record again changes nothing, another one is
//! refused by the store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sources::{Ledger, LedgerError, ParcelRecord, ParcelState, SlotWords, SourceRecord};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::RegistryError;
use crate::instants;
use crate::open::Registry;

/// Parcels of one list.
const LISTED_MAX: u32 = 1_000;

impl From<RegistryError> for LedgerError {
    fn from(_: RegistryError) -> LedgerError {
        LedgerError
    }
}

#[async_trait]
impl Ledger for Registry {
    async fn source(&self, source: &str) -> Result<Option<SourceRecord>, LedgerError> {
        Ok(self.source_record(source).await?)
    }

    async fn put_source(&self, record: &SourceRecord) -> Result<(), LedgerError> {
        Ok(self.write_source(record).await?)
    }

    async fn parcel(
        &self,
        source: &str,
        name: &str,
        version: &str,
    ) -> Result<Option<ParcelRecord>, LedgerError> {
        Ok(self.parcel_record(source, name, version).await?)
    }

    async fn put_parcel(&self, record: &ParcelRecord) -> Result<(), LedgerError> {
        Ok(self.write_parcel(record).await?)
    }

    async fn parcels(&self, source: &str, count_max: u32) -> Result<Vec<ParcelRecord>, LedgerError> {
        Ok(self.last_parcels(source, count_max).await?)
    }
}

impl Registry {
    async fn source_record(&self, source: &str) -> Result<Option<SourceRecord>, RegistryError> {
        let row = sqlx::query("SELECT * FROM sources WHERE source = ?")
            .bind(source)
            .fetch_optional(&self.readers)
            .await?;
        let read = |row: SqliteRow| {
            let troubled: String = row.try_get("troubled")?;
            Ok(SourceRecord {
                source: row.try_get("source")?,
                looked_at: instant(&row, "looked_at")?,
                succeeded_at: instant(&row, "succeeded_at")?,
                failures: row.try_get("failures")?,
                code: row.try_get("code")?,
                troubled: serde_json::from_str(&troubled)?,
                next_at: instant(&row, "next_at")?,
            })
        };
        row.map(read).transpose()
    }

    async fn write_source(&self, record: &SourceRecord) -> Result<(), RegistryError> {
        sqlx::query(
            "INSERT INTO sources (source, looked_at, succeeded_at, failures, code, troubled, next_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (source) DO UPDATE SET looked_at = excluded.looked_at,
                 succeeded_at = excluded.succeeded_at, failures = excluded.failures, code = excluded.code,
                 troubled = excluded.troubled, next_at = excluded.next_at",
        )
        .bind(&record.source)
        .bind(record.looked_at.map(instants::text))
        .bind(record.succeeded_at.map(instants::text))
        .bind(record.failures)
        .bind(&record.code)
        .bind(serde_json::to_string(&record.troubled)?)
        .bind(record.next_at.map(instants::text))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn parcel_record(
        &self,
        source: &str,
        name: &str,
        version: &str,
    ) -> Result<Option<ParcelRecord>, RegistryError> {
        let row = sqlx::query("SELECT * FROM source_parcels WHERE source = ? AND name = ? AND version = ?")
            .bind(source)
            .bind(name)
            .bind(version)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| parcel(&row)).transpose()
    }

    async fn write_parcel(&self, record: &ParcelRecord) -> Result<(), RegistryError> {
        sqlx::query(
            "INSERT INTO source_parcels (source, name, version, feed, period, unit, state, tries, turn, code,
                 submission_id, verdict, seen_at, changed_at, next_try_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (source, name, version) DO UPDATE SET state = excluded.state, tries = excluded.tries,
                 turn = excluded.turn, code = excluded.code, submission_id = excluded.submission_id,
                 verdict = excluded.verdict, changed_at = excluded.changed_at,
                 next_try_at = excluded.next_try_at",
        )
        .bind(&record.source)
        .bind(&record.name)
        .bind(&record.version)
        .bind(&record.slot.feed)
        .bind(&record.slot.period)
        .bind(&record.slot.unit)
        .bind(record.state.as_str())
        .bind(record.tries)
        .bind(record.turn)
        .bind(&record.code)
        .bind(&record.submission)
        .bind(&record.verdict)
        .bind(instants::text(record.seen_at))
        .bind(instants::text(record.changed_at))
        .bind(record.next_try_at.map(instants::text))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn last_parcels(&self, source: &str, count_max: u32) -> Result<Vec<ParcelRecord>, RegistryError> {
        let rows = sqlx::query(
            "SELECT * FROM source_parcels WHERE source = ? ORDER BY changed_at DESC, name, version LIMIT ?",
        )
        .bind(source)
        .bind(count_max.min(LISTED_MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(parcel).collect()
    }
}

fn parcel(row: &SqliteRow) -> Result<ParcelRecord, RegistryError> {
    let state: String = row.try_get("state")?;
    let at = |column| instant(row, column)?.ok_or(RegistryError::Damaged("an instant is missing"));
    Ok(ParcelRecord {
        source: row.try_get("source")?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        slot: SlotWords {
            feed: row.try_get("feed")?,
            period: row.try_get("period")?,
            unit: row.try_get("unit")?,
        },
        state: ParcelState::parse(&state).ok_or(RegistryError::Damaged("a state does not read"))?,
        tries: row.try_get("tries")?,
        turn: row.try_get("turn")?,
        code: row.try_get("code")?,
        submission: row.try_get("submission_id")?,
        verdict: row.try_get("verdict")?,
        seen_at: at("seen_at")?,
        changed_at: at("changed_at")?,
        next_try_at: instant(row, "next_try_at")?,
    })
}

fn instant(row: &SqliteRow, column: &str) -> Result<Option<DateTime<Utc>>, RegistryError> {
    let text: Option<String> = row.try_get(column)?;
    text.as_deref().map(instants::read).transpose()
}
