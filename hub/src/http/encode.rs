//! Rows as bytes: JSON, one JSON object a line, Arrow, CSV. Exact decimals are strings in JSON: a reader that takes
//! numbers for floats would change money.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, Decimal128Array, RecordBatch};
use arrow::csv::WriterBuilder as CsvBuilder;
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use arrow::json::writer::{JsonFormat, LineDelimited, NullableEncoder, Writer};
use arrow::json::{Encoder, EncoderFactory, EncoderOptions, WriterBuilder};
use serde_json::{Value, json};

use crate::front::Rendered;

/// The forms an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Lines,
    Arrow,
    Csv,
}

impl Format {
    /// The first form of an `Accept` header that we have; JSON when anything will do.
    pub(super) fn accepted(accept: Option<&str>) -> Option<Format> {
        let accept = accept.unwrap_or("*/*");
        accept
            .split(',')
            .find_map(|entry| match entry.split(';').next().unwrap_or_default().trim() {
                "application/json" | "application/*" | "*/*" => Some(Format::Json),
                "application/x-ndjson" => Some(Format::Lines),
                "application/vnd.apache.arrow.stream" => Some(Format::Arrow),
                "text/csv" | "text/*" => Some(Format::Csv),
                _ => None,
            })
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Lines => "application/x-ndjson",
            Format::Arrow => "application/vnd.apache.arrow.stream",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes one answer.
pub(super) struct RowWriter {
    format: Format,
    schema: SchemaRef,
    arrow: Option<StreamWriter<Vec<u8>>>,
    rows: u64,
}

impl RowWriter {
    pub(super) fn new(format: Format, schema: SchemaRef) -> RowWriter {
        RowWriter {
            format,
            schema,
            arrow: None,
            rows: 0,
        }
    }

    /// What comes before the rows.
    pub(super) fn begin(&mut self, meta: &Value) -> Result<Vec<u8>, ArrowError> {
        match self.format {
            Format::Json => {
                let columns: Vec<Value> = self
                    .schema
                    .fields()
                    .iter()
                    .map(|field| json!({ "name": field.name(), "type": type_name(field.data_type()) }))
                    .collect();
                Ok(format!(
                    "{{\"meta\":{meta},\"columns\":{},\"rows\":[",
                    Value::from(columns)
                )
                .into_bytes())
            }
            Format::Lines => Ok(Vec::new()),
            Format::Arrow => {
                let writer = self
                    .arrow
                    .insert(StreamWriter::try_new(Vec::new(), &self.schema)?);
                Ok(std::mem::take(writer.get_mut()))
            }
            Format::Csv => {
                let names = self.schema.fields().iter().map(|field| csv_cell(field.name()));
                Ok(format!("{}\n", names.collect::<Vec<_>>().join(",")).into_bytes())
            }
        }
    }

    pub(super) fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let first = self.rows == 0;
        self.rows += batch.num_rows() as u64;
        match self.format {
            Format::Json => {
                let rows = json_rows::<Joined>(batch)?;
                Ok(if first {
                    rows
                } else {
                    [b",".as_slice(), &rows].concat()
                })
            }
            Format::Lines => json_rows::<LineDelimited>(batch),
            Format::Arrow => match &mut self.arrow {
                Some(writer) => {
                    writer.write(batch)?;
                    Ok(std::mem::take(writer.get_mut()))
                }
                None => Err(ArrowError::IpcError("the stream has not begun".to_owned())),
            },
            Format::Csv => {
                let mut rows = Vec::new();
                CsvBuilder::new()
                    .with_header(false)
                    .build(&mut rows)
                    .write(batch)?;
                Ok(rows)
            }
        }
    }

    /// What comes after the last row.
    pub(super) fn end(&mut self) -> Result<Vec<u8>, ArrowError> {
        match (self.format, &mut self.arrow) {
            (Format::Json, _) => {
                Ok(format!("],\"rows_total\":{},\"complete\":true}}\n", self.rows).into_bytes())
            }
            (Format::Arrow, Some(writer)) => {
                writer.finish()?;
                Ok(std::mem::take(writer.get_mut()))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The last words of an answer that broke off. `None`: this form has no words for it, so the connection must break
    /// off as well, lest half an answer pass for a whole one.
    pub(super) fn broken(&self, problem: &Rendered) -> Option<Vec<u8>> {
        let problem = problem.document();
        match self.format {
            Format::Json => Some(format!("],\"complete\":false,\"problem\":{problem}}}\n").into_bytes()),
            Format::Lines => Some(format!("{}\n", json!({ "problem": problem })).into_bytes()),
            Format::Arrow | Format::Csv => None,
        }
    }
}

fn json_rows<F: JsonFormat>(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let builder = WriterBuilder::new()
        .with_explicit_nulls(true)
        .with_encoder_factory(Arc::new(ExactDecimals));
    let mut bytes = Vec::new();
    let mut writer: Writer<_, F> = builder.build(&mut bytes);
    writer.write(batch)?;
    writer.finish()?;
    Ok(bytes)
}

/// Objects with commas between them, without the brackets around.
#[derive(Debug, Default)]
struct Joined;

impl JsonFormat for Joined {
    fn start_row<W: Write>(&self, writer: &mut W, is_first_row: bool) -> Result<(), ArrowError> {
        if !is_first_row {
            writer.write_all(b",")?;
        }
        Ok(())
    }
}

/// INVARIANT (exact-money): a decimal leaves as the digits it has, in quotes.
#[derive(Debug)]
struct ExactDecimals;

impl EncoderFactory for ExactDecimals {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let Some(decimals) = array.as_any().downcast_ref::<Decimal128Array>() else {
            return Ok(None);
        };
        Ok(Some(NullableEncoder::new(
            Box::new(Digits(decimals)),
            array.nulls().cloned(),
        )))
    }
}

struct Digits<'a>(&'a Decimal128Array);

impl Encoder for Digits<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(self.0.value_as_string(row).as_bytes());
        out.push(b'"');
    }
}

fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The name of a column's type, in the words of SQL.
fn type_name(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt32 => "bigint".to_owned(),
        DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double precision".to_owned(),
        DataType::Decimal128(precision, scale) => format!("numeric({precision},{scale})"),
        DataType::UInt64 => "numeric(20,0)".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamptz".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
