//! Whether an arrival was here before. Not here: what makes its settling unique (the slot's lock, the registry, the lake).

use crate::act::Act;
use crate::arrival::Sender;
use crate::door::Admitted;
use crate::error::{ErrorKind, IntakeError};
use crate::intake::Inner;
use crate::receipt::Receipt;
use crate::settle::store_failed;
use crate::store::{Current, Intent};

/// What makes two arrivals the same.
pub(crate) struct Content<'a> {
    pub(crate) admitted: &'a Admitted,
    pub(crate) sender: &'a Sender,
    pub(crate) sha256: &'a str,
    pub(crate) zero: bool,
    pub(crate) act: &'a Act,
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
                && used.zero == content.zero
                && (used.receipt.as_ref()).is_none_or(|receipt| content.act.says_the_same(&receipt.act));
            // It may wait for a signature; then it is found there.
            if same && used.receipt.is_none() && self.waits_already(content).await?.is_some() {
                return Ok(None);
            }
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
        let same = |held: &&Current| {
            let same_bytes = held.sha256 == content.sha256 && held.zero == content.zero;
            same_bytes && content.act.says_the_same(&held.receipt.act)
        };
        let Some(current) = current.filter(same) else {
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

    /// The submission with this content that waits for a signature.
    pub(crate) async fn waits_already(&self, content: &Content<'_>) -> Result<Option<Intent>, IntakeError> {
        let slot = &content.admitted.slot;
        let waiting = self.store.waiting_intent(slot).await.map_err(store_failed)?;
        Ok(waiting.filter(|waiting| {
            waiting.report.sha256 == content.sha256
                && waiting.zero == content.zero
                && content.act.says_the_same(&waiting.act)
        }))
    }
}
