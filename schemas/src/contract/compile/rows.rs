//! Rules across fields and across rows from their blocks.

use super::super::load::known_field;
use super::super::odcs::{GroupSumBlock, ImpliesBlock, ProductBlock, RatioBlock, RowRuleBlock, SumBlock};
use super::super::{Condition, Contract, ContractError, FieldType, RowRule, RowRuleKind, Severity};
use super::{bounds, condition, number, silent, worded};

/// Name in rule ids, text unless the contract words it, and the rule.
type Compiled = (&'static str, &'static str, RowRuleKind);

/// Factors of a product: more would leave no digits for exact arithmetic.
const FACTORS_MAX: usize = 3;

pub(super) fn rule(contract: &Contract, block: RowRuleBlock, place: &str) -> Result<RowRule, ContractError> {
    let RowRuleBlock {
        id,
        severity,
        unless,
        text,
        sum,
        ratio,
        order,
        product,
        implies,
        group_sum,
    } = block;
    let (name, default_text, kind) = match (sum, ratio, order, product, implies, group_sum) {
        (Some(block), None, None, None, None, None) => sum_rule(block, place)?,
        (None, Some(block), None, None, None, None) => ratio_rule(block, place)?,
        (None, None, Some(order), None, None, None) => {
            let (first, then) = (order.first, order.then);
            ("order", "check.order", RowRuleKind::Order { first, then })
        }
        (None, None, None, Some(block), None, None) => product_rule(block, place)?,
        (None, None, None, None, Some(block), None) => implies_rule(contract, block, place)?,
        (None, None, None, None, None, Some(block)) => {
            if severity != Severity::Warning || unless.is_some() {
                return Err(ContractError::new("contract.group_remark", place, ""));
            }
            group_rule(block, place)?
        }
        _ => return Err(ContractError::new("contract.rule_kinds", place, "")),
    };
    fields_fit(contract, &kind, place)?;
    let first = kind
        .fields()
        .first()
        .map_or(String::new(), |name| (*name).to_owned());
    Ok(RowRule {
        id: id.unwrap_or_else(|| format!("R-{first}-{name}")),
        severity,
        kind,
        unless: silent(contract, unless, place)?,
        text: worded(text, default_text, place)?,
    })
}

fn sum_rule(block: SumBlock, place: &str) -> Result<Compiled, ContractError> {
    some(&block.parts, place)?;
    let kind = RowRuleKind::Sum {
        tolerance: number(&block.tolerance, place)?,
        total: block.total,
        parts: block.parts,
    };
    Ok(("sum", "check.sum", kind))
}

fn ratio_rule(block: RatioBlock, place: &str) -> Result<Compiled, ContractError> {
    let (min, max) = bounds(block.min.as_deref(), block.max.as_deref(), place)?;
    let kind = RowRuleKind::Ratio {
        num: block.num,
        den: block.den,
        min,
        max,
    };
    Ok(("ratio", "check.ratio", kind))
}

fn product_rule(block: ProductBlock, place: &str) -> Result<Compiled, ContractError> {
    let within = number(&block.within, place)?;
    if block.factors.len() > FACTORS_MAX || within.unscaled() < 0 {
        return Err(ContractError::new("contract.rule_value", place, block.within));
    }
    some(&block.factors, place)?;
    let kind = RowRuleKind::Product {
        total: block.total,
        factors: block.factors,
        within,
    };
    Ok(("product", "check.product", kind))
}

fn implies_rule(contract: &Contract, block: ImpliesBlock, place: &str) -> Result<Compiled, ContractError> {
    let when = condition(contract, block.when, place)?;
    let then = condition(contract, block.then, place)?;
    let valued = |condition: &Condition| condition.is.is_some();
    let text = match (valued(&when), valued(&then)) {
        (false, false) => "check.implies_any_any",
        (false, true) => "check.implies_any_is",
        (true, false) => "check.implies_is_any",
        (true, true) => "check.implies_is_is",
    };
    Ok(("implies", text, RowRuleKind::Implies { when, then }))
}

fn group_rule(block: GroupSumBlock, place: &str) -> Result<Compiled, ContractError> {
    some(&block.by, place)?;
    let kind = RowRuleKind::GroupSum {
        is: number(&block.is, place)?,
        tolerance: number(&block.tolerance, place)?,
        of: block.of,
        by: block.by,
    };
    Ok(("group_sum", "check.group_sum", kind))
}

fn some(names: &[String], place: &str) -> Result<(), ContractError> {
    if names.is_empty() {
        return Err(ContractError::new("contract.rule_kinds", place, ""));
    }
    Ok(())
}

/// Every field the rule names exists, and is of a type the rule can compute with.
fn fields_fit(contract: &Contract, kind: &RowRuleKind, place: &str) -> Result<(), ContractError> {
    for (index, named) in kind.fields().into_iter().enumerate() {
        let field = known_field(contract, named, place)?;
        let is_number = matches!(field.kind, FieldType::Decimal { .. } | FieldType::Integer);
        let fits = match kind {
            RowRuleKind::Sum { .. } | RowRuleKind::Ratio { .. } | RowRuleKind::Product { .. } => is_number,
            RowRuleKind::Order { .. } => field.kind == FieldType::Date,
            RowRuleKind::Implies { .. } => true,
            // The first is summed, the others tell the groups apart.
            RowRuleKind::GroupSum { .. } => index > 0 || is_number,
        };
        if !fits {
            return Err(ContractError::new("contract.rule_field_kind", place, named));
        }
        // The sum is compared on the field's own scale.
        if let (0, RowRuleKind::GroupSum { is, tolerance, .. }) = (index, kind) {
            let scale = match field.kind {
                FieldType::Decimal { scale, .. } => u8::try_from(scale).unwrap_or(0),
                _ => 0,
            };
            for number in [is, tolerance] {
                if number.at_scale(scale).is_none() {
                    return Err(ContractError::new(
                        "contract.rule_value",
                        place,
                        number.to_string(),
                    ));
                }
            }
        }
    }
    Ok(())
}
