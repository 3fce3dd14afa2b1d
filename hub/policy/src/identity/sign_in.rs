//! The ways in: password, bearer token, SCRAM. Every one looks the same from outside for names that do not exist.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Account, AccountStore, PasswordHash, TokenKind};
use super::password::PasswordRefusal;
use super::principal::SignedIn;
use super::scram::ScramExchange;
use super::tokens::IssuedToken;
use crate::error::StoreError;

/// Tells the time. Tests give their own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// Costs and limits of signing in.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// argon2id: memory in KiB, passes, lanes. RFC 9106's second recommendation by default.
    pub argon2_memory_kib: u32,
    pub argon2_passes: u32,
    pub argon2_lanes: u32,
    /// Password checks at the same time; each takes the memory above.
    pub checks_at_once: usize,
    /// PBKDF2 rounds for access tokens. They are random, so the least that RFC 7677 allows is enough.
    pub scram_iterations: u32,
    pub password_chars_min: usize,
    pub session_life_max: TimeDelta,
    pub access_life_max: TimeDelta,
    /// Makes up salts for names that do not exist. Keep it across restarts: a salt that changes tells that the name
    /// is not real. `None` takes a random one.
    pub disguise_key: Option<[u8; 32]>,
}

impl Default for IdentitySettings {
    fn default() -> IdentitySettings {
        IdentitySettings {
            argon2_memory_kib: 64 * 1024,
            argon2_passes: 3,
            argon2_lanes: 1,
            checks_at_once: 2,
            scram_iterations: 4096,
            password_chars_min: 8,
            session_life_max: TimeDelta::hours(12),
            access_life_max: TimeDelta::days(90),
            disguise_key: None,
        }
    }
}

impl IdentitySettings {
    /// Cheap enough for tests: never for a product.
    pub fn fast() -> IdentitySettings {
        IdentitySettings {
            argon2_memory_kib: 8,
            argon2_passes: 1,
            ..IdentitySettings::default()
        }
    }
}

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInRefusal {
    /// Wrong name, password, token or proof, or the token ended: nobody is told which.
    Wrong,
    /// Too many failures; another attempt counts after this time.
    Backoff { retry_after_s: u64 },
    /// So many failures that the wait has reached its longest, or (`None`) an administrator locked the account.
    Locked { retry_after_s: Option<u64> },
    /// A SCRAM message that is not one.
    Malformed,
    /// The store could not be asked; the reason is in the log.
    Unavailable,
}

impl SignInRefusal {
    /// The code of the message in the text catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            SignInRefusal::Wrong => "sign_in_wrong",
            SignInRefusal::Backoff { .. } => "sign_in_backoff",
            SignInRefusal::Locked { .. } => "sign_in_locked",
            SignInRefusal::Malformed => "sign_in_malformed",
            SignInRefusal::Unavailable => "sign_in_unavailable",
        }
    }

    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            SignInRefusal::Backoff { retry_after_s } => Some(*retry_after_s),
            SignInRefusal::Locked { retry_after_s } => *retry_after_s,
            _ => None,
        }
    }
}

impl From<StoreError> for SignInRefusal {
    fn from(error: StoreError) -> SignInRefusal {
        tracing::error!(%error, "the account store failed");
        SignInRefusal::Unavailable
    }
}

/// Checks credentials. The only maker of `SignedIn`.
#[derive(Clone)]
pub struct Identity {}

impl Identity {
    pub fn new(store: Arc<dyn AccountStore>, clock: Clock) -> Identity {
        Identity::with_settings(store, clock, IdentitySettings::default())
    }

    pub fn with_settings(
        _store: Arc<dyn AccountStore>,
        _clock: Clock,
        _settings: IdentitySettings,
    ) -> Identity {
        Identity {}
    }

    /// Hashes a new password, if it is good enough. Takes as long as a sign-in.
    pub async fn hash_password(&self, _password: &str) -> Result<PasswordHash, PasswordRefusal> {
        Err(PasswordRefusal::Unavailable)
    }

    /// Sign-in by name and password. `client` is the address the attempt comes from.
    pub async fn sign_in(
        &self,
        _name: &str,
        _password: &str,
        _client: &str,
    ) -> Result<SignedIn, SignInRefusal> {
        Err(SignInRefusal::Unavailable)
    }

    /// Makes a token for an account; `life` is cut to the settings' maximum. An access token replaces the former one.
    pub async fn issue_token(
        &self,
        _account: &Account,
        _kind: TokenKind,
        _life: TimeDelta,
    ) -> Result<IssuedToken, StoreError> {
        Err(StoreError::Conflict("not written yet"))
    }

    /// Sign-in by a token of either kind.
    pub async fn bearer(&self, _text: &str) -> Result<SignedIn, SignInRefusal> {
        Err(SignInRefusal::Unavailable)
    }

    /// Ends the token of this sign-in. False if it had ended before.
    pub async fn sign_out(&self, _signed_in: &SignedIn) -> Result<bool, StoreError> {
        Err(StoreError::Conflict("not written yet"))
    }

    /// Whether a running session may go on: its token and its account are still good.
    pub async fn still_valid(&self, _signed_in: &SignedIn) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Begins SCRAM for the name of the startup message. Returns the exchange and the server's first message; for a
    /// name without an access token too, with a salt that is always the same for that name.
    pub async fn scram_start(
        &self,
        _name: &str,
        _client_first: &str,
        _client: &str,
    ) -> Result<(ScramExchange, String), SignInRefusal> {
        Err(SignInRefusal::Unavailable)
    }

    /// Ends SCRAM. Returns who it is and the server's last message.
    pub async fn scram_finish(
        &self,
        _exchange: ScramExchange,
        _client_final: &str,
    ) -> Result<(SignedIn, String), SignInRefusal> {
        Err(SignInRefusal::Unavailable)
    }
}
