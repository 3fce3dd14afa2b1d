//! The engine as a worker sees it: a task in, a schema or rows out.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use futures::Stream;
use futures::stream::BoxStream;
use object_store::ObjectStore;
use policy::BootKey;
use serde::{Deserialize, Serialize};

use crate::refusal::{Reason, Refusal};
use crate::statements::StatementLimits;
use crate::task::{Described, Task};

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    pub statements: StatementLimits,
    /// Threads one query may use at a time.
    pub partitions: usize,
}

impl Default for EngineSettings {
    fn default() -> EngineSettings {
        EngineSettings { statements: StatementLimits::default(), partitions: 2 }
    }
}

/// Answers tasks. Nothing is shared between two of them but the object store.
#[derive(Clone)]
pub struct Engine {
    #[expect(dead_code, reason = "filled in next")]
    store: Arc<dyn ObjectStore>,
    #[expect(dead_code, reason = "filled in next")]
    key: BootKey,
    #[expect(dead_code, reason = "filled in next")]
    settings: EngineSettings,
}

impl Engine {
    /// `store` has the lake's root as its root; `key` opens the grants of this boot.
    pub fn new(store: Arc<dyn ObjectStore>, key: BootKey, settings: EngineSettings) -> Engine {
        Engine { store, key, settings }
    }

    /// What the task would answer, without running it.
    pub async fn describe(&self, _task: Task) -> Result<Described, Refusal> {
        Err(Refusal::new(Reason::NotSupported))
    }

    /// Runs the task. Call it on a runtime made by [`runtime`]; dropping the rows cancels the query.
    pub async fn answer(&self, _task: Task) -> Result<(SchemaRef, Rows), Refusal> {
        Err(Refusal::new(Reason::NotSupported))
    }
}

/// Rows of an answer. After an error nothing follows.
pub struct Rows {
    batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
}

impl Stream for Rows {
    type Item = Result<RecordBatch, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.batches.as_mut().poll_next(context)
    }
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
