//! A grant on its way to a worker process: readable, but it counts only with the seal of this boot and this query.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::grant::{Grant, GrantBody};

const DOMAIN: &[u8] = b"taxhub grant v1\0";

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

    fn mac(&self, grant: &str, query_id: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).ok()?;
        mac.update(DOMAIN);
        // With its length before it, no part of the id can be taken for a part of the grant.
        mac.update(&(query_id.len() as u64).to_le_bytes());
        mac.update(query_id.as_bytes());
        mac.update(grant.as_bytes());
        Some(mac)
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
pub fn seal(grant: &Grant, key: &BootKey, query_id: &str) -> SealedGrant {
    // Neither can fail for these types; if it did, the empty seal would be refused on the other side.
    let text = serde_json::to_string(&grant.body).unwrap_or_default();
    let seal = key
        .mac(&text, query_id)
        .map(|mac| hex::encode(mac.finalize().into_bytes()))
        .unwrap_or_default();
    SealedGrant { grant: text, seal }
}

/// The only second constructor of a `Grant`: the seal must be ours, for this query, and the grant not expired.
pub fn unseal(
    sealed: &SealedGrant,
    key: &BootKey,
    query_id: &str,
    now: DateTime<Utc>,
) -> Result<Grant, UnsealError> {
    let seal = hex::decode(&sealed.seal).map_err(|_| UnsealError::Forged)?;
    let mac = key.mac(&sealed.grant, query_id).ok_or(UnsealError::Key)?;
    mac.verify_slice(&seal).map_err(|_| UnsealError::Forged)?;
    let body: GrantBody = serde_json::from_str(&sealed.grant).map_err(|_| UnsealError::Forged)?;
    if body.expires_at <= now {
        return Err(UnsealError::Expired);
    }
    Ok(Grant { body })
}
