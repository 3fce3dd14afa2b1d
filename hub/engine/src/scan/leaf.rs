//! The leaf of every governed plan. What the outside can observe of it is exactly what its methods return, so each of
//! them may depend on released rows, on the shape of the question and on public facts, never on a hidden row. Even the
//! number of partitions is fixed: how many files there are would show in EXPLAIN otherwise.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Statistics;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::config::ConfigOptions;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::execution_plan::{
    Boundedness, EmissionType, SchedulingType, apply_expression_roots, reset_plan_states,
};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
    StatisticsArgs,
};
use futures::{StreamExt, TryStreamExt};

use super::offer::offered;

type Plan = Arc<dyn ExecutionPlan>;
type Phys = Arc<dyn PhysicalExpr>;

/// A view behind a grant, planned. Opaque.
#[derive(Clone)]
pub(crate) struct GovernedScanExec {
    view: String,
    /// Without dynamic filters: what is reset for the next round of a recursive query.
    pristine: Plan,
    /// The one that runs: `pristine` with the accepted dynamic filters bound.
    inner: Plan,
    dynamic: Vec<Phys>,
    bind: bool,
    clear: Arc<[bool]>,
    statistics: Arc<Statistics>,
    rows_max: Option<usize>,
    properties: Arc<PlanProperties>,
}

impl GovernedScanExec {
    /// `None` if the plan does not yield the declared columns (or one to be dropped, if none is declared).
    pub(super) fn new(
        view: String,
        schema: SchemaRef,
        inner: Plan,
        clear: Vec<bool>,
        statistics: Arc<Statistics>,
        partitions: usize,
    ) -> Option<GovernedScanExec> {
        let given = inner.schema();
        let kinds = |schema: &SchemaRef| {
            schema
                .fields()
                .iter()
                .map(|field| field.data_type().clone())
                .collect::<Vec<_>>()
        };
        if !schema.fields().is_empty() && kinds(&given) != kinds(&schema) {
            return None;
        }
        let many = inner.output_partitioning().partition_count() > partitions;
        let inner: Plan = if many {
            Arc::new(CoalescePartitionsExec::new(inner))
        } else {
            inner
        };
        // Orders, constants and equivalences are withheld: they would spell out the condition.
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        )
        .with_scheduling_type(SchedulingType::Cooperative);
        Some(GovernedScanExec {
            view,
            pristine: inner.clone(),
            inner,
            dynamic: vec![],
            bind: false,
            clear: clear.into(),
            statistics,
            rows_max: None,
            properties: Arc::new(properties),
        })
    }

    /// Whether accepted dynamic filters reach the files, or are only taken note of.
    pub(super) fn binding_dynamic_filters(self, bind: bool) -> GovernedScanExec {
        GovernedScanExec { bind, ..self }
    }

    /// No partition needs to give more rows than this.
    pub(super) fn with_rows_max(self, rows_max: Option<usize>) -> GovernedScanExec {
        GovernedScanExec { rows_max, ..self }
    }

    /// A filter the engine built itself, over clear columns only: joins and TopK combine exactly their `children()` with
    /// comparisons, lists and hash lookups, all total. `1/(x-5)` as a key appears as a child that is no column.
    fn accepts(&self, filter: &Phys) -> bool {
        let clear = |child: &&Phys| {
            child
                .downcast_ref::<Column>()
                .is_some_and(|column| self.clear.get(column.index()) == Some(&true))
        };
        filter.downcast_ref::<DynamicFilterPhysicalExpr>().is_some() && filter.children().iter().all(clear)
    }
}

impl fmt::Debug for GovernedScanExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GovernedScanExec({})", self.view)
    }
}

impl DisplayAs for GovernedScanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GovernedScanExec: view={}", self.view)
    }
}

impl ExecutionPlan for GovernedScanExec {
    fn name(&self) -> &str {
        "GovernedScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Plan> {
        vec![]
    }

    /// A hash join builds its filter only if some node of the probe side reports it here.
    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Phys) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(&self.dynamic, visit)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Plan>) -> Result<Plan> {
        Ok(self)
    }

    /// The producers of dynamic filters drop them on reset, so the next round starts from the plan without.
    fn reset_state(self: Arc<Self>) -> Result<Plan> {
        let pristine = reset_plan_states(self.pristine.clone())?;
        Ok(Arc::new(GovernedScanExec {
            inner: pristine.clone(),
            pristine,
            dynamic: vec![],
            ..self.as_ref().clone()
        }))
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        match args.partition() {
            None => Ok(self.statistics.clone()),
            Some(_) => Ok(Arc::new(Statistics::new_unknown(&self.schema()))),
        }
    }

    fn handle_child_pushdown_result(
        &self,
        phase: FilterPushdownPhase,
        result: ChildPushdownResult,
        config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Plan>> {
        // The answer is always No: whoever sent a predicate keeps evaluating it, on released rows. Predicates of the
        // first phase are the caller's own and never enter.
        let sent = result.parent_filters.iter().map(|parent| parent.filter.clone());
        let accepted: Vec<Phys> = sent.filter(|filter| self.accepts(filter)).collect();
        let answer = FilterPushdownPropagation::all_unsupported(result);
        if phase != FilterPushdownPhase::Post || accepted.is_empty() {
            return Ok(answer);
        }
        let mut inner = self.inner.clone();
        if self.bind {
            inner = offered(inner, accepted.clone(), config)?;
        }
        let dynamic = self.dynamic.iter().cloned().chain(accepted).collect();
        Ok(answer.with_updated_node(Arc::new(GovernedScanExec {
            inner,
            dynamic,
            ..self.clone()
        })))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.schema();
        if partition >= self.inner.output_partitioning().partition_count() {
            return EmptyExec::new(schema).execute(0, context);
        }
        let rows = self.inner.execute(partition, context)?;
        let declared = schema.clone();
        let rows = rows.map(move |batch| relabelled(batch?, &declared));
        let rows = match self.rows_max {
            None => rows.boxed(),
            Some(rows_max) => first_rows(rows.boxed(), rows_max),
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}

type Batches = futures::stream::BoxStream<'static, Result<RecordBatch>>;

/// The batch under the declared names, without nullability and metadata of what was stored.
fn relabelled(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let columns = if schema.fields().is_empty() {
        vec![]
    } else {
        batch.columns().to_vec()
    };
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(DataFusionError::from)
}

/// Stops after `rows_max` rows. The stream inside is dropped then, which ends its reading.
fn first_rows(batches: Batches, rows_max: usize) -> Batches {
    futures::stream::try_unfold((batches, rows_max), |(mut batches, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        Ok(batches.try_next().await?.map(|batch| {
            let batch = batch.slice(0, batch.num_rows().min(left));
            let left = left - batch.num_rows();
            (batch, (batches, left))
        }))
    })
    .boxed()
}
