//! Bearer tokens: `thx_<id>_<secret>`, of which the store keeps a hash.

use std::fmt;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

/// A token at the only moment its text exists.
#[derive(Clone)]
pub struct IssuedToken {
    pub id: String,
    /// `thx_<id>_<secret>`: the bearer token, and for access tokens the SCRAM password.
    pub secret: Zeroizing<String>,
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedToken")
            .field("id", &self.id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
