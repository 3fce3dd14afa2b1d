//! The keys of a lake: sealing keys (several, by age) and the one token key. A ring is read from a directory of key
//! files; an HSM would stand behind the same two questions, "seal with the newest" and "open with this id".

mod files;
mod tokenizer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub(crate) use tokenizer::hmac;
pub use tokenizer::{DomainTokenizer, TOKEN_LENGTH, Tokenizer, token_domain};

use crate::error::LakeError;

/// 256 bits and the id that sealed objects carry. The id is derived from the key, so a damaged key file cannot pass
/// for another key.
pub(crate) struct Key {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub(crate) fn new(bytes: Zeroizing<[u8; 32]>) -> Key {
        let digest = Sha256::new()
            .chain_update(b"taxhub key id\0")
            .chain_update(bytes.as_slice())
            .finalize();
        Key {
            id: hex::encode(digest.iter().take(6).copied().collect::<Vec<u8>>()),
            bytes,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// All keys of one lake. Cloning shares them; the last owner wipes them. `Debug` prints ids only.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

struct Keys {
    /// Oldest first; the last one seals. Never empty.
    sealing: Vec<Arc<Key>>,
    newest: Arc<Key>,
    token: Arc<Key>,
}

impl KeyRing {
    /// Reads the key files of `dir` (`seal-<n>-<id>.key`, `token-1-<id>.key`, mode 0600). An absent or empty
    /// directory is filled with one new key of each kind, durably, before this returns.
    ///
    /// # Errors
    /// [`LakeError::Keys`] when a file is readable by others, damaged, or of no known kind, or when there is not
    /// exactly one token key: tokens of two keys would never join.
    pub fn load_or_create(dir: &Path) -> Result<KeyRing, LakeError> {
        files::load_or_create(dir)
    }

    pub(crate) fn new(sealing: Vec<Key>, token: Key) -> Result<KeyRing, LakeError> {
        let sealing: Vec<_> = sealing.into_iter().map(Arc::new).collect();
        let newest = sealing.last().cloned().ok_or(LakeError::Keys)?;
        Ok(KeyRing(Arc::new(Keys {
            sealing,
            newest,
            token: Arc::new(token),
        })))
    }

    /// The pseudonymiser of this lake.
    pub fn tokenizer(&self) -> Tokenizer {
        Tokenizer::new(Arc::clone(&self.0.token))
    }

    /// Ids of all keys, the token key first. Ids are not secret.
    pub fn ids(&self) -> Vec<String> {
        std::iter::once(&self.0.token)
            .chain(&self.0.sealing)
            .map(|key| key.id().to_owned())
            .collect()
    }

    pub(crate) fn newest(&self) -> &Key {
        &self.0.newest
    }

    pub(crate) fn sealing(&self, id: &str) -> Option<&Key> {
        self.0.sealing.iter().find(|key| key.id() == id).map(Arc::as_ref)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.ids()).finish()
    }
}

#[cfg(test)]
mod tests;
