//! Three barriers broken on purpose, for the test that must notice. Exists in test builds only.

use std::sync::Arc;

use datafusion::common::Statistics;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, internal_datafusion_err};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::{ExecutionPlan, StatisticsArgs, StatisticsContext};

use super::{GovernedTable, INSIDE};
use crate::leakproof::ClearColumns;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breach {
    /// Predicates run on raw values, the mask after them.
    MaskAfterFilter,
    /// Any predicate over clear columns goes inside, casts and divisions too.
    CastPushedDown,
    /// The leaf reports what the plan inside reports.
    StatisticsShown,
}

impl Breach {
    pub(super) fn accepts(self, clear: &ClearColumns, filter: &Expr) -> bool {
        match self {
            Breach::MaskAfterFilter => match filter {
                Expr::BinaryExpr(_) | Expr::Like(_) | Expr::InList(_) | Expr::IsNull(_) => {
                    !filter.is_volatile()
                }
                _ => clear.leakproof(filter),
            },
            Breach::CastPushedDown => filter
                .column_refs()
                .iter()
                .all(|column| clear.contains(&column.name)),
            Breach::StatisticsShown => clear.leakproof(filter),
        }
    }

    pub(super) fn inner(
        self,
        table: &GovernedTable,
        projection: &[usize],
        filters: &[Expr],
    ) -> Option<Result<LogicalPlan>> {
        (self == Breach::MaskAfterFilter && !projection.is_empty()).then(|| {
            let mut plan = LogicalPlanBuilder::from(table.inside.clone());
            for filter in filters {
                plan = plan.filter(raw(filter)?)?;
            }
            let column = |index: &usize| {
                let column = table
                    .released
                    .get(*index)
                    .ok_or_else(|| internal_datafusion_err!("no such column"))?;
                Ok(column.expr.clone().alias(&column.name))
            };
            plan.project(projection.iter().map(column).collect::<Result<Vec<_>>>()?)?
                .build()
        })
    }
}

fn raw(filter: &Expr) -> Result<Expr> {
    let raw = filter.clone().transform(|expr| {
        Ok(match expr {
            Expr::Column(column) => Transformed::yes(Expr::Column(Column::new(Some(INSIDE), column.name))),
            expr => Transformed::no(expr),
        })
    });
    Ok(raw?.data)
}

/// The statistics of the plan inside, hidden rows and all.
pub(super) fn shown(inner: &dyn ExecutionPlan) -> Result<Arc<Statistics>> {
    StatisticsContext::new().compute(inner, &StatisticsArgs::new())
}
