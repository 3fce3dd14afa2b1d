//! The registry as `intake` sees it. Each method is one call into the file that does the work.

use async_trait::async_trait;
use intake::{
    Change, ChangesPage, Current, Filled, Finding, FindingsPage, Intent, KeyUse, Settlement, Slot, Standing,
    StoreError, SubmissionFilter, SubmissionRecord, SubmissionStore, Waiting,
};
use schemas::{DepartmentCode, SubmissionId};

use crate::intents::NotOpened;
use crate::open::Registry;
use crate::submissions::NotSettled;

impl From<NotOpened> for StoreError {
    fn from(not_opened: NotOpened) -> StoreError {
        match not_opened {
            NotOpened::KeyTaken => StoreError::KeyTaken,
            NotOpened::SlotMoved => StoreError::SlotMoved,
            NotOpened::Failed(error) => error.into(),
        }
    }
}

impl From<NotSettled> for StoreError {
    fn from(not_settled: NotSettled) -> StoreError {
        match not_settled {
            NotSettled::SlotMoved => StoreError::SlotMoved,
            NotSettled::Failed(error) => error.into(),
        }
    }
}

#[async_trait]
impl SubmissionStore for Registry {
    async fn current(&self, slot: &Slot) -> Result<Option<Current>, StoreError> {
        Ok(self.current_of(slot).await?)
    }

    async fn filled(&self, slot: &Slot, count_max: u32) -> Result<Vec<Filled>, StoreError> {
        Ok(self.filled_around(slot, count_max).await?)
    }

    async fn by_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
    ) -> Result<Option<KeyUse>, StoreError> {
        Ok(self.use_of_key(department, key).await?)
    }

    async fn put_intent(
        &self,
        intent: &Intent,
        findings: &[Finding],
        changes: &[Change],
    ) -> Result<(), StoreError> {
        self.open_new_intent(intent, findings, changes)
            .await
            .map_err(StoreError::from)
    }

    async fn put_idempotency_key(
        &self,
        department: &DepartmentCode,
        key: &str,
        submission: &SubmissionId,
    ) -> Result<(), StoreError> {
        self.bind_key(department, key, submission)
            .await
            .map_err(StoreError::from)
    }

    async fn hold(&self, intent: &Intent, entry: Option<u64>) -> Result<(), StoreError> {
        self.hold_intent(intent, entry).await.map_err(StoreError::from)
    }

    async fn release(&self, intent: &Intent) -> Result<(), StoreError> {
        self.release_intent(intent).await.map_err(StoreError::from)
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError> {
        Ok(self.intents_waiting().await?)
    }

    async fn waiting_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError> {
        Ok(self.intent_of(slot, true).await?)
    }

    async fn open_intents(&self) -> Result<Vec<Intent>, StoreError> {
        Ok(self.intents_left_open().await?)
    }

    async fn open_intent(&self, slot: &Slot) -> Result<Option<Intent>, StoreError> {
        Ok(self.intent_of(slot, false).await?)
    }

    async fn settle(&self, settlement: &Settlement) -> Result<(), StoreError> {
        self.write_settlement(settlement).await.map_err(StoreError::from)
    }

    async fn abort_intent(&self, submission: &SubmissionId, code: &str) -> Result<(), StoreError> {
        Ok(self.abort(submission, code).await?)
    }

    async fn standing(&self, submission: &SubmissionId) -> Result<Option<Standing>, StoreError> {
        Ok(self.standing_of(submission).await?)
    }

    async fn settled_by_entry(&self, entry: u64) -> Result<Option<SubmissionRecord>, StoreError> {
        Ok(self.record_by_entry(entry).await?)
    }

    async fn submissions(&self, filter: &SubmissionFilter) -> Result<Vec<SubmissionRecord>, StoreError> {
        Ok(self.records(filter).await?)
    }

    async fn findings(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<FindingsPage, StoreError> {
        Ok(self.findings_page(submission, after, count_max).await?)
    }

    async fn changes(
        &self,
        submission: &SubmissionId,
        after: u64,
        count_max: u32,
    ) -> Result<ChangesPage, StoreError> {
        Ok(self.changes_page(submission, after, count_max).await?)
    }
}
