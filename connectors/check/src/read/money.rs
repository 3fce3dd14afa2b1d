//! Money fields, whose cells say in what they are, and the fields that are parts of a cell. A cell is read by `schemas`;
//! the same cell of a derived field is the same cell of the file, read for another part.
//! INVARIANT (exact-money): amounts are 128-bit integers here too, and no currency is turned into another.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use schemas::values::decimal::DecimalFault;
use schemas::values::money;
use schemas::{FieldType, Part};

use super::{cells, numbers, present};
use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::FieldPlan;
use crate::{CheckError, Severity};

/// What a cell was read as.
pub(super) type Answer = Result<Amount, DecimalFault>;

#[derive(Debug, Clone)]
pub(super) struct Amount {
    unscaled: i128,
    rounded: bool,
    contradicts: bool,
    multiple: &'static str,
    currency: Option<String>,
}

pub(super) fn amounts(
    field: &FieldPlan<'_>,
    (precision, scale): (u8, i8),
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut Memo<Answer>,
    hits: &mut Hits,
) -> Result<ArrayRef, CheckError> {
    let (mut values, mut valid) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len()));
    for (row, cell) in cells(raw, eligible).enumerate() {
        let amount = present(field, cell, row, hits).and_then(|cell| {
            match memory.get(cell, |cell| read(field, precision, scale, cell)) {
                Ok(amount) => {
                    let remarks = [
                        (amount.contradicts, "value.unit_contradicts"),
                        (amount.rounded, "value.decimal_rounded"),
                    ];
                    for (_, text) in remarks.into_iter().filter(|(told, _)| *told) {
                        hits.add(field.kind, Severity::Warning, Some(text), row);
                    }
                    Some(amount.unscaled)
                }
                Err(fault) => {
                    hits.add(field.kind, Severity::Error, Some(fault.code()), row);
                    None
                }
            }
        });
        values.push(amount.unwrap_or_default());
        valid.push(amount.is_some());
    }
    numbers::array(values, valid, precision, scale)
}

/// A part of each cell; null where the cell has none. What is wrong with the cell is told by its own field.
pub(super) fn part(
    field: &FieldPlan<'_>,
    part: Part,
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut Memo<Answer>,
    hits: &mut Hits,
) -> ArrayRef {
    let length_max = match field.field.kind {
        FieldType::Text { length_max } => usize::try_from(length_max).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    let mut parts = StringBuilder::with_capacity(raw.len(), raw.len() * 4);
    for (row, cell) in cells(raw, eligible).enumerate() {
        let cell = present(field, cell, row, hits);
        let found = match (part, cell) {
            (_, None) => None,
            (Part::Text, Some(cell)) => Some(cell),
            (Part::Currency | Part::Multiple, Some(cell)) => {
                // Precision does not matter to words; the amount's own field has told what does not fit.
                match (memory.get(cell, |cell| read(field, 38, 2, cell)), part) {
                    (Ok(amount), Part::Currency) => amount.currency.as_deref(),
                    (Ok(amount), _) => Some(amount.multiple),
                    (Err(_), _) => None,
                }
            }
        };
        if found.is_some_and(|text| text.len() > length_max && text.chars().count() > length_max) {
            hits.add(field.length, Severity::Error, None, row);
        }
        parts.append_option(found);
    }
    Arc::new(parts.finish())
}

fn read(field: &FieldPlan<'_>, precision: u8, scale: i8, cell: &str) -> Answer {
    let terms = field.terms.as_ref().ok_or(DecimalFault::NotANumber)?;
    // Contracts have no negative scales.
    let scale = u8::try_from(scale).unwrap_or_default();
    let amount = money::parse(cell, precision, scale, terms, field.header_unit)?;
    Ok(Amount {
        unscaled: amount.unscaled,
        rounded: amount.rounded,
        contradicts: amount.contradicts,
        multiple: amount.multiple,
        currency: amount.currency.map(str::to_owned),
    })
}
