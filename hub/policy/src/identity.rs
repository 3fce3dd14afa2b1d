//! Who is there: accounts, sign-in by password, bearer tokens and SCRAM. Nothing here decides what a person may do.
//!
//! INVARIANT (no-second-identity): a `Principal` has private fields and one constructor, private to this module, and
//! each way to it checks a credential first.

mod account;
mod backoff;
mod password;
mod principal;
mod refusal;
mod scram;
mod scram_sign_in;
mod settings;
mod sign_in;
mod tokens;

pub use account::{
    Account, AccountState, AccountStore, Failures, PasswordHash, ScramVerifier, StoredToken, TokenKind,
};
pub use password::PasswordRefusal;
pub use principal::{Principal, Session, SignedIn};
pub use refusal::SignInRefusal;
pub use scram_sign_in::ScramExchange;
pub use settings::{Clock, IdentitySettings, system_clock};
pub use sign_in::Identity;
pub use tokens::IssuedToken;

use rand::TryRngCore;

/// Random bytes of the operating system, or `None` if it has none to give.
pub(crate) fn random_bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
