//! Workbooks that we make for reporters: an empty template of a feed, and the answer to a submission with its bad rows to
//! be mended. Only writing happens here; what comes back is read by `decode` and judged by `check`, as any file is.
#![forbid(unsafe_code)]
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

mod answer;
mod bad_rows;
mod cell;
mod codes;
mod columns;
mod guide;
mod looks;
mod marked;
mod template;

#[cfg(test)]
mod tests;

pub use answer::{Answered, answer};
pub use bad_rows::{BadRows, ROWS_MAX};
pub use template::template;

/// A workbook could not be written. It carries no content: what was to be written is the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// The writer refused something, such as more columns than a sheet has.
    #[error("the workbook could not be written")]
    Unwritable,
    /// The rows handed over are not those of a quarantine.
    #[error("the rows are not those of a quarantine")]
    Rows,
}

impl WorkbookError {
    /// The code under which the message is in the text catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            WorkbookError::Unwritable => "sheet.unwritable",
            WorkbookError::Rows => "sheet.rows",
        }
    }
}

impl From<rust_xlsxwriter::XlsxError> for WorkbookError {
    /// The writer's own words may quote a cell.
    fn from(_: rust_xlsxwriter::XlsxError) -> WorkbookError {
        WorkbookError::Unwritable
    }
}
