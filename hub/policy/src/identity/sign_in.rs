//! Sign-in by name and password. Looks the same from outside for a name that does not exist.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::account::{Account, AccountState, AccountStore, PasswordHash};
use super::backoff::Keys;
use super::password::{self, PasswordRefusal};
use super::principal::SignedIn;
use super::random_bytes;
use super::refusal::SignInRefusal;
use super::settings::{Clock, IdentitySettings};
use crate::error::StoreError;

/// Attempts that may wait for a free place to be checked in; more are told to come back.
const WAITING_MAX: usize = 64;

/// Checks credentials. The only maker of `SignedIn`.
#[derive(Clone)]
pub struct Identity {
    pub(super) store: Arc<dyn AccountStore>,
    pub(super) clock: Clock,
    pub(super) settings: Arc<IdentitySettings>,
    /// Makes up salts and keys for names that do not exist.
    pub(super) disguise_key: Arc<Zeroizing<[u8; 32]>>,
    /// Checked when there is no account, so that a wrong name costs what a wrong password costs.
    dummy: Option<PasswordHash>,
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Identity {
    pub fn new(store: Arc<dyn AccountStore>, clock: Clock) -> Identity {
        Identity::with_settings(store, clock, IdentitySettings::default())
    }

    /// Takes as long as one sign-in: it hashes a password that nobody has.
    pub fn with_settings(store: Arc<dyn AccountStore>, clock: Clock, settings: IdentitySettings) -> Identity {
        // Without random bytes no hash, token or nonce can be made either, so an all-zero key opens nothing.
        let disguise_key = settings.disguise_key.or_else(random_bytes).unwrap_or_default();
        Identity {
            dummy: password::hash("nobody has this password", &settings),
            places: Arc::new(Semaphore::new(settings.checks_at_once.max(1))),
            waiting: Arc::default(),
            disguise_key: Arc::new(Zeroizing::new(disguise_key)),
            settings: Arc::new(settings),
            store,
            clock,
        }
    }

    /// Hashes a new password, if it is good enough. Takes as long as a sign-in.
    pub async fn hash_password(&self, password: &str) -> Result<PasswordHash, PasswordRefusal> {
        if let Some(refusal) = password::refuse_new(password, self.settings.password_chars_min) {
            return Err(refusal);
        }
        let (password, settings) = (Zeroizing::new(password.to_owned()), Arc::clone(&self.settings));
        let hashed = tokio::task::spawn_blocking(move || password::hash(&password, &settings)).await;
        hashed.ok().flatten().ok_or(PasswordRefusal::Unavailable)
    }

    /// Sign-in by name and password. `client` is the address the attempt comes from.
    pub async fn sign_in(&self, name: &str, password: &str, client: &str) -> Result<SignedIn, SignInRefusal> {
        let keys = Keys::new(name, client);
        keys.check(&*self.store, self.now()).await?;
        let waiting = Waiting::join(&self.waiting).ok_or(SignInRefusal::Backoff { retry_after_s: 1 })?;
        let place = self
            .places
            .acquire()
            .await
            .map_err(|_| SignInRefusal::Unavailable)?;
        drop(waiting);
        // Again: attempts that were sent all at once have waited here for the first of them to fail.
        keys.check(&*self.store, self.now()).await?;
        let account = self.store.account_by_name(name).await?;
        let hash = account
            .as_ref()
            .map(|account| account.password_hash.clone())
            .or(self.dummy.clone());
        let hash = hash.ok_or(SignInRefusal::Unavailable)?;
        let offered = Zeroizing::new(password.to_owned());
        let is_right = tokio::task::spawn_blocking(move || password::is_right(&offered, &hash)).await;
        let is_right = is_right.map_err(|_| SignInRefusal::Unavailable)?;
        let settled = self.settle(&keys, account.filter(|_| is_right)).await;
        drop(place);
        Ok(SignedIn::of(settled?, None))
    }

    /// Counts the outcome of an attempt: a proven account, or none.
    pub(super) async fn settle(
        &self,
        keys: &Keys,
        proven: Option<Account>,
    ) -> Result<Account, SignInRefusal> {
        let Some(account) = proven.filter(|account| account.state != AccountState::Closed) else {
            keys.failed(&*self.store, self.now()).await?;
            return Err(SignInRefusal::Wrong);
        };
        keys.succeeded(&*self.store).await?;
        match account.state {
            AccountState::Open => Ok(account),
            // Only whoever has proved to be the owner is told.
            AccountState::Locked | AccountState::Closed => Err(SignInRefusal::Locked { retry_after_s: None }),
        }
    }

    /// Whether a running session may go on: its token and its account are still good.
    pub async fn still_valid(&self, signed_in: &SignedIn) -> Result<bool, StoreError> {
        let token_is_good = match signed_in.token_id() {
            None => true,
            Some(id) => self
                .store
                .token_by_id(id)
                .await?
                .is_some_and(|token| token.is_valid_at(self.now())),
        };
        let account = self.store.account_by_id(&signed_in.account().id).await?;
        // A change of role, department or clearance ends the session too: its principal is what it was.
        Ok(token_is_good && account.is_some_and(|account| account.is_same_person_as(signed_in.account())))
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        // Stores keep milliseconds; a finer instant would come back as another one.
        (self.clock)().trunc_subsecs(3)
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl Waiting<'_> {
    fn join(count: &AtomicUsize) -> Option<Waiting<'_>> {
        let place = Waiting(count);
        (count.fetch_add(1, Ordering::SeqCst) < WAITING_MAX).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
