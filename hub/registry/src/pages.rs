//! Long lists of a submission — its findings, the rows it changed — kept with the intent, several to a row, and read by
//! page once it is settled or waits for a signature.

use intake::{Change, ChangesPage, Finding, FindingsPage};
use schemas::SubmissionId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteConnection;

use crate::error::RegistryError;
use crate::open::Registry;

/// A page is cut out of these, so neither side of the trade is pressed: rows stay few, and a page reads little more than
/// it shows.
const ITEMS_PER_ROW: usize = 500;
const PAGE_MAX: u32 = 5000;

const KEEP_FINDINGS: &str =
    "INSERT INTO findings (submission_id, first_no, finding_count, findings) VALUES (?, ?, ?, ?)";
const KEEP_CHANGES: &str =
    "INSERT INTO changes (submission_id, first_no, change_count, changes) VALUES (?, ?, ?, ?)";

const FINDINGS: &str = "SELECT findings.first_no, findings.findings
     FROM findings
     JOIN intents ON intents.submission_id = findings.submission_id
     WHERE findings.submission_id = ?1 AND (intents.state = 'settled' OR intents.waits = 1)
        AND findings.first_no + findings.finding_count > ?2
        AND findings.first_no <= ?2 + ?3
     ORDER BY findings.first_no";
const CHANGES: &str = "SELECT changes.first_no, changes.changes
     FROM changes
     JOIN intents ON intents.submission_id = changes.submission_id
     WHERE changes.submission_id = ?1 AND (intents.state = 'settled' OR intents.waits = 1)
        AND changes.first_no + changes.change_count > ?2
        AND changes.first_no <= ?2 + ?3
     ORDER BY changes.first_no";

pub(crate) async fn keep_findings(
    writing: &mut SqliteConnection,
    submission: &SubmissionId,
    findings: &[Finding],
) -> Result<(), RegistryError> {
    keep(writing, KEEP_FINDINGS, submission, findings).await
}

pub(crate) async fn keep_changes(
    writing: &mut SqliteConnection,
    submission: &SubmissionId,
    changes: &[Change],
) -> Result<(), RegistryError> {
    keep(writing, KEEP_CHANGES, submission, changes).await
}

async fn keep<T: Serialize>(
    writing: &mut SqliteConnection,
    insert: &'static str,
    submission: &SubmissionId,
    items: &[T],
) -> Result<(), RegistryError> {
    for (row, items) in items.chunks(ITEMS_PER_ROW).enumerate() {
        sqlx::query(insert)
            .bind(submission.as_str())
            .bind((row * ITEMS_PER_ROW) as i64)
            .bind(items.len() as i64)
            .bind(serde_json::to_string(items)?)
            .execute(&mut *writing)
            .await?;
    }
    Ok(())
}

impl Registry {
    pub(crate) async fn findings_page(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<FindingsPage, RegistryError> {
        let (findings, next) = self.page(FINDINGS, submission, after, count_max).await?;
        Ok(FindingsPage { findings, next })
    }

    pub(crate) async fn changes_page(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<ChangesPage, RegistryError> {
        let (changes, next) = self.page(CHANGES, submission, after, count_max).await?;
        Ok(ChangesPage { changes, next })
    }

    /// The items of a page, and the `after` of the next one if there is one.
    async fn page<T: DeserializeOwned>(
        &self,
        question: &'static str,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<(Vec<T>, Option<u64>), RegistryError> {
        let Ok(first) = i64::try_from(after) else {
            return Ok((Vec::new(), None));
        };
        let count_max = count_max.clamp(1, PAGE_MAX);
        let rows: Vec<(i64, String)> = sqlx::query_as(question)
            .bind(submission.as_str())
            .bind(first)
            .bind(i64::from(count_max))
            .fetch_all(&self.readers)
            .await?;
        let mut items = Vec::new();
        for (first_no, text) in rows {
            let row: Vec<T> = serde_json::from_str(&text)?;
            let numbered = (first_no..).zip(row);
            items.extend(numbered.filter(|(no, _)| *no >= first).map(|(_, item)| item));
        }
        // One more than asked for was within reach; it says only that there is a next page.
        let more = items.len() > count_max as usize;
        items.truncate(count_max as usize);
        Ok((items, more.then(|| after.saturating_add(u64::from(count_max)))))
    }
}
