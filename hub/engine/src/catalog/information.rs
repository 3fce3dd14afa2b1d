//! `information_schema` over the granted views: names and types of columns, nothing of what is behind them.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::error::Result;

use super::INFORMATION;
use crate::pins::{CATALOG, SCHEMA};
use crate::scan::GovernedTable;

type Tables = Vec<(String, Arc<dyn TableProvider>)>;

/// `tables`, `columns` and `schemata`.
pub(super) fn tables(views: &[(String, Arc<GovernedTable>)]) -> Result<Tables> {
    let mut views: Vec<_> = views.iter().collect();
    views.sort_by(|a, b| a.0.cmp(&b.0));
    let names: Vec<&str> = views.iter().map(|(name, _)| name.as_str()).collect();
    let rows = names.len();
    let tables = vec![
        ("table_catalog", constant(CATALOG, rows)),
        ("table_schema", constant(SCHEMA, rows)),
        ("table_name", texts(names)),
        ("table_type", constant("VIEW", rows)),
    ];

    let fields: Vec<_> = views
        .iter()
        .flat_map(|(view, table)| {
            let fields = table.schema().fields().clone();
            let numbered = (1_i32..).zip(fields.iter().cloned().collect::<Vec<_>>());
            numbered.map(move |(number, field)| (view.as_str(), number, field))
        })
        .collect();
    let rows = fields.len();
    let digits = |pick: fn(u8, i8) -> i32| -> ArrayRef {
        let number = |kind: &DataType| match kind {
            DataType::Decimal128(precision, scale) => Some(pick(*precision, *scale)),
            _ => None,
        };
        Arc::new(
            fields
                .iter()
                .map(|(_, _, field)| number(field.data_type()))
                .collect::<Int32Array>(),
        )
    };
    let columns = vec![
        ("table_catalog", constant(CATALOG, rows)),
        ("table_schema", constant(SCHEMA, rows)),
        (
            "table_name",
            texts(fields.iter().map(|(view, _, _)| *view).collect()),
        ),
        (
            "column_name",
            texts(fields.iter().map(|(_, _, field)| field.name().as_str()).collect()),
        ),
        (
            "ordinal_position",
            Arc::new(
                fields
                    .iter()
                    .map(|(_, number, _)| Some(*number))
                    .collect::<Int32Array>(),
            ) as ArrayRef,
        ),
        ("is_nullable", constant("YES", rows)),
        (
            "data_type",
            texts(
                fields
                    .iter()
                    .map(|(_, _, field)| sql_type(field.data_type()))
                    .collect(),
            ),
        ),
        ("numeric_precision", digits(|precision, _| i32::from(precision))),
        ("numeric_scale", digits(|_, scale| i32::from(scale))),
    ];

    let schemata = vec![
        ("catalog_name", constant(CATALOG, 2)),
        ("schema_name", texts(vec![INFORMATION, SCHEMA])),
    ];
    Ok(vec![
        table("tables", tables)?,
        table("columns", columns)?,
        table("schemata", schemata)?,
    ])
}

fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Result<(String, Arc<dyn TableProvider>)> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )?;
    Ok((
        name.to_owned(),
        Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?),
    ))
}

fn constant(text: &str, rows: usize) -> ArrayRef {
    Arc::new(StringArray::from(vec![text; rows]))
}

fn texts(texts: Vec<&str>) -> ArrayRef {
    Arc::new(StringArray::from(texts))
}

/// PostgreSQL's names of the types.
fn sql_type(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean => "boolean",
        DataType::Int64 => "bigint",
        DataType::Date32 => "date",
        DataType::Decimal128(..) => "numeric",
        _ => "text",
    }
}
