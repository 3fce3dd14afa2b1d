//! What a clerk can do about one cell: the value it was meant to be, with the proof, or the word that it is lost. Asked
//! for findings that are told, never for every cell.

use schemas::validators::mend::{self, Mend};
use schemas::values::date;
use schemas::{Field, FieldRuleKind, FieldType};

use crate::Severity;
use crate::hits::Hit;
use crate::plan::{Detail, Rule};

/// A suggestion or the reason why there is none.
pub(crate) struct Advice {
    pub value: Option<String>,
    /// Text code.
    pub text: &'static str,
}

pub(crate) fn of(rule: &Rule, hit: &Hit, field: &Field, value: &str) -> Option<Advice> {
    let refused = hit.severity == Severity::Error || matches!(rule.detail, Detail::Validator(_));
    if refused
        && matches!(field.kind, FieldType::Text { .. })
        && let Some(text) = mend::lost(value)
    {
        return Some(Advice { value: None, text });
    }
    match rule.detail {
        Detail::Validator(kind) => {
            let Mend { value, proof } = mend::mend(kind, value)?;
            Some(Advice {
                value: Some(value),
                text: proof.text(),
            })
        }
        Detail::Date => date::year_last(value).map(|day| Advice {
            value: Some(day.to_string()),
            text: "suggest.date_order",
        }),
        _ if refused && matches!(field.kind, FieldType::Text { .. }) => {
            let whole = mend::without_decimals(value).filter(|whole| has_digits(field, whole))?;
            Some(Advice {
                value: Some(whole.to_owned()),
                text: mend::Proof::NumberFormat.text(),
            })
        }
        _ => None,
    }
}

/// Is it so many digits as the contract wants?
fn has_digits(field: &Field, text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let wanted = |kind: &FieldRuleKind| matches!(kind, FieldRuleKind::Digits { min, max } if (*min..=*max).contains(&length));
    digits && field.rules.iter().any(|rule| wanted(&rule.kind))
}
