//! Who may do what. A person becomes a `Principal` here and nowhere else; an agreement becomes a `Grant` here and
//! nowhere else. Cedar says whether, the agreement says how. Not here: storage (`registry` implements the traits),
//! and applying a grant to data (`engine`).
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod action;
mod agreements;
mod cedar;
mod civil_day;
mod compile;
mod decide;
mod denial;
mod drafting;
mod error;
mod facts;
mod grant;
mod identity;
mod keys;
mod lifecycle;
pub mod memory;
mod own;
mod role;
mod seal;

pub use action::Action;
pub use agreements::{
    Aggregation, Agreement, AgreementState, AgreementStore, Approval, Draft, GrantLimits, Scope, ScopeKind,
};
pub use civil_day::{day_end, today};
pub use decide::{ColumnFacts, Decision, Policy, ViewFacts};
pub use denial::{Denial, Ruling};
pub use error::{PolicyError, StoreError};
pub use grant::{Condition, Grant};
pub use identity::{
    Account, AccountState, AccountStore, Clock, Failures, Identity, IdentitySettings, IssuedToken,
    PasswordHash, PasswordRefusal, Principal, ScramExchange, ScramVerifier, Session, SignInRefusal, SignedIn,
    StoredToken, TokenKind, system_clock,
};
pub use keys::{Admitted, KeyBalance, KeyCharge};
pub use lifecycle::Activated;
pub use role::{Role, Via};
pub use seal::{BootKey, SealedGrant, UnsealError, seal, unseal};

#[cfg(test)]
mod tests;
