//! A view opened with its definer's rights: its SQL planned over exactly its declared inputs, whoever asks.
//! Not here: what a grant leaves of it; see `scan`.

mod evidence;
mod fit;
mod functions;
mod lineage;
mod params;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
mod typed;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::catalog::{CatalogProviderList, MemoryCatalogProviderList};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::datasource::{MemTable, provider_as_source, source_as_provider};
use datafusion::execution::SessionState;
use datafusion::execution::registry::FunctionRegistry;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as PlannedStatement;
use lake::Snapshot;
use policy::{Condition, Grant};
use schemas::{FeedId, StorageColumn, ViewName};

use crate::feed_table::{FeedTable, FileScope, ScopeColumn};
use crate::pins;
use crate::refusal::{Reason, Refusal};
use crate::statements::read;
use crate::views::{self, FEEDS_SCHEMA, View, ViewError};

pub(crate) use evidence::AGGREGATE;
pub(crate) use fit::fit;
pub(crate) use functions::SCALAR;
pub(crate) use lineage::{Origin, origin};
pub(crate) use params::{DUTIES, Params, RELATIONS as PARAMS, planning_rates};

/// The right to open the input feeds of one view. Minted only here, only under a grant of that view.
#[derive(Debug, Clone)]
pub(crate) struct ViewRights {
    view: ViewName,
    feeds: Vec<FeedId>,
}

impl ViewRights {
    fn under(grant: &Grant, view: &View) -> Option<ViewRights> {
        (grant.view() == view.name()).then(|| ViewRights {
            view: view.name().clone(),
            feeds: view.inputs().to_vec(),
        })
    }

    pub(crate) fn cover(&self, feed: &FeedId) -> bool {
        self.feeds.contains(feed)
    }

    pub(crate) fn view(&self) -> &ViewName {
        &self.view
    }
}

/// A view's plan over open feed tables, with every row and column it has.
#[derive(Debug, Clone)]
pub(crate) struct Defined {
    pub plan: LogicalPlan,
    /// Per output column, the stored column it is, if it is one unchanged.
    pub origins: Vec<Option<Origin>>,
    /// Rows that are known to be released, from file counts alone. `None` unless one row of the view is one stored row.
    pub released_rows: Option<u64>,
    /// Every row of every file that will be read is released.
    pub released_only: bool,
    /// One row of the view is one stored row and none is left out.
    pub row_by_row: bool,
}

/// A session with the functions views may use, and no table.
pub(crate) fn session(runtime: Arc<RuntimeEnv>, partitions: usize) -> Result<SessionState, Refusal> {
    let mut state = pins::state(Arc::new(MemoryCatalogProviderList::new()), runtime, partitions)?;
    for function in functions::scalar() {
        state
            .register_udf(Arc::new(function))
            .map_err(|error| crate::refusal::execution(&error))?;
    }
    state
        .register_udaf(Arc::new(evidence::aggregate()))
        .map_err(|error| crate::refusal::execution(&error))?;
    Ok(state)
}

/// The session in which views are planned: the inputs, figures, the calendar and duties are its only tables, and callers'
/// SQL never meets it. A relation of `params` that nobody fills is not there, and a view that wants it does not open.
pub(crate) fn over(
    session: &SessionState,
    columns: &BTreeMap<FeedId, Vec<StorageColumn>>,
    params: Params<'_>,
) -> Result<SessionState, Refusal> {
    let feeds = MemorySchemaProvider::new();
    for (feed, columns) in columns {
        let table = Arc::new(FeedTable::closed(feed.clone(), columns));
        feeds
            .register_table(feed.to_string(), table)
            .map_err(|error| crate::refusal::execution(&error))?;
    }
    let catalog = MemoryCatalogProvider::new();
    catalog
        .register_schema(FEEDS_SCHEMA, Arc::new(feeds))
        .map_err(|error| crate::refusal::execution(&error))?;
    if !params.is_empty() {
        catalog
            .register_schema(params::PARAMS_SCHEMA, params::schema(params)?)
            .map_err(|error| crate::refusal::execution(&error))?;
    }
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(pins::CATALOG.to_owned(), Arc::new(catalog));
    let mut state = session.clone();
    state.register_catalog_list(Arc::new(catalogs));
    Ok(state)
}

/// Plans a view over closed tables and checks that it is total once types are known.
pub(crate) async fn shape(view: &View, state: &SessionState) -> Result<LogicalPlan, ViewError> {
    let mut statements = read(view.sql(), &views::limits()).map_err(|_| ViewError::Syntax)?;
    let statement = statements.pop().ok_or(ViewError::Syntax)?;
    let plan = state
        .statement_to_plan(PlannedStatement::Statement(Box::new(statement.tree)))
        .await;
    let plan = plan.map_err(|error| {
        tracing::error!(%error, view = %view.name(), "a view cannot be planned");
        ViewError::NotPlanned
    })?;
    let names: Vec<&str> = plan
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    if !names
        .into_iter()
        .eq(view.columns().iter().map(|column| column.name.as_str()))
    {
        return Err(ViewError::ColumnsDiffer);
    }
    // Types are coerced first: the casts the planner adds must be harmless as well.
    let coerced = state
        .analyzer()
        .execute_and_check(plan, state.config_options(), |_, _| {})
        .map_err(|error| {
            tracing::error!(%error, view = %view.name(), "a view cannot be planned");
            ViewError::NotPlanned
        })?;
    typed::check(&coerced)?;
    Ok(coerced)
}

/// Opens a view's plan over closed tables under a grant: rights, files within the scope.
pub(crate) fn open(
    view: &View,
    plan: LogicalPlan,
    grant: &Grant,
    snapshots: &[Snapshot],
) -> Result<Defined, Refusal> {
    let unusable = || Refusal::new(Reason::ViewUnusable).with("view", view.name());
    let rights = ViewRights::under(grant, view).ok_or_else(unusable)?;
    let origins: Vec<Option<Origin>> = (0..plan.schema().fields().len())
        .map(|index| origin(&plan, index))
        .collect();
    let scope = scope(view, grant.condition(), &origins);
    let mut tables = Tables {
        released_only: true,
        rows: Some(0),
    };
    let mut refusal = None;
    let opened = plan.transform_up(|node| {
        let LogicalPlan::TableScan(mut scan) = node else {
            return Ok(Transformed::no(node));
        };
        let closed = source_as_provider(&scan.source)?;
        // Figures, the calendar and duties: the only tables of the state that are not feeds.
        if closed.downcast_ref::<MemTable>().is_some() {
            // No file counts their rows; and where a scope hides duties, nothing may be skipped for the caller.
            tables.rows = None;
            let rows_of_many = scan.table_name.table() == params::DUTIES_TABLE;
            tables.released_only &= !rows_of_many || matches!(scope, FileScope::All);
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        }
        match open_table(&closed, &rights, snapshots, &scope) {
            Ok(table) => {
                tables.released_only &= table.released_only();
                tables.rows = tables
                    .rows
                    .zip(table.released_rows())
                    .map(|(sum, rows)| sum.saturating_add(rows));
                scan.source = provider_as_source(Arc::new(table));
            }
            Err(found) => refusal = refusal.take().or(Some(found)),
        }
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    let plan = opened.map_err(|error| crate::refusal::execution(&error))?.data;
    let row_by_row = lineage::row_by_row(&plan);
    Ok(Defined {
        origins,
        released_rows: tables.rows.filter(|_| row_by_row),
        released_only: tables.released_only,
        row_by_row,
        plan,
    })
}

struct Tables {
    released_only: bool,
    rows: Option<u64>,
}

fn open_table(
    closed: &Arc<dyn TableProvider>,
    rights: &ViewRights,
    snapshots: &[Snapshot],
    scope: &FileScope,
) -> Result<FeedTable, Refusal> {
    let unusable = || Refusal::new(Reason::ViewUnusable).with("view", rights.view());
    let closed = closed.downcast_ref::<FeedTable>().ok_or_else(unusable)?;
    let snapshot = snapshots
        .iter()
        .find(|snapshot| snapshot.feed == *closed.feed())
        .ok_or_else(unusable)?;
    FeedTable::open(rights, snapshot, scope)
}

/// What a condition says about files: only equality on columns that are stored as they are can be told by file.
fn scope(view: &View, condition: &Condition, origins: &[Option<Origin>]) -> FileScope {
    match condition {
        Condition::All => FileScope::All,
        // Which files hold a named key would be told by plans and times; nothing of it may show.
        Condition::AtLeast { .. } | Condition::Keyed { .. } => FileScope::Unknown,
        Condition::In { column, values } => {
            let index = view.columns().iter().position(|known| known.name == *column);
            match index
                .and_then(|index| origins.get(index))
                .and_then(Option::as_ref)
            {
                // With several inputs the scope says nothing about the rows of the others.
                Some(origin) if view.inputs().len() == 1 && origin.through_rows => {
                    let column = ScopeColumn {
                        column: origin.column.clone(),
                        values: values.clone(),
                    };
                    FileScope::Columns(vec![column])
                }
                _ => FileScope::Unknown,
            }
        }
        Condition::And(parts) => {
            let mut columns = vec![];
            for part in parts {
                match scope(view, part, origins) {
                    FileScope::All => {}
                    FileScope::Columns(more) => columns.extend(more),
                    FileScope::Unknown => return FileScope::Unknown,
                }
            }
            if columns.is_empty() {
                FileScope::All
            } else {
                FileScope::Columns(columns)
            }
        }
    }
}
