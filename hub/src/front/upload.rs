//! A resumable upload as a gateway sees it.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Body, Caller, Problem, SubmitHead, Submitted};

/// Names one upload: `up_` and a version 7 UUID without dashes. Part of a file name, so nothing else is taken for one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId(String);

impl UploadId {
    #[expect(
        clippy::new_without_default,
        reason = "a new id is an act, not a value to fall back on"
    )]
    pub fn new() -> UploadId {
        UploadId(format!("up_{}", uuid::Uuid::now_v7().simple()))
    }

    pub fn parse(text: &str) -> Option<UploadId> {
        let digits = text.strip_prefix("up_")?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == 32 && digits.bytes().all(is_hex)).then(|| UploadId(text.to_owned()))
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UploadId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<UploadId, &'static str> {
        UploadId::parse(&text).ok_or("not an upload's id")
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.0
    }
}

/// How far an upload has come.
#[derive(Debug, Clone)]
pub struct UploadShown {
    pub id: UploadId,
    /// Bytes that are on the disk.
    pub offset: u64,
    pub length: u64,
    pub expires_at: DateTime<Utc>,
    pub fate: UploadFate,
}

#[derive(Debug, Clone)]
pub enum UploadFate {
    Receiving,
    Checking,
    /// What was answered when intake took it. One that waited for a signature then may be signed by now.
    Taken(Submitted),
    Failed(Problem),
}

/// Resumable uploads, as a gateway asks for them. Only who began an upload sees it.
#[async_trait]
pub trait Uploading: Send + Sync {
    /// Refused before the first byte if the submission would be refused for its feed, period or unit, or if the
    /// department has sent enough today. Counts as a submission; its pieces count as bytes when they come.
    async fn begin_upload(
        &self,
        caller: &Caller,
        head: SubmitHead,
        length: u64,
    ) -> Result<UploadShown, Problem>;
    /// `wait`: how long to wait for the verdict of a whole upload. Whoever asks for a whole upload that nobody checks
    /// has it checked.
    async fn upload(&self, caller: &Caller, id: &UploadId, wait: Duration) -> Result<UploadShown, Problem>;
    /// Appends at `offset`. The last piece has the file checked.
    async fn continue_upload(
        &self,
        caller: &Caller,
        id: &UploadId,
        offset: u64,
        body: Body,
    ) -> Result<UploadShown, Problem>;
    /// Forgets an upload and what came of it.
    async fn drop_upload(&self, caller: &Caller, id: &UploadId) -> Result<(), Problem>;
}
