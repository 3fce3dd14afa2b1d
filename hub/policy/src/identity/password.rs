//! Passwords: what is good enough, hashing, checking. Slow on purpose; callers run it on blocking threads.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::account::PasswordHash;
use super::random_bytes;
use super::settings::IdentitySettings;

/// Longer ones are refused when set and never right when offered, so hashing has a bound.
const PASSWORD_BYTES_MAX: usize = 256;
/// From this length on a password is good enough whatever it is made of.
const CHARS_ENOUGH: usize = 16;

/// Why a new password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// Shorter than `IdentitySettings::password_chars_min`, or of fewer than three kinds of characters.
    Weak,
    /// Longer than 256 bytes.
    TooLong,
    /// Hashing failed for want of memory or random bytes.
    Unavailable,
}

impl PasswordRefusal {
    /// The code of the message in the text catalogue.
    pub fn code(self) -> &'static str {
        match self {
            PasswordRefusal::Weak => "sign_in.password_weak",
            PasswordRefusal::TooLong => "sign_in.password_too_long",
            PasswordRefusal::Unavailable => "sign_in.unavailable",
        }
    }
}

/// The rule of GB/T 22239 level 3 in short: length and mixture, or plain length.
pub(super) fn refuse_new(password: &str, chars_min: usize) -> Option<PasswordRefusal> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Some(PasswordRefusal::TooLong);
    }
    let chars = password.chars().count();
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    let kinds = kinds.iter().filter(|kind| password.chars().any(**kind)).count();
    let is_good = chars >= CHARS_ENOUGH || (chars >= chars_min && kinds >= 3);
    (!is_good).then_some(PasswordRefusal::Weak)
}

pub(super) fn hash(password: &str, settings: &IdentitySettings) -> Option<PasswordHash> {
    let params = Params::new(
        settings.argon2_memory_kib,
        settings.argon2_passes,
        settings.argon2_lanes,
        None,
    )
    .ok()?;
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(password.as_bytes(), &salt).ok()?;
    Some(PasswordHash::from_stored(hash.to_string()))
}

/// Whether the password belongs to the hash. Takes as long for a wrong one as for the right one.
pub(super) fn is_right(password: &str, hash: &PasswordHash) -> bool {
    let is_short_enough = password.len() <= PASSWORD_BYTES_MAX;
    let offered = if is_short_enough { password } else { "" };
    let Ok(parsed) = argon2::PasswordHash::new(hash.as_str()) else {
        return false;
    };
    // The parameters come from the hash, so passwords survive a change of the settings.
    let is_equal = Argon2::default()
        .verify_password(offered.as_bytes(), &parsed)
        .is_ok();
    is_equal && is_short_enough
}
