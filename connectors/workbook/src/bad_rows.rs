//! The refused rows of a submission, as the quarantine holds them: row number, broken rules, and the cells as they were
//! sent. Taken up to a limit; how many there were beyond it is kept.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use crate::WorkbookError;

/// Rows of one answer. Who has more to mend mends the export.
pub const ROWS_MAX: usize = 20_000;

/// Text of them.
const BYTES_MAX: usize = 64 << 20;

#[derive(Debug)]
pub(crate) struct BadRow {
    pub row_no: u64,
    /// Ids of the rules, comma-separated.
    pub rules: String,
    /// One per column of the file.
    pub cells: Vec<String>,
}

/// Refused rows in the order of the file.
#[derive(Debug, Default)]
pub struct BadRows {
    pub(crate) rows: Vec<BadRow>,
    /// Headers of the file.
    pub(crate) titles: Vec<String>,
    bytes: usize,
    /// There are rows that did not fit.
    pub(crate) more: bool,
}

impl BadRows {
    /// Takes the rows of a batch; false when there is no room for more, and the next batch need not be read.
    ///
    /// # Errors
    /// The batch is not one of a quarantine.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<bool, WorkbookError> {
        let schema = batch.schema();
        let titles = || schema.fields().iter().skip(2).map(|field| field.name().clone());
        if self.titles.is_empty() {
            self.titles = titles().collect();
        }
        let numbers = batch
            .column_by_name("_row_no")
            .and_then(|column| column.as_primitive_opt::<Int64Type>())
            .ok_or(WorkbookError::Rows)?;
        let rules = batch
            .column_by_name("_rules")
            .and_then(|column| column.as_string_opt::<i32>())
            .ok_or(WorkbookError::Rows)?;
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .skip(2)
            .map(|column| column.as_string_opt::<i32>().ok_or(WorkbookError::Rows))
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            if self.rows.len() >= ROWS_MAX || self.bytes > BYTES_MAX {
                self.more = true;
                return Ok(false);
            }
            let cell = |column: &&arrow::array::StringArray| match column.is_valid(row) {
                true => column.value(row).to_owned(),
                false => String::new(),
            };
            let cells: Vec<String> = columns.iter().map(cell).collect();
            self.bytes += cells.iter().map(String::len).sum::<usize>();
            self.rows.push(BadRow {
                row_no: u64::try_from(numbers.value(row)).map_err(|_| WorkbookError::Rows)?,
                rules: rules.value(row).to_owned(),
                cells,
            });
        }
        Ok(true)
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }
}
