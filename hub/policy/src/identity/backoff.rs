//! How long to wait after failed attempts.
//!
//! Three counts are kept. By name and client: the ordinary mistake and the ordinary guesser, with the longest wait. By
//! client: one machine trying many names. By name: many machines trying one name, with a short wait only, because a
//! long one would let a stranger lock the owner out.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::account::{AccountStore, Failures};
use super::refusal::SignInRefusal;
use crate::error::StoreError;

struct Rule {
    /// The count from which on one waits.
    from: u32,
    wait_s_max: u64,
}

const BY_NAME_AND_CLIENT: Rule = Rule {
    from: 3,
    wait_s_max: 900,
};
const BY_CLIENT: Rule = Rule {
    from: 30,
    wait_s_max: 900,
};
const BY_NAME: Rule = Rule {
    from: 30,
    wait_s_max: 60,
};

/// The keys under which one attempt is counted.
pub(super) struct Keys {
    name_and_client: String,
    client: String,
    name: String,
}

impl Keys {
    /// Names are hashed: people type passwords into the name field, and keys are stored.
    pub(super) fn new(name: &str, client: &str) -> Keys {
        Keys {
            name_and_client: format!("both:{}", digest(&[name, client])),
            client: format!("client:{}", digest(&[client])),
            name: format!("name:{}", digest(&[name])),
        }
    }

    fn rules(&self) -> [(&str, &Rule); 3] {
        [
            (&self.name_and_client, &BY_NAME_AND_CLIENT),
            (&self.client, &BY_CLIENT),
            (&self.name, &BY_NAME),
        ]
    }

    /// Refuses an attempt that comes too early. It is not counted: whoever asks too often does not wait longer for it.
    pub(super) async fn check(
        &self,
        store: &dyn AccountStore,
        now: DateTime<Utc>,
    ) -> Result<(), SignInRefusal> {
        let mut longest = 0;
        let mut is_locked = false;
        for (key, rule) in self.rules() {
            let failures = store.failures(key).await?;
            let wait_s = rule.wait_s(failures, now);
            longest = longest.max(wait_s);
            is_locked |= wait_s > 0 && rule.is_at_its_end(failures);
        }
        match longest {
            0 => Ok(()),
            seconds if is_locked => Err(SignInRefusal::Locked {
                retry_after_s: Some(seconds),
            }),
            seconds => Err(SignInRefusal::Backoff {
                retry_after_s: seconds,
            }),
        }
    }

    pub(super) async fn failed(
        &self,
        store: &dyn AccountStore,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for (key, _) in self.rules() {
            store.touch_failure(key, now).await?;
        }
        Ok(())
    }

    /// The client's own count stays: otherwise one good account would be a licence to try the others.
    pub(super) async fn succeeded(&self, store: &dyn AccountStore) -> Result<(), StoreError> {
        store.clear_failures(&self.name_and_client).await?;
        store.clear_failures(&self.name).await
    }
}

impl Rule {
    /// 1, 2, 4, … seconds after the last failure, up to the longest wait.
    fn full_wait_s(&self, count: u32) -> u64 {
        match count.checked_sub(self.from) {
            None => 0,
            Some(doublings) => 1_u64
                .checked_shl(doublings)
                .unwrap_or(u64::MAX)
                .min(self.wait_s_max),
        }
    }

    fn wait_s(&self, failures: Failures, now: DateTime<Utc>) -> u64 {
        let Some(last_at) = failures.last_at else { return 0 };
        let wait = TimeDelta::seconds(i64::try_from(self.full_wait_s(failures.count)).unwrap_or(i64::MAX));
        let left_ms = (last_at + wait - now).num_milliseconds();
        u64::try_from(left_ms).unwrap_or(0).div_ceil(1_000)
    }

    fn is_at_its_end(&self, failures: Failures) -> bool {
        self.full_wait_s(failures.count) == self.wait_s_max
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize()).chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_after_the_third_failure_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u64> = (0..8)
            .map(|count| BY_NAME_AND_CLIENT.full_wait_s(count))
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16]);
        assert_eq!(BY_NAME_AND_CLIENT.full_wait_s(13), 900);
        assert_eq!(BY_NAME_AND_CLIENT.full_wait_s(u32::MAX), 900);
        assert_eq!(BY_NAME.full_wait_s(u32::MAX), 60);
    }

    #[test]
    fn keys_do_not_show_names_and_do_not_run_together() {
        let keys = Keys::new("tax.jishou", "10.0.0.1");
        assert!(!keys.rules().iter().any(|(key, _)| key.contains("jishou")));
        assert_ne!(
            Keys::new("ab", "c").name_and_client,
            Keys::new("a", "bc").name_and_client
        );
    }
}
