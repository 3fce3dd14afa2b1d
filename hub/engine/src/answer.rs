//! An answer on its way to whoever asked. It cannot exist without an opened audit entry, and it closes that entry
//! itself, however it ends.

mod covering;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use audit::{Closing, EntryId, Opened, Outcome};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use futures::Stream;
use futures::stream::BoxStream;
use schemas::{FeedId, Treatment, ViewName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::refusal::{Reason, Refusal};

pub use covering::Covering;

/// What an answer rests on, for its reader and its audit entry. Names and numbers, no values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerMeta {
    pub query_id: String,
    /// What each view was opened with.
    pub opened: Vec<OpenedView>,
    /// Feed → version of its table.
    pub versions: Vec<(FeedId, i64)>,
    /// The epoch of the agreements when this was decided.
    pub epoch: u64,
}

/// One view of a query and the grant that opened it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedView {
    pub view: ViewName,
    pub agreement: String,
    pub revision: u32,
    pub grant_digest: String,
    /// Columns that are not shown as they are.
    pub masks: Vec<(String, Treatment)>,
    /// The rows, in the words of the agreement.
    pub scope: String,
    /// What was named of a view that answers about named keys only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeysNamed>,
}

/// How many keys a query named, and their marks: keyed hashes, by which two entries can be compared. Never a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysNamed {
    pub named: usize,
    pub marks: Vec<String>,
    /// How many of them were new today; known once they are charged.
    pub fresh: Option<u32>,
    /// How many more the department may name today.
    pub left: Option<u32>,
}

/// Rows that somebody may have, and the audit entry that says so.
///
/// INVARIANT (no-act-unrecorded): both constructors take an entry that is already on disk, and the end of rows of views is
/// not told before the entry is closed on disk.
pub struct Answer {
    schema: SchemaRef,
    meta: AnswerMeta,
    entry: EntryId,
    rows: u64,
    bytes: u64,
    state: State,
}

enum State {
    Flowing {
        opened: Opened,
        batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
    },
    /// Rows about what there is, under an entry that stays open.
    Covered {
        covering: Arc<Covering>,
        batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
    },
    /// The entry is being closed; `after` is what the reader gets then.
    Closing {
        closed: JoinHandle<Result<EntryId, audit::AuditError>>,
        after: Option<Refusal>,
    },
    Over,
}

impl Answer {
    /// Begins an answer. `batches` have `schema`; caps and deadlines were applied where they come from.
    pub fn new(
        opened: Opened,
        schema: SchemaRef,
        meta: AnswerMeta,
        batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
    ) -> Answer {
        Answer {
            schema,
            meta,
            entry: opened.id(),
            rows: 0,
            bytes: 0,
            state: State::Flowing { opened, batches },
        }
    }

    /// Begins an answer that reads no view, only the catalogue.
    pub fn covered(
        covering: Arc<Covering>,
        schema: SchemaRef,
        meta: AnswerMeta,
        batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
    ) -> Answer {
        debug_assert!(meta.opened.is_empty());
        Answer {
            schema,
            meta,
            entry: covering.id(),
            rows: 0,
            bytes: 0,
            state: State::Covered { covering, batches },
        }
    }

    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    pub fn meta(&self) -> &AnswerMeta {
        &self.meta
    }

    /// The audit entry of this answer.
    pub fn entry(&self) -> EntryId {
        self.entry
    }

    /// Rows handed out so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes handed out so far, as Arrow holds them.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the answer before its rows have ended, e.g. because its agreement was revoked. What follows is `why`.
    pub fn cut(&mut self, why: Refusal) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Flowing { opened, .. } => self.state = self.close(opened, Outcome::Cancelled, Some(why)),
            // No agreement carries it.
            covered @ State::Covered { .. } => self.state = covered,
            State::Closing { .. } | State::Over => {}
        }
    }

    fn detail(&self, refusal: Option<&Refusal>) -> Value {
        let mut detail = json!({
            "rows": self.rows,
            "bytes": self.bytes,
            "views": self.meta.opened,
            "versions": self.meta.versions,
            "epoch": self.meta.epoch,
        });
        if let (Some(refusal), Some(detail)) = (refusal, detail.as_object_mut()) {
            detail.insert("code".to_owned(), refusal.code().into());
        }
        detail
    }

    /// Closing waits for the disk, so it leaves the threads that answer.
    fn close(&self, opened: Opened, outcome: Outcome, after: Option<Refusal>) -> State {
        let closing = Closing::new(outcome, self.detail(after.as_ref()));
        State::Closing {
            closed: tokio::task::spawn_blocking(move || opened.close(closing)),
            after,
        }
    }
}

impl Stream for Answer {
    type Item = Result<RecordBatch, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.state {
                State::Flowing { batches, .. } => {
                    let next = ready!(batches.as_mut().poll_next(context));
                    let refusal = match next {
                        Some(Ok(batch)) => {
                            self.rows += batch.num_rows() as u64;
                            self.bytes += batch.get_array_memory_size() as u64;
                            return Poll::Ready(Some(Ok(batch)));
                        }
                        Some(Err(refusal)) => Some(refusal),
                        None => None,
                    };
                    let outcome = match refusal.as_ref().map(Refusal::reason) {
                        None => Outcome::Done,
                        Some(Reason::Cancelled) => Outcome::Cancelled,
                        Some(_) => Outcome::Failed,
                    };
                    if let State::Flowing { opened, .. } = std::mem::replace(&mut self.state, State::Over) {
                        self.state = self.close(opened, outcome, refusal);
                    }
                }
                State::Covered { covering, batches } => {
                    let next = ready!(batches.as_mut().poll_next(context));
                    let covering = Arc::clone(covering);
                    match &next {
                        Some(Ok(batch)) => {
                            self.rows += batch.num_rows() as u64;
                            self.bytes += batch.get_array_memory_size() as u64;
                        }
                        Some(Err(_)) => {
                            covering.refused();
                            self.state = State::Over;
                        }
                        None => {
                            covering.answered(self.rows);
                            self.state = State::Over;
                        }
                    }
                    return Poll::Ready(next);
                }
                State::Closing { closed, after } => {
                    let closed = ready!(Pin::new(closed).poll(context));
                    let after = after.take();
                    self.state = State::Over;
                    if !matches!(closed, Ok(Ok(_))) {
                        tracing::error!(entry = %self.entry, "the audit entry of an answer could not be closed");
                        return Poll::Ready(Some(Err(Refusal::new(Reason::AuditUnavailable))));
                    }
                    return Poll::Ready(after.map(Err));
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let (opened, batches) = match std::mem::replace(&mut self.state, State::Over) {
            State::Flowing { opened, batches } => (opened, batches),
            State::Covered { covering, .. } => return covering.answered(self.rows),
            State::Closing { .. } | State::Over => return,
        };
        // The query stops before its entry says so.
        drop(batches);
        let closing = Closing::new(Outcome::Cancelled, self.detail(None));
        let close = move || {
            if opened.close(closing).is_err() {
                tracing::error!("the audit entry of a cancelled answer could not be closed");
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(close)),
            Err(_) => close(),
        }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("entry", &self.entry)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
