//! What we hoped would not happen. The text is for logs; a user sees only the code.

/// Why a store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another writer was first, or a name or key is taken; nothing was changed.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    #[error("the store is not available: {0}")]
    Unavailable(String),
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum PolicyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedded policies do not parse or do not pass strict validation.
    #[error("the policies are not valid: {0}")]
    Policies(String),
    /// A stored agreement does not have the content that was approved.
    #[error("agreement `{0}` was altered in the store")]
    Altered(String),
}

impl PolicyError {
    /// The code of the message in the text catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            PolicyError::Store(StoreError::Conflict(_)) => "agreement.conflict",
            PolicyError::Store(StoreError::Unavailable(_)) => "agreement.unavailable",
            PolicyError::Policies(_) | PolicyError::Altered(_) => "denial.error",
        }
    }
}
