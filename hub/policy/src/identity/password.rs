//! Passwords: what is good enough, hashing, checking.

/// Why a new password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// Shorter than `IdentitySettings::password_chars_min`, or too uniform.
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
            PasswordRefusal::Weak => "password_weak",
            PasswordRefusal::TooLong => "password_too_long",
            PasswordRefusal::Unavailable => "sign_in_unavailable",
        }
    }
}
