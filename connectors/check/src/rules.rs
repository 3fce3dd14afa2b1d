//! The contract's rules as Polars expressions over a frame. Each expression is true where its rule is broken, and silent
//! where a value it reads is missing.
//! INVARIANT (exact-money): amounts are compared as 128-bit integers at a common scale. Polars' own decimal arithmetic
//! rounds products and fails whole frames on overflow; its integer arithmetic wraps, so values too large for exact
//! arithmetic break the rule without being computed with.

use arrow::array::{Array, ArrayRef, BooleanArray};
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, Expr, IntoLazy, NamedFrom, Operator, Series, binary_expr, col, lit,
};
use schemas::values::decimal::Decimal;
use schemas::{FieldRuleKind, FieldType, RowRuleKind};

use crate::CheckError;
use crate::bridge;
use crate::plan::{Plan, index_of};

/// Decimal digits of which every 128-bit integer holds any combination.
const DIGITS_MAX: u32 = 38;

/// The expressions of a plan.
pub(crate) struct RuleSet {
    /// Rule index and expression.
    expressions: Vec<(usize, Expr)>,
    /// Fields that the expressions read.
    fields: Vec<usize>,
}

impl RuleSet {
    pub fn new(plan: &Plan<'_>) -> Self {
        let contract = plan.job.contract;
        let mut set = Self {
            expressions: Vec::new(),
            fields: Vec::new(),
        };
        for (index, field) in plan
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.is_some())
        {
            for rule in &field.field.rules {
                let column = col(field.field.name.as_str());
                let expression = match &rule.kind {
                    FieldRuleKind::Range { min, max } => range(number(plan, index), *min, *max),
                    FieldRuleKind::Pattern(pattern) => Some(unlike(column, pattern)),
                    FieldRuleKind::Digits { min, max } => {
                        Some(unlike(column, &format!("^[0-9]{{{min},{max}}}$")))
                    }
                    FieldRuleKind::OneOf(values) => Some(is_one_of(column, values).not()),
                    FieldRuleKind::NoneOf(values) => Some(is_one_of(column, values)),
                    FieldRuleKind::Validator(_) => None,
                };
                set.add(plan, &rule.id, expression, &[index]);
            }
        }
        for rule in contract.rules() {
            let fields: Option<Vec<usize>> = rule
                .kind
                .fields()
                .into_iter()
                .map(|name| index_of(contract, Some(name)))
                .collect();
            let fields = fields.unwrap_or_default();
            let present = |field: &usize| {
                plan.fields
                    .get(*field)
                    .is_some_and(|field| field.column.is_some())
            };
            if fields.is_empty() || !fields.iter().all(present) {
                continue; // the rule does not apply when a field it names is missing
            }
            let numbers: Vec<Number> = fields.iter().map(|field| number(plan, *field)).collect();
            let expression = match (&rule.kind, numbers.as_slice()) {
                (RowRuleKind::Sum { tolerance, .. }, [total, parts @ ..]) => {
                    Some(sum(total, parts, *tolerance))
                }
                (RowRuleKind::Ratio { min, max, .. }, [num, den]) => ratio(num, den, *min, *max),
                (RowRuleKind::Order { first, then }, _) => Some(col(first.as_str()).gt(col(then.as_str()))),
                _ => None,
            };
            set.add(plan, &rule.id, expression, &fields);
        }
        set
    }

    fn add(&mut self, plan: &Plan<'_>, id: &str, expression: Option<Expr>, fields: &[usize]) {
        if let (Some(expression), Some(rule)) = (expression, plan.rule(id)) {
            self.expressions.push((rule, expression.alias(rule.to_string())));
            self.fields.extend(fields);
            self.fields.sort_unstable();
            self.fields.dedup();
        }
    }

    /// For each rule, where it is broken.
    pub fn broken(
        &self,
        plan: &Plan<'_>,
        columns: &[ArrayRef],
    ) -> Result<Vec<(usize, BooleanArray)>, CheckError> {
        let rows = columns.first().map_or(0, |column| column.len());
        if self.expressions.is_empty() || rows == 0 {
            return Ok(Vec::new());
        }
        let mut series: Vec<Column> = Vec::new();
        for field in &self.fields {
            if let (Some(field), Some(column)) = (plan.fields.get(*field), columns.get(*field)) {
                let imported = bridge::to_polars(&field.field.name, column)?;
                // Decimals as the integers they are.
                series.push(imported.to_physical_repr().into_owned().into());
            }
        }
        let frame = DataFrame::new(rows, series).map_err(CheckError::engine)?;
        let expressions: Vec<Expr> = self
            .expressions
            .iter()
            .map(|(_, expression)| expression.clone())
            .collect();
        let answers = frame
            .lazy()
            .select(expressions)
            .collect()
            .map_err(CheckError::engine)?;
        let rules = self.expressions.iter().map(|(rule, _)| *rule);
        rules
            .zip(answers.columns())
            .map(|(rule, answer)| Ok((rule, bridge::to_boolean(answer.as_materialized_series())?)))
            .collect()
    }
}

/// A number column as a 128-bit integer expression.
#[derive(Clone)]
struct Number {
    value: Expr,
    scale: u32,
    /// Digits its values may have.
    digits: u32,
}

fn number(plan: &Plan<'_>, field: usize) -> Number {
    let field = plan.fields.get(field).map(|field| field.field);
    let name = field.map(|field| field.name.as_str()).unwrap_or_default();
    let (digits, scale) = match field.map(|field| &field.kind) {
        Some(FieldType::Decimal { precision, scale }) => {
            (u32::from(*precision), u32::try_from(*scale).unwrap_or(0))
        }
        _ => (19, 0),
    };
    Number {
        value: col(name).cast(DataType::Int128),
        scale,
        digits,
    }
}

impl Number {
    /// The value times 10^`by` and, for what would not fit into 128 bits with `spare` more digits, an expression that
    /// is true there.
    fn scaled(&self, by: u32, spare: u32) -> (Expr, Option<Expr>) {
        let room = DIGITS_MAX.saturating_sub(by + spare);
        let limit = power(room);
        let too_large = (self.digits > room).then(|| {
            self.value
                .clone()
                .gt_eq(literal(limit))
                .or(self.value.clone().lt_eq(literal(-limit)))
        });
        let value = if by == 0 {
            self.value.clone()
        } else {
            self.value.clone() * literal(power(by))
        };
        (value, too_large)
    }
}

fn range(number: Number, min: Option<Decimal>, max: Option<Decimal>) -> Option<Expr> {
    let below = min.map(|min| {
        number
            .value
            .clone()
            .lt(literal(at_scale(min, number.scale, true)))
    });
    let above = max.map(|max| {
        number
            .value
            .clone()
            .gt(literal(at_scale(max, number.scale, false)))
    });
    either(below, above)
}

/// |total − Σ parts| > tolerance
fn sum(total: &Number, parts: &[Number], tolerance: Decimal) -> Expr {
    let scales = std::iter::once(total).chain(parts).map(|number| number.scale);
    let scale = scales.chain([u32::from(tolerance.scale())]).max().unwrap_or(0);
    // Room for a hundred parts.
    let scaled = |number: &Number| number.scaled(scale - number.scale, 2);
    let (mut difference, mut too_large) = scaled(total);
    for part in parts {
        let (value, large) = scaled(part);
        difference = difference - value;
        too_large = either(too_large, large);
    }
    let tolerance = at_scale(tolerance, scale, false);
    let broken = difference
        .clone()
        .gt(literal(tolerance))
        .or(difference.lt(literal(-tolerance)));
    either(too_large, Some(broken.clone())).unwrap_or(broken)
}

/// num / den < min, or num / den > max, without dividing; silent where den = 0. Where den is negative, as in a refund,
/// the comparison turns round.
fn ratio(num: &Number, den: &Number, min: Option<Decimal>, max: Option<Decimal>) -> Option<Expr> {
    let side = |bound: Decimal, broken: Operator, turned: Operator| {
        let scale = num.scale.max(den.scale + u32::from(bound.scale()));
        let (num, num_large) = num.scaled(scale - num.scale, 0);
        let (scaled, den_large) = den.scaled(scale - den.scale - u32::from(bound.scale()), digits(bound));
        let limit = scaled * literal(bound.unscaled());
        let positive = den.value.clone().gt(literal(0));
        let negative = den.value.clone().lt(literal(0));
        let broken = binary_expr(num.clone(), broken, limit.clone());
        let turned = binary_expr(num, turned, limit);
        let broken = positive.and(broken).or(negative.and(turned));
        either(either(num_large, den_large), Some(broken))
    };
    let below = min.and_then(|min| side(min, Operator::Lt, Operator::Gt));
    let above = max.and_then(|max| side(max, Operator::Gt, Operator::Lt));
    Some(either(below, above)?.and(den.value.clone().neq(literal(0))))
}

fn either(one: Option<Expr>, other: Option<Expr>) -> Option<Expr> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(other)),
        (one, other) => one.or(other),
    }
}

fn unlike(column: Expr, pattern: &str) -> Expr {
    column.str().contains(lit(pattern), true).not()
}

fn is_one_of(column: Expr, values: &[String]) -> Expr {
    column.is_in(lit(Series::new("values".into(), values)).implode(false), false)
}

/// The bound as an unscaled integer at a scale: the next whole one up or down if digits would be lost.
fn at_scale(bound: Decimal, scale: u32, up: bool) -> i128 {
    let kept = u32::from(bound.scale());
    if kept <= scale {
        // At most 36 digits and as many zeros: what does not fit is beyond every value.
        let value = 10i128
            .checked_pow(scale - kept)
            .and_then(|factor| bound.unscaled().checked_mul(factor));
        return value.unwrap_or(if bound.unscaled() < 0 {
            i128::MIN
        } else {
            i128::MAX
        });
    }
    let divisor = power(kept - scale);
    let floor = bound.unscaled().div_euclid(divisor);
    floor + i128::from(up && bound.unscaled().rem_euclid(divisor) != 0)
}

fn digits(bound: Decimal) -> u32 {
    bound
        .unscaled()
        .unsigned_abs()
        .checked_ilog10()
        .map_or(1, |digits| digits + 1)
}

fn power(digits: u32) -> i128 {
    10i128.checked_pow(digits.min(DIGITS_MAX)).unwrap_or(i128::MAX)
}

fn literal(value: i128) -> Expr {
    Expr::Literal(AnyValue::Int128(value).into())
}
