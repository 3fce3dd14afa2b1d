//! What the slots around one hold, with the reports on it: material for recognising rows that were here before. Not here:
//! what is remarked on them (intake).

use intake::{Filled, Slot};
use schemas::SubmissionId;
use sqlx::Row as _;

use crate::error::RegistryError;
use crate::open::Registry;

const SLOTS_MAX: u32 = 100;
/// Supplements to supplements whose reports are looked at.
const LAYERS_MAX: u32 = 50;

/// One submission per row: those that the nearest slots hold, and below a supplement what it added its rows to. A slot
/// whose submission was taken back holds nothing.
const FILLED: &str = "WITH RECURSIVE
     holders AS (
        SELECT slots.period, slots.submission_id
        FROM slots
        JOIN submissions ON submissions.submission_id = slots.submission_id
        WHERE slots.feed = ?1 AND slots.unit = ?2 AND submissions.act <> 'withdrawal'
     ),
     nearest AS (
        SELECT * FROM holders WHERE period = ?3
        UNION ALL
        SELECT * FROM (SELECT * FROM holders WHERE period < ?3 ORDER BY period DESC LIMIT ?4)
        UNION ALL
        SELECT * FROM (SELECT * FROM holders WHERE period > ?3 ORDER BY period LIMIT ?4)
     ),
     layers (period, submission_id, depth) AS (
        SELECT period, submission_id, 0 FROM nearest
        UNION ALL
        SELECT layers.period, submissions.acts_on, layers.depth + 1
        FROM layers
        JOIN submissions ON submissions.submission_id = layers.submission_id
        WHERE submissions.act = 'supplement' AND layers.depth < ?5
     )
     SELECT layers.period, layers.submission_id, layers.depth, submissions.report
     FROM layers
     JOIN submissions ON submissions.submission_id = layers.submission_id
     ORDER BY layers.period DESC, layers.depth";

impl Registry {
    pub(crate) async fn filled_around(
        &self,
        slot: &Slot,
        count_max: u32,
    ) -> Result<Vec<Filled>, RegistryError> {
        let rows = sqlx::query(FILLED)
            .bind(slot.feed.as_str())
            .bind(slot.unit.as_str())
            .bind(&slot.period)
            .bind(count_max.min(SLOTS_MAX))
            .bind(LAYERS_MAX)
            .fetch_all(&self.readers)
            .await?;
        let mut filled: Vec<Filled> = Vec::new();
        for row in rows {
            let report: String = row.try_get("report")?;
            let report = serde_json::from_str(&report)?;
            let depth: i64 = row.try_get("depth")?;
            match filled.last_mut().filter(|_| depth > 0) {
                Some(above) => above.below.push(report),
                None => {
                    let submission: String = row.try_get("submission_id")?;
                    filled.push(Filled {
                        submission: SubmissionId::parse(&submission)?,
                        period: row.try_get("period")?,
                        report,
                        below: Vec::new(),
                    });
                }
            }
        }
        Ok(filled)
    }
}
