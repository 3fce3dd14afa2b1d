//! One Parquet file being written: encoded on a blocking thread, streamed into the store, hashed and measured.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use schemas::{StorageColumn, StorageType};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;

use super::bounds::Collector;
use super::stage::StagedFile;
use crate::error::LakeError;

/// Rows of a row group at most; with wide rows memory ends it earlier.
const ROW_GROUP_ROWS_MAX: usize = 1_000_000;
/// The technical column that counts the file's records.
const ROW_NUMBER: &str = "_row_no";
/// Bytes handed to the store at once.
const PIECE_BYTES: usize = 1024 * 1024;

pub(super) struct DataFile {
    writer: ArrowWriter<Sink>,
    bounds: Collector,
    path: String,
    county: Option<String>,
    rows: u64,
}

impl DataFile {
    /// `path` is relative to the table, `location` the same from the store's root.
    pub(super) fn create(
        store: Arc<dyn ObjectStore>,
        (path, location): (String, Path),
        county: Option<String>,
        (schema, columns): (&SchemaRef, &[StorageColumn]),
    ) -> Result<DataFile, LakeError> {
        let sink = Sink {
            out: BufWriter::new(store, location),
            runtime: Handle::current(),
            held: Vec::with_capacity(PIECE_BYTES),
            hash: Sha256::new(),
            bytes: 0,
        };
        let writer = ArrowWriter::try_new(sink, Arc::clone(schema), Some(properties(columns)));
        let writer = writer.map_err(|e| LakeError::DataFile.or_full("begin a data file", e))?;
        Ok(DataFile {
            writer,
            bounds: Collector::new(columns),
            path,
            county,
            rows: 0,
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.bounds.add(batch);
        self.rows += batch.num_rows() as u64;
        self.writer
            .write(batch)
            .map_err(|e| LakeError::DataFile.or_full("write a data file", e))
    }

    /// Bytes in memory that [`DataFile::end_row_group`] would let go.
    pub(super) fn held_bytes(&self) -> usize {
        self.writer.memory_size()
    }

    /// Bytes already encoded.
    pub(super) fn written_bytes(&self) -> usize {
        self.writer.bytes_written()
    }

    pub(super) fn end_row_group(&mut self) -> Result<(), LakeError> {
        self.writer
            .flush()
            .map_err(|e| LakeError::DataFile.or_full("end a row group", e))
    }

    /// Completes the file; it is durable when this returns, and part of the table only after a commit.
    pub(super) fn finish(self) -> Result<StagedFile, LakeError> {
        let mut sink = self
            .writer
            .into_inner()
            .map_err(|e| LakeError::DataFile.or_full("end a data file", e))?;
        sink.hand_over()
            .map_err(|e| LakeError::DataFile.or_full("end a data file", e))?;
        let runtime = sink.runtime.clone();
        let finished = runtime.block_on(sink.out.shutdown());
        finished.map_err(|e| LakeError::Storage.or_full("finish a data file", e))?;
        Ok(StagedFile {
            path: self.path,
            size_bytes: sink.bytes,
            rows: self.rows,
            sha256: hex::encode(sink.hash.finalize()),
            county: self.county,
            statistics: self.bounds.statistics(),
        })
    }
}

/// Parquet keeps minima and maxima too, per row group and page. For columns that may have no statistics they are
/// switched off here as they are in the log: a footer is as readable as a log entry.
fn properties(columns: &[StorageColumn]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("taxhub ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX));
    for column in columns.iter().filter(|column| !column.statistics || column.token) {
        let path = ColumnPath::from(column.name.as_str());
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    // Tokens and amounts hardly ever repeat: a dictionary would learn each of them for nothing, which costs more than
    // all the rest of writing them.
    let unrepeated =
        |column: &&StorageColumn| column.token || matches!(column.kind, StorageType::Decimal(..));
    for column in columns.iter().filter(unrepeated) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column.name.as_str()), false);
    }
    // Row numbers only ever count up.
    let counter = ColumnPath::from(ROW_NUMBER);
    properties
        .set_column_dictionary_enabled(counter.clone(), false)
        .set_column_encoding(counter, Encoding::DELTA_BINARY_PACKED)
        .build()
}

/// Where the encoder writes. It runs on a blocking thread, so waiting for the store there is allowed.
struct Sink {
    out: BufWriter,
    runtime: Handle,
    held: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

impl Sink {
    fn hand_over(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.held, Vec::with_capacity(PIECE_BYTES)));
        self.hash.update(&piece);
        self.bytes += piece.len() as u64;
        self.runtime
            .block_on(self.out.put(piece))
            .map_err(io::Error::other)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE_BYTES {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    /// The encoder flushes after every page; small writes to the store would gain nothing.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
