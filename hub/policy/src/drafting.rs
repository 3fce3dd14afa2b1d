//! What is wrong with a draft, if anything: limits, dates, names, treatments. Who may write it is not decided here.

use chrono::NaiveDate;
use schemas::{Level, Treatment};

use crate::agreements::{Draft, Scope};
use crate::compile::{refuse_scope_kind, released, unknown_column};
use crate::decide::ViewFacts;
use crate::denial::Denial;

/// An agreement holds for a year at most, then it is asked for again.
const DAYS_MAX: i64 = 366;
const BASIS_CHARS_MAX: usize = 500;
/// A group of one is a person.
const SUBJECTS_MIN_MIN: u32 = 2;

/// A department that needs more is not asking about single subjects any more. It is also what one `IN` may list.
const KEYS_DAILY_MAX: u32 = 10_000;

/// The first thing that is wrong with the draft on this day.
pub(crate) fn refuse_draft(draft: &Draft, view: &ViewFacts, today: NaiveDate) -> Option<Denial> {
    let days = (draft.valid_to - draft.valid_from).num_days() + 1;
    if days < 1 || draft.valid_to < today {
        return Some(Denial::new("agreement.dates"));
    }
    if days > DAYS_MAX {
        return Some(Denial::new("agreement.too_long").with("days_max", DAYS_MAX));
    }
    if draft.basis.trim().is_empty() || draft.basis.chars().count() > BASIS_CHARS_MAX {
        return Some(Denial::new("agreement.basis").with("chars_max", BASIS_CHARS_MAX));
    }
    if draft.limits.rows_max == 0 || draft.limits.bytes_max == 0 {
        return Some(Denial::new("agreement.limits"));
    }
    if let Some(denial) = refuse_scope_kind(draft, view) {
        return Some(denial);
    }
    if let Some(column) = unknown_column(draft, view) {
        return Some(
            Denial::new("denial.agreement_column")
                .with("view", &view.name)
                .with("column", column),
        );
    }
    let released = released(draft, view);
    if released.is_empty() {
        return Some(Denial::new("denial.no_columns").with("view", &view.name));
    }
    if let Scope::Keyed { column, daily_max } = &draft.scope {
        if *daily_max == 0 || *daily_max > KEYS_DAILY_MAX {
            return Some(Denial::new("agreement.key_daily_max").with("max", KEYS_DAILY_MAX));
        }
        // Conditions of a reader look at what the reader sees, so a masked key could not be named.
        if draft.columns.get(column) != Some(&Treatment::Clear) {
            return Some(Denial::new("agreement.key_clear").with("column", column));
        }
    }
    let is_clear_l4 = |level, treatment| level == Level::L4 && treatment == Treatment::Clear;
    if let Some((column, _)) = released
        .iter()
        .find(|(column, treatment)| is_clear_l4(column.level, *treatment))
    {
        return Some(Denial::new("agreement.level_clear").with("column", &column.name));
    }
    let subjects_min = draft
        .aggregation
        .as_ref()
        .map(|aggregation| aggregation.subjects_min);
    if subjects_min.is_some_and(|subjects_min| subjects_min < SUBJECTS_MIN_MIN) {
        return Some(Denial::new("agreement.subjects_min").with("min", SUBJECTS_MIN_MIN));
    }
    None
}
