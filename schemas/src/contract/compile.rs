//! Rules from their blocks: exactly one kind each, fields that exist and fit, ids used once.

mod rows;

use std::collections::BTreeSet;

use super::load::known_field;
use super::odcs::{FieldRuleBlock, RowRuleBlock};
use super::{BuiltinRule, Condition, Contract, ContractError, Field, FieldRule, FieldRuleKind, FieldType};
use crate::texts;
use crate::values::decimal::Decimal;

/// Fills in the rules of every field and of the rows.
pub(super) fn rules(
    contract: &mut Contract,
    field_blocks: Vec<Vec<FieldRuleBlock>>,
    row_blocks: Vec<RowRuleBlock>,
) -> Result<(), ContractError> {
    let mut ids: BTreeSet<String> = contract
        .fields
        .iter()
        .flat_map(|field| BuiltinRule::ALL.map(|rule| rule.id(&field.name)))
        .collect();
    let mut of_fields = Vec::new();
    for (field, blocks) in contract.fields.iter().zip(field_blocks) {
        let mut compiled = Vec::new();
        for (index, block) in blocks.into_iter().enumerate() {
            let place = format!("fields.{}.rules[{index}]", field.name);
            let rule = field_rule(contract, field, block, &place)?;
            if !ids.insert(rule.id.clone()) {
                return Err(ContractError::new("contract.rule_twice", place, rule.id));
            }
            compiled.push(rule);
        }
        of_fields.push(compiled);
    }
    for (index, block) in row_blocks.into_iter().enumerate() {
        let place = format!("intake.rules[{index}]");
        let rule = rows::rule(contract, block, &place)?;
        if !ids.insert(rule.id.clone()) {
            return Err(ContractError::new("contract.rule_twice", place, rule.id));
        }
        contract.rules.push(rule);
    }
    for (field, rules) in contract.fields.iter_mut().zip(of_fields) {
        field.rules = rules;
    }
    Ok(())
}

fn field_rule(
    contract: &Contract,
    field: &Field,
    block: FieldRuleBlock,
    place: &str,
) -> Result<FieldRule, ContractError> {
    let FieldRuleBlock {
        id,
        severity,
        unless,
        text,
        range,
        pattern,
        not_pattern,
        digits,
        validator,
        one_of,
        none_of,
    } = block;
    let fits = |fit: bool| {
        if fit {
            Ok(())
        } else {
            Err(ContractError::new("contract.rule_field_kind", place, &field.name))
        }
    };
    let (name, default_text, kind) = match (range, pattern, not_pattern, digits, validator, one_of, none_of) {
        (Some(range), None, None, None, None, None, None) => {
            fits(matches!(
                field.kind,
                FieldType::Decimal { .. } | FieldType::Integer
            ))?;
            let (min, max) = bounds(range.min.as_deref(), range.max.as_deref(), place)?;
            let text = match (&min, &max) {
                (Some(_), Some(_)) => "check.range",
                (Some(_), None) => "check.range_min",
                _ => "check.range_max",
            };
            ("range", text, FieldRuleKind::Range { min, max })
        }
        (None, Some(pattern), None, None, None, None, None) => {
            fits(matches!(field.kind, FieldType::Text { .. }))?;
            anchored(&pattern, place)?;
            ("pattern", "check.pattern", FieldRuleKind::Pattern(pattern))
        }
        (None, None, Some(pattern), None, None, None, None) => {
            fits(matches!(field.kind, FieldType::Text { .. }))?;
            anchored(&pattern, place)?;
            (
                "not_pattern",
                "check.not_pattern",
                FieldRuleKind::NotPattern(pattern),
            )
        }
        (None, None, None, Some(digits), None, None, None) => {
            fits(matches!(field.kind, FieldType::Text { .. }))?;
            if digits.min == 0 || digits.min > digits.max {
                return Err(ContractError::new(
                    "contract.rule_value",
                    place,
                    digits.min.to_string(),
                ));
            }
            (
                "digits",
                "check.digits",
                FieldRuleKind::Digits {
                    min: digits.min,
                    max: digits.max,
                },
            )
        }
        (None, None, None, None, Some(kind), None, None) => {
            fits(matches!(field.kind, FieldType::Text { .. }))?;
            (kind.name(), "check.pattern", FieldRuleKind::Validator(kind))
        }
        (None, None, None, None, None, Some(values), None) => {
            fits(takes_values(contract, field, &values, place)?)?;
            ("one_of", "check.one_of", FieldRuleKind::OneOf(values))
        }
        (None, None, None, None, None, None, Some(values)) => {
            fits(takes_values(contract, field, &values, place)?)?;
            ("none_of", "check.none_of", FieldRuleKind::NoneOf(values))
        }
        _ => return Err(ContractError::new("contract.rule_kinds", place, "")),
    };
    Ok(FieldRule {
        id: id.unwrap_or_else(|| format!("R-{}-{name}", field.name)),
        severity,
        kind,
        unless: silent(contract, unless, place)?,
        text: worded(text, default_text, place)?,
    })
}

/// Do the values suit the field? On a code field every value must be a code of its list.
fn takes_values(
    contract: &Contract,
    field: &Field,
    values: &[String],
    place: &str,
) -> Result<bool, ContractError> {
    let unknown = |value: &String| Err(ContractError::new("contract.rule_value", place, value));
    match &field.kind {
        FieldType::Code { list } => {
            let list = contract.code_list(list);
            match values
                .iter()
                .find(|value| list.is_none_or(|list| list.entry(value).is_none()))
            {
                Some(value) => unknown(value),
                None => Ok(!values.is_empty()),
            }
        }
        FieldType::Text { .. } => Ok(!values.is_empty()),
        _ => Ok(false),
    }
}

fn anchored(pattern: &str, place: &str) -> Result<(), ContractError> {
    let anchored = pattern.starts_with('^') && pattern.ends_with('$');
    if anchored && regex::Regex::new(pattern).is_ok() {
        Ok(())
    } else {
        Err(ContractError::new("contract.pattern_unanchored", place, ""))
    }
}

fn silent(
    contract: &Contract,
    unless: Option<Condition>,
    place: &str,
) -> Result<Option<Condition>, ContractError> {
    unless
        .map(|unless| condition(contract, unless, place))
        .transpose()
}

/// A condition whose field exists and can have the value.
fn condition(contract: &Contract, condition: Condition, place: &str) -> Result<Condition, ContractError> {
    let field = known_field(contract, &condition.field, place)?;
    let fits = match &condition.is {
        Some(value) => takes_values(contract, field, std::slice::from_ref(value), place)?,
        None => true,
    };
    if fits {
        Ok(condition)
    } else {
        Err(ContractError::new(
            "contract.rule_field_kind",
            place,
            &condition.field,
        ))
    }
}

fn worded(text: Option<String>, default: &str, place: &str) -> Result<String, ContractError> {
    match text {
        Some(code) if texts::get(&code).is_none() => {
            Err(ContractError::new("contract.rule_text_unknown", place, code))
        }
        Some(code) => Ok(code),
        None => Ok(default.to_owned()),
    }
}

fn bounds(
    min: Option<&str>,
    max: Option<&str>,
    place: &str,
) -> Result<(Option<Decimal>, Option<Decimal>), ContractError> {
    let min = min.map(|text| number(text, place)).transpose()?;
    let max = max.map(|text| number(text, place)).transpose()?;
    match (min, max) {
        (None, None) => Err(ContractError::new("contract.rule_value", place, "")),
        (Some(low), Some(high)) if low > high => {
            Err(ContractError::new("contract.rule_value", place, low.to_string()))
        }
        bounds => Ok(bounds),
    }
}

fn number(text: &str, place: &str) -> Result<Decimal, ContractError> {
    text.parse()
        .map_err(|_| ContractError::new("contract.rule_value", place, text))
}
