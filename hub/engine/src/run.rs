//! The engine as a worker sees it: a task in, a schema or rows out. Every task gets a session of its own, with its own
//! memory and its own names; two tasks share the object store and what is the same whoever asks; see `kept`.

mod guard;
mod kept;
mod keys;
mod parameters;
mod prepare;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::physical_plan::{displayable, execute_stream};
use object_store::ObjectStore;
use policy::BootKey;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::pins::Spill;
use crate::refusal::{self, Reason, Refusal};
use crate::statements::StatementLimits;
use crate::task::{Described, Task};
use kept::Kept;
use prepare::Prepared;

pub use rows::Rows;

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    pub statements: StatementLimits,
    /// Threads one query may use at a time.
    pub partitions: usize,
    /// Where sorts and groupings go when memory is short; without it they are refused.
    pub spill: Option<Spill>,
}

impl Default for EngineSettings {
    fn default() -> EngineSettings {
        EngineSettings {
            statements: StatementLimits::default(),
            partitions: 2,
            spill: None,
        }
    }
}

/// Answers tasks.
#[derive(Clone)]
pub struct Engine {
    store: Arc<dyn ObjectStore>,
    key: BootKey,
    settings: EngineSettings,
    clock: fn() -> DateTime<Utc>,
    kept: Arc<Kept>,
    #[cfg(test)]
    breach: Option<crate::scan::breach::Breach>,
}

impl Engine {
    /// `store` has the lake's root as its root; `key` opens the grants of this boot.
    pub fn new(store: Arc<dyn ObjectStore>, key: BootKey, settings: EngineSettings) -> Engine {
        Engine {
            store,
            key,
            settings,
            clock: Utc::now,
            kept: Arc::default(),
            #[cfg(test)]
            breach: None,
        }
    }

    /// An engine whose barrier is broken on purpose.
    #[cfg(test)]
    pub(crate) fn broken(self, breach: crate::scan::breach::Breach) -> Engine {
        Engine {
            breach: Some(breach),
            ..self
        }
    }

    /// What the task would answer, without running it.
    pub async fn describe(&self, task: Task) -> Result<Described, Refusal> {
        let deadline = Deadline::of(&task);
        let engine = self.clone();
        deadline
            .planning(async move { engine.prepare(&task).await?.described(&task) })
            .await
    }

    /// The keys that the task names on each keyed view it reads, once its parameters have their values. Nothing is read.
    /// Refused where a mention of such a view names none.
    pub async fn keys(&self, task: Task) -> Result<BTreeMap<String, BTreeSet<String>>, Refusal> {
        let deadline = Deadline::of(&task);
        let engine = self.clone();
        let found = deadline.planning(async move {
            let prepared = engine.prepare(&task).await?.with_values(&task)?;
            keys::named(&prepared.plan)
        });
        Ok(found
            .await?
            .into_iter()
            .map(|(view, keys)| (view, keys.named))
            .collect())
    }

    /// Runs the task. Call it on a runtime made by [`runtime`]; dropping the rows cancels the query.
    pub async fn answer(&self, task: Task) -> Result<(SchemaRef, Rows), Refusal> {
        let deadline = Deadline::of(&task);
        let engine = self.clone();
        deadline
            .planning(async move { engine.begin(task, deadline).await })
            .await
    }

    async fn begin(&self, task: Task, deadline: Deadline) -> Result<(SchemaRef, Rows), Refusal> {
        let prepared = self.prepare(&task).await?;
        let explain = prepared.explains;
        let columns = prepared.columns();
        let caps = prepared.caps;
        let Prepared { state, plan, .. } = prepared.with_values(&task)?;
        // A plan is told of a question that would be answered; which keys it would cost is asked only when rows flow.
        let named = keys::named(&plan)?;
        if !explain {
            keys::admitted(&named)?;
        }
        let planned = state
            .create_physical_plan(&plan)
            .await
            .map_err(|error| refusal::planning(&error))?;
        guard::leaves(&planned)?;
        if explain {
            let lines = displayable(planned.as_ref()).indent(false).to_string();
            let batch = explained(&lines)?;
            return Ok((batch.schema(), Rows::once(batch)));
        }
        let batches =
            execute_stream(planned, state.task_ctx()).map_err(|error| refusal::execution(&error))?;
        Ok((columns.clone(), Rows::of(batches, columns, caps, deadline)))
    }
}

/// The moment a task must be over.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    at: Instant,
    seconds: u64,
}

impl Deadline {
    fn of(task: &Task) -> Deadline {
        let seconds = task.limits.seconds_max;
        Deadline {
            at: Instant::now() + Duration::from_secs(seconds.min(SECONDS_MAX)),
            seconds,
        }
    }

    fn refusal(self) -> Refusal {
        Refusal::new(Reason::Deadline).with("seconds", self.seconds)
    }

    /// Planning does not yield, so it gets a task of its own that is left behind when time is up; the process it runs in
    /// is then ended from outside.
    async fn planning<T, F>(self, planning: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Refusal>> + Send + 'static,
    {
        let mut planning = tokio::task::JoinSet::from_iter([planning]);
        match tokio::time::timeout_at(self.at, planning.join_next()).await {
            Err(_) => Err(self.refusal()),
            Ok(Some(Ok(outcome))) => outcome,
            Ok(Some(Err(_)) | None) => {
                tracing::error!("planning a query panicked");
                Err(Refusal::new(Reason::Internal))
            }
        }
    }
}

/// A year, so that a limit given as `u64::MAX` does not overflow the clock.
const SECONDS_MAX: u64 = 366 * 24 * 3600;

/// The lines of a plan as PostgreSQL's clients expect them. Every leaf of it is opaque.
fn explained(lines: &str) -> Result<RecordBatch, Refusal> {
    let lines: ArrayRef = Arc::new(lines.lines().map(Some).collect::<StringArray>());
    RecordBatch::try_new(explained_columns(), vec![lines]).map_err(|error| refusal::execution(&error.into()))
}

fn explained_columns() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("QUERY PLAN", DataType::Utf8, true)]))
}

/// A runtime whose threads have the stack that planning needs.
pub fn runtime(threads: usize) -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.max(2))
        .thread_name("query")
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
}

/// Expressions of the allowed depth recurse through about forty planner passes; 2 MiB, tokio's default, aborts.
const STACK_BYTES: usize = 32 * 1024 * 1024;
