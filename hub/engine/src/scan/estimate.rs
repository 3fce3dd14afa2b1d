//! What the planner may know about a governed leaf before it runs. Everything here may depend on released rows, on the
//! shape of the question and on public facts, never on a hidden row: join orders show in EXPLAIN.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Statistics};
use datafusion::error::Result;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::physical_plan::{ExecutionPlan, StatisticsArgs, StatisticsContext};

/// Where the number of rows comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Estimate {
    Unknown,
    /// No row is hidden: what the plan inside reports, about clear columns.
    Inner,
    /// Rows of the files that hold released rows only.
    Released(u64),
}

impl Estimate {
    pub(super) fn statistics(
        self,
        schema: &SchemaRef,
        inner: &dyn ExecutionPlan,
        clear: &[bool],
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<Statistics>> {
        let unknown = Statistics::unknown_column(schema);
        let statistics = match self {
            Estimate::Unknown => Statistics::new_unknown(schema),
            Estimate::Inner => {
                let inside = StatisticsContext::new().compute(inner, &StatisticsArgs::new())?;
                let known = |(clear, known): (&bool, &ColumnStatistics)| {
                    if *clear {
                        public(known)
                    } else {
                        ColumnStatistics::new_unknown()
                    }
                };
                let columns = clear.iter().zip(&inside.column_statistics).map(known).collect();
                sized(schema, inside.num_rows, columns)
            }
            Estimate::Released(rows) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                let rows = filters
                    .iter()
                    .fold(rows, |rows, filter| share(rows, percent(filter)));
                sized(schema, Precision::Inexact(rows), unknown)
            }
        };
        Ok(Arc::new(match limit {
            None => statistics,
            Some(limit) => {
                let rows = statistics
                    .num_rows
                    .get_value()
                    .map_or(limit, |rows| limit.min(*rows));
                sized(
                    schema,
                    Precision::Inexact(rows),
                    Statistics::unknown_column(schema),
                )
            }
        }))
    }
}

/// What may be told about a clear column.
fn public(known: &ColumnStatistics) -> ColumnStatistics {
    ColumnStatistics {
        null_count: known.null_count,
        min_value: known.min_value.clone(),
        max_value: known.max_value.clone(),
        distinct_count: known.distinct_count,
        ..ColumnStatistics::new_unknown()
    }
}

/// Bytes follow from types, not from data: the sizes of files and of masked texts do not show.
fn sized(schema: &SchemaRef, rows: Precision<usize>, column_statistics: Vec<ColumnStatistics>) -> Statistics {
    let width: usize = schema
        .fields()
        .iter()
        .map(|field| field.data_type().primitive_width().unwrap_or(24))
        .sum();
    Statistics {
        num_rows: rows,
        total_byte_size: rows.multiply(&Precision::Inexact(width.max(1))),
        column_statistics,
    }
}

fn share(rows: usize, percent: usize) -> usize {
    (rows / 100)
        .saturating_mul(percent)
        .saturating_add(rows % 100 * percent / 100)
        .max(1)
}

/// The share of rows a predicate leaves, from its form alone.
fn percent(filter: &Expr) -> usize {
    match filter {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::And,
            right,
        }) => percent(left) * percent(right) / 100,
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => (percent(left) + percent(right)).min(100),
        Expr::BinaryExpr(BinaryExpr { op: Operator::Eq, .. }) | Expr::IsNull(_) => 5,
        Expr::InList(list) if !list.negated => (5 * list.list.len()).min(50),
        Expr::Like(like) if !like.negated => 5,
        Expr::Between(between) if !between.negated => 20,
        Expr::BinaryExpr(BinaryExpr {
            op: Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq,
            ..
        }) => 40,
        _ => 90,
    }
}
