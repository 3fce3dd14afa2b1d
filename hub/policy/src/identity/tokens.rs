//! Bearer tokens: `thx_<id>_<secret>`, of which the store keeps a hash.

use std::fmt;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::account::{Account, AccountState, StoredToken, TokenKind};
use super::principal::SignedIn;
use super::random_bytes;
use super::refusal::SignInRefusal;
use super::scram::derive_verifier;
use super::sign_in::Identity;
use crate::error::StoreError;

const PREFIX: &str = "thx";
/// 8 bytes of id and 32 of secret, as hex.
const ID_CHARS: usize = 16;
const SECRET_CHARS: usize = 64;

/// A token at the only moment its text exists.
#[derive(Clone)]
pub struct IssuedToken {
    pub id: String,
    /// `thx_<id>_<secret>`: the bearer token, and for access tokens the SCRAM password.
    pub secret: Zeroizing<String>,
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("id", &self.id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes a token for an open account; `life` is cut to the settings' maximum. An access token replaces the
    /// account's former one.
    pub async fn issue_token(
        &self,
        account: &Account,
        kind: TokenKind,
        life: TimeDelta,
    ) -> Result<IssuedToken, StoreError> {
        if account.state != AccountState::Open {
            return Err(StoreError::Conflict("the account is not open"));
        }
        let no_random = || StoreError::Unavailable("the system gives no random bytes".to_owned());
        let id = hex::encode(random_bytes::<8>().ok_or_else(no_random)?);
        let secret = Zeroizing::new(hex::encode(random_bytes::<32>().ok_or_else(no_random)?));
        let text = Zeroizing::new(format!("{PREFIX}_{id}_{}", secret.as_str()));
        let life_max = match kind {
            TokenKind::Session => self.settings.session_life_max,
            TokenKind::Access => self.settings.access_life_max,
        };
        let scram = match kind {
            TokenKind::Session => None,
            TokenKind::Access => {
                let salt = random_bytes::<16>().ok_or_else(no_random)?;
                Some(derive_verifier(&text, &salt, self.settings.scram_iterations))
            }
        };
        let issued_at = self.now();
        let expires_at = (issued_at + life.min(life_max)).trunc_subsecs(3);
        let stored = StoredToken {
            id: id.clone(),
            account_id: account.id.clone(),
            kind,
            secret_sha256: Sha256::digest(secret.as_bytes()).into(),
            scram,
            issued_at,
            expires_at,
            revoked_at: None,
        };
        self.store.put_token(&stored).await?;
        Ok(IssuedToken {
            id,
            secret: text,
            expires_at,
        })
    }

    /// Sign-in by a token of either kind.
    pub async fn bearer(&self, text: &str) -> Result<SignedIn, SignInRefusal> {
        let (id, secret) = parts(text).ok_or(SignInRefusal::Wrong)?;
        let token = self.store.token_by_id(id).await?.ok_or(SignInRefusal::Wrong)?;
        let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let is_right = bool::from(digest.ct_eq(&token.secret_sha256));
        if !is_right || !token.is_valid_at(self.now()) {
            return Err(SignInRefusal::Wrong);
        }
        let account = self
            .store
            .account_by_id(&token.account_id)
            .await?
            .ok_or(SignInRefusal::Wrong)?;
        match account.state {
            AccountState::Open => Ok(SignedIn::of(account, Some((token.id, token.expires_at)))),
            AccountState::Locked => Err(SignInRefusal::Locked { retry_after_s: None }),
            AccountState::Closed => Err(SignInRefusal::Wrong),
        }
    }

    /// Ends the token of this sign-in. False if it had ended before, or if there was none.
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<bool, StoreError> {
        match signed_in.token_id() {
            Some(id) => self.store.revoke_token(id, self.now()).await,
            None => Ok(false),
        }
    }
}

fn parts(text: &str) -> Option<(&str, &str)> {
    let (prefix, rest) = text.split_once('_')?;
    let (id, secret) = rest.split_once('_')?;
    let is_hex = |part: &str, chars| {
        part.len() == chars && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    (prefix == PREFIX && is_hex(id, ID_CHARS) && is_hex(secret, SECRET_CHARS)).then_some((id, secret))
}
