//! A store that remembers what it was asked, by method.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;

pub(super) struct Traced {
    inner: MemoryAccounts,
    asked: Mutex<Vec<&'static str>>,
}

impl Traced {
    pub(super) fn new(inner: MemoryAccounts) -> Traced {
        Traced {
            inner,
            asked: Mutex::default(),
        }
    }

    /// What was asked since the last time.
    pub(super) fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn note(&self, method: &'static str) -> &MemoryAccounts {
        self.asked.lock().unwrap().push(method);
        &self.inner
    }
}

#[async_trait]
impl AccountStore for Traced {
    async fn account_by_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.note("account_by_name").account_by_name(name).await
    }
    async fn account_by_id(&self, id: &str) -> Result<Option<Account>, StoreError> {
        self.note("account_by_id").account_by_id(id).await
    }
    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.note("accounts").accounts().await
    }
    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        self.note("put_account").put_account(account).await
    }
    async fn put_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        self.note("put_token").put_token(token).await
    }
    async fn token_by_id(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.note("token_by_id").token_by_id(id).await
    }
    async fn current_access_token(&self, account_id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.note("current_access_token")
            .current_access_token(account_id)
            .await
    }
    async fn revoke_token(&self, id: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.note("revoke_token").revoke_token(id, at).await
    }
    async fn revoke_tokens_of(&self, account_id: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        self.note("revoke_tokens_of")
            .revoke_tokens_of(account_id, at)
            .await
    }
    async fn failures(&self, key: &str) -> Result<Failures, StoreError> {
        self.note("failures").failures(key).await
    }
    async fn touch_failure(&self, key: &str, at: DateTime<Utc>) -> Result<Failures, StoreError> {
        self.note("touch_failure").touch_failure(key, at).await
    }
    async fn clear_failures(&self, key: &str) -> Result<(), StoreError> {
        self.note("clear_failures").clear_failures(key).await
    }
}
