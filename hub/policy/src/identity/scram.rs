//! SCRAM-SHA-256 (RFC 5802, RFC 7677), server side, as a pure state machine: messages in, messages out, no store.
//! Without channel binding and without an authorisation identity, neither of which the server offers.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::account::ScramVerifier;

/// No sound message comes near this.
const MESSAGE_BYTES_MAX: usize = 1_024;

/// A message that is not one, or not one for this exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// What has been said so far. Used up by `finish`, so a proof is tried once.
pub(super) struct Conversation {
    /// The flags the client sent first, which it must repeat at the end: `n,,` or `y,,`.
    gs2_header: String,
    client_first_bare: String,
    nonce: String,
    server_first: String,
    verifier: ScramVerifier,
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Conversation(..)")
    }
}

impl Conversation {
    /// Takes the client's first message and gives the server's. The name in the message is not looked at: PostgreSQL
    /// clients leave it empty, and the one that counts came before.
    pub(super) fn start(
        client_first: &str,
        server_nonce: &str,
        verifier: ScramVerifier,
    ) -> Result<(Conversation, String), Malformed> {
        if client_first.len() > MESSAGE_BYTES_MAX {
            return Err(Malformed);
        }
        let (flag, rest) = client_first.split_once(',').ok_or(Malformed)?;
        let (authzid, bare) = rest.split_once(',').ok_or(Malformed)?;
        // `p=…` asks for channel binding, which was not offered.
        if !matches!(flag, "n" | "y") || !authzid.is_empty() {
            return Err(Malformed);
        }
        // A mandatory extension would come first, as `m=`; it must be refused and fails to be a name here.
        let mut fields = bare.split(',');
        let name = fields.next().and_then(|field| field.strip_prefix("n="));
        let client_nonce = fields.next().and_then(|field| field.strip_prefix("r="));
        let client_nonce = client_nonce.filter(|nonce| is_nonce(nonce)).ok_or(Malformed)?;
        if name.is_none() || !fields.all(is_extension) {
            return Err(Malformed);
        }
        let nonce = format!("{client_nonce}{server_nonce}");
        let salt = STANDARD.encode(&verifier.salt);
        let server_first = format!("r={nonce},s={salt},i={}", verifier.iterations);
        let conversation = Conversation {
            gs2_header: format!("{flag},,"),
            client_first_bare: bare.to_owned(),
            nonce,
            server_first: server_first.clone(),
            verifier,
        };
        Ok((conversation, server_first))
    }

    /// Takes the client's last message. `Ok(Some)` is the server's last message and means that the proof was right,
    /// `Ok(None)` that it was wrong.
    pub(super) fn finish(self, client_final: &str) -> Result<Option<String>, Malformed> {
        if client_final.len() > MESSAGE_BYTES_MAX {
            return Err(Malformed);
        }
        let (without_proof, proof) = client_final.rsplit_once(",p=").ok_or(Malformed)?;
        let mut fields = without_proof.split(',');
        let binding = fields
            .next()
            .and_then(|field| field.strip_prefix("c="))
            .ok_or(Malformed)?;
        let nonce = fields
            .next()
            .and_then(|field| field.strip_prefix("r="))
            .ok_or(Malformed)?;
        // The repeated header shows that nobody on the way changed what the client could do; the nonce, that this
        // message belongs to this exchange and to no earlier one.
        let is_ours = binding == STANDARD.encode(&self.gs2_header) && nonce == self.nonce;
        if !is_ours || !fields.all(is_extension) {
            return Err(Malformed);
        }
        let proof = STANDARD.decode(proof).map_err(|_| Malformed)?;
        let proof = <[u8; 32]>::try_from(proof.as_slice()).map_err(|_| Malformed)?;
        let said = format!("{},{},{without_proof}", self.client_first_bare, self.server_first);
        let signature = hmac(&self.verifier.stored_key, &[said.as_bytes()]);
        let mut client_key = Zeroizing::new(proof);
        for (byte, mask) in client_key.iter_mut().zip(signature) {
            *byte ^= mask;
        }
        let stored_key: [u8; 32] = Sha256::digest(client_key.as_slice()).into();
        if !bool::from(stored_key.ct_eq(&self.verifier.stored_key)) {
            return Ok(None);
        }
        let server_signature = hmac(&self.verifier.server_key, &[said.as_bytes()]);
        Ok(Some(format!("v={}", STANDARD.encode(server_signature))))
    }
}

fn is_nonce(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}

fn is_extension(field: &str) -> bool {
    let mut chars = field.chars();
    let has_letter = chars
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic() && letter != 'm');
    has_letter && chars.next() == Some('=')
}

/// StoredKey and ServerKey of RFC 5802 section 3. `password` is ASCII, so it needs no SASLprep.
pub(super) fn derive_verifier(password: &str, salt: &[u8], iterations: u32) -> ScramVerifier {
    let salted = Zeroizing::new(salted_password(password, salt, iterations));
    let client_key = Zeroizing::new(hmac(salted.as_slice(), &[b"Client Key"]));
    ScramVerifier {
        salt: salt.to_vec(),
        iterations,
        stored_key: Sha256::digest(client_key.as_slice()).into(),
        server_key: hmac(salted.as_slice(), &[b"Server Key"]),
    }
}

/// `Hi` of RFC 5802, which is PBKDF2 with HMAC-SHA-256 and one block.
pub(super) fn salted_password(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut round = hmac(password.as_bytes(), &[salt, &1_u32.to_be_bytes()]);
    let mut result = round;
    for _ in 1..iterations {
        round = hmac(password.as_bytes(), &[&round]);
        for (byte, mask) in result.iter_mut().zip(round) {
            *byte ^= mask;
        }
    }
    result
}

pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length; the fallback is never reached and opens nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
