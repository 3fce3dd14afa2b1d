//! A grant on its way to a worker process: readable, but it counts only with the seal of this boot and this query.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::grant::Grant;

/// A key that lives as long as the server process and its workers. Never written to disk.
#[derive(Clone)]
pub struct BootKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for BootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BootKey(..)")
    }
}

impl BootKey {
    /// A fresh random key. Fails only if the system gives no random bytes.
    pub fn random() -> Result<BootKey, UnsealError> {
        crate::identity::random_bytes()
            .map(|bytes| BootKey(Zeroizing::new(bytes)))
            .ok_or(UnsealError::Key)
    }

    /// For handing the key to a worker over its private pipe.
    pub fn export(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_slice()))
    }

    pub fn import(text: &str) -> Result<BootKey, UnsealError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).map_err(|_| UnsealError::Key)?;
        Ok(BootKey(bytes))
    }
}

/// A grant that crosses a process boundary. `grant` is JSON text; the seal covers it and the query id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedGrant {
    grant: String,
    seal: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    #[error("the seal does not belong to this grant, query and server")]
    Forged,
    #[error("the grant has expired")]
    Expired,
    #[error("the boot key is not usable")]
    Key,
}

/// Seals a grant for one query.
pub fn seal(_grant: &Grant, _key: &BootKey, _query_id: &str) -> SealedGrant {
    SealedGrant {
        grant: String::new(),
        seal: String::new(),
    }
}

/// The only second constructor of a `Grant`: the seal must be ours, for this query, and the grant not expired.
pub fn unseal(
    _sealed: &SealedGrant,
    _key: &BootKey,
    _query_id: &str,
    _now: DateTime<Utc>,
) -> Result<Grant, UnsealError> {
    Err(UnsealError::Forged)
}
