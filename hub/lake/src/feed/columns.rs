//! What the table looks like: its columns for Arrow and Delta, its properties, and the check of a table that exists.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType as ArrowType, Field, Schema, SchemaRef};
use deltalake::DeltaTable;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::kernel::{DataType, PrimitiveType, StructField};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::SaveMode;
use schemas::{PARTITION_COLUMNS, StorageColumn, StorageType};

use super::FeedTable;
use super::log::log_error;
use crate::error::LakeError;

/// Checkpoints are cheap and a look replays the log since the last one.
pub(super) const CHECKPOINT_INTERVAL: i64 = 20;

const PROPERTIES: [(&str, &str); 3] = [
    ("delta.checkpointInterval", "20"),
    // The past is time travel, kept as long as the contract says: that is the lake's own work, not a side effect of a
    // commit.
    ("delta.enableExpiredLogCleanup", "false"),
    // We write the statistics ourselves. Whoever else should ever write to the table writes none, so no bound of an L3
    // column gets into the log that way.
    ("delta.dataSkippingNumIndexedCols", "0"),
];

/// The Arrow schema of rows with these columns.
pub fn arrow_schema(columns: &[StorageColumn]) -> SchemaRef {
    let fields = columns
        .iter()
        .map(|column| Field::new(&column.name, arrow_type(column.kind), column.nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The columns that are in the files: a partition's values are in the log.
pub(super) fn file_columns(columns: &[StorageColumn]) -> impl Iterator<Item = &StorageColumn> {
    columns
        .iter()
        .filter(|column| !PARTITION_COLUMNS.contains(&column.name.as_str()))
}

fn arrow_type(kind: StorageType) -> ArrowType {
    match kind {
        StorageType::Utf8 => ArrowType::Utf8,
        StorageType::Decimal(precision, scale) => ArrowType::Decimal128(precision, scale),
        StorageType::Int64 => ArrowType::Int64,
        StorageType::Date => ArrowType::Date32,
        StorageType::Boolean => ArrowType::Boolean,
    }
}

fn delta_column(column: &StorageColumn) -> Result<StructField, LakeError> {
    let primitive = match column.kind {
        StorageType::Utf8 => PrimitiveType::String,
        StorageType::Decimal(precision, scale) => {
            let scale = u8::try_from(scale).map_err(|_| LakeError::Columns)?;
            PrimitiveType::decimal(precision, scale)
                .map_err(|e| LakeError::Columns.because("type a column", e))?
        }
        StorageType::Int64 => PrimitiveType::Long,
        StorageType::Date => PrimitiveType::Date,
        StorageType::Boolean => PrimitiveType::Boolean,
    };
    Ok(StructField::new(
        column.name.clone(),
        DataType::Primitive(primitive),
        column.nullable,
    ))
}

impl FeedTable {
    /// Makes the table's first version, or checks that the one that is there holds these columns.
    pub(super) async fn create_or_check(&self) -> Result<(), LakeError> {
        let _lane = self.0.shared.lane.lock().await;
        if self.log_entries(None).await?.is_empty() {
            self.create().await?;
        }
        self.check_columns(&self.newest().await?)
    }

    async fn create(&self) -> Result<(), LakeError> {
        let columns = self
            .0
            .columns
            .iter()
            .map(delta_column)
            .collect::<Result<Vec<_>, _>>()?;
        let properties =
            HashMap::from(PROPERTIES.map(|(key, value)| (key.to_owned(), Some(value.to_owned()))));
        // Ignore: another process may be first, or an earlier answer was lost. The check that follows decides.
        let created = CreateBuilder::new()
            .with_log_store(Arc::clone(&self.0.log_store))
            .with_save_mode(SaveMode::Ignore)
            .with_table_name(self.0.feed.as_str())
            .with_columns(columns)
            .with_partition_columns(PARTITION_COLUMNS)
            .with_configuration(properties)
            .with_commit_properties(
                CommitProperties::default()
                    .with_max_retries(0)
                    .with_create_checkpoint(false),
            )
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error) if self.log_entries(None).await?.is_empty() => {
                Err(log_error("make a feed table")(error))
            }
            Err(_) => Ok(()),
        }
    }

    /// Refuses what a plain Parquet reader could not read rightly, and columns without a contract field.
    pub(super) fn check_columns(&self, table: &DeltaTable) -> Result<(), LakeError> {
        let state = table.snapshot().map_err(log_error("read a feed table"))?;
        let protocol = state.protocol();
        // Reader version 1 means: no deletion vectors, no column mapping, nothing to know beyond Parquet.
        if protocol.min_reader_version() != 1 || protocol.reader_features().is_some_and(|f| !f.is_empty()) {
            return Err(LakeError::Feature);
        }
        if *state.metadata().partition_columns() != PARTITION_COLUMNS {
            return Err(LakeError::Columns);
        }
        let wanted = self
            .0
            .columns
            .iter()
            .map(delta_column)
            .collect::<Result<Vec<_>, _>>()?;
        let schema = state.schema();
        let same = schema.fields().count() == wanted.len()
            && schema.fields().zip(&wanted).all(|(stored, wanted)| {
                stored.name() == wanted.name()
                    && stored.data_type() == wanted.data_type()
                    && stored.is_nullable() == wanted.is_nullable()
            });
        if same { Ok(()) } else { Err(LakeError::Columns) }
    }
}
