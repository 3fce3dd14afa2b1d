//! Codes: whatever a department writes for one, the code itself is stored.

use arrow::array::{ArrayRef, StringArray};
use schemas::codelists::CodeList;

use super::texts::Rewriting;
use super::{cells, present};
use crate::hits::Hits;
use crate::memo::Memo;
use crate::plan::FieldPlan;
use crate::{CheckError, Severity};

/// What a text means in a code list.
pub(super) enum Answer {
    Code { code: String, historic: bool },
    Unknown,
}

pub(super) fn read(
    field: &FieldPlan<'_>,
    list: Option<&CodeList>,
    raw: &StringArray,
    eligible: &[bool],
    memory: &mut Memo<Answer>,
    hits: &mut Hits,
) -> Result<ArrayRef, CheckError> {
    let resolve = |text: &str| match list.and_then(|list| list.resolve(text)) {
        Some(entry) => Answer::Code {
            code: entry.code.clone(),
            historic: entry.historic,
        },
        None => Answer::Unknown,
    };
    let regions = list.is_some_and(|list| list.name() == "regions");
    let mut column = Rewriting::new(raw);
    for (row, cell) in cells(raw, eligible).enumerate() {
        let Some(cell) = present(field, cell, row, hits) else {
            column.null();
            continue;
        };
        match memory.get(cell, resolve) {
            Answer::Code { code, historic } => {
                if *historic && regions {
                    hits.add(field.code, Severity::Warning, Some("value.region_historic"), row);
                }
                column.value(code);
            }
            Answer::Unknown => {
                if !field.falls_back {
                    hits.add(field.code, Severity::Error, None, row);
                }
                column.null();
            }
        }
    }
    column.finish()
}
