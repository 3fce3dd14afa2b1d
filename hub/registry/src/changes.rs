//! Rows that a submission changed, kept with its intent and read by page when it is settled.

use intake::{Change, ChangesPage};
use schemas::SubmissionId;
use sqlx::sqlite::SqliteConnection;

use crate::error::RegistryError;
use crate::open::Registry;

const CHANGES_PER_ROW: usize = 500;
const CHANGES_MAX: u32 = 5000;

pub(crate) async fn keep(
    writing: &mut SqliteConnection,
    submission: &SubmissionId,
    changes: &[Change],
) -> Result<(), RegistryError> {
    for (row, changes) in changes.chunks(CHANGES_PER_ROW).enumerate() {
        sqlx::query(
            "INSERT INTO changes (submission_id, first_no, change_count, changes) VALUES (?, ?, ?, ?)",
        )
        .bind(submission.as_str())
        .bind((row * CHANGES_PER_ROW) as i64)
        .bind(changes.len() as i64)
        .bind(serde_json::to_string(changes)?)
        .execute(&mut *writing)
        .await?;
    }
    Ok(())
}

impl Registry {
    pub(crate) async fn changes_page(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<ChangesPage, RegistryError> {
        let Ok(first) = i64::try_from(after) else {
            return Ok(ChangesPage::default());
        };
        let count_max = count_max.clamp(1, CHANGES_MAX);
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT changes.first_no, changes.changes
             FROM changes
             JOIN intents ON intents.submission_id = changes.submission_id
             WHERE changes.submission_id = ?1 AND (intents.state = 'settled' OR intents.waits = 1)
                AND changes.first_no + changes.change_count > ?2
                AND changes.first_no <= ?2 + ?3
             ORDER BY changes.first_no",
        )
        .bind(submission.as_str())
        .bind(first)
        .bind(i64::from(count_max))
        .fetch_all(&self.readers)
        .await?;
        let mut changes = Vec::new();
        for (first_no, text) in rows {
            let row: Vec<Change> = serde_json::from_str(&text)?;
            let numbered = (first_no..).zip(row);
            changes.extend(numbered.filter(|(no, _)| *no >= first).map(|(_, change)| change));
        }
        // One more than asked for was within reach; it says only that there is a next page.
        let more = changes.len() > count_max as usize;
        changes.truncate(count_max as usize);
        let next = more.then(|| after.saturating_add(u64::from(count_max)));
        Ok(ChangesPage { changes, next })
    }
}
