//! The barrier: a shared view as one grant releases it. Inside, in this order: the view with its definer's rights, the
//! condition on raw values, the masks, and only then, and only if harmless, anything of the caller's.
//!
//! The engine reaches plans through what their nodes hand out. This one hands out no logical plan, no definition and,
//! once planned, no children ([`leaf`]), so no rule, EXPLAIN, statistic or error of the engine reaches below it.
//!
//! What remains: time; and, for a question in which several expressions of the caller can fail or an AND cuts short, which
//! of them fails first, because rows of mixed files share batches with rows that are dropped before they come out.

#[cfg(test)]
pub(crate) mod breach;
mod estimate;
mod leaf;
mod offer;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, internal_datafusion_err, plan_err};
use datafusion::datasource::TableType;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown as Pushdown, lit,
};
use datafusion::physical_plan::ExecutionPlan;
use lake::Snapshot;
use policy::{Condition, Grant};

use crate::condition;
use crate::definer::Defined;
use crate::leakproof::ClearColumns;
use crate::masks::masked;
use crate::refusal::{self, Reason, Refusal};
use crate::views::View;
use estimate::Estimate;

pub(crate) use leaf::GovernedScanExec;

/// Name of the view's rows inside the barrier.
const INSIDE: &str = "inside";

/// One column a grant releases.
#[derive(Debug, Clone)]
struct Released {
    name: String,
    /// Over the columns of [`INSIDE`].
    expr: Expr,
}

/// A view behind one grant.
#[derive(Debug)]
pub(crate) struct GovernedTable {
    name: String,
    /// The view with its condition, every column raw. Never handed out.
    inside: LogicalPlan,
    released: Vec<Released>,
    schema: SchemaRef,
    clear: ClearColumns,
    estimate: Estimate,
    /// Every stored row that will be read is released, so a filter of the engine's own may skip parts of files.
    released_only: bool,
    /// The key column and the keys whose rows are released, if only named keys are.
    keyed: Option<(String, BTreeSet<String>)>,
    /// The state the view was planned in, which has nothing of the caller's.
    state: Arc<SessionState>,
    #[cfg(test)]
    breach: Option<breach::Breach>,
}

impl GovernedTable {
    /// Puts an opened view behind its grant.
    ///
    /// INVARIANT (error-is-denial): a column the view does not have, a column named twice, a mask that does not fit or a
    /// condition that cannot be read refuses the whole view.
    pub(crate) fn new(
        view: &View,
        grant: &Grant,
        defined: Defined,
        snapshots: &[Snapshot],
        state: Arc<SessionState>,
    ) -> Result<GovernedTable, Refusal> {
        let unusable = || Refusal::new(Reason::GrantUnusable).with("view", view.name());
        let row_by_row = defined.row_by_row;
        let view_plan = LogicalPlanBuilder::from(defined.plan)
            .alias(INSIDE)
            .and_then(LogicalPlanBuilder::build);
        let view_plan = view_plan.map_err(|error| refusal::execution(&error))?;
        let filter = condition::filter(grant.condition(), grant.admitted(), view_plan.schema())
            .map_err(|()| unusable())?;

        let mut released: Vec<Released> = vec![];
        let mut fields: Vec<Field> = vec![];
        let mut clear: Vec<(String, DataType)> = vec![];
        for (name, treatment) in grant.columns() {
            if released.iter().any(|known| known.name == *name) {
                return Err(unusable());
            }
            let index = view
                .columns()
                .iter()
                .position(|column| column.name == *name)
                .ok_or_else(unusable)?;
            let kind = view_plan.schema().field(index).data_type().clone();
            let origin = defined.origins.get(index).and_then(Option::as_ref);
            let token = origin.is_some_and(|origin| origin.holds_tokens(snapshots));
            let column = Expr::Column(Column::new(Some(INSIDE), name));
            let masked = masked(*treatment, column, &kind, token).ok_or_else(unusable)?;
            if masked.as_stored {
                clear.push((name.clone(), kind.clone()));
            }
            released.push(Released {
                name: name.clone(),
                expr: masked.expr,
            });
            // Nullability and metadata of stored columns say more than a reader needs.
            fields.push(Field::new(name, kind, true));
        }
        if released.is_empty() {
            return Err(unusable());
        }
        let estimate = match grant.condition() {
            Condition::All if row_by_row => Estimate::Inner,
            _ => defined
                .released_rows
                .map_or(Estimate::Unknown, Estimate::Released),
        };
        let inside = match filter {
            // A row for which the condition is NULL is dropped like one for which it is false.
            Some(filter) => LogicalPlanBuilder::from(view_plan)
                .filter(filter)
                .and_then(LogicalPlanBuilder::build),
            None => Ok(view_plan),
        };
        Ok(GovernedTable {
            name: view.name().to_string(),
            inside: inside.map_err(|error| refusal::execution(&error))?,
            released,
            schema: Arc::new(Schema::new(fields)),
            clear: ClearColumns::new(clear),
            estimate,
            released_only: defined.released_only,
            keyed: grant
                .condition()
                .keyed()
                .map(|(column, _)| (column.to_owned(), grant.admitted().clone())),
            state,
            #[cfg(test)]
            breach: None,
        })
    }

    /// The same table with a barrier broken on purpose.
    #[cfg(test)]
    pub(crate) fn broken(self, breach: Option<breach::Breach>) -> GovernedTable {
        GovernedTable { breach, ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The key column and the admitted keys, if the view answers about named keys only.
    pub(crate) fn keyed(&self) -> Option<(&str, &BTreeSet<String>)> {
        self.keyed.as_ref().map(|(column, keys)| (column.as_str(), keys))
    }

    fn accepts(&self, filter: &Expr) -> bool {
        #[cfg(test)]
        if let Some(breach) = self.breach {
            return breach.accepts(&self.clear, filter);
        }
        self.clear.leakproof(filter)
    }

    /// The plan inside the barrier: rows of the condition, masked, then the harmless predicates.
    fn inner(&self, projection: &[usize], filters: &[Expr]) -> Result<LogicalPlan> {
        let filters: Vec<Expr> = filters.iter().map(unqualified).collect::<Result<_>>()?;
        let used: BTreeSet<&str> = filters
            .iter()
            .flat_map(Expr::column_refs)
            .map(|column| column.name.as_str())
            .collect();
        let asked: BTreeSet<usize> = projection.iter().copied().collect();
        let masked = self.released.iter().enumerate();
        let masked =
            masked.filter(|(index, column)| asked.contains(index) || used.contains(column.name.as_str()));
        let mut masked: Vec<Expr> = masked
            .map(|(_, column)| column.expr.clone().alias(&column.name))
            .collect();
        if masked.is_empty() {
            // Rows are counted even if no column is asked for.
            masked.push(lit(true).alias("_"));
        }
        #[cfg(test)]
        if let Some(broken) = self
            .breach
            .and_then(|breach| breach.inner(self, projection, &filters))
        {
            return broken;
        }
        let mut plan = LogicalPlanBuilder::from(self.inside.clone()).project(masked)?;
        for filter in filters {
            plan = plan.filter(filter)?;
        }
        if !projection.is_empty() {
            let names = projection
                .iter()
                .map(|index| Ok(self.schema.field(*index).name().as_str()));
            let columns = names.map(|name: Result<&str>| Ok(Expr::Column(Column::from_name(name?))));
            plan = plan.project(columns.collect::<Result<Vec<_>>>()?)?;
        }
        plan.build()
    }
}

fn unqualified(expr: &Expr) -> Result<Expr> {
    let transformed = expr.clone().transform(|expr| {
        Ok(match expr {
            Expr::Column(column) => Transformed::yes(Expr::Column(Column::from_name(column.name))),
            expr => Transformed::no(expr),
        })
    });
    Ok(transformed?.data)
}

#[async_trait]
impl TableProvider for GovernedTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<Pushdown>> {
        let answer = |filter: &&Expr| {
            if self.accepts(filter) {
                Pushdown::Exact
            } else {
                Pushdown::Unsupported
            }
        };
        Ok(filters.iter().map(answer).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // The second guard of the list: whatever reached this point by another way is refused.
        if !filters.iter().all(|filter| self.accepts(filter)) {
            return plan_err!("a predicate was not accepted");
        }
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let schema = Arc::new(self.schema.project(projection)?);
        let plan = self
            .state
            .create_physical_plan(&self.inner(projection, filters)?)
            .await?;
        let clear: Vec<bool> = schema
            .fields()
            .iter()
            .map(|field| self.clear.contains(field.name()))
            .collect();
        let statistics = self
            .estimate
            .statistics(&schema, plan.as_ref(), &clear, filters, limit)?;
        #[cfg(test)]
        let statistics = match self.breach {
            Some(breach::Breach::StatisticsShown) => breach::shown(plan.as_ref())?,
            _ => statistics,
        };
        let partitions = self.state.config().target_partitions();
        let leaf = GovernedScanExec::new(self.name.clone(), schema, plan, clear, statistics, partitions)
            .ok_or_else(|| {
                internal_datafusion_err!("a view's columns are not what they were declared to be")
            })?;
        Ok(Arc::new(
            leaf.binding_dynamic_filters(self.released_only)
                .with_rows_max(limit),
        ))
    }
}
