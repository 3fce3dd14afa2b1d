//! Rows that broke a rule, on their way into the quarantine and out of it: an Arrow IPC stream, sealed as it is written.
//! Not here: who may read it (their provider only).

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::writer::StreamWriter;
use futures::StreamExt;
use lake::{Lake, LakeError, SealedWriter};
use schemas::{FeedId, SubmissionId};

use crate::error::IntakeError;
use crate::examine::lake_failed;
use crate::intake::Intake;

pub(crate) struct Quarantined<'a> {
    lake: &'a Lake,
    submission: &'a SubmissionId,
    feed: &'a FeedId,
    open: Option<Open>,
    rows: u64,
}

struct Open {
    ipc: StreamWriter<Vec<u8>>,
    sealed: SealedWriter,
}

impl<'a> Quarantined<'a> {
    pub(crate) fn new(lake: &'a Lake, submission: &'a SubmissionId, feed: &'a FeedId) -> Quarantined<'a> {
        Quarantined {
            lake,
            submission,
            feed,
            open: None,
            rows: 0,
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) async fn take(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let sealed = self.lake.quarantine().create(self.submission, self.feed).await?;
                let ipc = StreamWriter::try_new(Vec::new(), &batch.schema()).map_err(shape)?;
                self.open.insert(Open { ipc, sealed })
            }
        };
        open.ipc.write(batch).map_err(shape)?;
        let bytes = std::mem::take(open.ipc.get_mut());
        open.sealed.write(&bytes).await?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// The sealed object, complete but for its last act: nothing is visible before `finish` is called on it. `None` if
    /// there was no row.
    pub(crate) async fn end(self) -> Result<Option<SealedWriter>, LakeError> {
        let Some(Open { ipc, mut sealed }) = self.open else {
            return Ok(None);
        };
        let rest = ipc.into_inner().map_err(shape)?;
        sealed.write(&rest).await?;
        Ok(Some(sealed))
    }
}

/// Batches of one file that do not have one shape are the checker's mistake. Arrow's text may quote values.
fn shape(_: arrow::error::ArrowError) -> LakeError {
    tracing::error!("quarantined rows do not form one stream");
    LakeError::Rows
}

impl Intake {
    /// The refused rows of a submission in the order of its file, batch by batch until `take` says false. No rows is no
    /// error. Who may read them was asked before: their provider only.
    pub async fn refused_rows(
        &self,
        feed: &FeedId,
        submission: &SubmissionId,
        mut take: impl FnMut(&RecordBatch) -> bool + Send,
    ) -> Result<(), IntakeError> {
        let quarantine = self.0.lake.quarantine();
        let mut sealed = match quarantine.get(submission, feed).await {
            Ok(sealed) => sealed,
            Err(LakeError::NotFound) => return Ok(()),
            Err(error) => return Err(lake_failed(error)),
        };
        let mut decoder = StreamDecoder::new();
        while let Some(piece) = sealed.next().await {
            let mut piece = Buffer::from(piece.map_err(lake_failed)?);
            while !piece.is_empty() {
                let batch = decoder
                    .decode(&mut piece)
                    .map_err(|error| lake_failed(shape(error)))?;
                if batch.is_some_and(|batch| !take(&batch)) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
