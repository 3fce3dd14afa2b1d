//! The second look at finished plans: every leaf is one of a few kinds, every function is listed. By the time a plan is
//! here, the catalogue and the planner should have seen to both; this finds the day they did not.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::expr::WindowFunctionDefinition;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::work_table::WorkTableExec;

use crate::catalog;
use crate::functions;
use crate::refusal::{self, Reason, Refusal};
use crate::scan::GovernedScanExec;

/// Every leaf is a governed view, rows written in the SQL itself, a relation of the catalogue, or nothing.
pub(super) fn leaves(plan: &Arc<dyn ExecutionPlan>) -> Result<(), Refusal> {
    let mut stranger = None;
    let walked = plan.apply(|node| {
        if node.children().is_empty() && !known(node) {
            stranger = Some(node.name().to_owned());
            return Ok(TreeNodeRecursion::Stop);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_err(|error| refusal::execution(&error))?;
    match stranger {
        None => Ok(()),
        Some(leaf) => {
            tracing::error!(leaf, "a plan has a leaf that is no governed view");
            Err(Refusal::new(Reason::Internal))
        }
    }
}

fn known(leaf: &Arc<dyn ExecutionPlan>) -> bool {
    if let Some(source) = leaf.downcast_ref::<DataSourceExec>() {
        return source
            .data_source()
            .downcast_ref::<MemorySourceConfig>()
            .is_some();
    }
    leaf.is::<GovernedScanExec>()
        || leaf.is::<EmptyExec>()
        || leaf.is::<PlaceholderRowExec>()
        || leaf.is::<WorkTableExec>()
}

/// Every function of the plan, subqueries included, is on the list.
pub(super) fn functions(plan: &LogicalPlan) -> Result<(), Refusal> {
    let mut stranger = None;
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                let name = match expr {
                    Expr::ScalarFunction(call) => call.func.name(),
                    Expr::AggregateFunction(call) => call.func.name(),
                    Expr::WindowFunction(call) => match &call.fun {
                        WindowFunctionDefinition::AggregateUDF(function) => function.name(),
                        WindowFunctionDefinition::WindowUDF(function) => function.name(),
                    },
                    _ => return Ok(TreeNodeRecursion::Continue),
                };
                if functions::listed(name) || catalog::listed(name) {
                    return Ok(TreeNodeRecursion::Continue);
                }
                stranger = Some(name.to_owned());
                Ok(TreeNodeRecursion::Stop)
            })
        })
    });
    walked.map_err(|error| refusal::planning(&error))?;
    match stranger {
        None => Ok(()),
        Some(name) => Err(Refusal::new(Reason::UnknownFunction).with("function", name)),
    }
}
