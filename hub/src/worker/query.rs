//! Reading, describing and running SQL in a process of its own: the request, the worker's side, and the hub's side.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use engine::{Described, Engine, ParameterType, Reason, Refusal, Statement, StatementLimits, Task, classify};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use policy::BootKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::batches::Batches;
use super::frames::Tag;
use super::serve::{Gone, Outcome, Replies, Tasks};
use super::{Hello, Lost, Pool, Reply, Seat};
use crate::front::Problem;

use arrow::array::RecordBatch;

/// What a query worker can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryRequest {
    Classify {
        sql: String,
    },
    Describe(Box<Task>),
    /// Which keys the task names on keyed views.
    Keys(Box<Task>),
    Run(Box<Task>),
}

/// Batches between the engine's threads and the thread that writes to the pipe.
const BATCHES_AHEAD: usize = 2;

pub(super) struct QueryTasks {
    engine: Engine,
    runtime: Runtime,
    statements: StatementLimits,
}

impl QueryTasks {
    pub(super) fn new(hello: Hello) -> Result<QueryTasks, Gone> {
        let unfit = |what: &str| Gone::Unfit(what.to_owned());
        let query = hello
            .query
            .ok_or_else(|| unfit("the hello is not for a query worker"))?;
        let key = BootKey::import(&query.boot_key).map_err(|_| unfit("the boot key cannot be read"))?;
        let store = lake::open_store(&query.lake).map_err(|error| Gone::Unfit(error.to_string()))?;
        let statements = query.engine.statements.clone();
        let runtime = engine::runtime(hello.threads)?;
        Ok(QueryTasks {
            engine: Engine::new(store, key, query.engine),
            runtime,
            statements,
        })
    }

    fn describe(&self, task: Task) -> Result<Described, Refusal> {
        let engine = self.engine.clone();
        // A thread of the runtime, not this one: planning needs their large stack.
        let described = self.runtime.spawn(async move { engine.describe(task).await });
        self.runtime
            .block_on(described)
            .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal)))
    }

    fn keys(&self, task: Task) -> Result<BTreeMap<String, BTreeSet<String>>, Refusal> {
        let engine = self.engine.clone();
        let found = self.runtime.spawn(async move { engine.keys(task).await });
        self.runtime
            .block_on(found)
            .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal)))
    }

    fn answer(&self, task: Task, replies: &mut Replies) -> Result<Outcome, Gone> {
        let engine = self.engine.clone();
        let (sender, mut receiver) = mpsc::channel(BATCHES_AHEAD);
        let running = self.runtime.spawn(async move {
            let (schema, mut rows) = engine.answer(task).await?;
            if sender.send(Piece::Schema(schema)).await.is_err() {
                return Ok(());
            }
            while let Some(batch) = rows.next().await {
                if sender.send(Piece::Batch(batch?)).await.is_err() {
                    return Ok(());
                }
            }
            Ok(())
        });
        let mut open = None;
        while let Some(piece) = receiver.blocking_recv() {
            match (piece, &mut open) {
                (Piece::Schema(schema), _) => open = Some(replies.begin(Tag::Rows, &schema)?),
                (Piece::Batch(batch), Some(stream)) => replies.batch(stream, &batch)?,
                (Piece::Batch(_), None) => {
                    return Err(Gone::Unfit("rows came before their schema".to_owned()));
                }
            }
        }
        match self.runtime.block_on(running) {
            Ok(Ok(())) => {
                if let Some(stream) = open {
                    replies.end(stream)?;
                }
                Ok(Ok(json!({})))
            }
            Ok(Err(refusal)) => refused(&refusal),
            Err(_) => refused(&Refusal::new(Reason::Internal)),
        }
    }
}

enum Piece {
    Schema(SchemaRef),
    Batch(RecordBatch),
}

fn refused(refusal: &Refusal) -> Result<Outcome, Gone> {
    Ok(Err(serde_json::to_value(refusal)?))
}

impl Tasks for QueryTasks {
    fn run(&mut self, task: &[u8], replies: &mut Replies) -> Result<Outcome, Gone> {
        match serde_json::from_slice(task)? {
            QueryRequest::Classify { sql } => match classify(&sql, &self.statements) {
                Ok(statements) => Ok(Ok(serde_json::to_value(statements)?)),
                Err(refusal) => refused(&refusal),
            },
            QueryRequest::Describe(task) => match self.describe(*task) {
                Ok(described) => {
                    let columns = replies.begin(Tag::Rows, &described.columns)?;
                    replies.end(columns)?;
                    let kinds: Vec<Option<ParameterType>> = described
                        .parameters
                        .iter()
                        .map(ParameterType::from_arrow)
                        .collect();
                    Ok(Ok(serde_json::to_value(kinds)?))
                }
                Err(refusal) => refused(&refusal),
            },
            QueryRequest::Keys(task) => match self.keys(*task) {
                Ok(keys) => Ok(Ok(serde_json::to_value(keys)?)),
                Err(refusal) => refused(&refusal),
            },
            QueryRequest::Run(task) => self.answer(*task, replies),
        }
    }
}

/// Rows on their way from a worker. Dropping them kills the worker, and with it the query.
pub struct Rows {
    pub schema: SchemaRef,
    pub batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
}

/// The hub's side.
#[derive(Clone)]
pub struct QueryWorkers {
    pool: Pool,
}

/// Time for reading SQL and for describing it. Both are planning without rows.
const PLAN_TIME_MAX: Duration = Duration::from_secs(20);

impl QueryWorkers {
    pub fn new(pool: Pool) -> QueryWorkers {
        QueryWorkers { pool }
    }

    /// Statements of a text.
    pub async fn classify(&self, sql: &str) -> Result<Vec<Statement>, Problem> {
        self.read(&QueryRequest::Classify { sql: sql.to_owned() }).await
    }

    /// The keys that the task names, by view. Its SQL is planned, and no row is read.
    pub async fn keys(&self, task: Task) -> Result<BTreeMap<String, BTreeSet<String>>, Problem> {
        self.read(&QueryRequest::Keys(Box::new(task))).await
    }

    /// One document for one request.
    async fn read<T: DeserializeOwned>(&self, request: &QueryRequest) -> Result<T, Problem> {
        let mut seat = self.pool.seat(Instant::now() + PLAN_TIME_MAX).await?;
        seat.ask(request).await?;
        match seat.next().await? {
            Reply::Done(bytes) => Ok(serde_json::from_slice(&bytes).map_err(|_| Lost::Garbled)?),
            Reply::Refused(bytes) => Err(refusal(&bytes).into()),
            _ => Err(Lost::Garbled.into()),
        }
    }

    /// What the task would answer. Its SQL is planned, and no row is read.
    pub async fn describe(&self, task: Task) -> Result<Described, Problem> {
        let mut seat = self.pool.seat(Instant::now() + PLAN_TIME_MAX).await?;
        seat.ask(&QueryRequest::Describe(Box::new(task))).await?;
        let mut batches = Batches::default();
        loop {
            match seat.next().await? {
                Reply::Rows(piece) => drop(batches.push(piece)?),
                Reply::Done(bytes) => {
                    let columns = batches.schema().ok_or(Lost::Garbled)?;
                    let kinds: Vec<Option<ParameterType>> =
                        serde_json::from_slice(&bytes).map_err(|_| Lost::Garbled)?;
                    let parameters = kinds
                        .into_iter()
                        .map(|kind| kind.unwrap_or(ParameterType::Text).to_arrow())
                        .collect();
                    return Ok(Described { columns, parameters });
                }
                Reply::Refused(bytes) => return Err(refusal(&bytes).into()),
                Reply::Aside(_) | Reply::Event(_) => return Err(Lost::Garbled.into()),
            }
        }
    }

    /// Starts the task; returns once its schema or its refusal is known. `deadline` ends the rows as well.
    pub async fn run(&self, task: Task, deadline: Instant) -> Result<Rows, Problem> {
        let mut seat = self.pool.seat(deadline).await?;
        seat.ask(&QueryRequest::Run(Box::new(task))).await?;
        let mut flow = Flow {
            seat,
            batches: Batches::default(),
            waiting: Vec::new().into_iter(),
            over: false,
        };
        loop {
            if let Some(schema) = flow.batches.schema() {
                let batches =
                    stream::unfold(flow, |mut flow| async move { Some((flow.next().await?, flow)) });
                return Ok(Rows {
                    schema,
                    batches: batches.boxed(),
                });
            }
            match flow.seat.next().await? {
                Reply::Rows(piece) => flow.waiting = flow.batches.push(piece)?.into_iter(),
                Reply::Refused(bytes) => return Err(refusal(&bytes).into()),
                _ => return Err(Lost::Garbled.into()),
            }
        }
    }
}

struct Flow {
    seat: Seat,
    batches: Batches,
    waiting: std::vec::IntoIter<RecordBatch>,
    over: bool,
}

impl Flow {
    async fn next(&mut self) -> Option<Result<RecordBatch, Refusal>> {
        loop {
            if let Some(batch) = self.waiting.next() {
                return Some(Ok(batch));
            }
            if self.over {
                return None;
            }
            let read = match self.seat.next().await {
                Ok(Reply::Rows(piece)) => self
                    .batches
                    .push(piece)
                    .map(|batches| self.waiting = batches.into_iter()),
                Ok(Reply::Done(_)) => return None,
                Ok(Reply::Refused(bytes)) => {
                    self.over = true;
                    return Some(Err(refusal(&bytes)));
                }
                Ok(Reply::Aside(_) | Reply::Event(_)) => Err(Lost::Garbled),
                Err(lost) => Err(lost),
            };
            if let Err(lost) = read {
                self.over = true;
                return Some(Err(lost.refusal()));
            }
        }
    }
}

fn refusal(bytes: &[u8]) -> Refusal {
    serde_json::from_slice(bytes).unwrap_or_else(|_| Refusal::new(Reason::Internal))
}
