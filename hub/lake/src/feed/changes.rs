//! What one revision of a slot changed against another: rows that came, went, or say something else under the same key.
//! Compared as they are stored, so identifiers are compared by their tokens and no raw value is needed.

mod fields;
mod hashed;

use std::collections::HashMap;

use schemas::SubmissionId;
use serde::{Deserialize, Serialize};

use self::hashed::{Place, Reading, Row};
use super::FeedTable;
use super::slot_rows::SlotRows;
use crate::error::LakeError;

/// INVARIANT (bounded): rows of one side in memory at a time, 32 bytes each. Larger slots are compared in several
/// passes over the files.
const PASS_ROWS_MAX: u64 = 2_000_000;

/// How many rows of what kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// Their key was not there before.
    pub added: u64,
    /// Their key is not there any more.
    pub gone: u64,
    /// The same key says something else.
    pub changed: u64,
    /// Nothing about them changed, though they may stand elsewhere in the file.
    pub same: u64,
}

/// One row that changed. It names rows and fields and holds no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its record in the newer file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
    /// The submission of that file, where the newer revision holds rows of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_of: Option<SubmissionId>,
    /// Its record in the older file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_before: Option<i64>,
    /// The submission of that file, where the older revision holds rows of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_before_of: Option<SubmissionId>,
    /// The fields that say something else, in the contract's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// The kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// New in the newer revision.
    Added,
    /// Only in the older one.
    Gone,
    /// In both, with other values.
    Changed,
}

/// All changes counted, the first of them listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Exact.
    pub counts: ChangeCounts,
    /// By row: those of the newer file first, then those that are only in the older one.
    pub listed: Vec<Change>,
}

impl FeedTable {
    /// Compares the rows of two revisions by the contract's key; without a key a row that says something else is one
    /// that went and one that came. At most `listed_max` changes are listed.
    pub async fn changes(
        &self,
        before: &SlotRows,
        after: &SlotRows,
        key: &[String],
        listed_max: usize,
    ) -> Result<Changes, LakeError> {
        self.changes_by_passes(before, after, key, listed_max, PASS_ROWS_MAX)
            .await
    }

    pub(super) async fn changes_by_passes(
        &self,
        before: &SlotRows,
        after: &SlotRows,
        key: &[String],
        listed_max: usize,
        pass_rows_max: u64,
    ) -> Result<Changes, LakeError> {
        let compared: Vec<&str> = self
            .0
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| !schemas::storage::is_technical(name))
            .collect();
        let reading = Reading::new(key, &compared);
        let passes = before.rows().max(after.rows()) / pass_rows_max + 1;
        let (mut counts, mut found) = (ChangeCounts::default(), Vec::new());
        for pass in 0..passes {
            let of_pass = |row: &Row| row.key % u128::from(passes) == u128::from(pass);
            let before = reading.rows(self, before, of_pass).await?;
            let after = reading.rows(self, after, of_pass).await?;
            merge(&before, &after, listed_max, &mut counts, &mut found);
        }
        let record = |place: Option<Place>| place.map(Place::record);
        found.sort_unstable_by_key(|one| (one.after.is_none(), record(one.after), record(one.before)));
        let fields = self.fields_changed(before, after, &compared, &found).await?;
        let told = |(one, fields): (&Found, Vec<String>)| Change {
            kind: one.kind(),
            row: one.after.map(Place::record),
            row_of: one
                .after
                .and_then(|place| after.owner_among_several(place.file())),
            row_before: one.before.map(Place::record),
            row_before_of: (one.before).and_then(|place| before.owner_among_several(place.file())),
            fields,
        };
        let listed = found.iter().zip(fields).map(told).collect();
        Ok(Changes { counts, listed })
    }
}

/// A change by the places of its row.
struct Found {
    before: Option<Place>,
    after: Option<Place>,
}

impl Found {
    fn kind(&self) -> ChangeKind {
        match (self.before, self.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Gone,
            _ => ChangeKind::Changed,
        }
    }
}

/// Both sides are sorted. Rows of one key that say the same cancel out; what is left is changed as far as it pairs up.
fn merge(
    before: &[Row],
    after: &[Row],
    listed_max: usize,
    counts: &mut ChangeCounts,
    found: &mut Vec<Found>,
) {
    let mut older = before.chunk_by(|a, b| a.key == b.key).peekable();
    let mut newer = after.chunk_by(|a, b| a.key == b.key).peekable();
    loop {
        let keys = (
            older.peek().and_then(|rows| key_of(rows)),
            newer.peek().and_then(|rows| key_of(rows)),
        );
        let (from_older, from_newer) = match keys {
            (None, None) => return,
            (Some(old), Some(new)) => (old <= new, new <= old),
            (old, new) => (old.is_some(), new.is_some()),
        };
        let old = older.next_if(|_| from_older).unwrap_or_default();
        let new = newer.next_if(|_| from_newer).unwrap_or_default();
        one_key(old, new, listed_max, counts, found);
    }
}

fn key_of(rows: &[Row]) -> Option<u128> {
    rows.first().map(|row| row.key)
}

fn one_key(old: &[Row], new: &[Row], listed_max: usize, counts: &mut ChangeCounts, found: &mut Vec<Found>) {
    // Nearly every key has one row on each side.
    if let ([old], [new]) = (old, new)
        && old.content == new.content
    {
        counts.same += 1;
        return;
    }
    let mut unmatched: HashMap<u64, Vec<Place>> = HashMap::new();
    for row in old {
        unmatched.entry(row.content).or_default().push(row.place);
    }
    let mut came = Vec::new();
    for row in new {
        match unmatched.get_mut(&row.content).and_then(Vec::pop) {
            Some(_) => counts.same += 1,
            None => came.push(row.place),
        }
    }
    let mut went: Vec<Place> = unmatched.into_values().flatten().collect();
    went.sort_unstable();
    came.sort_unstable();
    let paired = went.len().min(came.len());
    counts.changed += paired as u64;
    counts.added += (came.len() - paired) as u64;
    counts.gone += (went.len() - paired) as u64;
    let pairs = (0..went.len().max(came.len())).map(|at| Found {
        before: went.get(at).copied(),
        after: came.get(at).copied(),
    });
    let room = listed_max.saturating_sub(found.len());
    found.extend(pairs.take(room));
}
