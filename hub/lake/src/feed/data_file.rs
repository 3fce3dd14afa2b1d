//! One Parquet file being written: encoded on a blocking thread, streamed into the store, hashed and measured.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::{ParquetError, Result as Written};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use schemas::{StorageColumn, StorageType};

use super::bounds;
use super::constant::{self, Constant};
use super::sink::Sink;
use super::staged::StagedFile;
use crate::error::LakeError;

/// Rows of a row group at most; with wide rows memory ends it earlier.
const ROW_GROUP_ROWS_MAX: usize = 1_000_000;
/// The technical column that counts the file's records.
const ROW_NUMBER: &str = "_row_no";
/// Rows by which it is judged whether the texts of a column repeat.
const SAMPLE_ROWS: usize = 1024;

/// The columns of a file, and what is the same in all of its rows.
pub(super) struct FileShape<'a> {
    pub(super) schema: &'a SchemaRef,
    pub(super) columns: &'a [StorageColumn],
    /// By column name. The other columns come in batches.
    pub(super) constants: BTreeMap<String, Constant>,
}

pub(super) struct DataFile {
    writer: SerializedFileWriter<Sink>,
    encoders: ArrowRowGroupWriterFactory,
    /// The row group that is being filled.
    group: Option<Group>,
    schema: SchemaRef,
    columns: Vec<StorageColumn>,
    constants: BTreeMap<String, Constant>,
    path: String,
    county: Option<String>,
    rows: u64,
}

struct Group {
    /// One per column of the file; those of constants stay empty.
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
}

impl DataFile {
    /// `path` is relative to the table, `location` the same from the store's root. Rows like those of `first` follow.
    pub(super) fn create(
        store: Arc<dyn ObjectStore>,
        (path, location): (String, Path),
        county: Option<String>,
        shape: FileShape<'_>,
        first: &RecordBatch,
    ) -> Result<DataFile, LakeError> {
        let begun = ArrowWriter::try_new(
            Sink::new(store, location),
            Arc::clone(shape.schema),
            Some(properties(shape.columns, first)),
        );
        let (writer, encoders) = begun
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|e| LakeError::DataFile.or_full("begin a data file", e))?;
        Ok(DataFile {
            writer,
            encoders,
            group: None,
            schema: Arc::clone(shape.schema),
            columns: shape.columns.to_vec(),
            constants: shape.constants,
            path,
            county,
            rows: 0,
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.encode(batch)
            .map_err(|e| LakeError::DataFile.or_full("write a data file", e))
    }

    fn encode(&mut self, batch: &RecordBatch) -> Written<()> {
        let full = |group: &Group| group.rows + batch.num_rows() > ROW_GROUP_ROWS_MAX;
        if self.group.as_ref().is_some_and(full) {
            self.close_group()?;
        }
        let group = match self.group.take() {
            Some(group) => group,
            None => Group {
                columns: self
                    .encoders
                    .create_column_writers(self.writer.flushed_row_groups().len())?,
                rows: 0,
            },
        };
        let group = self.group.insert(group);
        for (field, writer) in self.schema.fields().iter().zip(&mut group.columns) {
            if self.constants.contains_key(field.name()) {
                continue;
            }
            let array = batch
                .column_by_name(field.name())
                .ok_or_else(|| ParquetError::General("a batch lacks a column".to_owned()))?;
            for leaf in compute_leaves(field, array)? {
                writer.write(&leaf)?;
            }
        }
        group.rows += batch.num_rows();
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Bytes in memory that [`DataFile::end_row_group`] would let go.
    pub(super) fn held_bytes(&self) -> usize {
        let columns = self.group.iter().flat_map(|group| &group.columns);
        columns.map(ArrowColumnWriter::memory_size).sum()
    }

    /// Bytes already encoded.
    pub(super) fn written_bytes(&self) -> usize {
        self.writer.bytes_written()
    }

    pub(super) fn end_row_group(&mut self) -> Result<(), LakeError> {
        self.close_group()
            .map_err(|e| LakeError::DataFile.or_full("end a row group", e))
    }

    fn close_group(&mut self) -> Written<()> {
        let Some(group) = self.group.take() else {
            return Ok(());
        };
        let described = self.writer.schema_descr().columns().to_vec();
        let mut row_group = self.writer.next_row_group()?;
        for (column, encoded) in described.iter().zip(group.columns) {
            match self.constants.get(column.name()) {
                None => encoded.close()?.append_to_row_group(&mut row_group)?,
                Some(value) => {
                    let (bytes, close) = constant::chunk(column, value, group.rows)?;
                    row_group.append_column(&bytes, close)?;
                }
            }
        }
        row_group.close().map(drop)
    }

    /// Completes the file; it is durable when this returns, and part of the table only after a commit.
    pub(super) fn finish(mut self) -> Result<StagedFile, LakeError> {
        let footer = self
            .close_group()
            .and_then(|()| self.writer.finish())
            .map_err(|e| LakeError::DataFile.or_full("end a data file", e))?;
        let stored = self.writer.inner_mut().finish()?;
        Ok(StagedFile {
            path: self.path,
            size_bytes: stored.bytes,
            rows: self.rows,
            sha256: stored.sha256,
            county: self.county,
            statistics: bounds::statistics(&footer, &self.columns),
        })
    }
}

/// Parquet keeps minima and maxima too, per row group and page. For columns that may have no statistics they are
/// switched off here as they are in the log: a footer is as readable as a log entry. The log's bounds are made of
/// those of the footer, so there they are whole.
fn properties(columns: &[StorageColumn], first: &RecordBatch) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("taxhub ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_statistics_truncate_length(None);
    for column in columns.iter().filter(|column| !column.statistics || column.token) {
        let path = ColumnPath::from(column.name.as_str());
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    for column in columns.iter().filter(|column| !repeats(column, first)) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name.as_str()), false);
    }
    // Row numbers only ever count up.
    let counter = ColumnPath::from(ROW_NUMBER);
    properties
        .set_column_dictionary_enabled(counter.clone(), false)
        .set_column_encoding(counter, Encoding::DELTA_BINARY_PACKED)
        .build()
}

/// A dictionary learns every value that it has not seen. Where values hardly ever repeat, as tokens and amounts, that
/// costs more than all the rest of writing them; of other texts the first rows tell.
fn repeats(column: &StorageColumn, first: &RecordBatch) -> bool {
    match column.kind {
        StorageType::Decimal(..) => false,
        StorageType::Utf8 if column.token => false,
        StorageType::Utf8 => {
            let texts = first.column_by_name(&column.name);
            let texts = texts.and_then(|texts| texts.as_string_opt::<i32>());
            texts.is_none_or(|texts| {
                let sample = texts.slice(0, texts.len().min(SAMPLE_ROWS));
                let different: HashSet<&str> = sample.iter().flatten().collect();
                different.len() * 2 <= sample.len() - sample.null_count() || sample.len() < 16
            })
        }
        _ => true,
    }
}
