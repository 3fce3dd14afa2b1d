//! The second look at a view: with types known, that no cast can fail and no decimal can overflow.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ExprSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

use crate::views::ViewError;

const SCALAR: [&str; 3] = ["coalesce", "current_date", "nullif"];
const AGGREGATE: [&str; 6] = ["count", "sum", "min", "max", "bool_and", "bool_or"];

/// Widest decimal the engine has.
const DIGITS_MAX: u8 = 38;
/// A sum of 10^10 rows needs this many digits more than its summands; the engine gives it exactly as many.
const SUM_DIGITS: u8 = 10;

/// Checks every node and every expression of an analysed plan.
pub(super) fn check(plan: &LogicalPlan) -> Result<(), ViewError> {
    let mut refused: Option<String> = None;
    let walked = plan.apply_with_subqueries(|node| {
        if !node_is_total(node) {
            refused = Some(node.display().to_string());
            return Ok(TreeNodeRecursion::Stop);
        }
        let schema = merged_input_schema(node)?;
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if total(expr, &schema)? {
                    return Ok(TreeNodeRecursion::Continue);
                }
                refused = Some(expr.to_string());
                Ok(TreeNodeRecursion::Stop)
            })
        })
    });
    match (walked, refused) {
        (_, Some(what)) => Err(ViewError::NotTotal(what)),
        (Err(error), None) => {
            tracing::error!(%error, "a view's types cannot be read");
            Err(ViewError::NotPlanned)
        }
        (Ok(_), None) => Ok(()),
    }
}

fn node_is_total(node: &LogicalPlan) -> bool {
    match node {
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Aggregate(_)
        | LogicalPlan::Join(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Distinct(_) => true,
        LogicalPlan::TableScan(scan) => scan.fetch.is_none(),
        _ => false,
    }
}

fn merged_input_schema(node: &LogicalPlan) -> Result<DFSchema> {
    let mut schema = DFSchema::empty();
    for input in node.inputs() {
        schema.merge(input.schema());
    }
    if node.inputs().is_empty() {
        schema.merge(node.schema());
    }
    Ok(schema)
}

fn total(expr: &Expr, schema: &DFSchema) -> Result<bool> {
    let kind = |expr: &Expr| -> Result<DataType> { expr.get_type(schema as &dyn ExprSchema) };
    Ok(match expr {
        Expr::Column(_) | Expr::Alias(_) | Expr::Literal(..) | Expr::Case(_) | Expr::TryCast(_) => true,
        Expr::Not(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsTrue(_) | Expr::IsNotTrue(_) => true,
        Expr::IsFalse(_) | Expr::IsNotFalse(_) | Expr::InList(_) | Expr::Between(_) => true,
        Expr::Cast(cast) => widens(&kind(&cast.expr)?, cast.field.data_type()),
        Expr::BinaryExpr(binary) => operator(binary, &kind)?,
        Expr::ScalarFunction(call) => {
            SCALAR.contains(&call.func.name()) || super::SCALAR.contains(&call.func.name())
        }
        Expr::AggregateFunction(call) => {
            let summed = match (call.func.name(), call.params.args.first()) {
                ("sum", Some(argument)) => {
                    matches!(kind(argument)?, DataType::Decimal128(digits, _) if digits <= DIGITS_MAX - SUM_DIGITS)
                }
                _ => true,
            };
            let known = AGGREGATE.contains(&call.func.name()) || super::AGGREGATE.contains(&call.func.name());
            summed && known && call.params.order_by.is_empty()
        }
        _ => false,
    })
}

/// Casts that keep every value.
pub(crate) fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (a, b) if a == b => true,
        (Null, _) => true,
        (Utf8 | LargeUtf8 | Utf8View, LargeUtf8 | Utf8View) | (Utf8View, Utf8) => true,
        (Int8 | Int16 | Int32, Int64) | (Int8 | Int16, Int32) | (Int8, Int16) => true,
        (Int64, Decimal128(digits, scale)) => i16::from(*digits) - i16::from(*scale) >= 19,
        (Int32, Decimal128(digits, scale)) => i16::from(*digits) - i16::from(*scale) >= 10,
        (Decimal128(digits, scale), Decimal128(wider, finer)) => {
            finer >= scale && i16::from(*wider) - i16::from(*finer) >= i16::from(*digits) - i16::from(*scale)
        }
        _ => false,
    }
}

/// A day some fixed time before today depends on no row; the same taken from a stored day could leave the calendar.
fn is_today(expr: &Expr) -> bool {
    matches!(expr, Expr::ScalarFunction(call) if call.func.name() == "current_date")
}

fn is_span(kind: &DataType) -> bool {
    matches!(kind, DataType::Interval(_))
}

fn operator(binary: &BinaryExpr, kind: &dyn Fn(&Expr) -> Result<DataType>) -> Result<bool, DataFusionError> {
    use Operator::*;
    let BinaryExpr { left, op, right } = binary;
    Ok(match op {
        And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom => true,
        Minus if is_today(left) => {
            matches!(right.as_ref(), Expr::Literal(span, _) if is_span(&span.data_type()))
        }
        Plus | Minus | Multiply | Divide => match (kind(left)?, kind(right)?) {
            (DataType::Decimal128(p1, s1), DataType::Decimal128(p2, s2)) => {
                let (p1, s1, p2, s2) = (i16::from(p1), i16::from(s1), i16::from(p2), i16::from(s2));
                let digits = match op {
                    Plus | Minus => s1.max(s2) + (p1 - s1).max(p2 - s2) + 1,
                    Multiply => p1 + p2 + 1,
                    // The engine widens the dividend by the divisor's scale and four digits more.
                    _ => p1 + s2 + 4,
                };
                digits <= i16::from(DIGITS_MAX)
            }
            _ => false,
        },
        _ => false,
    })
}
