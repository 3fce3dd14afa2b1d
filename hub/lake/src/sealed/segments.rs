//! The bytes of a sealed stream: its header and the sealing of one segment. No I/O.

use hmac::Mac;
use rand::TryRngCore;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::error::LakeError;
use crate::keys::{KeyRing, hmac};

/// Plain bytes per segment; only the last one may hold fewer.
pub(crate) const SEGMENT_BYTES: usize = 256 * 1024;
/// What sealing adds to a segment.
pub(crate) const TAG_BYTES: usize = 16;
/// Longest header.
const HEADER_BYTES_MAX: usize = 8 + 1 + KEY_ID_BYTES_MAX + SALT_BYTES + PREFIX_BYTES;

const MAGIC: &[u8; 8] = b"txhseal1";
const KEY_ID_BYTES_MAX: usize = 64;
const SALT_BYTES: usize = 32;
const PREFIX_BYTES: usize = 7;

/// Says which key sealed the object. Authenticated with every segment.
pub(crate) struct Header {
    key_id: String,
    salt: [u8; SALT_BYTES],
    prefix: [u8; PREFIX_BYTES],
}

impl Header {
    /// A fresh header for the ring's newest key.
    pub(crate) fn new(keys: &KeyRing) -> Result<Header, LakeError> {
        let (mut salt, mut prefix) = ([0; SALT_BYTES], [0; PREFIX_BYTES]);
        let mut random = rand::rngs::OsRng;
        random
            .try_fill_bytes(&mut salt)
            .map_err(|e| LakeError::Seal.because("draw a salt", e))?;
        random
            .try_fill_bytes(&mut prefix)
            .map_err(|e| LakeError::Seal.because("draw a nonce", e))?;
        Ok(Header {
            key_id: keys.newest().id().to_owned(),
            salt,
            prefix,
        })
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = u8::try_from(self.key_id.len()).unwrap_or(u8::MAX);
        let mut bytes = Vec::with_capacity(HEADER_BYTES_MAX);
        bytes.extend_from_slice(MAGIC);
        bytes.push(length);
        bytes.extend_from_slice(self.key_id.as_bytes());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.prefix);
        bytes
    }

    /// Reads a header from the front of `bytes`; `None` while more bytes are needed. Returns its length too.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Header, usize)>, LakeError> {
        let damaged = || LakeError::Seal.because("read a seal", "not a sealed object");
        let Some((magic, rest)) = bytes.split_at_checked(MAGIC.len()) else {
            return Ok(None);
        };
        let Some((length, rest)) = rest.split_first() else {
            return Ok(None);
        };
        let length = usize::from(*length);
        if magic != MAGIC || length > KEY_ID_BYTES_MAX {
            return Err(damaged());
        }
        let Some((key_id, rest)) = rest.split_at_checked(length) else {
            return Ok(None);
        };
        let Some((salt, rest)) = rest.split_first_chunk::<SALT_BYTES>() else {
            return Ok(None);
        };
        let Some(prefix) = rest.first_chunk::<PREFIX_BYTES>() else {
            return Ok(None);
        };
        let key_id = std::str::from_utf8(key_id).map_err(|_| damaged())?.to_owned();
        let header = Header {
            key_id,
            salt: *salt,
            prefix: *prefix,
        };
        Ok(Some((
            header,
            MAGIC.len() + 1 + length + SALT_BYTES + PREFIX_BYTES,
        )))
    }

    /// The cipher of this object. `name` is its object key: under another name nothing opens.
    pub(crate) fn cipher(&self, keys: &KeyRing, name: &str) -> Result<SegmentCipher, LakeError> {
        let key = keys.sealing(&self.key_id).ok_or(LakeError::KeyMissing)?;
        let mut mac = hmac(key);
        mac.update(b"taxhub seal 1\0");
        mac.update(&self.salt);
        mac.update(name.as_bytes());
        let derived = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        let mut bound = self.bytes();
        bound.extend_from_slice(name.as_bytes());
        let cipher = UnboundKey::new(&AES_256_GCM, derived.as_slice());
        let cipher = cipher.map_err(|e| LakeError::Seal.because("make a cipher", e))?;
        Ok(SegmentCipher {
            cipher: LessSafeKey::new(cipher),
            prefix: self.prefix,
            bound,
        })
    }
}

/// Seals and opens the segments of one object.
pub(crate) struct SegmentCipher {
    cipher: LessSafeKey,
    prefix: [u8; PREFIX_BYTES],
    bound: Vec<u8>,
}

impl SegmentCipher {
    /// Encrypts `segment` in place and appends the tag. A number must not be used twice in one object.
    pub(crate) fn seal(&self, number: u32, last: bool, segment: &mut Vec<u8>) -> Result<(), LakeError> {
        let nonce = self.nonce(number, last);
        let sealed = self
            .cipher
            .seal_in_place_append_tag(nonce, Aad::from(&self.bound), segment);
        sealed.map_err(|e| LakeError::Seal.because("seal a segment", e))
    }

    /// Decrypts one segment with its tag.
    pub(crate) fn open(&self, number: u32, last: bool, sealed: &[u8]) -> Result<Vec<u8>, LakeError> {
        let nonce = self.nonce(number, last);
        let mut segment = sealed.to_vec();
        let opened = self
            .cipher
            .open_in_place(nonce, Aad::from(&self.bound), &mut segment);
        let length = opened
            .map_err(|e| LakeError::Seal.because("open a segment", e))?
            .len();
        segment.truncate(length);
        Ok(segment)
    }

    fn nonce(&self, number: u32, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        let (prefix, rest) = nonce.split_at_mut(PREFIX_BYTES);
        prefix.copy_from_slice(&self.prefix);
        for (slot, byte) in rest
            .iter_mut()
            .zip(number.to_be_bytes().into_iter().chain([u8::from(last)]))
        {
            *slot = byte;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}
