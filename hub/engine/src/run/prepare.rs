//! From a task to a logical plan in which every name is a granted view.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as PlannedStatement;
use datafusion::sql::sqlparser::ast;
use policy::{Grant, unseal};
use schemas::{FeedId, StorageColumn};

use super::{Engine, explained_columns};
use super::{guard, kept, parameters};
use crate::catalog::{self, Facts, Shown, ShownView};
use crate::definer;
use crate::pins;
use crate::refusal::{self, Reason, Refusal};
use crate::scan::GovernedTable;
use crate::statements::{Kind, Read, read, relations_written};
use crate::task::{Described, ParameterType, Task};
use crate::views::View;

/// Most rows and bytes of the answer: the task's, or less if a grant says less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caps {
    pub rows_max: u64,
    pub bytes_max: u64,
}

pub(super) struct Prepared {
    pub state: SessionState,
    /// With its `$n` still in place.
    pub plan: LogicalPlan,
    /// The plan is asked for, not the rows.
    pub explains: bool,
    pub caps: Caps,
    parameters: usize,
}

impl Engine {
    /// Reads, resolves and plans a task. Nothing of it has run yet.
    pub(super) async fn prepare(&self, task: &Task) -> Result<Prepared, Refusal> {
        let Read { tree, facts } = self.one_question(task)?;
        let grants = self.grants(task)?;
        let (views, described) = named(&facts.relations, &grants)?;
        // Without a catalogue of its own a question about what there is sees what is granted.
        let all = facts.describes && task.shown.is_none();
        let runtime = pins::runtime(
            self.store.clone(),
            self.kept.footers.clone(),
            task.limits.memory_bytes,
            self.settings.spill.as_ref(),
        )?;

        let feeds: BTreeMap<FeedId, Vec<StorageColumn>> = task
            .snapshots
            .iter()
            .map(|snapshot| (snapshot.feed.clone(), snapshot.columns.clone()))
            .collect();
        let start = (self.clock)();
        let sessions = self.kept.sessions(&self.store, self.settings.partitions)?;
        let mut definer = sessions.definers;
        begin_at(&mut definer, start);
        let definer = Arc::new(definer);
        let mut caps = Caps {
            rows_max: task.limits.rows_max,
            bytes_max: task.limits.bytes_max,
        };
        let mut tables = vec![];
        let mut shown = vec![];
        for (name, grant) in grants.iter().filter(|(name, _)| all || views.contains(*name)) {
            let view = task
                .views
                .iter()
                .find(|view| view.name().as_str() == name.as_str());
            let view = view.ok_or_else(|| Refusal::new(Reason::ViewUnusable).with("view", name))?;
            let params = definer::Params {
                rates: task.rates.as_ref(),
                duties: task.duties.as_ref(),
            };
            let shape = self.kept.shape(view, &feeds, params, &definer).await;
            let shape = shape.map_err(|error| {
                tracing::error!(%error, view = %name, "a view cannot be opened");
                Refusal::new(Reason::ViewUnusable).with("view", name)
            })?;
            let defined = definer::open(view, shape, grant, &task.snapshots)?;
            let table = GovernedTable::new(view, grant, defined, &task.snapshots, definer.clone())?;
            #[cfg(test)]
            let table = table.broken(self.breach);
            shown.push(granted(view, &table, grant));
            tables.push((name.clone(), Arc::new(table)));
            caps.rows_max = caps.rows_max.min(grant.limits().rows_max);
            caps.bytes_max = caps.bytes_max.min(grant.limits().bytes_max);
        }
        let catalogue = match (&task.shown, facts.describes) {
            (Some(shown), _) => Arc::new(Facts::of(shown)),
            (None, true) => Arc::new(Facts::of(&Shown {
                person: String::new(),
                views: shown,
            })),
            (None, false) => Arc::default(),
        };
        let written = relations_written(&tree);
        if let Some(unknown) = catalogue.first_unknown(&written) {
            return Err(Refusal::new(Reason::UnknownRelation).with("relation", unknown));
        }
        let catalogs = catalog::catalogs(tables, &described, &catalogue)?;
        let mut state = kept::session(sessions.callers, catalogs, runtime);
        if facts.describes {
            for function in catalog::functions(&catalogue) {
                state
                    .register_udf(function)
                    .map_err(|error| refusal::execution(&error))?;
            }
        }
        begin_at(&mut state, start);
        let plan = state
            .statement_to_plan(PlannedStatement::Statement(Box::new(question(tree))))
            .await;
        let plan = plan.map_err(|error| refusal::planning(&error))?;
        guard::functions(&plan)?;
        Ok(Prepared {
            state,
            plan,
            explains: task.explain || facts.kind == Kind::Explain,
            caps,
            parameters: facts.parameters,
        })
    }

    fn one_question(&self, task: &Task) -> Result<Read, Refusal> {
        let mut statements = read(&task.sql, &self.settings.statements)?;
        match (statements.pop(), statements.is_empty()) {
            (Some(read), true) if read.facts.kind.asks() => Ok(read),
            (Some(_), false) => Err(Refusal::new(Reason::TooManyStatements).with("max", 1)),
            _ => Err(Refusal::new(Reason::StatementNotAllowed)),
        }
    }

    /// The grants of the task by view. One that is forged, expired or meant for another query refuses all.
    fn grants(&self, task: &Task) -> Result<BTreeMap<String, Grant>, Refusal> {
        let now = (self.clock)();
        let mut grants = BTreeMap::new();
        for sealed in &task.grants {
            let grant = unseal(sealed, &self.key, &task.query_id, now).map_err(|error| {
                tracing::error!(%error, query.id = %task.query_id, "a grant was not accepted");
                Refusal::new(Reason::GrantInvalid)
            })?;
            if let Some(twice) = grants.insert(grant.view().to_string(), grant) {
                return Err(Refusal::new(Reason::GrantUnusable).with("view", twice.view()));
            }
        }
        Ok(grants)
    }
}

/// Sets the instant that `now()` and `current_date` mean; without it they have no value at all. One for the whole query.
fn begin_at(state: &mut SessionState, start: DateTime<Utc>) {
    state.mark_start_execution();
    let props = state.execution_props().clone();
    *state.execution_props_mut() = props.with_query_execution_start_time(start);
}

/// The views a statement reads and the relations of PostgreSQL's it looks into. The first unknown name in the order of
/// the alphabet is refused, in words that are the same for a name that does not exist and one that is not granted.
fn named<'a>(
    relations: &'a [String],
    grants: &BTreeMap<String, Grant>,
) -> Result<(BTreeSet<String>, Vec<&'a str>), Refusal> {
    let mut views = BTreeSet::new();
    let mut described = vec![];
    for relation in relations {
        if grants.contains_key(relation) {
            views.insert(relation.clone());
        } else if catalog::describes(relation) {
            described.push(relation.as_str());
        } else {
            return Err(Refusal::new(Reason::UnknownRelation).with("relation", relation));
        }
    }
    Ok((views, described))
}

/// A granted view as the catalogue shows it.
fn granted(view: &View, table: &GovernedTable, grant: &Grant) -> ShownView {
    let schema = table.schema();
    let kind = |column: &crate::views::ViewColumn| {
        let field = schema.field_with_name(&column.name).ok();
        field
            .and_then(|field| ParameterType::from_arrow(field.data_type()))
            .unwrap_or(ParameterType::Text)
    };
    let kinds: Vec<ParameterType> = view.columns().iter().map(kind).collect();
    let released: Vec<&str> = grant.columns().iter().map(|(name, _)| name.as_str()).collect();
    ShownView::new(view, &kinds, Some(&released))
}

/// The query itself, without an `EXPLAIN` around it.
fn question(tree: ast::Statement) -> ast::Statement {
    match tree {
        ast::Statement::Explain { statement, .. } => *statement,
        other => other,
    }
}

impl Prepared {
    /// Columns as they are streamed.
    pub(super) fn columns(&self) -> SchemaRef {
        let plain = |field: &Field| {
            let kind = match field.data_type() {
                DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
                kind => kind.clone(),
            };
            Field::new(field.name(), kind, true)
        };
        Arc::new(Schema::new(
            self.plan
                .schema()
                .fields()
                .iter()
                .map(|field| plain(field))
                .collect::<Vec<_>>(),
        ))
    }

    pub(super) fn described(self, task: &Task) -> Result<Described, Refusal> {
        let parameters = parameters::kinds(&self.plan, self.parameters, &task.parameters)?;
        if self.explains {
            let columns = explained_columns();
            return Ok(Described { columns, parameters });
        }
        // Types of columns may depend on types of parameters.
        let plan = parameters::with_nulls(self.plan, &parameters)?;
        let columns = Prepared { plan, ..self }.columns();
        Ok(Described { columns, parameters })
    }

    pub(super) fn with_values(self, task: &Task) -> Result<Prepared, Refusal> {
        let kinds = parameters::kinds(&self.plan, self.parameters, &task.parameters)?;
        let plan = parameters::with_values(self.plan, &kinds, &task.parameters)?;
        Ok(Prepared { plan, ..self })
    }
}
