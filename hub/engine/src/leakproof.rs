//! Predicates of a caller that may run before the barrier: those that can neither fail nor signal on any row, over
//! columns whose released value is the stored one. A list; what is not on it stays outside.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::expr::Like;
use datafusion::logical_expr::{BinaryExpr, Cast, Expr, Operator};

/// Bytes of a `LIKE` pattern. With inner wildcards it becomes a regular expression, which fails to compile when it is
/// huge, and only when a row arrives: that would tell whether there is one.
const PATTERN_BYTES_MAX: usize = 256;

/// Which columns of one governed table are clear, and their types.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClearColumns {
    kinds: BTreeMap<String, DataType>,
}

impl ClearColumns {
    /// Keeps the columns whose comparisons are total: nested ones are "not implemented" for some values.
    pub(crate) fn new(columns: impl IntoIterator<Item = (String, DataType)>) -> ClearColumns {
        let flat = |kind: &DataType| kind.is_primitive() || kind.is_string() || *kind == DataType::Boolean;
        ClearColumns {
            kinds: columns.into_iter().filter(|(_, kind)| flat(kind)).collect(),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.kinds.contains_key(name)
    }

    fn kind(&self, expr: &Expr) -> Option<&DataType> {
        match expr {
            Expr::Column(column) => self.kinds.get(&column.name),
            _ => None,
        }
    }

    /// The type of a literal, a clear column, or a clear column cast to a type that holds all of its values.
    fn operand(&self, expr: &Expr) -> Option<DataType> {
        match expr {
            Expr::Literal(value, _) => Some(value.data_type()),
            Expr::Cast(Cast { expr, field }) => self
                .kind(expr)
                .filter(|from| lossless(from, field.data_type()))
                .map(|_| field.data_type().clone()),
            expr => self.kind(expr).cloned(),
        }
    }

    /// Two operands of one type. Of two types the planner would cast one, and the cast may fail.
    fn alike(&self, left: &Expr, right: &Expr) -> bool {
        self.operand(left)
            .is_some_and(|kind| self.operand(right) == Some(kind))
    }

    /// May the predicate meet hidden rows?
    pub(crate) fn leakproof(&self, expr: &Expr) -> bool {
        use Operator::*;
        let literal = |expr: &Expr| matches!(expr, Expr::Literal(..));
        match expr {
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: And | Or,
                right,
            }) => self.leakproof(left) && self.leakproof(right),
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom,
                right,
            }) => self.alike(left, right),
            Expr::Not(expr) => self.leakproof(expr),
            Expr::IsNull(expr) | Expr::IsNotNull(expr) => self.operand(expr).is_some(),
            Expr::InList(list) => list
                .list
                .iter()
                .all(|value| literal(value) && self.alike(&list.expr, value)),
            Expr::Between(between) => {
                let bounds = [&between.low, &between.high];
                bounds
                    .into_iter()
                    .all(|bound| literal(bound) && self.alike(&between.expr, bound))
            }
            Expr::Like(Like {
                expr,
                pattern,
                escape_char: None,
                case_insensitive: false,
                ..
            }) => {
                let short = match pattern.as_ref() {
                    Expr::Literal(value, _) => value
                        .try_as_str()
                        .flatten()
                        .is_some_and(|pattern| pattern.len() <= PATTERN_BYTES_MAX && !pattern.contains('\\')),
                    _ => false,
                };
                short && self.kind(expr).is_some_and(DataType::is_string) && self.alike(expr, pattern)
            }
            _ => false,
        }
    }
}

/// Casts without a failing value and without loss.
fn lossless(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (Utf8, LargeUtf8 | Utf8View) | (Utf8View, LargeUtf8) => true,
        (Int8, Int16 | Int32 | Int64) | (Int16, Int32 | Int64) | (Int32, Int64) => true,
        (Int64, Decimal128(digits, scale)) => i16::from(*digits) - i16::from(*scale) >= 19,
        (Decimal128(digits, scale), Decimal128(wider, finer)) => {
            finer >= scale && i16::from(*wider) - i16::from(*finer) >= i16::from(*digits) - i16::from(*scale)
        }
        _ => false,
    }
}
