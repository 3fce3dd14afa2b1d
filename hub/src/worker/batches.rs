//! Pieces of an Arrow stream from a worker, put together into batches. The bytes come from a process that may have been
//! taken over, so offsets and lengths are validated while decoding.

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::{StreamDecoder, StreamReader};

use super::Lost;

#[derive(Default)]
pub(super) struct Batches {
    decoder: StreamDecoder,
    schema: Option<SchemaRef>,
}

impl Batches {
    /// Batches that are complete with this piece.
    pub(super) fn push(&mut self, piece: Vec<u8>) -> Result<Vec<RecordBatch>, Lost> {
        // The decoder looks at a message without a body only when the next one begins, but a query must be known to
        // run, and be cut if need be, before its first row.
        if self.schema.is_none() {
            self.schema = StreamReader::try_new(piece.as_slice(), None)
                .ok()
                .map(|reader| reader.schema());
        }
        let mut buffer = Buffer::from_vec(piece);
        let mut complete = Vec::new();
        while !buffer.is_empty() {
            let decoded = self.decoder.decode(&mut buffer).map_err(|error| {
                tracing::error!(%error, "a worker sent rows that cannot be read");
                Lost::Garbled
            })?;
            complete.extend(decoded);
        }
        Ok(complete)
    }

    /// Known once the first piece is complete.
    pub(super) fn schema(&self) -> Option<SchemaRef> {
        self.schema.clone().or_else(|| self.decoder.schema())
    }
}
