//! The columns of a Parquet file: structures taken apart, texts as views.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, make_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};

/// Levels of structures in structures.
const DEPTH_MAX: usize = 8;

/// The same fields with texts as views: a long one that is repeated takes its place once.
pub(super) fn views(fields: &Fields) -> Fields {
    let view = |field: &Arc<Field>| {
        let kind = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            DataType::Struct(fields) => DataType::Struct(views(fields)),
            other => other.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(kind))
    };
    fields.iter().map(view).collect()
}

/// Names of the columns; a structure is its fields, `外/内`.
pub(super) fn titles(fields: &Fields) -> Vec<String> {
    fn add(fields: &Fields, prefix: &str, depth: usize, titles: &mut Vec<String>) {
        for field in fields {
            let title = format!("{prefix}{}", field.name().trim());
            match field.data_type() {
                DataType::Struct(inner) if depth < DEPTH_MAX => {
                    add(inner, &format!("{title}/"), depth + 1, titles);
                }
                _ => titles.push(title),
            }
        }
    }
    let mut titles = Vec::new();
    add(fields, "", 0, &mut titles);
    titles
}

/// The arrays of the columns, in the order of `titles`. Where a structure is null, so are its fields.
pub(super) fn flat(batch: &RecordBatch) -> Option<Vec<ArrayRef>> {
    fn add(
        array: &ArrayRef,
        outer: Option<&NullBuffer>,
        depth: usize,
        flat: &mut Vec<ArrayRef>,
    ) -> Option<()> {
        let nulls = NullBuffer::union(outer, array.nulls());
        match array.as_struct_opt() {
            Some(structure) if depth < DEPTH_MAX => {
                for inner in structure.columns() {
                    add(inner, nulls.as_ref(), depth + 1, flat)?;
                }
            }
            _ if outer.is_none() => flat.push(Arc::clone(array)),
            _ => {
                let masked = array.to_data().into_builder().nulls(nulls).build().ok()?;
                flat.push(make_array(masked));
            }
        }
        Some(())
    }
    let mut arrays = Vec::new();
    for array in batch.columns() {
        add(array, None, 0, &mut arrays)?;
    }
    Some(arrays)
}
