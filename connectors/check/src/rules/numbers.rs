//! Comparisons of amounts as expressions.
//! INVARIANT (exact-money): amounts are compared as 128-bit integers at a common scale. Polars' own decimal arithmetic
//! rounds products and fails whole frames on overflow; its integer arithmetic wraps, so values too large for exact
//! arithmetic break the rule without being computed with.

use polars::prelude::{AnyValue, DataType, Expr, Operator, binary_expr, col};
use schemas::FieldType;
use schemas::values::decimal::Decimal;

use crate::plan::Plan;

/// Decimal digits of which every 128-bit integer holds any combination.
const DIGITS_MAX: u32 = 38;

/// A number column as a 128-bit integer expression.
#[derive(Clone)]
pub(super) struct Number {
    value: Expr,
    scale: u32,
    /// Digits its values may have.
    digits: u32,
}

pub(super) fn number(plan: &Plan<'_>, field: usize) -> Number {
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
    /// True where the value has more digits than that.
    fn beyond(&self, digits: u32) -> Option<Expr> {
        let limit = power(digits);
        (self.digits > digits).then(|| {
            let value = &self.value;
            value
                .clone()
                .gt_eq(literal(limit))
                .or(value.clone().lt_eq(literal(-limit)))
        })
    }

    /// The value times 10^`by` and, for what would not fit into 128 bits with `spare` more digits, an expression that
    /// is true there.
    fn scaled(&self, by: u32, spare: u32) -> (Expr, Option<Expr>) {
        let too_large = self.beyond(DIGITS_MAX.saturating_sub(by + spare));
        let value = if by == 0 {
            self.value.clone()
        } else {
            self.value.clone() * literal(power(by))
        };
        (value, too_large)
    }
}

pub(super) fn range(number: Number, min: Option<Decimal>, max: Option<Decimal>) -> Option<Expr> {
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
pub(super) fn sum(total: &Number, parts: &[Number], tolerance: Decimal) -> Expr {
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
pub(super) fn ratio(num: &Number, den: &Number, min: Option<Decimal>, max: Option<Decimal>) -> Option<Expr> {
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

/// |Π factors − total| > within × |total|, both sides scaled up until they are whole.
pub(super) fn product(total: &Number, factors: &[Number], within: Decimal) -> Expr {
    let scale: u32 = factors.iter().map(|factor| factor.scale).sum();
    let bound = u32::from(within.scale());
    // What is left of the digits, one for the difference, is shared out: a factor that has more breaks the rule.
    let parts = u32::try_from(factors.len()).unwrap_or(u32::MAX).max(1);
    let room = DIGITS_MAX.saturating_sub(1 + bound) / parts;
    let mut computed = literal(1);
    let mut too_large = None;
    for factor in factors {
        too_large = either(too_large, factor.beyond(room));
        computed = computed * factor.value.clone();
    }
    // The total on the scale of the product, and the product on that of the total.
    let (up, down) = (
        scale.saturating_sub(total.scale),
        total.scale.saturating_sub(scale),
    );
    let spare = bound.max(digits(within)) + 1;
    let (total, total_large) = total.scaled(up, spare);
    let (computed, down_large) = match down {
        0 => (computed, None),
        // Factors with fewer decimals than the total: there is room, as the factors were kept small.
        _ => (
            computed * literal(power(down)),
            factors.iter().fold(None, |large, factor| {
                either(large, factor.beyond(room.saturating_sub(down)))
            }),
        ),
    };
    let difference = (computed - total.clone()) * literal(power(bound));
    let allowed = total * literal(within.unscaled());
    let apart = |difference: Expr, allowed: Expr| {
        difference
            .clone()
            .gt(allowed.clone())
            .or(difference.lt(literal(0) - allowed))
    };
    // A negative total turns the allowance round.
    let broken = allowed
        .clone()
        .gt_eq(literal(0))
        .and(apart(difference.clone(), allowed.clone()));
    let turned = allowed
        .clone()
        .lt(literal(0))
        .and(apart(difference, literal(0) - allowed));
    let broken = broken.or(turned);
    let large = either(either(too_large, total_large), down_large);
    either(large, Some(broken.clone())).unwrap_or(broken)
}

fn either(one: Option<Expr>, other: Option<Expr>) -> Option<Expr> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(other)),
        (one, other) => one.or(other),
    }
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
