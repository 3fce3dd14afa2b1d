//! Files of a snapshot: which of them a scope leaves, and each as a file of the scan.

use std::sync::Arc;

use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics, plan_datafusion_err, plan_err};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use lake::{FileEntry, Snapshot, Value};
use object_store::ObjectMeta;
use object_store::path::Path;
use schemas::PARTITION_COLUMNS;

use super::bounds::believed;
use super::{FileScope, ScopeColumn};

/// Columns by which `lake` splits the rows of a partition into files; `FileEntry::county` is theirs.
const COUNTY: &str = "county_code";

/// What a scope leaves of a snapshot.
pub(super) struct Kept<'a> {
    pub entries: Vec<&'a FileEntry>,
    pub released_only: bool,
    /// Rows of the files that are left, if they are known to be the released ones whatever else the table holds.
    pub released_rows: Option<u64>,
}

/// Drops files without a released row, and tells whether the rest holds nothing else.
pub(super) fn within<'a>(snapshot: &'a Snapshot, scope: &FileScope) -> Kept<'a> {
    let columns = match scope {
        FileScope::All => {
            let released_rows = snapshot.files.iter().map(|file| file.rows).sum();
            return Kept {
                entries: snapshot.files.iter().collect(),
                released_only: true,
                released_rows: Some(released_rows),
            };
        }
        FileScope::Unknown => {
            return Kept {
                entries: snapshot.files.iter().collect(),
                released_only: false,
                released_rows: None,
            };
        }
        FileScope::Columns(columns) => columns,
    };
    // A count of rows shows in plans, so it must not move with a hidden row. `lake` never puts rows of two counties into
    // one file, so the files of a county hold its rows and no hidden row changes which files those are. For any other
    // column, one hidden row among released ones would take their file out of the count.
    let split = columns
        .iter()
        .all(|scope| scope.column == COUNTY || PARTITION_COLUMNS.contains(&scope.column.as_str()));
    let mut rows = 0_u64;
    let mut kept = Kept {
        entries: vec![],
        released_only: true,
        released_rows: None,
    };
    for entry in &snapshot.files {
        let holds: Vec<Holds> = columns.iter().map(|column| holds(entry, column)).collect();
        if holds.contains(&Holds::None) {
            continue;
        }
        kept.entries.push(entry);
        if holds.iter().all(|holds| *holds == Holds::Only) {
            rows = rows.saturating_add(entry.rows);
        } else {
            kept.released_only = false;
        }
    }
    kept.released_rows = (split && kept.released_only).then_some(rows);
    kept
}

/// Does a file hold released rows?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    None,
    Only,
    Perhaps,
}

fn holds(entry: &FileEntry, scope: &ScopeColumn) -> Holds {
    let told = |value: &str| {
        if scope.values.iter().any(|released| released == value) {
            Holds::Only
        } else {
            Holds::None
        }
    };
    if let Some(value) = entry.partition.get(&scope.column) {
        // A NULL is in no list.
        return value.as_deref().map_or(Holds::None, told);
    }
    if scope.column == COUNTY
        && let Some(county) = &entry.county
    {
        return told(county);
    }
    match entry.bounds.get(&scope.column) {
        Some(bounds) if bounds.nulls == Some(entry.rows) => Holds::None,
        Some(bounds) if bounds.exact && bounds.nulls == Some(0) => match (&bounds.min, &bounds.max) {
            (Some(Value::Utf8(min)), Some(Value::Utf8(max))) if min == max => told(min),
            _ => Holds::Perhaps,
        },
        _ => Holds::Perhaps,
    }
}

/// One file for the scan, with its partition values and what may be believed about its columns.
pub(super) fn scan_file(
    snapshot: &Snapshot,
    schema: &TableSchema,
    entry: &FileEntry,
) -> Result<PartitionedFile> {
    let location = Path::parse(&entry.path).map_err(object_store::Error::from)?;
    let root = Path::parse(&snapshot.root).map_err(object_store::Error::from)?;
    if !location.prefix_matches(&root) {
        return plan_err!("a file lies outside of its table");
    }
    let rows = usize::try_from(entry.rows)
        .map(Precision::Exact)
        .unwrap_or(Precision::Absent);
    let mut column_statistics = Vec::new();
    for field in schema.file_schema().fields() {
        let column = snapshot
            .columns
            .iter()
            .find(|column| column.name == *field.name());
        let known = entry
            .bounds
            .get(field.name())
            .filter(|_| column.is_some_and(|column| column.statistics));
        column_statistics
            .push(known.map_or_else(ColumnStatistics::new_unknown, |known| believed(field, known)));
    }
    let mut partition_values = Vec::new();
    for field in schema.table_partition_cols() {
        let value = entry
            .partition
            .get(field.name())
            .ok_or_else(|| plan_datafusion_err!("a partition value is missing"))?;
        // Not by `PartitionedFile::with_statistics`: it believes that partition values are never NULL.
        column_statistics.push(match value {
            None => ColumnStatistics {
                null_count: rows,
                ..ColumnStatistics::new_unknown()
            },
            Some(text) => {
                let value = ScalarValue::Utf8View(Some(text.clone()));
                ColumnStatistics {
                    null_count: Precision::Exact(0),
                    min_value: Precision::Exact(value.clone()),
                    max_value: Precision::Exact(value),
                    ..ColumnStatistics::new_unknown()
                }
            }
        });
        partition_values.push(ScalarValue::Utf8View(value.clone()));
    }
    let meta = ObjectMeta {
        location,
        last_modified: chrono::DateTime::UNIX_EPOCH, // data files never change
        size: entry.size_bytes,
        e_tag: None,
        version: None,
    };
    let mut file = PartitionedFile::new_from_meta(meta).with_partition_values(partition_values);
    let total_byte_size = usize::try_from(entry.size_bytes)
        .map(Precision::Inexact)
        .unwrap_or(Precision::Absent);
    file.statistics = Some(Arc::new(Statistics {
        num_rows: rows,
        total_byte_size,
        column_statistics,
    }));
    Ok(file)
}
