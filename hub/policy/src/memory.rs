//! Stores that live in memory, for tests of this and other crates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use schemas::{DepartmentCode, PurposeCode, ViewName};

use crate::agreements::{Agreement, AgreementState, AgreementStore};
use crate::error::StoreError;
use crate::identity::{Account, AccountStore, Failures, StoredToken, TokenKind};
use crate::keys::{KeyBalance, KeyCharge};
use crate::role::Role;

/// Accounts, tokens and failed attempts.
#[derive(Debug, Default)]
pub struct MemoryAccounts {
    inner: Mutex<AccountsInner>,
}

#[derive(Debug, Default)]
struct AccountsInner {
    accounts: BTreeMap<String, Account>,
    tokens: BTreeMap<String, StoredToken>,
    failures: BTreeMap<String, Failures>,
}

impl MemoryAccounts {
    pub fn new() -> MemoryAccounts {
        MemoryAccounts::default()
    }

    fn lock(&self) -> MutexGuard<'_, AccountsInner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AccountStore for MemoryAccounts {
    async fn account_by_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        Ok(self
            .lock()
            .accounts
            .values()
            .find(|account| account.name == name)
            .cloned())
    }

    async fn account_by_id(&self, id: &str) -> Result<Option<Account>, StoreError> {
        Ok(self.lock().accounts.get(id).cloned())
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut accounts: Vec<Account> = self.lock().accounts.values().cloned().collect();
        accounts.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(accounts)
    }

    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if inner
            .accounts
            .values()
            .any(|other| other.name == account.name && other.id != account.id)
        {
            return Err(StoreError::Conflict("the name is taken"));
        }
        inner.accounts.insert(account.id.clone(), account.clone());
        Ok(())
    }

    async fn put_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if inner.tokens.contains_key(&token.id) {
            return Err(StoreError::Conflict("the token exists"));
        }
        if token.kind == TokenKind::Access {
            for other in inner.tokens.values_mut() {
                if other.account_id == token.account_id && other.kind == TokenKind::Access {
                    other.revoked_at.get_or_insert(token.issued_at);
                }
            }
        }
        inner.tokens.insert(token.id.clone(), token.clone());
        Ok(())
    }

    async fn token_by_id(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        Ok(self.lock().tokens.get(id).cloned())
    }

    async fn current_access_token(&self, account_id: &str) -> Result<Option<StoredToken>, StoreError> {
        let inner = self.lock();
        let mine = inner.tokens.values().filter(|token| {
            token.account_id == account_id && token.kind == TokenKind::Access && token.revoked_at.is_none()
        });
        Ok(mine.max_by_key(|token| token.issued_at).cloned())
    }

    async fn revoke_token(&self, id: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut inner = self.lock();
        let Some(token) = inner.tokens.get_mut(id) else {
            return Ok(false);
        };
        let first = token.revoked_at.is_none();
        token.revoked_at.get_or_insert(at);
        Ok(first)
    }

    async fn revoke_tokens_of(&self, account_id: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut revoked = 0;
        for token in self.lock().tokens.values_mut() {
            if token.account_id == account_id && token.revoked_at.is_none() {
                token.revoked_at = Some(at);
                revoked += 1;
            }
        }
        Ok(revoked)
    }

    async fn failures(&self, key: &str) -> Result<Failures, StoreError> {
        Ok(self.lock().failures.get(key).copied().unwrap_or_default())
    }

    async fn touch_failure(&self, key: &str, at: DateTime<Utc>) -> Result<Failures, StoreError> {
        let mut inner = self.lock();
        let failures = inner.failures.entry(key.to_owned()).or_default();
        if failures
            .last_at
            .is_some_and(|last| at - last > TimeDelta::hours(1))
        {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last_at = Some(at);
        Ok(*failures)
    }

    async fn clear_failures(&self, key: &str) -> Result<(), StoreError> {
        self.lock().failures.remove(key);
        Ok(())
    }
}

/// Agreements with all their revisions.
#[derive(Debug, Default)]
pub struct MemoryAgreements {
    inner: Mutex<AgreementsInner>,
}

#[derive(Debug, Default, Clone)]
struct AgreementsInner {
    revisions: BTreeMap<String, Vec<Agreement>>,
    epoch: u64,
    keys: BTreeMap<(NaiveDate, DepartmentCode, ViewName), BTreeSet<String>>,
}

impl MemoryAgreements {
    pub fn new() -> MemoryAgreements {
        MemoryAgreements::default()
    }

    fn lock(&self) -> MutexGuard<'_, AgreementsInner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AgreementsInner {
    fn newest(&self) -> impl Iterator<Item = &Agreement> {
        self.revisions.values().filter_map(|revisions| revisions.last())
    }

    fn append(&mut self, revision: &Agreement) -> Result<bool, StoreError> {
        let revisions = self.revisions.entry(revision.id.clone()).or_default();
        let former = revisions.last();
        let next = former.map_or(1, |former| former.revision + 1);
        if revision.revision != next {
            return Err(StoreError::Conflict("not the next revision"));
        }
        let was_active = former.is_some_and(|former| former.state == AgreementState::Active);
        revisions.push(revision.clone());
        Ok(was_active || revision.state == AgreementState::Active)
    }

    fn answers_once(&self) -> bool {
        let active: Vec<&Agreement> = self
            .newest()
            .filter(|agreement| agreement.state == AgreementState::Active)
            .collect();
        active
            .iter()
            .enumerate()
            .all(|(at, one)| active.iter().skip(at + 1).all(|two| !one.same_question(two)))
    }
}

#[async_trait]
impl AgreementStore for MemoryAgreements {
    async fn active(
        &self,
        department: &DepartmentCode,
        role: Role,
        purpose: &PurposeCode,
        view: &ViewName,
        on: NaiveDate,
    ) -> Result<Option<Agreement>, StoreError> {
        let inner = self.lock();
        let found = inner.newest().find(|agreement| {
            let content = &agreement.content;
            agreement.holds_on(on)
                && content.consumer == *department
                && content.role == role
                && content.purpose == *purpose
                && content.view == *view
        });
        Ok(found.cloned())
    }

    async fn agreement(&self, id: &str) -> Result<Option<Agreement>, StoreError> {
        Ok(self
            .lock()
            .revisions
            .get(id)
            .and_then(|revisions| revisions.last())
            .cloned())
    }

    async fn revisions(&self, id: &str) -> Result<Vec<Agreement>, StoreError> {
        Ok(self.lock().revisions.get(id).cloned().unwrap_or_default())
    }

    async fn list(&self) -> Result<Vec<Agreement>, StoreError> {
        Ok(self.lock().newest().cloned().collect())
    }

    async fn append(&self, revisions: &[Agreement]) -> Result<u64, StoreError> {
        let mut inner = self.lock();
        let mut after = inner.clone();
        let mut changed = false;
        for revision in revisions {
            changed |= after.append(revision)?;
        }
        if !after.answers_once() {
            return Err(StoreError::Conflict(
                "another agreement answers the same question",
            ));
        }
        if changed {
            after.epoch += 1;
        }
        *inner = after;
        Ok(inner.epoch)
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        Ok(self.lock().epoch)
    }

    async fn charge_keys(&self, charges: &[KeyCharge]) -> Result<Vec<KeyBalance>, StoreError> {
        let mut inner = self.lock();
        let mut after = inner.keys.clone();
        let mut balances = Vec::new();
        for charge in charges {
            let question = (charge.day, charge.department.clone(), charge.view.clone());
            let asked = after.entry(question).or_default();
            balances.push(charge.balance(asked.len(), charge.marks.difference(asked).count()));
            asked.extend(charge.marks.iter().cloned());
        }
        if balances.iter().all(|balance| balance.is_charged()) {
            inner.keys = after;
        }
        Ok(balances)
    }
}
