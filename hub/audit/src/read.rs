//! Reading entries back for `audit show`: openings and closings joined, filtered, newest kept.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::act::{Act, ActKind, Closing, EntryId, Outcome};
use crate::error::AuditError;
use crate::record::Record;
use crate::verify::{Fault, Flaw};
use crate::walk::walk;

const LIMIT: usize = 1_000;

/// One entry: what was done, and how it ended if it has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub id: EntryId,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub act: Act,
    #[serde(flatten)]
    pub closing: Option<Closing>,
}

/// Which entries to show. Every condition that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Opened at or after this instant.
    pub since: Option<DateTime<Utc>>,
    /// Opened before this instant.
    pub until: Option<DateTime<Utc>>,
    pub person: Option<String>,
    pub department: Option<String>,
    pub kind: Option<ActKind>,
    /// An entry that is still open has no outcome.
    pub outcome: Option<Outcome>,
    pub request_id: Option<String>,
    pub id: Option<u64>,
    /// Only entries with a larger number: where the former page ended. With it the oldest are kept, not the newest.
    pub after: Option<u64>,
    /// At most this many entries; 1,000 when it is not given.
    pub limit: Option<usize>,
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        fn same(wanted: &Option<String>, found: &Option<String>) -> bool {
            wanted.is_none() || wanted == found
        }
        self.since.is_none_or(|since| entry.opened_at >= since)
            && self.until.is_none_or(|until| entry.opened_at < until)
            && same(&self.person, &entry.act.person)
            && same(&self.department, &entry.act.department)
            && same(&self.request_id, &entry.act.request_id)
            && self.kind.is_none_or(|kind| entry.act.kind == kind)
            && self.id.is_none_or(|id| entry.id.0 == id)
            && self.after.is_none_or(|after| entry.id.0 > after)
    }

    fn takes_outcome(&self, entry: &Entry) -> bool {
        self.outcome.is_none() || self.outcome == entry.closing.as_ref().map(|closing| closing.outcome)
    }
}

/// The entries that match, oldest first. The log may be growing; its chain is checked on the way, its heads are not.
pub fn read(dir: &Path, filter: &Filter) -> Result<Vec<Entry>, AuditError> {
    let limit = filter.limit.unwrap_or(LIMIT);
    let mut found: BTreeMap<u64, Entry> = BTreeMap::new();
    // Matching entries whose outcome is still to be seen; they do not count against the limit yet.
    let mut pending: BTreeMap<u64, Entry> = BTreeMap::new();
    let keep = |found: &mut BTreeMap<u64, Entry>, entry: Entry| {
        if filter.takes_outcome(&entry) {
            found.insert(entry.id.0, entry);
        }
        if found.len() > limit {
            let _ = if filter.after.is_some() {
                found.pop_last()
            } else {
                found.pop_first()
            };
        }
    };
    walk(dir, &mut |walked, _| {
        let malformed = |_| Fault {
            seq: Some(walked.seq),
            what: Flaw::Malformed,
        };
        let record: Record = serde_json::from_slice(walked.line).map_err(malformed)?;
        match (record.act(), record.of) {
            (Some(act), None) => {
                let closing = record.closing();
                let entry = Entry {
                    id: EntryId(record.seq),
                    opened_at: record.at,
                    closed_at: closing.is_some().then_some(record.at),
                    act,
                    closing,
                };
                if filter.takes(&entry) {
                    match entry.closing {
                        Some(_) => keep(&mut found, entry),
                        None => drop(pending.insert(record.seq, entry)),
                    }
                }
            }
            (None, Some(of)) => {
                if let Some(mut entry) = pending.remove(&of) {
                    entry.closed_at = Some(record.at);
                    entry.closing = record.closing();
                    keep(&mut found, entry);
                }
            }
            _ => {
                return Err(Fault {
                    seq: Some(walked.seq),
                    what: Flaw::Malformed,
                });
            }
        }
        Ok(())
    })
    .map_err(AuditError::Damaged)?;
    for (_, entry) in pending {
        keep(&mut found, entry);
    }
    Ok(found.into_values().collect())
}
