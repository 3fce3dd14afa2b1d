//! Money fields and the fields that are parts of others: that they name what exists, fit it, and are no less protected
//! than what they come from.

use super::load::known_field;
use super::{Contract, ContractError, Derived, Field, FieldType, MoneyRule, Part, Treatment};
use crate::values::money;

/// Checks every money rule and every derived field.
pub(super) fn check(contract: &Contract) -> Result<(), ContractError> {
    for field in &contract.fields {
        let place = format!("fields.{}", field.name);
        if let Some(rule) = &field.money {
            money_rule(contract, field, rule, &format!("{place}.money"))?;
        }
        if let Some(derived) = &field.derived {
            part(contract, field, derived, &format!("{place}.derived"))?;
        }
    }
    Ok(())
}

fn money_rule(
    contract: &Contract,
    field: &Field,
    rule: &MoneyRule,
    place: &str,
) -> Result<(), ContractError> {
    let amount = matches!(field.kind, FieldType::Decimal { .. }) && field.unit.as_deref() == Some("元");
    if !amount || field.derived.is_some() {
        return Err(ContractError::new("contract.part_unfit", place, &field.name));
    }
    let list = contract
        .code_list(&rule.currencies)
        .ok_or_else(|| ContractError::new("contract.code_list_unknown", place, &rule.currencies))?;
    if let Some(unknown) = rule.default.iter().find(|code| list.entry(code).is_none()) {
        return Err(ContractError::new("contract.rule_value", place, unknown));
    }
    match rule.multiples.iter().find(|word| !money::is_multiple(word)) {
        Some(unknown) => Err(ContractError::new("contract.unit_unknown", place, unknown)),
        None => Ok(()),
    }
}

fn part(contract: &Contract, field: &Field, derived: &Derived, place: &str) -> Result<(), ContractError> {
    let source = known_field(contract, &derived.from, place)?;
    let fits = match (derived.part, &source.money, &field.kind) {
        (Part::Currency, Some(money), FieldType::Code { list }) => *list == money.currencies,
        (Part::Multiple, Some(_), FieldType::Text { .. }) => true,
        (Part::Text, _, FieldType::Text { .. }) => true,
        _ => false,
    };
    // What a cell says is no less sensitive for being said twice, and a token's cell may not come back in the clear.
    let protected = field.level >= source.level && field.class >= source.class && !source.is_token();
    // What is masked there is not clear here.
    let masked = [source.treatment, Treatment::Null].contains(&field.treatment)
        || source.treatment == Treatment::Clear;
    let plain = source.derived.is_none() && !field.is_token() && field.aliases.is_empty();
    // A cell need not have every part.
    let present = !field.required;
    if fits && protected && masked && plain && present {
        Ok(())
    } else {
        Err(ContractError::new("contract.part_unfit", place, &field.name))
    }
}
