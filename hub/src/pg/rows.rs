//! An answer as rows of the wire, in the formats the client asked for, counted once however it ends.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use arrow_pg::datatypes::arrow_schema_to_pg_fields;
use arrow_pg::row_encoder::RowEncoder;
use engine::{Answer, AnswerMeta};
use futures::StreamExt;
use pgwire::api::portal::Format;
use pgwire::api::results::{FieldFormat, FieldInfo};
use pgwire::messages::data::DataRow;

use super::numeric;
use super::refused::{Failure, protocol};
use crate::front::Problem;
use crate::metrics::Metrics;

/// Rows of one answer.
pub(super) struct Rows {
    answer: Answer,
    fields: Arc<Vec<FieldInfo>>,
    batch: Option<RowEncoder>,
    /// Rows sent by this `Execute`, for its tag.
    pub(super) sent: usize,
    metrics: Arc<Metrics>,
    started: Instant,
    outcome: &'static str,
}

impl Rows {
    pub(super) fn new(answer: Answer, formats: &[i16], metrics: Arc<Metrics>) -> Result<Rows, Failure> {
        let fields = Arc::new(fields(&answer.schema(), formats)?);
        let (batch, started) = (None, Instant::now());
        Ok(Rows {
            answer,
            fields,
            batch,
            sent: 0,
            metrics,
            started,
            outcome: "cancelled",
        })
    }

    pub(super) fn fields(&self) -> &[FieldInfo] {
        &self.fields
    }

    pub(super) fn meta(&self) -> &AnswerMeta {
        self.answer.meta()
    }

    pub(super) fn entry(&self) -> String {
        self.answer.entry().to_string()
    }

    /// A row that is already here.
    pub(super) fn row(&mut self) -> Result<Option<DataRow>, Failure> {
        match self.batch.as_mut().and_then(RowEncoder::next_row).transpose()? {
            Some(row) => {
                self.sent += 1;
                Ok(Some(row))
            }
            None => {
                self.batch = None;
                Ok(None)
            }
        }
    }

    /// Waits for more rows; false when there are none.
    pub(super) async fn more(&mut self) -> Result<bool, Problem> {
        match self.answer.next().await {
            Some(Ok(batch)) => {
                let batch = exact(&batch, &self.fields).map_err(Problem::internal)?;
                self.batch = Some(RowEncoder::new(batch, Arc::clone(&self.fields)));
                Ok(true)
            }
            Some(Err(refusal)) => {
                self.outcome = "failed";
                Err(refusal.into())
            }
            None => {
                self.outcome = "done";
                Ok(false)
            }
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.metrics.queries.add(&["pg", self.outcome], 1);
        self.metrics.query_time.observe(&["pg"], self.started.elapsed());
        self.metrics.answer_rows.add(&["pg"], self.answer.rows());
        self.metrics.answer_bytes.add(&["pg"], self.answer.bytes());
    }
}

/// The columns of a schema on the wire. One format code counts for all columns, none means text.
pub(super) fn fields(schema: &SchemaRef, formats: &[i16]) -> Result<Vec<FieldInfo>, Failure> {
    let format = match formats {
        [] => Format::UnifiedText,
        [one] => Format::from(*one),
        // A wrong count would be an index out of bounds further down.
        each if each.len() == schema.fields().len() => Format::Individual(each.to_vec()),
        _ => return Err(Failure::Statement(protocol())),
    };
    let fields = arrow_schema_to_pg_fields(schema, &format, None)?;
    Ok(fields
        .into_iter()
        .zip(schema.fields())
        .map(|(field, column)| sized(field, column))
        .collect())
}

/// Width and precision, which drivers use to format money.
fn sized(field: FieldInfo, column: &Field) -> FieldInfo {
    match column.data_type() {
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            let modifier = ((i32::from(*precision) << 16) | i32::from(*scale)) + 4;
            field.with_type_size(-1).with_type_modifier(modifier)
        }
        DataType::Boolean => field.with_type_size(1),
        DataType::Int16 => field.with_type_size(2),
        DataType::Int32 | DataType::Float32 | DataType::Date32 => field.with_type_size(4),
        DataType::Int64 | DataType::Float64 | DataType::Timestamp(..) => field.with_type_size(8),
        _ => field.with_type_size(-1),
    }
}

/// INVARIANT (exact-money): decimals are written here, digit by digit, because the encoder knows only 96 bits.
fn exact(batch: &RecordBatch, fields: &[FieldInfo]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
    let mut schema: Vec<Field> = Vec::with_capacity(batch.num_columns());
    for ((column, described), field) in batch
        .columns()
        .iter()
        .zip(batch.schema_ref().fields())
        .zip(fields)
    {
        let column = match column.data_type() {
            DataType::Decimal128(_, scale) => decimals(column, *scale, field.format()),
            _ => Arc::clone(column),
        };
        schema.push(Field::new(described.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(schema)), columns, &options)
}

fn decimals(column: &ArrayRef, scale: i8, format: FieldFormat) -> ArrayRef {
    let decimals = column.as_primitive::<Decimal128Type>();
    let rows = 0..decimals.len();
    match format {
        FieldFormat::Text => {
            let texts = rows.map(|row| decimals.is_valid(row).then(|| decimals.value_as_string(row)));
            Arc::new(texts.collect::<StringArray>())
        }
        FieldFormat::Binary => {
            let bytes = decimals
                .iter()
                .map(|value| value.map(|value| numeric::encode(value, scale)));
            Arc::new(bytes.collect::<BinaryArray>())
        }
    }
}
