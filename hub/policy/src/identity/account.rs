//! Accounts, stored tokens and the store's trait. Data only.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::role::Role;

/// One person's account. It belongs to one department and has one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    /// What the person types to sign in, e.g. `tax.prefecture`. Unique.
    pub name: String,
    pub display_name: String,
    pub department: DepartmentCode,
    pub role: Role,
    /// The area the person works for.
    pub region: RegionCode,
    /// The highest level of data the person may see.
    pub clearance: Level,
    pub password_hash: PasswordHash,
    /// The purposes the person may declare.
    pub purposes: Vec<PurposeCode>,
    /// The purpose that is taken when none is declared.
    pub default_purpose: Option<PurposeCode>,
    pub state: AccountState,
}

impl Account {
    /// Open, and with the same rights as the account a session began with.
    pub(crate) fn is_same_person_as(&self, then: &Account) -> bool {
        self.state == AccountState::Open
            && self.id == then.id
            && self.name == then.name
            && self.department == then.department
            && self.role == then.role
            && self.region == then.region
            && self.clearance == then.clearance
            && self.purposes == then.purposes
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    Open,
    /// Closed for a time by an administrator.
    Locked,
    Closed,
}

impl AccountState {
    pub fn as_str(self) -> &'static str {
        match self {
            AccountState::Open => "open",
            AccountState::Locked => "locked",
            AccountState::Closed => "closed",
        }
    }
}

/// An argon2id hash in PHC text form. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes the text back from the store.
    pub fn from_stored(text: String) -> PasswordHash {
        PasswordHash(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Proves a sign-in to the web page or the command line.
    Session,
    /// For programs and for psql; an account has one at a time.
    Access,
}

impl TokenKind {
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Session => "session",
            TokenKind::Access => "access",
        }
    }
}

/// A token as the store keeps it: nothing in it lets anybody sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken {
    pub id: String,
    pub account_id: String,
    pub kind: TokenKind,
    /// SHA-256 of the secret. The secret is 256 random bits, so a slow hash would add nothing.
    pub secret_sha256: [u8; 32],
    /// For access tokens, so that psql can sign in without ever sending the token.
    pub scram: Option<ScramVerifier>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl StoredToken {
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.issued_at <= now && now < self.expires_at
    }
}

/// What RFC 5802 lets a server keep: enough to check a proof, not enough to make one.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramVerifier {
    pub salt: Vec<u8>,
    pub iterations: u32,
    pub stored_key: [u8; 32],
    pub server_key: [u8; 32],
}

impl fmt::Debug for ScramVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramVerifier(..)")
    }
}

/// Failed attempts under one key, since the last success or since a quiet hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    pub count: u32,
    pub last_at: Option<DateTime<Utc>>,
}

/// Where accounts, tokens and failed attempts are kept. The registry implements it; `memory` has one for tests.
#[async_trait]
pub trait AccountStore: Send + Sync {
    async fn account_by_name(&self, name: &str) -> Result<Option<Account>, StoreError>;
    async fn account_by_id(&self, id: &str) -> Result<Option<Account>, StoreError>;
    /// All accounts by name.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Inserts, or replaces the account with this id. `Conflict` if another account has the name.
    async fn put_account(&self, account: &Account) -> Result<(), StoreError>;

    /// Inserts a token. An access token revokes the account's earlier access tokens (at `issued_at`) in the same
    /// transaction. `Conflict` if the id exists.
    async fn put_token(&self, token: &StoredToken) -> Result<(), StoreError>;
    async fn token_by_id(&self, id: &str) -> Result<Option<StoredToken>, StoreError>;
    /// The account's newest access token that is not revoked, expired or not.
    async fn current_access_token(&self, account_id: &str) -> Result<Option<StoredToken>, StoreError>;
    /// Marks one token as revoked; false if there is none or it was revoked before.
    async fn revoke_token(&self, id: &str, at: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Revokes all tokens of an account and tells how many.
    async fn revoke_tokens_of(&self, account_id: &str, at: DateTime<Utc>) -> Result<u64, StoreError>;

    async fn failures(&self, key: &str) -> Result<Failures, StoreError>;
    /// Adds one failure and returns the new state. If the last failure is older than an hour, counting starts anew;
    /// such old keys may be forgotten.
    async fn touch_failure(&self, key: &str, at: DateTime<Utc>) -> Result<Failures, StoreError>;
    async fn clear_failures(&self, key: &str) -> Result<(), StoreError>;
}
