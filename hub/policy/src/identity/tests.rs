//! Signing in, from outside: passwords, tokens, SCRAM, and what a stranger can learn.

mod psql;
mod tokens;
mod traced;
mod waits;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use schemas::Level;

use super::*;
use crate::error::StoreError;
use crate::memory::MemoryAccounts;
use crate::role::Role;
use crate::tests::{account, now};
use traced::Traced;

const PASSWORD: &str = "Correct-horse-7";

/// One account, `tax.jishou`, and a clock that is set by hand.
struct Door {
    store: Arc<Traced>,
    identity: Identity,
    ms: Arc<AtomicI64>,
}

impl Door {
    async fn new() -> Door {
        let store = Arc::new(Traced::new(MemoryAccounts::new()));
        let ms = Arc::new(AtomicI64::new(0));
        let there = Arc::clone(&ms);
        let clock: Clock = Arc::new(move || now() + TimeDelta::milliseconds(there.load(Ordering::SeqCst)));
        let settings = IdentitySettings {
            disguise_key: Some([7; 32]),
            ..IdentitySettings::fast()
        };
        let identity = Identity::with_settings(store.clone(), clock, settings);
        let door = Door { store, identity, ms };
        let jishou = account("tax.jishou", Role::AnalystCounty, "433101", &["tax_risk"]);
        let password_hash = door.identity.hash_password(PASSWORD).await.unwrap();
        door.store
            .put_account(&Account {
                password_hash,
                ..jishou
            })
            .await
            .unwrap();
        door
    }

    fn wait(&self, time: TimeDelta) {
        self.ms.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    async fn account(&self) -> Account {
        self.store.account_by_name("tax.jishou").await.unwrap().unwrap()
    }

    async fn try_in(&self, password: &str) -> Result<SignedIn, SignInRefusal> {
        self.identity.sign_in("tax.jishou", password, "10.0.0.1").await
    }

    async fn refusal(&self, password: &str) -> SignInRefusal {
        self.try_in(password).await.unwrap_err()
    }

    async fn token(&self, kind: TokenKind) -> IssuedToken {
        self.identity
            .issue_token(&self.account().await, kind, TimeDelta::hours(1))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn the_right_password_makes_the_person_of_the_account() {
    let door = Door::new().await;
    let signed_in = door.try_in(PASSWORD).await.unwrap();
    let principal = signed_in.principal();
    assert_eq!(
        (principal.person(), principal.department().as_str()),
        ("tax.jishou", "tax")
    );
    assert_eq!(
        (principal.role(), principal.region().as_str()),
        (Role::AnalystCounty, "433101")
    );
    assert_eq!(
        (principal.clearance(), principal.purposes()),
        (Level::L4, &door.account().await.purposes[..])
    );
    assert!(door.identity.still_valid(&signed_in).await.unwrap());
}

#[tokio::test]
async fn anything_but_the_right_password_is_wrong() {
    let door = Door::new().await;
    let long = format!("{PASSWORD}{}", "x".repeat(10_000));
    for (at, password) in ["", "correct-horse-7", "Correct-horse-7 ", &long]
        .into_iter()
        .enumerate()
    {
        let client = format!("10.0.0.{at}");
        let refusal = door
            .identity
            .sign_in("tax.jishou", password, &client)
            .await
            .unwrap_err();
        assert_eq!(refusal, SignInRefusal::Wrong);
    }
    for name in ["", "tax.jisho", "TAX.JISHOU", "tax.jishou\0", "' or 1=1 --"] {
        let refusal = door
            .identity
            .sign_in(name, PASSWORD, "10.0.0.9")
            .await
            .unwrap_err();
        assert_eq!(refusal, SignInRefusal::Wrong);
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_asks_the_store_the_same_questions() {
    let door = Door::new().await;
    door.store.take();
    door.refusal("wrong").await;
    let known = door.store.take();
    let _ = door.identity.sign_in("tax.nobody", "wrong", "10.0.0.1").await;
    assert_eq!(door.store.take(), known);
    assert!(known.len() > 6);
}

/// Not a check but a figure: run it with `--ignored --nocapture`.
#[tokio::test]
#[ignore = "measures the machine"]
async fn how_long_signing_in_takes_for_names_that_exist_and_that_do_not() {
    let store = Arc::new(MemoryAccounts::new());
    let identity = Identity::new(store.clone(), system_clock());
    let password_hash = identity.hash_password(PASSWORD).await.unwrap();
    let jishou = account("tax.jishou", Role::AnalystCounty, "433101", &[]);
    store
        .put_account(&Account {
            password_hash,
            ..jishou
        })
        .await
        .unwrap();
    for name in ["tax.jishou", "tax.nobody"] {
        let mut times = Vec::new();
        for client in 0..21 {
            let started = std::time::Instant::now();
            let _ = identity.sign_in(name, "wrong", &format!("10.0.0.{client}")).await;
            times.push(started.elapsed());
        }
        times.sort();
        println!(
            "{name}: {:?} (median), {:?} to {:?}",
            times[10], times[0], times[20]
        );
    }
}

#[tokio::test]
async fn a_locked_account_tells_its_owner_only() {
    let door = Door::new().await;
    let signed_in = door.try_in(PASSWORD).await.unwrap();
    let token = door.token(TokenKind::Session).await;
    let locked = Account {
        state: AccountState::Locked,
        ..door.account().await
    };
    door.store.put_account(&locked).await.unwrap();
    assert_eq!(door.refusal("wrong").await, SignInRefusal::Wrong);
    assert_eq!(
        door.refusal(PASSWORD).await,
        SignInRefusal::Locked { retry_after_s: None }
    );
    assert!(door.identity.bearer(&token.secret).await.is_err());
    assert!(!door.identity.still_valid(&signed_in).await.unwrap());
    door.store
        .put_account(&Account {
            state: AccountState::Closed,
            ..locked
        })
        .await
        .unwrap();
    assert_eq!(door.refusal(PASSWORD).await, SignInRefusal::Wrong);
    assert_eq!(
        door.identity.bearer(&token.secret).await.unwrap_err(),
        SignInRefusal::Wrong
    );
}

#[tokio::test]
async fn new_passwords_must_be_long_or_mixed() {
    let door = Door::new().await;
    for weak in ["", "Ab1-", "abcdefgh", "abcdefg1", "12345678"] {
        assert_eq!(
            door.identity.hash_password(weak).await,
            Err(PasswordRefusal::Weak),
            "{weak}"
        );
    }
    let long = "x".repeat(257);
    assert_eq!(
        door.identity.hash_password(&long).await,
        Err(PasswordRefusal::TooLong)
    );
    for good in ["Abcdefg1", "湘西abc1234", "four simple words"] {
        let hash = door.identity.hash_password(good).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$"));
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }
}

#[tokio::test]
async fn passwords_outlive_a_change_of_the_settings() {
    let door = Door::new().await;
    let settings = IdentitySettings {
        argon2_memory_kib: 64,
        argon2_passes: 2,
        ..IdentitySettings::fast()
    };
    let stronger = Identity::with_settings(door.store.clone(), Arc::new(now), settings);
    assert!(stronger.sign_in("tax.jishou", PASSWORD, "10.0.0.1").await.is_ok());
}
