//! Rows of the catalogue as a table in memory.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::error::Result;

use super::relations::ColumnOf;
use super::rows::{Cell, Row};

pub(super) fn table(columns: &[ColumnOf], rows: &[Row]) -> Result<Arc<dyn TableProvider>> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, kind)| Field::new(*name, kind.clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays: Vec<ArrayRef> = columns.iter().map(|column| array(column, rows)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

fn array((name, kind): &ColumnOf, rows: &[Row]) -> ArrayRef {
    let cells = rows.iter().map(|row| {
        row.iter()
            .find(|(column, _)| column == name)
            .map(|(_, cell)| cell)
    });
    let numbers = cells.clone().map(|cell| match cell {
        Some(Cell::Number(number)) => Some(*number),
        _ => None,
    });
    match kind {
        DataType::Boolean => Arc::new(
            cells
                .map(|cell| match cell {
                    Some(Cell::Truth(truth)) => Some(*truth),
                    _ => None,
                })
                .collect::<BooleanArray>(),
        ),
        DataType::Int16 => Arc::new(
            numbers
                .map(|n| n.and_then(|n| i16::try_from(n).ok()))
                .collect::<Int16Array>(),
        ),
        DataType::Int32 => Arc::new(
            numbers
                .map(|n| n.and_then(|n| i32::try_from(n).ok()))
                .collect::<Int32Array>(),
        ),
        DataType::Int64 => Arc::new(numbers.collect::<Int64Array>()),
        DataType::Float32 => {
            let small = |n: i64| i16::try_from(n).ok().map(f32::from);
            Arc::new(numbers.map(|n| n.and_then(small)).collect::<Float32Array>())
        }
        DataType::Float64 => {
            let small = |n: i64| i32::try_from(n).ok().map(f64::from);
            Arc::new(numbers.map(|n| n.and_then(small)).collect::<Float64Array>())
        }
        DataType::Timestamp(..) => Arc::new(numbers.collect::<TimestampMicrosecondArray>()),
        _ => Arc::new(
            cells
                .map(|cell| match cell {
                    Some(Cell::Text(text)) => Some(text.as_str()),
                    _ => None,
                })
                .collect::<StringArray>(),
        ),
    }
}
