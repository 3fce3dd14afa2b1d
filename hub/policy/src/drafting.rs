//! What is wrong with a draft, if anything: limits, dates, names, treatments. Who may write it is not decided here.

use chrono::NaiveDate;
use schemas::{Level, Treatment};

use crate::agreements::Draft;
use crate::compile::{released, unknown_column};
use crate::decide::ViewFacts;
use crate::denial::Denial;

/// An agreement holds for a year at most, then it is asked for again.
const DAYS_MAX: i64 = 366;
const BASIS_CHARS_MAX: usize = 500;
/// A group of one is a person.
const SUBJECTS_MIN_MIN: u32 = 2;

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
