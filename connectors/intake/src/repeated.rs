//! Whether an arrival was here before. Not here: what makes its settling unique (the slot's lock, the registry, the lake).

use crate::arrival::Sender;
use crate::door::Admitted;
use crate::error::{ErrorKind, IntakeError};
use crate::intake::Inner;
use crate::receipt::Receipt;
use crate::settle::store_failed;
use crate::store::Current;

/// What makes two arrivals the same.
pub(crate) struct Content<'a> {
    pub(crate) admitted: &'a Admitted,
    pub(crate) sender: &'a Sender,
    pub(crate) sha256: &'a str,
    pub(crate) zero: bool,
}

impl Inner {
    /// The receipt that this content has already. A re-sent file is the same submission only while its slot still holds
    /// it: after A, B, A the department means A again. An idempotency key means the same submission for ever.
    pub(crate) async fn same_as_before(
        &self,
        content: &Content<'_>,
        key: Option<&str>,
        current: Option<&Current>,
    ) -> Result<Option<Receipt>, IntakeError> {
        let department = &content.sender.department;
        if let Some(key) = key
            && let Some(used) = self
                .store
                .by_idempotency_key(department, key)
                .await
                .map_err(store_failed)?
        {
            let same = used.slot == content.admitted.slot
                && used.sha256 == content.sha256
                && used.zero == content.zero;
            return match (same, used.receipt) {
                (true, Some(receipt)) => Ok(Some(receipt)),
                (true, None) => {
                    Err(IntakeError::new(ErrorKind::Pending, "intake.pending").of(&used.submission))
                }
                (false, _) => Err(IntakeError::new(
                    ErrorKind::Conflict,
                    "intake.idempotency_conflict",
                )),
            };
        }
        let Some(current) = current.filter(|held| held.sha256 == content.sha256 && held.zero == content.zero)
        else {
            return Ok(None);
        };
        if let Some(key) = key {
            // The key now stands for this receipt, also when the slot has moved on.
            self.store
                .put_idempotency_key(department, key, &current.submission)
                .await
                .map_err(store_failed)?;
        }
        Ok(Some(current.receipt.clone()))
    }
}
