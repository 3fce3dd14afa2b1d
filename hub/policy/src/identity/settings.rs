//! Costs and limits of signing in.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

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
