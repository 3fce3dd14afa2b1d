//! Duties as a view reads them: the hub's own bookkeeping of what was owed and came, carried to a worker as plain data.
//! Nothing in it was reported; it says who reported, not what. Not here: how duties are told (`hub`).

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, StringArray};
use schemas::{DepartmentCode, FeedId, RegionCode};
use serde::{Deserialize, Serialize};

/// One row is one duty: a feed, a period and a reporting unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyRow {
    pub feed: FeedId,
    pub department: DepartmentCode,
    pub period: String,
    pub period_start: NaiveDate,
    pub period_end: NaiveDate,
    pub reporting_unit: RegionCode,
    pub due_day: NaiveDate,
    pub state: String,
    pub owed: bool,
    /// The slot holds what was owed.
    pub met: bool,
    /// It is owed and was met or is overdue: it counts in figures.
    pub counted: bool,
    /// Overdue for so long that it counts as never reported.
    pub missing: bool,
    pub received_day: Option<NaiveDate>,
    pub late_workdays: u64,
    pub revisions: u64,
    pub refused: u64,
    pub rows_read: Option<u64>,
    pub committed: Option<u64>,
    pub quarantined: Option<u64>,
    /// Cells that had to have a value, and those that had none.
    pub required_cells: Option<u64>,
    pub required_missing: Option<u64>,
    /// Rows the unit usually reports.
    pub rows_usual: Option<u64>,
}

/// `2026Q1`: figures belong to the quarter in which the duty was due.
fn quarter(day: NaiveDate) -> String {
    format!("{:04}Q{}", day.year(), day.month().div_ceil(3))
}

/// Duties of one hub, as of the start of a query. No more than the largest hub has in eight years.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRows(Vec<DutyRow>);

const ROWS_MAX: usize = 200_000;

impl DutyRows {
    /// The last rows of too many are left out: the newest periods are the ones people look at.
    pub fn new(mut rows: Vec<DutyRow>) -> DutyRows {
        if rows.len() > ROWS_MAX {
            tracing::warn!(
                rows = rows.len(),
                max = ROWS_MAX,
                "there are too many duties for a view"
            );
            rows.sort_by_key(|row| std::cmp::Reverse(row.period_end));
            rows.truncate(ROWS_MAX);
        }
        DutyRows(rows)
    }

    /// Columns of the relation `params.duties`, in order.
    pub(crate) fn columns(&self) -> Vec<(&'static str, ArrayRef)> {
        let rows = &self.0;
        let texts = |value: &dyn Fn(&DutyRow) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(rows.iter().map(value)))
        };
        let days = |value: &dyn Fn(&DutyRow) -> Option<NaiveDate>| -> ArrayRef {
            let days = rows.iter().map(|row| value(row).map(|day| day.to_epoch_days()));
            Arc::new(days.collect::<Date32Array>())
        };
        let truths = |value: &dyn Fn(&DutyRow) -> bool| -> ArrayRef {
            Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(value(row)))))
        };
        let counts = |value: &dyn Fn(&DutyRow) -> Option<u64>| -> ArrayRef {
            let count = |row: &DutyRow| value(row).map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            Arc::new(rows.iter().map(count).collect::<Int64Array>())
        };
        vec![
            ("feed", texts(&|row| row.feed.to_string())),
            ("department", texts(&|row| row.department.to_string())),
            ("period", texts(&|row| row.period.clone())),
            ("period_start", days(&|row| Some(row.period_start))),
            ("period_end", days(&|row| Some(row.period_end))),
            ("reporting_unit", texts(&|row| row.reporting_unit.to_string())),
            ("due_day", days(&|row| Some(row.due_day))),
            ("due_quarter", texts(&|row| quarter(row.due_day))),
            ("state", texts(&|row| row.state.clone())),
            ("owed", truths(&|row| row.owed)),
            ("met", truths(&|row| row.met)),
            ("counted", truths(&|row| row.counted)),
            ("missing", truths(&|row| row.missing)),
            ("received_day", days(&|row| row.received_day)),
            ("late_workdays", counts(&|row| Some(row.late_workdays))),
            ("revisions", counts(&|row| Some(row.revisions))),
            ("refused", counts(&|row| Some(row.refused))),
            ("rows_read", counts(&|row| row.rows_read)),
            ("committed", counts(&|row| row.committed)),
            ("quarantined", counts(&|row| row.quarantined)),
            ("required_cells", counts(&|row| row.required_cells)),
            ("required_missing", counts(&|row| row.required_missing)),
            ("rows_usual", counts(&|row| row.rows_usual)),
        ]
    }
}
