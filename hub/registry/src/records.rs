//! Settled submissions as they are asked about: one, several, what a slot holds. Not here: the findings of
//! one (`pages`).

use intake::{Current, Receipt, Slot, Standing, SubmissionFilter, SubmissionRecord};
use schemas::SubmissionId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use crate::error::RegistryError;
use crate::instants;
use crate::intents::{sender, slot};
use crate::open::Registry;

const LISTED_MAX: u32 = 1000;

/// A submission with everything a `SubmissionRecord` says, by whatever follows `WHERE`.
const RECORDS: &str = "SELECT submissions.*, receipts.receipt, lake_seq.seq, slots.submission_id AS holder
     FROM submissions
     JOIN receipts ON receipts.submission_id = submissions.submission_id
     LEFT JOIN lake_seq ON lake_seq.submission_id = submissions.submission_id
     LEFT JOIN slots ON slots.submission_id = submissions.submission_id
     WHERE TRUE";

fn record(row: &SqliteRow) -> Result<SubmissionRecord, RegistryError> {
    let report: String = row.try_get("report")?;
    let receipt: String = row.try_get("receipt")?;
    let holder: Option<String> = row.try_get("holder")?;
    Ok(SubmissionRecord {
        slot: slot(row)?,
        sender: sender(row)?,
        report: serde_json::from_str(&report)?,
        receipt: Receipt::from_stored(&receipt)?,
        current: holder.is_some(),
        lake_seq: row.try_get("seq")?,
    })
}

impl Registry {
    pub(crate) async fn current_of(&self, slot: &Slot) -> Result<Option<Current>, RegistryError> {
        let row = sqlx::query(
            "SELECT submissions.submission_id, submissions.revision, submissions.sha256, submissions.zero,
                receipts.receipt
             FROM slots
             JOIN submissions ON submissions.submission_id = slots.submission_id
             JOIN receipts ON receipts.submission_id = slots.submission_id
             WHERE slots.feed = ? AND slots.period = ? AND slots.unit = ?",
        )
        .bind(slot.feed.as_str())
        .bind(&slot.period)
        .bind(slot.unit.as_str())
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let submission: String = row.try_get("submission_id")?;
        let revision: i64 = row.try_get("revision")?;
        let receipt: String = row.try_get("receipt")?;
        Ok(Some(Current {
            submission: SubmissionId::parse(&submission)?,
            revision: u32::try_from(revision)
                .map_err(|_| RegistryError::Damaged("a revision does not read"))?,
            sha256: row.try_get("sha256")?,
            zero: row.try_get("zero")?,
            receipt: Receipt::from_stored(&receipt)?,
        }))
    }

    pub(crate) async fn standing_of(
        &self,
        submission: &SubmissionId,
    ) -> Result<Option<Standing>, RegistryError> {
        let row = sqlx::query("SELECT * FROM intents WHERE submission_id = ?")
            .bind(submission.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let body: Option<String> = row.try_get("body")?;
        if let Some(body) = body {
            let intent = Box::new(serde_json::from_str(&body)?);
            return Ok(Some(match row.try_get("waits")? {
                true => Standing::Waiting(intent),
                false => Standing::Open(intent),
            }));
        }
        let code: Option<String> = row.try_get("code")?;
        if let Some(code) = code {
            return Ok(Some(Standing::Aborted {
                slot: slot(&row)?,
                sender: sender(&row)?,
                code,
            }));
        }
        let mut query = QueryBuilder::<Sqlite>::new(RECORDS);
        query
            .push(" AND submissions.submission_id = ")
            .push_bind(submission.as_str());
        let row = query.build().fetch_optional(&self.readers).await?;
        let row = row.ok_or(RegistryError::Damaged("a settled submission is missing"))?;
        Ok(Some(Standing::Settled(Box::new(record(&row)?))))
    }

    pub(crate) async fn record_by_entry(
        &self,
        entry: u64,
    ) -> Result<Option<SubmissionRecord>, RegistryError> {
        let Ok(entry) = i64::try_from(entry) else {
            return Ok(None);
        };
        let mut query = QueryBuilder::<Sqlite>::new(RECORDS);
        query
            .push(" AND receipts.entry = ")
            .push_bind(entry)
            .push(" ORDER BY submissions.submission_id DESC LIMIT 1");
        query
            .build()
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(record)
            .transpose()
    }

    pub(crate) async fn records(
        &self,
        filter: &SubmissionFilter,
    ) -> Result<Vec<SubmissionRecord>, RegistryError> {
        let mut query = QueryBuilder::<Sqlite>::new(RECORDS);
        if let Some(department) = &filter.department {
            query
                .push(" AND submissions.department = ")
                .push_bind(department.as_str());
        }
        if let Some(feed) = &filter.feed {
            query.push(" AND submissions.feed = ").push_bind(feed.as_str());
        }
        if let Some(period) = &filter.period {
            query.push(" AND submissions.period = ").push_bind(period);
        }
        if let Some(unit) = &filter.unit {
            query.push(" AND submissions.unit = ").push_bind(unit.as_str());
        }
        if let Some(revision) = filter.revision {
            query
                .push(" AND submissions.revision = ")
                .push_bind(i64::from(revision));
        }
        if let Some(as_of) = filter.as_of {
            query
                .push(
                    " AND submissions.revision = (
                        SELECT MAX(earlier.revision) FROM submissions AS earlier
                        WHERE earlier.feed = submissions.feed AND earlier.period = submissions.period
                            AND earlier.unit = submissions.unit AND earlier.settled_at < ",
                )
                .push_bind(instants::text(as_of))
                .push(")");
        }
        if let Some(before) = &filter.before {
            query
                .push(" AND submissions.submission_id < ")
                .push_bind(before.as_str());
        }
        query
            .push(" ORDER BY submissions.submission_id DESC LIMIT ")
            .push_bind(i64::from(filter.count_max.min(LISTED_MAX)));
        query
            .build()
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(record)
            .collect()
    }
}
