//! What is known of every slot that was ever sent to: the material from which the hub tells duties. Counts and instants of
//! settled submissions; no rule about what is late.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use intake::Slot;
use schemas::SubmissionId;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::RegistryError;
use crate::instants;
use crate::intents::slot;
use crate::open::Registry;

/// One slot that has at least one settled submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotFacts {
    pub slot: Slot,
    /// When the first accepted submission came in, counted anew after a withdrawal.
    pub received_at: Option<DateTime<Utc>>,
    /// What the slot holds; none if nothing was ever accepted, or what was accepted was taken back.
    pub held: Option<Held>,
    /// Accepted submissions, withdrawals among them.
    pub revisions: u32,
    /// Something was accepted once, and then taken back.
    pub withdrawn: bool,
    /// Submissions that were rejected as a whole.
    pub refused: u32,
}

/// The submission a slot holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub submission: SubmissionId,
    pub zero: bool,
    pub rows_read: u64,
    pub committed: u64,
    pub quarantined: u64,
    /// Findings that a required cell is empty.
    pub required_missing: u64,
}

/// One settled submission per row, oldest first within its slot. What the act was is read from the receipt, which says
/// nothing of the ordinary one.
const SETTLED: &str =
    "SELECT submissions.feed, submissions.period, submissions.unit, submissions.submission_id,
        submissions.verdict, submissions.zero,
        json_extract(receipts.receipt, '$.act.kind') AS act,
        json_extract(receipts.receipt, '$.received_at') AS received_at,
        json_extract(submissions.report, '$.rows_read') AS rows_read,
        json_extract(submissions.report, '$.committed') AS committed,
        json_extract(submissions.report, '$.quarantined') AS quarantined,
        json_extract(submissions.report, '$.findings_by_rule') AS findings_by_rule
     FROM submissions
     JOIN receipts ON receipts.submission_id = submissions.submission_id
     WHERE submissions.period >= ?
     ORDER BY submissions.feed, submissions.period, submissions.unit, submissions.submission_id";

impl Registry {
    /// Slots whose period's label is not below `first_year`, ordered by feed, period and unit. Labels begin with the year.
    pub async fn slot_facts(&self, first_year: i32) -> Result<Vec<SlotFacts>, RegistryError> {
        let rows = sqlx::query(SETTLED)
            .bind(format!("{first_year:04}"))
            .fetch_all(&self.readers)
            .await?;
        let mut facts: Vec<SlotFacts> = Vec::new();
        for row in &rows {
            let slot = slot(row)?;
            match facts.last_mut().filter(|last| last.slot == slot) {
                Some(known) => known.add(row)?,
                None => {
                    let mut fresh = SlotFacts {
                        slot,
                        received_at: None,
                        held: None,
                        revisions: 0,
                        withdrawn: false,
                        refused: 0,
                    };
                    fresh.add(row)?;
                    facts.push(fresh);
                }
            }
        }
        Ok(facts)
    }
}

impl SlotFacts {
    /// The next submission of the slot.
    fn add(&mut self, row: &SqliteRow) -> Result<(), RegistryError> {
        let verdict: String = row.try_get("verdict")?;
        if verdict == "rejected" {
            self.refused = self.refused.saturating_add(1);
            return Ok(());
        }
        self.revisions = self.revisions.saturating_add(1);
        let act: Option<String> = row.try_get("act")?;
        if act.as_deref() == Some("withdrawal") {
            (self.held, self.received_at, self.withdrawn) = (None, None, true);
            return Ok(());
        }
        if self.received_at.is_none() {
            let text: String = row.try_get("received_at")?;
            self.received_at = Some(instants::read(&text)?);
        }
        self.withdrawn = false;
        self.held = Some(held(row)?);
        Ok(())
    }
}

/// Findings of the rules that a cell must have a value, out of the counts by rule.
fn required_missing(by_rule: &str) -> Result<u64, RegistryError> {
    // Most files have no finding, and there are many files.
    if by_rule == "{}" {
        return Ok(0);
    }
    let counts: BTreeMap<String, u64> = serde_json::from_str(by_rule)?;
    let required = counts
        .iter()
        .filter(|(rule, _)| rule.starts_with("R-") && rule.ends_with("-required"));
    Ok(required
        .map(|(_, count)| count)
        .fold(0, |sum, count| sum.saturating_add(*count)))
}

fn held(row: &SqliteRow) -> Result<Held, RegistryError> {
    let count = |name: &str| -> Result<u64, RegistryError> {
        let number: i64 = row.try_get(name)?;
        u64::try_from(number).map_err(|_| RegistryError::Damaged("a count does not read"))
    };
    let submission: String = row.try_get("submission_id")?;
    let by_rule: String = row.try_get("findings_by_rule")?;
    Ok(Held {
        submission: SubmissionId::parse(&submission)?,
        zero: row.try_get("zero")?,
        rows_read: count("rows_read")?,
        committed: count("committed")?,
        quarantined: count("quarantined")?,
        required_missing: required_missing(&by_rule)?,
    })
}
