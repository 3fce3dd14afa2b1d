//! Rows on their way out: plain types, counted against the caps, each wait bounded by the deadline. After an error
//! nothing follows.

use std::pin::Pin;
use std::task::{Context, Poll};

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};

use super::Deadline;
use super::prepare::Caps;
use crate::refusal::{self, Reason, Refusal};

/// Rows of an answer. Dropping them cancels the query.
pub struct Rows {
    batches: BoxStream<'static, Result<RecordBatch, Refusal>>,
}

impl Rows {
    pub(super) fn once(batch: RecordBatch) -> Rows {
        Rows {
            batches: futures::stream::iter([Ok(batch)]).boxed(),
        }
    }

    pub(super) fn of(
        batches: SendableRecordBatchStream,
        schema: SchemaRef,
        caps: Caps,
        deadline: Deadline,
    ) -> Rows {
        let batches = on_a_task_of_its_own(batches);
        let flow = Flow {
            batches,
            schema,
            caps,
            deadline,
            rows: 0,
            bytes: 0,
        };
        let batches = futures::stream::unfold(Some(flow), |flow| async move {
            let mut flow = flow?;
            match flow.next().await? {
                Ok(batch) => Some((Ok(batch), Some(flow))),
                Err(refusal) => Some((Err(refusal), None)),
            }
        });
        Rows {
            batches: batches.boxed(),
        }
    }
}

/// A poll of the engine can take as long as it likes, and a deadline cannot be noticed by the thread that is inside it.
/// So the query has its own task and the deadline is kept by whoever waits for the rows. Dropping the stream ends the
/// task at its next pause; a task that makes none is ended with its process.
fn on_a_task_of_its_own(
    mut batches: SendableRecordBatchStream,
) -> BoxStream<'static, Result<RecordBatch, DataFusionError>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(BATCHES_AHEAD);
    let pump = tokio::task::JoinSet::from_iter([async move {
        while let Some(batch) = batches.next().await {
            if sender.send(batch).await.is_err() {
                break;
            }
        }
    }]);
    futures::stream::unfold((receiver, pump), |(mut receiver, mut pump)| async move {
        if let Some(batch) = receiver.recv().await {
            return Some((batch, (receiver, pump)));
        }
        // A query that panicked must not look like one that has no more rows.
        match pump.join_next().await {
            Some(Err(_)) => {
                let error = DataFusionError::Internal("the query panicked".to_owned());
                Some((Err(error), (receiver, pump)))
            }
            _ => None,
        }
    })
    .boxed()
}

/// Batches computed before somebody asked for them.
const BATCHES_AHEAD: usize = 2;

impl Stream for Rows {
    type Item = Result<RecordBatch, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.batches.as_mut().poll_next(context)
    }
}

/// INVARIANT (bounded): rows, bytes and time of every answer have a limit, checked at each batch.
struct Flow {
    batches: BoxStream<'static, Result<RecordBatch, DataFusionError>>,
    schema: SchemaRef,
    caps: Caps,
    deadline: Deadline,
    rows: u64,
    bytes: u64,
}

impl Flow {
    async fn next(&mut self) -> Option<Result<RecordBatch, Refusal>> {
        loop {
            let batch = match tokio::time::timeout_at(self.deadline.at, self.batches.next()).await {
                Err(_) => return Some(Err(self.deadline.refusal())),
                Ok(None) => return None,
                Ok(Some(Err(error))) => return Some(Err(refusal::execution(&error))),
                Ok(Some(Ok(batch))) if batch.num_rows() == 0 => continue,
                Ok(Some(Ok(batch))) => batch,
            };
            return Some(plain(&batch, &self.schema).and_then(|batch| self.counted(batch)));
        }
    }

    fn counted(&mut self, batch: RecordBatch) -> Result<RecordBatch, Refusal> {
        self.rows = self.rows.saturating_add(batch.num_rows() as u64);
        self.bytes = self.bytes.saturating_add(bytes(&batch));
        if self.rows > self.caps.rows_max {
            return Err(Refusal::new(Reason::RowsLimit).with("max", self.caps.rows_max));
        }
        if self.bytes > self.caps.bytes_max {
            return Err(Refusal::new(Reason::BytesLimit).with("max", self.caps.bytes_max));
        }
        Ok(batch)
    }
}

/// Texts as `Utf8`, names and nullability as described.
fn plain(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Refusal> {
    let column = |(array, field): (&ArrayRef, &datafusion::arrow::datatypes::FieldRef)| {
        if array.data_type() == field.data_type() {
            Ok(array.clone())
        } else {
            cast(array, field.data_type())
        }
    };
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(column)
        .collect::<Result<Vec<_>, ArrowError>>();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    columns
        .and_then(|columns| RecordBatch::try_new_with_options(schema.clone(), columns, &options))
        .map_err(|error| refusal::execution(&error.into()))
}

/// What the rows themselves take, not the buffers they may share with others.
fn bytes(batch: &RecordBatch) -> u64 {
    let size = |array: &ArrayRef| {
        array
            .to_data()
            .get_slice_memory_size()
            .unwrap_or_else(|_| array.get_array_memory_size())
    };
    batch.columns().iter().map(|array| size(array) as u64).sum()
}
