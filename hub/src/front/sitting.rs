//! What a connection keeps between its questions about what there is: the entry that covers them, and what its person may
//! know. A request over HTTP is a sitting of its own.

use std::sync::Arc;

use engine::{Covering, Shown};
use schemas::PurposeCode;
use tokio::sync::{Mutex, MutexGuard};

/// Shared by all requests of one connection.
#[derive(Clone, Default)]
pub struct Sitting(Arc<Mutex<Kept>>);

#[derive(Default)]
pub(crate) struct Kept {
    /// With the purpose it was opened for.
    pub(crate) covering: Option<(Option<PurposeCode>, Arc<Covering>)>,
    pub(crate) shown: Option<(ShownAt, Arc<Shown>)>,
}

/// When a catalogue was made: for which purpose, at which epoch of the agreements, in which hour. Agreements begin and end
/// at midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownAt {
    pub(crate) purpose: Option<PurposeCode>,
    pub(crate) epoch: u64,
    pub(crate) hour: i64,
}

impl Sitting {
    pub(crate) async fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().await
    }
}
