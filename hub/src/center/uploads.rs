//! Resumable uploads: who may, and the way of a whole body into intake. The receipt waits with the upload for whoever
//! asks, because the sender's connection may be gone by then.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use futures::StreamExt;
use tokio::io::BufReader;

use super::Center;
use super::submissions::{problem, subject, submitted};
use crate::front::{Body, Caller, Problem, SubmitHead, UploadFate, UploadId, UploadShown, Uploading};
use crate::uploads::{Owner, Record, State, Upload};

const READ_BYTES: usize = 256 << 10;

#[async_trait]
impl Uploading for Center {
    async fn begin_upload(
        &self,
        caller: &Caller,
        head: SubmitHead,
        length: u64,
    ) -> Result<UploadShown, Problem> {
        let subject = self.may_submit(caller, &head).await?;
        let arrival = self.arrival(caller, head.clone(), nothing()).await?;
        self.intake.admits(&arrival).map_err(|error| problem(&error))?;
        let now = Utc::now();
        let id = UploadId::new();
        // The same upload is never two submissions, however often its end is tried.
        let key = head
            .idempotency_key
            .clone()
            .unwrap_or_else(|| format!("upload:{id}"));
        let record = Record {
            id,
            owner: owner(caller),
            head: SubmitHead {
                idempotency_key: Some(key),
                ..head
            },
            length,
            expires_at: self.uploads.expiry(now),
            taken: None,
        };
        let upload = self.uploads.begin(record, now)?;
        if let Err(refused) = self.count_submission(caller, &subject).await {
            self.uploads.remove(&upload)?;
            return Err(refused);
        }
        if upload.is_whole() {
            self.check_upload(caller, &upload).await?;
        }
        Ok(shown(&upload))
    }

    async fn upload(&self, caller: &Caller, id: &UploadId, wait: Duration) -> Result<UploadShown, Problem> {
        let upload = self.uploads.find(id, &owner(caller), Utc::now())?;
        // A restart may have come between the last byte and the check.
        if upload.is_whole() && matches!(upload.state(), State::Receiving) {
            self.check_upload(caller, &upload).await?;
        }
        upload.wait(wait).await;
        Ok(shown(&upload))
    }

    async fn continue_upload(
        &self,
        caller: &Caller,
        id: &UploadId,
        offset: u64,
        body: Body,
    ) -> Result<UploadShown, Problem> {
        let upload = self.uploads.find(id, &owner(caller), Utc::now())?;
        let subject = subject(&upload.record.head);
        let counted = self.count_piece(caller, &subject).await?;
        let appended = self.uploads.append(&upload, offset, counted.through(body)).await;
        self.count_bytes(caller, &subject, &counted).await?;
        appended?;
        if upload.is_whole() {
            self.check_upload(caller, &upload).await?;
        }
        Ok(shown(&upload))
    }

    async fn drop_upload(&self, caller: &Caller, id: &UploadId) -> Result<(), Problem> {
        let upload = self.uploads.find(id, &owner(caller), Utc::now())?;
        self.uploads.remove(&upload)
    }
}

impl Center {
    /// Hands a whole body to intake, once. The policy is asked again: rights may have changed since the first byte.
    async fn check_upload(&self, caller: &Caller, upload: &Arc<Upload>) -> Result<(), Problem> {
        let head = upload.record.head.clone();
        self.may_submit(caller, &head).await?;
        let mut arrival = self.arrival(caller, head, nothing()).await?;
        // From here on nothing waits: a sender who hangs up must not leave an upload that nobody checks.
        if !upload.take_up() {
            return Ok(());
        }
        match self.uploads.body(upload) {
            Ok(body) => arrival.body = intake::Body::bytes(BufReader::with_capacity(READ_BYTES, body)),
            Err(problem) => {
                self.uploads.ended(upload, Err(problem.clone()));
                return Err(problem);
            }
        }
        let (intake, uploads, metrics) = (self.intake.clone(), Arc::clone(&self.uploads), self.metrics());
        let upload = Arc::clone(upload);
        tokio::spawn(async move {
            let received = intake.receive(arrival).await;
            let outcome = received.map_err(|error| problem(&error)).and_then(submitted);
            if let Ok(submitted) = &outcome {
                metrics.submission(submitted);
            }
            uploads.ended(&upload, outcome);
        });
        Ok(())
    }
}

/// The body of what is not read yet.
fn nothing() -> Body {
    futures::stream::empty().boxed()
}

fn owner(caller: &Caller) -> Owner {
    let principal = caller.signed_in.principal();
    Owner {
        person: principal.person().to_owned(),
        department: principal.department().clone(),
    }
}

fn shown(upload: &Upload) -> UploadShown {
    UploadShown {
        id: upload.record.id.clone(),
        offset: upload.offset(),
        length: upload.record.length,
        expires_at: upload.record.expires_at,
        fate: match upload.state() {
            State::Receiving => UploadFate::Receiving,
            State::Checking => UploadFate::Checking,
            State::Taken(submitted) => UploadFate::Taken(submitted),
            State::Failed(problem) => UploadFate::Failed(problem),
        },
    }
}
