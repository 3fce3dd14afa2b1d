//! A way to hand dynamic filters to a finished plan: a node that offers them to its child for one call of the optimizer,
//! as a hash join would, and is then thrown away.

use std::fmt;
use std::sync::Arc;

use datafusion::common::internal_err;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::filter_pushdown::FilterPushdown;
use datafusion::physical_plan::filter_pushdown::{
    ChildFilterDescription, FilterDescription, FilterPushdownPhase,
};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

type Plan = Arc<dyn ExecutionPlan>;
type Phys = Arc<dyn PhysicalExpr>;

/// The plan with the filters bound wherever it can use them.
pub(super) fn offered(plan: Plan, filters: Vec<Phys>, config: &ConfigOptions) -> Result<Plan> {
    let offer = Arc::new(Offer { child: plan, filters });
    let bound = FilterPushdown::new_post_optimization().optimize(offer, config)?;
    match bound.children().as_slice() {
        [child] => Ok(Arc::clone(child)),
        _ => internal_err!("an offer has one child"),
    }
}

/// Never executed.
#[derive(Debug)]
struct Offer {
    child: Plan,
    filters: Vec<Phys>,
}

impl DisplayAs for Offer {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer")
    }
}

impl ExecutionPlan for Offer {
    fn name(&self) -> &str {
        "Offer"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.child.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        vec![&self.child]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Phys) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Plan>) -> Result<Plan> {
        match <[Plan; 1]>::try_from(children) {
            Ok([child]) => Ok(Arc::new(Offer {
                child,
                filters: self.filters.clone(),
            })),
            Err(_) => internal_err!("an offer has one child"),
        }
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        parents: Vec<Phys>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        let child = ChildFilterDescription::all_unsupported(&parents).with_self_filters(self.filters.clone());
        Ok(FilterDescription::new().with_child(child))
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        internal_err!("an offer does not run")
    }
}
