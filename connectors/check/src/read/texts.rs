//! Texts: trimmed, made uniform by their validators, and not too long. Nearly all cells are stored as they came, so the
//! file's bytes are kept and only what differs is written anew.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use arrow::buffer::NullBuffer;
use schemas::validators::Outcome;

use super::{cells, present};
use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::FieldPlan;
use crate::{CheckError, Severity};

pub(super) fn read(
    field: &FieldPlan<'_>,
    length_max: u32,
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut [Memo<Outcome>],
    hits: &mut Hits,
) -> Result<ArrayRef, CheckError> {
    let length_max = usize::try_from(length_max).unwrap_or(usize::MAX);
    let mut column = Rewriting::new(raw);
    for (row, cell) in cells(raw, eligible).enumerate() {
        let Some(cell) = present(field, cell, row, hits) else {
            column.null();
            continue;
        };
        let mut rewritten = None;
        let mut usable = true;
        for ((rule, kind), memo) in field.validators.iter().zip(memory.iter_mut()) {
            match memo.get(cell, |cell| kind.check(cell)) {
                Outcome::Ok => {}
                Outcome::Normalised { value, warning } => {
                    hits.add(*rule, Severity::Warning, Some(warning), row);
                    rewritten = Some(value.clone());
                }
                Outcome::Bad { .. } if field.falls_back => usable = false,
                Outcome::Bad { reason, .. } => {
                    let severity = field.field.rules.iter().find(|known| {
                        matches!(known.kind, schemas::FieldRuleKind::Validator(found) if found == *kind)
                    });
                    let severity = severity.map_or(Severity::Error, |rule| rule.severity.into());
                    hits.add(*rule, severity, Some(reason), row);
                }
            }
        }
        let value = rewritten.as_deref().unwrap_or(cell);
        if value.len() > length_max && value.chars().count() > length_max {
            hits.add(field.length, Severity::Error, None, row);
        }
        if usable {
            column.value(value)
        } else {
            column.null()
        }
    }
    column.finish()
}

/// A text column that is its raw column, but for nulls, until a value differs.
pub(super) struct Rewriting<'a> {
    raw: &'a StringArray,
    valid: Vec<bool>,
    written: Option<StringBuilder>,
}

impl<'a> Rewriting<'a> {
    pub fn new(raw: &'a StringArray) -> Self {
        Self {
            raw,
            valid: Vec::with_capacity(raw.len()),
            written: None,
        }
    }

    pub fn null(&mut self) {
        self.valid.push(false);
        if let Some(written) = &mut self.written {
            written.append_null();
        }
    }

    pub fn value(&mut self, value: &str) {
        let row = self.valid.len();
        self.valid.push(true);
        if self.written.is_none() && self.raw.value(row) != value {
            let mut written = StringBuilder::with_capacity(self.raw.len(), self.raw.values().len());
            for (row, valid) in self.valid.iter().take(row).enumerate() {
                written.append_option(valid.then(|| self.raw.value(row)));
            }
            self.written = Some(written);
        }
        if let Some(written) = &mut self.written {
            written.append_value(value);
        }
    }

    pub fn finish(self) -> Result<ArrayRef, CheckError> {
        if let Some(mut written) = self.written {
            return Ok(Arc::new(written.finish()));
        }
        let nulls = NullBuffer::from(self.valid);
        let (offsets, values, _) = self.raw.clone().into_parts();
        Ok(Arc::new(
            StringArray::try_new(offsets, values, Some(nulls)).map_err(CheckError::engine)?,
        ))
    }
}
