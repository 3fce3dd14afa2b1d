//! Would a cell do in another column? By the type of the field and those of its rules that can be asked of one cell.

use schemas::values::{date, decimal, flag};
use schemas::{Field, FieldRuleKind, FieldType};

use crate::plan::{FieldPlan, Plan};

/// Does the cell keep what the field wants? Empty cells say nothing.
pub(crate) fn fits(plan: &Plan<'_>, field: &FieldPlan<'_>, cell: &str) -> Option<bool> {
    let cell = cell.trim();
    if cell.is_empty() || field.nulls.iter().any(|null| null.eq_ignore_ascii_case(cell)) {
        return None;
    }
    let unit = field.field.unit.as_deref();
    Some(match &field.field.kind {
        FieldType::Text { length_max } => {
            let length = u32::try_from(cell.chars().count()).unwrap_or(u32::MAX);
            length <= *length_max && field.field.rules.iter().all(|rule| keeps(&rule.kind, cell))
        }
        FieldType::Code { list } => {
            let list = plan.job.contract.code_list(list);
            list.is_some_and(|list| list.resolve(cell).is_some())
        }
        FieldType::Decimal { precision, scale } => {
            let scale = u8::try_from(*scale).unwrap_or_default();
            decimal::parse(cell, *precision, scale, unit, field.header_unit).is_ok()
        }
        FieldType::Integer => decimal::parse_integer(cell, unit, field.header_unit).is_ok(),
        FieldType::Date => date::parse(cell).is_ok(),
        FieldType::Boolean => flag::parse(cell).is_some(),
    })
}

fn keeps(rule: &FieldRuleKind, cell: &str) -> bool {
    match rule {
        FieldRuleKind::Validator(kind) => !kind.check(cell).is_bad(),
        FieldRuleKind::Digits { min, max } => {
            let length = u32::try_from(cell.len()).unwrap_or(u32::MAX);
            (*min..=*max).contains(&length) && cell.bytes().all(|b| b.is_ascii_digit())
        }
        FieldRuleKind::OneOf(values) => values.iter().any(|value| value == cell),
        FieldRuleKind::NoneOf(values) => values.iter().all(|value| value != cell),
        // Patterns are asked of whole columns only.
        FieldRuleKind::Pattern(_) | FieldRuleKind::NotPattern(_) | FieldRuleKind::Range { .. } => true,
    }
}

/// Can the field tell its own values from others at all?
pub(super) fn is_telling(field: &Field) -> bool {
    match field.kind {
        FieldType::Text { .. } => field.rules.iter().any(|rule| {
            matches!(
                rule.kind,
                FieldRuleKind::Validator(_) | FieldRuleKind::Digits { .. } | FieldRuleKind::OneOf(_)
            )
        }),
        _ => true,
    }
}

/// Do values that fit this field fit hardly any other? Numbers fit every column of numbers.
pub(crate) fn is_peculiar(field: &Field) -> bool {
    match field.kind {
        FieldType::Text { .. } => field
            .rules
            .iter()
            .any(|rule| matches!(rule.kind, FieldRuleKind::Validator(_))),
        FieldType::Code { .. } | FieldType::Date => true,
        FieldType::Decimal { .. } | FieldType::Integer | FieldType::Boolean => false,
    }
}
