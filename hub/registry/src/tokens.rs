//! Tokens as hashes and verifiers. A token's text is never here, so a stolen copy of the store signs nobody in.

use chrono::{DateTime, Utc};
use policy::{ScramVerifier, StoredToken, TokenKind};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::RegistryError;
use crate::instants;
use crate::open::Registry;

fn token(row: &SqliteRow) -> Result<StoredToken, RegistryError> {
    let kind: String = row.try_get("kind")?;
    let secret: Vec<u8> = row.try_get("secret_sha256")?;
    let issued_at: String = row.try_get("issued_at")?;
    let expires_at: String = row.try_get("expires_at")?;
    let revoked_at: Option<String> = row.try_get("revoked_at")?;
    Ok(StoredToken {
        id: row.try_get("token_id")?,
        account_id: row.try_get("account_id")?,
        kind: token_kind(&kind)?,
        secret_sha256: key(secret)?,
        scram: scram(row)?,
        issued_at: instants::read(&issued_at)?,
        expires_at: instants::read(&expires_at)?,
        revoked_at: revoked_at.as_deref().map(instants::read).transpose()?,
    })
}

fn scram(row: &SqliteRow) -> Result<Option<ScramVerifier>, RegistryError> {
    let Some(salt) = row.try_get::<Option<Vec<u8>>, _>("scram_salt")? else {
        return Ok(None);
    };
    let iterations: i64 = row.try_get("scram_iterations")?;
    Ok(Some(ScramVerifier {
        salt,
        iterations: u32::try_from(iterations)
            .map_err(|_| RegistryError::Damaged("a verifier does not read"))?,
        stored_key: key(row.try_get("scram_stored_key")?)?,
        server_key: key(row.try_get("scram_server_key")?)?,
    }))
}

fn key(bytes: Vec<u8>) -> Result<[u8; 32], RegistryError> {
    bytes
        .try_into()
        .map_err(|_| RegistryError::Damaged("a key has the wrong length"))
}

fn token_kind(text: &str) -> Result<TokenKind, RegistryError> {
    [TokenKind::Session, TokenKind::Access]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or(RegistryError::Damaged("a token's kind does not read"))
}

impl Registry {
    /// Inserts; a new access token ends the earlier one in the same transaction.
    pub(crate) async fn write_token(&self, token: &StoredToken) -> Result<(), RegistryError> {
        let issued_at = instants::text(token.issued_at);
        let mut writing = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        if token.kind == TokenKind::Access {
            sqlx::query(
                "UPDATE tokens SET revoked_at = ?1
                 WHERE account_id = ?2 AND kind = 'access' AND revoked_at IS NULL",
            )
            .bind(&issued_at)
            .bind(&token.account_id)
            .execute(&mut *writing)
            .await?;
        }
        let scram = token.scram.as_ref();
        sqlx::query(
            "INSERT INTO tokens (token_id, account_id, kind, secret_sha256, scram_salt, scram_iterations,
                scram_stored_key, scram_server_key, issued_at, expires_at, revoked_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&token.id)
        .bind(&token.account_id)
        .bind(token.kind.as_str())
        .bind(token.secret_sha256.as_slice())
        .bind(scram.map(|scram| scram.salt.as_slice()))
        .bind(scram.map(|scram| i64::from(scram.iterations)))
        .bind(scram.map(|scram| scram.stored_key.as_slice()))
        .bind(scram.map(|scram| scram.server_key.as_slice()))
        .bind(&issued_at)
        .bind(instants::text(token.expires_at))
        .bind(token.revoked_at.map(instants::text))
        .execute(&mut *writing)
        .await?;
        writing.commit().await?;
        Ok(())
    }

    pub(crate) async fn read_token(&self, id: &str) -> Result<Option<StoredToken>, RegistryError> {
        let row = sqlx::query("SELECT * FROM tokens WHERE token_id = ?")
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(token).transpose()
    }

    pub(crate) async fn read_access_token(
        &self,
        account_id: &str,
    ) -> Result<Option<StoredToken>, RegistryError> {
        let row = sqlx::query(
            "SELECT * FROM tokens WHERE account_id = ? AND kind = 'access' AND revoked_at IS NULL
             ORDER BY issued_at DESC LIMIT 1",
        )
        .bind(account_id)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(token).transpose()
    }

    pub(crate) async fn end_token(&self, id: &str, at: DateTime<Utc>) -> Result<bool, RegistryError> {
        let ended = sqlx::query("UPDATE tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL")
            .bind(instants::text(at))
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(ended.rows_affected() > 0)
    }

    pub(crate) async fn end_tokens_of(
        &self,
        account_id: &str,
        at: DateTime<Utc>,
    ) -> Result<u64, RegistryError> {
        let ended =
            sqlx::query("UPDATE tokens SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL")
                .bind(instants::text(at))
                .bind(account_id)
                .execute(&self.writer)
                .await?;
        Ok(ended.rows_affected())
    }
}
