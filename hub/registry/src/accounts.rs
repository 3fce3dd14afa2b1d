//! Accounts and failed attempts, as `policy` asks for them. Tokens are in `tokens`.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use policy::{Account, AccountState, AccountStore, Failures, PasswordHash, Role, StoreError, StoredToken};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::agreements::{store, unavailable};
use crate::error::RegistryError;
use crate::instants;
use crate::open::Registry;

/// Failures older than this no longer count, and may be forgotten.
const QUIET: TimeDelta = TimeDelta::hours(1);

fn account(row: &SqliteRow) -> Result<Account, RegistryError> {
    let role: String = row.try_get("role")?;
    let state: String = row.try_get("state")?;
    let department: String = row.try_get("department")?;
    let region: String = row.try_get("region")?;
    let clearance: String = row.try_get("clearance")?;
    let purposes: String = row.try_get("purposes")?;
    let default_purpose: Option<String> = row.try_get("default_purpose")?;
    Ok(Account {
        id: row.try_get("account_id")?,
        name: row.try_get("name")?,
        display_name: row.try_get("display_name")?,
        department: DepartmentCode::parse(&department)?,
        role: role
            .parse::<Role>()
            .map_err(|_| RegistryError::Damaged("a role does not read"))?,
        region: RegionCode::parse(&region)?,
        clearance: serde_json::from_str::<Level>(&clearance)?,
        password_hash: PasswordHash::from_stored(row.try_get("password_hash")?),
        purposes: serde_json::from_str::<Vec<PurposeCode>>(&purposes)?,
        default_purpose: default_purpose
            .map(|purpose| PurposeCode::parse(&purpose))
            .transpose()?,
        state: account_state(&state)?,
    })
}

fn account_state(text: &str) -> Result<AccountState, RegistryError> {
    [AccountState::Open, AccountState::Locked, AccountState::Closed]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or(RegistryError::Damaged("an account's state does not read"))
}

impl Registry {
    async fn one_account(&self, sql: &'static str, key: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(sql)
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .map_err(unavailable)?;
        row.as_ref().map(account).transpose().map_err(store)
    }

    async fn write_account(&self, account: &Account) -> Result<(), RegistryError> {
        sqlx::query(
            "INSERT INTO accounts (account_id, name, display_name, department, role, region, clearance,
                password_hash, purposes, default_purpose, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (account_id) DO UPDATE SET name = ?2, display_name = ?3, department = ?4, role = ?5,
                region = ?6, clearance = ?7, password_hash = ?8, purposes = ?9, default_purpose = ?10, state = ?11",
        )
        .bind(&account.id)
        .bind(&account.name)
        .bind(&account.display_name)
        .bind(account.department.as_str())
        .bind(account.role.as_str())
        .bind(account.region.as_str())
        .bind(serde_json::to_string(&account.clearance)?)
        .bind(account.password_hash.as_str())
        .bind(serde_json::to_string(&account.purposes)?)
        .bind(account.default_purpose.as_ref().map(PurposeCode::as_str))
        .bind(account.state.as_str())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn read_failures(&self, key: &str) -> Result<Failures, RegistryError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT failure_count, last_at FROM failures WHERE failure_key = ?")
                .bind(key)
                .fetch_optional(&self.readers)
                .await?;
        row.map_or(Ok(Failures::default()), failures)
    }

    async fn add_failure(&self, key: &str, at: DateTime<Utc>) -> Result<Failures, RegistryError> {
        let quiet_since = instants::text(at - QUIET);
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM failures WHERE last_at < ?")
            .bind(quiet_since)
            .execute(&mut *writing)
            .await?;
        let row: (i64, String) = sqlx::query_as(
            "INSERT INTO failures (failure_key, failure_count, last_at) VALUES (?1, 1, ?2)
             ON CONFLICT (failure_key) DO UPDATE SET failure_count = failure_count + 1, last_at = ?2
             RETURNING failure_count, last_at",
        )
        .bind(key)
        .bind(instants::text(at))
        .fetch_one(&mut *writing)
        .await?;
        writing.commit().await?;
        failures(row)
    }
}

fn failures((count, last_at): (i64, String)) -> Result<Failures, RegistryError> {
    Ok(Failures {
        count: u32::try_from(count).unwrap_or(u32::MAX),
        last_at: Some(instants::read(&last_at)?),
    })
}

#[async_trait]
impl AccountStore for Registry {
    async fn account_by_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.one_account("SELECT * FROM accounts WHERE name = ?", name)
            .await
    }

    async fn account_by_id(&self, id: &str) -> Result<Option<Account>, StoreError> {
        self.one_account("SELECT * FROM accounts WHERE account_id = ?", id)
            .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY name")
            .fetch_all(&self.readers)
            .await
            .map_err(unavailable)?;
        rows.iter().map(account).collect::<Result<_, _>>().map_err(store)
    }

    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        self.write_account(account).await.map_err(store)
    }

    async fn put_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        self.write_token(token).await.map_err(store)
    }

    async fn token_by_id(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.read_token(id).await.map_err(store)
    }

    async fn current_access_token(&self, account_id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.read_access_token(account_id).await.map_err(store)
    }

    async fn revoke_token(&self, id: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.end_token(id, at).await.map_err(store)
    }

    async fn revoke_tokens_of(&self, account_id: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        self.end_tokens_of(account_id, at).await.map_err(store)
    }

    async fn failures(&self, key: &str) -> Result<Failures, StoreError> {
        self.read_failures(key).await.map_err(store)
    }

    async fn touch_failure(&self, key: &str, at: DateTime<Utc>) -> Result<Failures, StoreError> {
        self.add_failure(key, at).await.map_err(store)
    }

    async fn clear_failures(&self, key: &str) -> Result<(), StoreError> {
        let cleared = sqlx::query("DELETE FROM failures WHERE failure_key = ?")
            .bind(key)
            .execute(&self.writer)
            .await;
        cleared.map(drop).map_err(unavailable)
    }
}
