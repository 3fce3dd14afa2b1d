//! A grant's condition as an expression over the view's own columns. It arrived as data and never was text, so no
//! value in it can mean anything but itself.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr, lit};
use policy::Condition;

/// The row filter, or `None` if every row is released. `keys` are those that the grant admits. `Err`: the condition
/// names a column the view does not have, or compares it with what it is not.
pub(crate) fn filter(
    condition: &Condition,
    keys: &BTreeSet<String>,
    schema: &DFSchema,
) -> Result<Option<Expr>, ()> {
    match condition {
        Condition::All => Ok(None),
        Condition::In { column, values } => listed(column, values, schema).map(Some),
        Condition::Keyed { column, .. } => listed(column, keys, schema).map(Some),
        Condition::AtLeast { column, min } => {
            let (column, kind) = find(column, schema)?;
            if kind != DataType::Int64 {
                return Err(());
            }
            Ok(Some(column.gt_eq(lit(*min))))
        }
        Condition::And(parts) => {
            let mut all: Option<Expr> = None;
            for part in parts {
                all = match (all, filter(part, keys, schema)?) {
                    (Some(all), Some(part)) => Some(all.and(part)),
                    (all, part) => all.or(part),
                };
            }
            Ok(all)
        }
    }
}

fn listed<'a>(
    column: &str,
    values: impl IntoIterator<Item = &'a String>,
    schema: &DFSchema,
) -> Result<Expr, ()> {
    let (column, kind) = find(column, schema)?;
    if !kind.is_string() {
        return Err(());
    }
    let values: Vec<Expr> = values
        .into_iter()
        .map(|value| Expr::Literal(text(&kind, value), None))
        .collect();
    // An empty list releases nothing; the engine would drop the filter of an empty AND.
    if values.is_empty() {
        return Ok(lit(false));
    }
    Ok(column.in_list(values, false))
}

fn find(name: &str, schema: &DFSchema) -> Result<(Expr, DataType), ()> {
    let mut found = schema.iter().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next()) {
        (Some((qualifier, field)), None) => {
            let column = Column::new(qualifier.cloned(), name);
            Ok((Expr::Column(column), field.data_type().clone()))
        }
        _ => Err(()),
    }
}

fn text(kind: &DataType, value: &str) -> ScalarValue {
    match kind {
        DataType::Utf8View => ScalarValue::Utf8View(Some(value.to_owned())),
        DataType::LargeUtf8 => ScalarValue::LargeUtf8(Some(value.to_owned())),
        _ => ScalarValue::Utf8(Some(value.to_owned())),
    }
}
