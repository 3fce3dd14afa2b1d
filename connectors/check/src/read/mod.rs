//! Reads the text of a frame as what the contract says it is. Nothing is inferred: each field has its reader, and what
//! it cannot read is a hit, not an error.

mod codes;
mod dates;
mod money;
mod numbers;
mod texts;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringArray, new_null_array};
use arrow::datatypes::DataType;
use schemas::validators::Outcome;
use schemas::values::date::{DateFault, ReadDate};
use schemas::values::{flag, width};
use schemas::{Contract, FieldType, StorageType};

use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::{FieldPlan, Plan};
use crate::{CheckError, Severity};

pub(crate) use dates::days;

/// What the readers remember from frame to frame, per field.
#[derive(Default)]
pub(crate) struct Memory {
    codes: Memo<codes::Answer>,
    dates: Memo<Result<ReadDate, DateFault>>,
    amounts: Memo<money::Answer>,
    outcomes: Vec<Memo<Outcome>>,
}

/// The readers of a file.
pub(crate) struct Readers(Vec<Memory>);

impl Readers {
    pub fn new(plan: &Plan<'_>) -> Self {
        let memory = |field: &FieldPlan<'_>| Memory {
            outcomes: field.validators.iter().map(|_| Memo::default()).collect(),
            ..Memory::default()
        };
        Self(plan.fields.iter().map(memory).collect())
    }

    /// One array per contract field. Rows that are not `eligible` are null and give no hits.
    pub fn read(
        &mut self,
        plan: &Plan<'_>,
        raw: &[StringArray],
        eligible: &[bool],
        hits: &mut Hits,
    ) -> Result<Vec<ArrayRef>, CheckError> {
        let mut columns = Vec::with_capacity(plan.fields.len());
        for (field, memory) in plan.fields.iter().zip(&mut self.0) {
            let mut found = Hits::default();
            columns.push(match field.column.and_then(|column| raw.get(column)) {
                Some(raw) => read(plan.job.contract, field, raw, eligible, memory, &mut found)?,
                None => new_null_array(&data_type(field), eligible.len()),
            });
            hits.append(found);
        }
        Ok(columns)
    }
}

fn read(
    contract: &Contract,
    field: &FieldPlan<'_>,
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut Memory,
    hits: &mut Hits,
) -> Result<ArrayRef, CheckError> {
    if let Some(part) = field.part {
        return Ok(money::part(field, part, raw, eligible, &mut memory.amounts, hits));
    }
    match &field.field.kind {
        FieldType::Text { length_max } => {
            texts::read(field, *length_max, raw, eligible, &mut memory.outcomes, hits)
        }
        FieldType::Code { list } => {
            let list = contract.code_list(list);
            codes::read(field, list, raw, eligible, &mut memory.codes, hits)
        }
        FieldType::Decimal { precision, scale } if field.terms.is_some() => money::amounts(
            field,
            (*precision, *scale),
            raw,
            eligible,
            &mut memory.amounts,
            hits,
        ),
        FieldType::Decimal { precision, scale } => {
            numbers::decimals(field, *precision, *scale, raw, eligible, hits)
        }
        FieldType::Integer => Ok(numbers::integers(field, raw, eligible, hits)),
        FieldType::Date => Ok(dates::read(field, raw, eligible, &mut memory.dates, hits)),
        FieldType::Boolean => Ok(flags(field, raw, eligible, hits)),
    }
}

fn flags(field: &FieldPlan<'_>, raw: &StringArray, eligible: &[bool], hits: &mut Hits) -> ArrayRef {
    let values = cells(raw, eligible).enumerate().map(|(row, cell)| {
        let read = present(field, cell, row, hits).map(flag::parse)?;
        if read.is_none() {
            hits.add(field.kind, Severity::Error, None, row);
        }
        read
    });
    Arc::new(values.collect::<BooleanArray>())
}

/// The cells of a column, trimmed; `None` where the row is not eligible.
fn cells<'a>(raw: &'a StringArray, eligible: &'a [bool]) -> impl Iterator<Item = Option<&'a str>> {
    eligible
        .iter()
        .enumerate()
        .map(|(row, eligible)| eligible.then(|| trimmed(raw.value(row))))
}

/// The cell if there is something in it; the contract's words for nothing are nothing. If there is not and should be, that is a hit.
fn present<'a>(field: &FieldPlan<'_>, cell: Option<&'a str>, row: usize, hits: &mut Hits) -> Option<&'a str> {
    let cell = cell?;
    let empty = cell.is_empty() || field.nulls.iter().any(|null| null.eq_ignore_ascii_case(cell));
    if empty && field.field.required {
        hits.add(field.required, Severity::Error, None, row);
    }
    (!empty).then_some(cell)
}

/// Without white space and invisible characters at either end.
fn trimmed(text: &str) -> &str {
    let clean = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if clean(text.as_bytes().first()) && clean(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || width::is_invisible(c))
}

/// The Arrow type in which check holds a field. Tokens are still raw text here.
pub(crate) fn data_type(field: &FieldPlan<'_>) -> DataType {
    arrow_type(schemas::storage::storage_type(&field.field.kind))
}

/// The Arrow type of a stored column.
pub(crate) fn arrow_type(kind: StorageType) -> DataType {
    match kind {
        StorageType::Utf8 => DataType::Utf8,
        StorageType::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
        StorageType::Int64 => DataType::Int64,
        StorageType::Date => DataType::Date32,
        StorageType::Boolean => DataType::Boolean,
    }
}
