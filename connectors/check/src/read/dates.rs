//! Dates: civil days.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, StringArray};
use chrono::NaiveDate;
use schemas::values::date::{self, DateFault, ReadDate};

use super::{cells, present};
use crate::Severity;
use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::FieldPlan;

pub(super) fn read(
    field: &FieldPlan<'_>,
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut Memo<Result<ReadDate, DateFault>>,
    hits: &mut Hits,
) -> ArrayRef {
    let values = cells(raw, eligible).enumerate().map(|(row, cell)| {
        let cell = present(field, cell, row, hits)?;
        match *memory.get(cell, date::parse) {
            Ok(ReadDate::Day(day)) => Some(days(day)),
            Ok(ReadDate::Serial(day)) => {
                hits.add(field.kind, Severity::Warning, Some("value.date_serial"), row);
                Some(days(day))
            }
            Ok(ReadDate::Open) if field.field.required => {
                hits.add(field.required, Severity::Error, None, row);
                None
            }
            Ok(ReadDate::Open) => {
                hits.add(field.kind, Severity::Warning, Some("value.date_open"), row);
                None
            }
            Err(fault) => {
                hits.add(field.kind, Severity::Error, Some(fault.code()), row);
                None
            }
        }
    });
    Arc::new(values.collect::<Date32Array>())
}

/// Days since 1970-01-01.
pub(crate) fn days(day: NaiveDate) -> i32 {
    day.to_epoch_days()
}
