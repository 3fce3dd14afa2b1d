//! From the server's greeting to a session: TLS first, then the proof of the password. The password itself is never sent.
//! Not here: the way newer MySQL servers ask for by default (`caching_sha2_password`); none could be tried.

use std::sync::Arc;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::trouble_of;
use super::wire::{Reader, Wire};
use crate::tls;
use crate::trouble::Trouble;

const PROTOCOL: u8 = 10;
/// utf8mb4, in which everything comes back.
const CHARSET: u8 = 45;
const PACKET_BYTES_SAID: u32 = 64 << 20;

const LONG_PASSWORD: u32 = 1;
const WITH_DATABASE: u32 = 1 << 3;
const PROTOCOL_41: u32 = 1 << 9;
const TLS: u32 = 1 << 11;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const PLUGIN_AUTH: u32 = 1 << 19;
/// What we can do. Files of ours are not among it: a server must not be able to ask for them.
const OURS: u32 =
    LONG_PASSWORD | WITH_DATABASE | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGIN_AUTH;

const NATIVE: &str = "mysql_native_password";
const NONCE_BYTES: usize = 20;

/// Who we are, and how the line must be.
pub(super) struct Visit<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    pub(super) database: &'a str,
    pub(super) host: &'a str,
    pub(super) tls: Option<Arc<ClientConfig>>,
}

struct Greeting {
    able: u32,
    nonce: Vec<u8>,
}

impl Visit<'_> {
    pub(super) async fn begin(self, mut wire: Wire) -> Result<Wire, Trouble> {
        let greeting = Greeting::read(&wire.receive().await?)?;
        if greeting.able & PROTOCOL_41 == 0 {
            return Err(Trouble::Unreadable);
        }
        if let Some(config) = self.tls.clone() {
            if greeting.able & TLS == 0 {
                return Err(Trouble::Untrusted);
            }
            wire.send(&self.head(TLS)).await?;
            wire = encrypt(wire, config, self.host).await?;
        }
        // A server whose usual way is another one names the account's way in its next packet.
        let proof = proof(NATIVE, self.password, &greeting.nonce).unwrap_or_default();
        let mut answer = self.head(if self.tls.is_some() { TLS } else { 0 });
        put_zero_ended(&mut answer, self.user)?;
        answer.push(u8::try_from(proof.len()).map_err(|_| Trouble::Unreadable)?);
        answer.extend_from_slice(&proof);
        put_zero_ended(&mut answer, self.database)?;
        put_zero_ended(&mut answer, NATIVE)?;
        wire.send(&answer).await?;
        // Each turn of this is one packet of the server; an honest one needs two.
        for _ in 0..4 {
            let packet = wire.receive().await?;
            let mut said = Reader(&packet);
            match said.u8()? {
                0x00 => return Ok(wire),
                0xff => return Err(trouble_of(&packet)),
                0xfe => {
                    let method = String::from_utf8_lossy(said.until_zero()).into_owned();
                    let nonce = said.0.get(..NONCE_BYTES).unwrap_or_default();
                    let proof = self::proof(&method, self.password, nonce).ok_or(Trouble::Credentials)?;
                    wire.send(&proof).await?;
                }
                _ => return Err(Trouble::Unreadable),
            }
        }
        Err(Trouble::Unreadable)
    }

    /// What both the wish for TLS and the answer begin with.
    fn head(&self, more: u32) -> Vec<u8> {
        let mut head = (OURS | more).to_le_bytes().to_vec();
        head.extend_from_slice(&PACKET_BYTES_SAID.to_le_bytes());
        head.push(CHARSET);
        head.extend_from_slice(&[0; 23]);
        head
    }
}

impl Greeting {
    fn read(packet: &[u8]) -> Result<Greeting, Trouble> {
        let mut said = Reader(packet);
        match said.u8()? {
            PROTOCOL => {}
            0xff => return Err(trouble_of(packet)),
            _ => return Err(Trouble::Unreadable),
        }
        said.until_zero();
        said.bytes(4)?;
        let mut nonce = said.bytes(8)?.to_vec();
        said.bytes(1)?;
        let low = said.number(2)?;
        said.bytes(3)?;
        let high = said.number(2)?;
        said.bytes(11)?;
        let rest = said.0.get(..NONCE_BYTES - 8).unwrap_or_default();
        nonce.extend_from_slice(rest);
        Ok(Greeting {
            able: u32::try_from(high << 16 | low).map_err(|_| Trouble::Unreadable)?,
            nonce,
        })
    }
}

async fn encrypt(wire: Wire, config: Arc<ClientConfig>, host: &str) -> Result<Wire, Trouble> {
    let number = wire.number();
    let server = ServerName::try_from(host.to_owned()).map_err(|_| Trouble::Untrusted)?;
    let stream = TlsConnector::from(config)
        .connect(server, wire.into_stream()?)
        .await;
    let stream = stream.map_err(|error| match tls::is_about_trust(&error) {
        true => Trouble::Untrusted,
        false => Trouble::Unreachable,
    })?;
    Ok(Wire::over(Box::new(stream), number))
}

/// That we know the password, for this nonce only. `None` for a way we do not speak, such as sending it in the clear.
fn proof(method: &str, password: &str, nonce: &[u8]) -> Option<Vec<u8>> {
    let password = password.as_bytes();
    if method != NATIVE {
        return None;
    }
    if password.is_empty() {
        return Some(Vec::new());
    }
    let once = hash(&[password]);
    let salt = hash(&[nonce, &hash(&[&once])]);
    Some(once.iter().zip(salt).map(|(a, b)| a ^ b).collect())
}

/// SHA-1, because servers do; what it protects is a proof of one moment, and TLS is below it.
fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().to_vec()
}

fn put_zero_ended(out: &mut Vec<u8>, text: &str) -> Result<(), Trouble> {
    if text.bytes().any(|byte| byte == 0) {
        return Err(Trouble::PlaceUnusable);
    }
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_what_the_server_can_check_with_the_hash_it_keeps() {
        let nonce: Vec<u8> = (1..=20).collect();
        // The server keeps H(H(password)); it takes the salt off and hashes once more.
        let kept = hash(&[&hash(&[b"quiet"])]);
        let said = proof(NATIVE, "quiet", &nonce).unwrap();
        let once: Vec<u8> = said
            .iter()
            .zip(hash(&[&nonce, &kept]))
            .map(|(a, b)| a ^ b)
            .collect();
        assert_eq!(hash(&[&once]), kept);
    }

    #[test]
    fn the_password_is_not_sent_to_whoever_asks_for_it() {
        assert_eq!(proof("mysql_clear_password", "quiet", &[0; 20]), None);
        assert_eq!(proof("mysql_old_password", "quiet", &[0; 20]), None);
        assert_eq!(proof("caching_sha2_password", "quiet", &[0; 20]), None);
        assert_eq!(proof(NATIVE, "", &[0; 20]), Some(Vec::new()));
    }

    #[test]
    fn a_greeting_that_breaks_off_is_refused() {
        let mut greeting = vec![PROTOCOL];
        greeting.extend_from_slice(b"10.11\0");
        greeting.extend_from_slice(&[0; 4]);
        greeting.extend_from_slice(b"12345678\0");
        greeting.extend_from_slice(&[0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]);
        greeting.extend_from_slice(&[0; 10]);
        greeting.extend_from_slice(b"90ABCDEFGHIJ\0mysql_native_password\0");
        let read = Greeting::read(&greeting).unwrap();
        assert_eq!(read.nonce, b"1234567890ABCDEFGHIJ");
        assert!(read.able & PROTOCOL_41 > 0);
        for end in 0..30 {
            assert!(Greeting::read(&greeting[..end]).is_err(), "{end}");
        }
    }
}
