//! Amounts in another unit than the contract's: a rule between columns fails almost everywhere, and a column read in 万元
//! (or another unit of its measure) makes it hold almost everywhere.
//! INVARIANT (exact-money): compared as 128-bit integers; what does not fit explains nothing.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use schemas::values::decimal::Decimal;
use schemas::values::units::{self, UnitWord};
use schemas::{RowRule, RowRuleKind};

use super::{EXPLAINED, ROWS_MIN, ROWS_TO_REFUSE, Seen};
use crate::file_rules::finding;
use crate::plan::index_of;
use crate::{Finding, Severity};

/// How many of the contract's unit one of the suspected unit is.
const FACTORS: [i128; 3] = [10_000, 1_000, 100_000_000];

pub(super) fn findings(seen: &Seen<'_>, sample: &[usize]) -> Vec<Finding> {
    let rules = seen.plan.job.contract.rules().iter();
    let mut found: Vec<Finding> = Vec::new();
    for rule in rules {
        let told = |finding: &Finding| found.iter().any(|other| other.column == finding.column);
        found.extend(of_rule(seen, sample, rule).filter(|finding| !told(finding)));
    }
    found
}

fn of_rule(seen: &Seen<'_>, sample: &[usize], rule: &RowRule) -> Option<Finding> {
    let plan = seen.plan;
    let index = plan
        .rule(&rule.id)
        .filter(|index| seen.fails_everywhere(*index))?;
    let names = rule.kind.fields();
    let fields: Option<Vec<usize>> = names
        .iter()
        .map(|name| index_of(plan.job.contract, Some(name)))
        .collect();
    let fields = fields?;
    // A total may be in another unit than its parts or factors, and either side of a ratio.
    let suspects: &[usize] = match rule.kind {
        RowRuleKind::Ratio { .. } => &[0, 1],
        RowRuleKind::Sum { .. } | RowRuleKind::Product { .. } => &[0],
        _ => &[],
    };
    let rows: Vec<Vec<Amount>> = sample
        .iter()
        .filter_map(|row| amounts(seen, &fields, *row))
        .collect();
    let bad = rows
        .iter()
        .filter(|row| keeps(&rule.kind, row) == Some(false))
        .count();
    if rows.len() < ROWS_MIN {
        return None;
    }
    for suspect in suspects {
        let field = plan.fields.get(*fields.get(*suspect)?)?;
        // Whoever gave a unit was believed.
        let Some(stored) = field
            .field
            .unit
            .as_deref()
            .filter(|_| field.header_unit.is_none())
        else {
            continue;
        };
        for factor in FACTORS {
            let Some(unit) = units::of_factor(stored, factor) else {
                continue;
            };
            let good = rows.iter().filter(|row| {
                let mut row = (*row).clone();
                row.iter_mut()
                    .skip(*suspect)
                    .take(1)
                    .for_each(|amount| amount.times(factor));
                keeps(&rule.kind, &row) == Some(true)
            });
            let good = good.count();
            if good * 100 >= rows.len() * EXPLAINED {
                let id = plan
                    .rules
                    .get(index)
                    .map(|rule| rule.id.clone())
                    .unwrap_or_default();
                let column = plan.title(*fields.get(*suspect)?);
                return Some(told(&column, unit, (rows.len(), bad, good), id));
            }
        }
    }
    None
}

fn told(column: &str, unit: &UnitWord, (rows, bad, good): (usize, usize, usize), rule: String) -> Finding {
    let severity = match rows >= ROWS_TO_REFUSE {
        true => Severity::Fatal,
        false => Severity::Warning,
    };
    let args = [
        ("column", column.to_owned()),
        ("unit", unit.word.to_owned()),
        ("rows", rows.to_string()),
        ("bad", bad.to_string()),
        ("good", good.to_string()),
        ("rule", rule),
    ];
    Finding {
        column: Some(column.to_owned()),
        ..finding("F-unit_suspected", severity, "check.unit_suspected", &args)
    }
}

#[derive(Clone, Copy)]
struct Amount {
    unscaled: Option<i128>,
    scale: u32,
}

impl Amount {
    fn times(&mut self, factor: i128) {
        self.unscaled = self.unscaled.and_then(|unscaled| unscaled.checked_mul(factor));
    }

    fn at(self, scale: u32) -> Option<i128> {
        self.unscaled?.checked_mul(power(scale.checked_sub(self.scale)?)?)
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// The amounts of a row in the order of the rule's fields; none if one is missing or all are nothing.
fn amounts(seen: &Seen<'_>, fields: &[usize], row: usize) -> Option<Vec<Amount>> {
    let amount = |field: &usize| {
        let column: &ArrayRef = seen.typed.get(*field)?;
        if column.is_null(row) {
            return None;
        }
        let scale = match seen.plan.fields.get(*field)?.field.kind {
            schemas::FieldType::Decimal { scale, .. } => u32::try_from(scale).ok()?,
            _ => 0,
        };
        let unscaled = match column.as_primitive_opt::<Decimal128Type>() {
            Some(decimals) => decimals.value(row),
            None => i128::from(column.as_primitive_opt::<Int64Type>()?.value(row)),
        };
        Some(Amount {
            unscaled: Some(unscaled),
            scale,
        })
    };
    let amounts: Vec<Amount> = fields.iter().map(amount).collect::<Option<_>>()?;
    amounts
        .iter()
        .all(|amount| amount.unscaled.is_some_and(|unscaled| unscaled != 0))
        .then_some(amounts)
}

/// Does the row keep the rule? None if exact arithmetic cannot tell.
fn keeps(rule: &RowRuleKind, row: &[Amount]) -> Option<bool> {
    match (rule, row) {
        (RowRuleKind::Ratio { min, max, .. }, [num, den]) => {
            let above = |bound: &Decimal| {
                let left = num
                    .unscaled?
                    .checked_mul(power(den.scale + u32::from(bound.scale()))?)?;
                let right = bound
                    .unscaled()
                    .checked_mul(den.unscaled?)?
                    .checked_mul(power(num.scale)?)?;
                // Where the denominator is negative, the comparison turns round.
                Some(if den.unscaled? < 0 {
                    (right, left)
                } else {
                    (left, right)
                })
            };
            let low = min
                .as_ref()
                .map_or(Some(true), |min| above(min).map(|(one, other)| one >= other))?;
            let high = max
                .as_ref()
                .map_or(Some(true), |max| above(max).map(|(one, other)| one <= other))?;
            Some(low && high)
        }
        (RowRuleKind::Sum { tolerance, .. }, [total, parts @ ..]) => {
            let scale = row
                .iter()
                .map(|amount| amount.scale)
                .max()?
                .max(u32::from(tolerance.scale()));
            let mut rest = total.at(scale)?;
            for part in parts {
                rest = rest.checked_sub(part.at(scale)?)?;
            }
            Some(rest.checked_abs()? <= tolerance.at_scale(u8::try_from(scale).ok()?)?)
        }
        (RowRuleKind::Product { within, .. }, [total, factors @ ..]) => {
            let scale: u32 = factors.iter().map(|factor| factor.scale).sum();
            let scale_of_all = scale.max(total.scale);
            let mut product = power(scale_of_all - scale)?;
            for factor in factors {
                product = product.checked_mul(factor.unscaled?)?;
            }
            let total = total.at(scale_of_all)?;
            let off = product.checked_sub(total)?.checked_abs()?;
            let allowed = within.unscaled().checked_mul(total.checked_abs()?)?;
            Some(off.checked_mul(power(u32::from(within.scale()))?)? <= allowed)
        }
        _ => None,
    }
}
