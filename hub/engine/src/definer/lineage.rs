//! Where a column of a view comes from: the stored column it is, if nothing was done to it on the way, and else all the
//! stored columns its values are made from.

use std::collections::BTreeSet;

use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};
use lake::Snapshot;

/// A stored column that reaches the view unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Table name as planned, which is the feed's id.
    pub feed: String,
    pub column: String,
    /// Only row-wise steps and groupings by this very column lie between: a condition on the view's column selects
    /// the same rows as the condition on the stored one.
    pub through_rows: bool,
}

impl Origin {
    /// Does the stored column hold tokens already?
    pub(crate) fn holds_tokens(&self, snapshots: &[Snapshot]) -> bool {
        let snapshot = snapshots
            .iter()
            .find(|snapshot| snapshot.feed.as_str() == self.feed);
        let column = snapshot.and_then(|snapshot| {
            let mut columns = snapshot.columns.iter();
            columns.find(|column| column.name == self.column)
        });
        column.is_some_and(|column| column.token)
    }
}

/// The origin of output column `index`.
pub(crate) fn origin(plan: &LogicalPlan, index: usize) -> Option<Origin> {
    match plan {
        LogicalPlan::Projection(projection) => origin(
            &projection.input,
            input_index(&projection.input, projection.expr.get(index)?)?,
        ),
        LogicalPlan::Filter(filter) => origin(&filter.input, index),
        LogicalPlan::SubqueryAlias(alias) => origin(&alias.input, index),
        LogicalPlan::Aggregate(aggregate) => origin(
            &aggregate.input,
            input_index(&aggregate.input, aggregate.group_expr.get(index)?)?,
        ),
        LogicalPlan::Join(join) => {
            let left = join.left.schema().fields().len();
            let found = match index.checked_sub(left) {
                None => origin(&join.left, index),
                Some(index) => origin(&join.right, index),
            };
            found.map(|origin| Origin {
                through_rows: false,
                ..origin
            })
        }
        LogicalPlan::TableScan(scan) => Some(Origin {
            feed: scan.table_name.table().to_owned(),
            column: scan.projected_schema.fields().get(index)?.name().clone(),
            through_rows: true,
        }),
        _ => None,
    }
}

fn input_index(input: &LogicalPlan, expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column(column) => input.schema().maybe_index_of_column(column),
        Expr::Alias(alias) => input_index(input, &alias.expr),
        _ => None,
    }
}

/// A stored column by the feed's id and its own name.
pub(crate) type Stored = (String, String);

/// Every stored column whose values are in the values of output column `index`. What rows were joined, filtered or
/// grouped by is not among them. `None` if a step is not understood.
pub(crate) fn sources(plan: &LogicalPlan, index: usize) -> Option<BTreeSet<Stored>> {
    match plan {
        LogicalPlan::Projection(projection) => made_from(&projection.input, projection.expr.get(index)?),
        LogicalPlan::Filter(filter) => sources(&filter.input, index),
        LogicalPlan::SubqueryAlias(alias) => sources(&alias.input, index),
        LogicalPlan::Distinct(Distinct::All(input)) => sources(input, index),
        LogicalPlan::Aggregate(aggregate) => {
            let mut outputs = aggregate.group_expr.iter().chain(&aggregate.aggr_expr);
            made_from(&aggregate.input, outputs.nth(index)?)
        }
        LogicalPlan::Join(join) => match index.checked_sub(join.left.schema().fields().len()) {
            None => sources(&join.left, index),
            Some(index) => sources(&join.right, index),
        },
        LogicalPlan::Union(union) => together(union.inputs.iter().map(|input| sources(input, index))),
        LogicalPlan::TableScan(scan) => {
            let column = scan.projected_schema.fields().get(index)?.name();
            Some([(scan.table_name.table().to_owned(), column.clone())].into())
        }
        _ => None,
    }
}

fn made_from(input: &LogicalPlan, expr: &Expr) -> Option<BTreeSet<Stored>> {
    let columns = expr.column_refs().into_iter();
    together(columns.map(|column| sources(input, input.schema().maybe_index_of_column(column)?)))
}

fn together(parts: impl Iterator<Item = Option<BTreeSet<Stored>>>) -> Option<BTreeSet<Stored>> {
    let parts: Option<Vec<_>> = parts.collect();
    Some(parts?.into_iter().flatten().collect())
}

/// Is one row of the plan one stored row, with none left out?
pub(crate) fn row_by_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => row_by_row(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => row_by_row(&alias.input),
        LogicalPlan::TableScan(scan) => scan.fetch.is_none() && scan.filters.is_empty(),
        _ => false,
    }
}
