//! Cancel requests: they come on a connection of their own, and prove by a secret key which query they mean.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

type Key = (i32, Bytes);

/// All connections that can be asked to cancel.
#[derive(Default)]
pub(super) struct Cancels {
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
}

/// The query that runs now, if any.
#[derive(Default)]
struct Slot(Mutex<CancellationToken>);

/// A connection's place among them; dropped with the connection.
pub(super) struct CancelPlace {
    key: Key,
    slot: Arc<Slot>,
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
}

impl Cancels {
    pub(super) fn register(&self, pid: i32, secret: Bytes) -> CancelPlace {
        let (key, slot) = ((pid, secret), Arc::new(Slot::default()));
        lock(&self.slots).insert(key.clone(), Arc::clone(&slot));
        CancelPlace {
            key,
            slot,
            slots: Arc::clone(&self.slots),
        }
    }

    /// Cancels what the connection with this key is doing. Nobody learns whether there was one.
    pub(super) fn cancel(&self, pid: i32, secret: Bytes) {
        let slot = lock(&self.slots).get(&(pid, secret)).cloned();
        if let Some(slot) = slot {
            lock(&slot.0).cancel();
        }
    }
}

impl CancelPlace {
    /// A token for the query that begins now. Requests that came before it do not count.
    pub(super) fn begin(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *lock(&self.slot.0) = token.clone();
        token
    }
}

impl Drop for CancelPlace {
    fn drop(&mut self) {
        lock(&self.slots).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
