//! One file on its way in: what it claims to be, and its bytes.

use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use intake::Act;
use schemas::{FeedId, RegionCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes as they arrive. Nothing before the spool holds more than one piece of them.
pub type Body = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// What a submission says about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubmitHead {
    pub feed: FeedId,
    /// As the sender wrote it; the contract says how to read it.
    pub period: String,
    pub unit: RegionCode,
    /// What it does to what is there.
    pub act: Act,
    pub file_name: Option<String>,
    /// Two submissions of one department with the same key are one submission.
    pub idempotency_key: Option<String>,
    /// There is nothing to report, and the body is empty.
    pub zero: bool,
}

/// A submission that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Submitted {
    /// The signed receipt; of one that waits for a signature, what is known of it.
    pub receipt: Value,
    /// The receipt was issued earlier, for the same file or the same key.
    pub repeated: bool,
    /// A colleague has to sign before anything of it is visible.
    pub waits: bool,
}
