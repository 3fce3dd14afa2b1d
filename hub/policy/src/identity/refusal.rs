//! Why nobody was signed in.

use crate::error::StoreError;

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
            SignInRefusal::Wrong => "sign_in.wrong",
            SignInRefusal::Backoff { .. } => "sign_in.backoff",
            SignInRefusal::Locked { retry_after_s: None } => "sign_in.locked",
            SignInRefusal::Locked {
                retry_after_s: Some(_),
            } => "sign_in.locked_for",
            SignInRefusal::Malformed => "sign_in.malformed",
            SignInRefusal::Unavailable => "sign_in.unavailable",
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
