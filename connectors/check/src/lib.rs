//! Frames of text and a contract in, verdict and findings out. The only crate that names Polars. No lake, no network,
//! no clock: the same bytes, contract and slot give the same [`Report`] on every machine.
#![deny(unsafe_code)] // not `forbid`: `bridge` has the project's one unsafe block
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod advice;
mod ahead;
mod batches;
mod bridge;
mod canonical;
mod defects;
mod door;
mod doubts;
mod drift;
mod error;
mod examine;
mod file_rules;
mod finding;
mod groups;
mod hashing;
mod header;
mod hits;
mod job;
mod keys;
mod known;
mod marked;
mod mask;
mod memo;
mod mend;
mod plan;
mod read;
mod report;
mod returned;
mod rules;
mod run;
mod sheet_rules;
mod short_names;
mod sketch;
mod slot;
mod tally;
mod telling;
mod units;

#[cfg(test)]
mod tests;

pub use defects::defect_text;
pub use drift::{ColumnDrift, Drift, FieldDrift, Looks, drift};
pub use error::CheckError;
pub use finding::{Finding, Severity};
pub use header::columns_of;
pub use job::{Job, Limits, Sink};
pub use report::{Answered, MemberRead, Report, Total, UnitPlace, UnitRead, Verdict};
pub use run::{check, check_answer};
pub use sketch::{Likeness, Sketch};
