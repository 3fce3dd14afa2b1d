//! One lock per slot, so that two senders of one slot are served one after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use crate::slot::Slot;

/// Holds as many locks as there are slots being worked on, not as many as there ever were.
#[derive(Debug, Default)]
pub(crate) struct SlotLocks {
    locks: Mutex<HashMap<Slot, Weak<tokio::sync::Mutex<()>>>>,
}

impl SlotLocks {
    /// Waits in order of arrival.
    pub(crate) async fn lock(&self, slot: &Slot) -> OwnedMutexGuard<()> {
        self.of(slot).lock_owned().await
    }

    fn of(&self, slot: &Slot) -> Arc<tokio::sync::Mutex<()>> {
        // A panic while the map was held cannot leave it half-changed: both operations are single calls.
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(slot).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        locks.insert(slot.clone(), Arc::downgrade(&lock));
        lock
    }
}
