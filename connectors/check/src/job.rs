//! What to check, and who takes the results.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use schemas::{Contract, Period, RegionCode};

use crate::{CheckError, Finding};

/// How much a check may take and tell.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Of fields, records, columns and rows in the file. The contract's own `rows_max` applies as well.
    pub file: decode::Limits,
    /// Rows per frame; memory grows with this, and otherwise with the keys held and the groups of rows that a contract
    /// sums up (48 bytes each).
    pub frame_rows: usize,
    /// Keys of rows held in memory, at about 20 bytes each; further ones go to the scratch folder, at 16 bytes there
    /// and 12 bits in memory.
    pub keys_held_max: usize,
    /// Where keys are put aside, in files without a name; the system's folder for temporary files if there is none.
    pub scratch: Option<PathBuf>,
    /// Findings handed on in detail; beyond that they are counted by rule.
    pub findings_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: decode::Limits::default(),
            // A frame of wide rows is ten megabytes, and half a dozen of them are on their way at once.
            frame_rows: 16_384,
            // As many as fit into 2²⁰ places of a hash table.
            keys_held_max: 900_000,
            scratch: None,
            findings_max: 10_000,
        }
    }
}

impl Limits {
    pub(crate) fn scratch_folder(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// One submission to check: a contract and a slot of it.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub contract: &'a Contract,
    pub period: &'a Period,
    pub unit: &'a RegionCode,
    pub limits: Limits,
}

/// Takes results as they come. When the report says `Rejected`, nothing of the accepted batches may be used.
pub trait Sink {
    /// Columns by name and type as `schemas::row_columns` has them, but token columns still hold raw values (as text):
    /// whoever commits replaces those, and adds what is the same in all rows.
    ///
    /// # Errors
    /// Ends the check.
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError>;

    /// `_row_no` (Int64), `_rules` (Utf8, the ids of the broken rules, comma-separated), then the columns of the file
    /// as text under their headers.
    ///
    /// # Errors
    /// Ends the check.
    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), CheckError>;

    /// About rows, in row order, and at the very end about groups of rows, by the first of them; at most
    /// `Limits::findings_max` in all. Findings about the file are in the report.
    ///
    /// # Errors
    /// Ends the check.
    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError>;

    /// Called once per frame.
    fn progress(&mut self, _rows_read: u64, _bytes_read: u64) {}
}
