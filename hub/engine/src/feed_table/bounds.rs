//! What is believed of the bounds in a table's log, and how they prune files.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use lake::Value;

/// Statistics of one column of one file. `Exact` may answer min() and max(), `Inexact` may only prune.
pub(super) fn believed(field: &Field, known: &lake::Bounds) -> ColumnStatistics {
    let precision =
        |value: &Option<Value>| match value.as_ref().and_then(|value| typed(field.data_type(), value)) {
            Some(value) if known.exact => Precision::Exact(value),
            Some(value) => Precision::Inexact(value),
            None => Precision::Absent,
        };
    let nulls = known.nulls.and_then(|nulls| usize::try_from(nulls).ok());
    ColumnStatistics {
        null_count: nulls.map_or(Precision::Absent, Precision::Exact),
        min_value: precision(&known.min),
        max_value: precision(&known.max),
        ..ColumnStatistics::new_unknown()
    }
}

/// A bound in the type of its column; `None` for any that does not fit exactly.
fn typed(kind: &DataType, value: &Value) -> Option<ScalarValue> {
    match (kind, value) {
        (DataType::Utf8View, Value::Utf8(text)) => Some(ScalarValue::Utf8View(Some(text.clone()))),
        (DataType::Int64, Value::Int64(number)) => Some(ScalarValue::Int64(Some(*number))),
        (DataType::Date32, Value::Date(day)) => Some(ScalarValue::Date32(Some(*day))),
        (DataType::Boolean, Value::Boolean(flag)) => Some(ScalarValue::Boolean(Some(*flag))),
        // A decimal of more digits may have passed through a double on its way into a log; such a bound can exclude
        // the very value it stands for.
        (DataType::Decimal128(precision @ ..=15, scale), Value::Decimal { unscaled, scale: s })
            if s == scale =>
        {
            Some(ScalarValue::Decimal128(
                Some(i128::from(*unscaled)),
                *precision,
                *scale,
            ))
        }
        _ => None,
    }
}

/// The files' statistics for a pruning predicate. The engine's own adapter ignores inexact bounds.
pub(super) struct Bounds<'a> {
    files: &'a [PartitionedFile],
    schema: &'a Schema,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(files: &'a [PartitionedFile], schema: &'a Schema) -> Bounds<'a> {
        Bounds { files, schema }
    }

    fn values(
        &self,
        column: &Column,
        pick: impl Fn(&ColumnStatistics) -> &Precision<ScalarValue>,
    ) -> Option<ArrayRef> {
        let (index, field) = self.schema.column_with_name(&column.name)?;
        let unknown = ScalarValue::try_from(field.data_type()).ok()?;
        let value = |file: &PartitionedFile| {
            let statistics = file.statistics.as_ref()?.column_statistics.get(index)?;
            pick(statistics).get_value().cloned()
        };
        ScalarValue::iter_to_array(
            self.files
                .iter()
                .map(|file| value(file).unwrap_or_else(|| unknown.clone())),
        )
        .ok()
    }

    fn counts(&self, pick: impl Fn(&Statistics) -> Option<usize>) -> Option<ArrayRef> {
        let count = |file: &PartitionedFile| pick(file.statistics.as_ref()?).map(|count| count as u64);
        Some(Arc::new(self.files.iter().map(count).collect::<UInt64Array>()))
    }
}

impl PruningStatistics for Bounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |statistics| &statistics.min_value)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |statistics| &statistics.max_value)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let index = self.schema.index_of(&column.name).ok()?;
        self.counts(|statistics| {
            statistics
                .column_statistics
                .get(index)?
                .null_count
                .get_value()
                .copied()
        })
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        self.counts(|statistics| statistics.num_rows.get_value().copied())
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
