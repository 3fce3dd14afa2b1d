//! The log's signing key, its public half, and the signed heads. Receipts are signed with the same key.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use rand::TryRngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::AuditError;
use crate::tree::Hash;

const SECRET_PREFIX: &str = "taxhub-ed25519-secret:";
const PUBLIC_PREFIX: &str = "taxhub-ed25519-public:";

/// Holds the private key. `Debug` prints the key id only.
#[derive(Clone)]
pub struct Signer {
    key: Arc<SigningKey>,
    public: VerifyingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("key_id", &self.public.key_id)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads the key file, or makes a new key (file mode 0600) and writes its public half to `<path>.pub`.
    /// A key file that others may read is refused: whoever read it can forge heads and receipts.
    pub fn load_or_create(path: &Path) -> Result<Signer, AuditError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
                    return Err(AuditError::Key("other accounts may read the file"));
                }
                let bytes = decode_key(&text, SECRET_PREFIX)?;
                Ok(Signer::from_key(SigningKey::from_bytes(&bytes)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Signer::create(path),
            Err(error) => Err(error.into()),
        }
    }

    /// A fresh key that is written nowhere: for tests and for checks that need no lasting identity.
    pub fn ephemeral() -> Result<Signer, AuditError> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        rand::rngs::OsRng
            .try_fill_bytes(seed.as_mut_slice())
            .map_err(|_| AuditError::Key("the system gives no random bytes"))?;
        Ok(Signer::from_key(SigningKey::from_bytes(&seed)))
    }

    fn create(path: &Path) -> Result<Signer, AuditError> {
        let signer = Signer::ephemeral()?;
        let secret = Zeroizing::new(format!(
            "{SECRET_PREFIX}{}\n",
            STANDARD.encode(signer.key.as_bytes())
        ));
        write_new(path, secret.as_bytes(), 0o600)?;
        let mut public_path = path.as_os_str().to_owned();
        public_path.push(".pub");
        // The public half can always be derived again, so an older file of that name may be replaced.
        fs::write(&public_path, format!("{}\n", signer.public))?;
        Ok(signer)
    }

    fn from_key(key: SigningKey) -> Signer {
        let public = VerifyingKey::new(key.verifying_key());
        Signer {
            key: Arc::new(key),
            public,
        }
    }

    /// The signature over `message`, as base64. Heads start with `taxhub-audit/`, receipts with `{`; what is signed
    /// for one can never be taken for the other.
    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.key.sign(message).to_bytes())
    }

    pub fn key_id(&self) -> &str {
        &self.public.key_id
    }

    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }
}

/// The public half: what an auditor needs besides the log's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    key: ed25519_dalek::VerifyingKey,
    key_id: String,
}

impl VerifyingKey {
    fn new(key: ed25519_dalek::VerifyingKey) -> VerifyingKey {
        let digest = Sha256::digest(key.as_bytes());
        let short = hex::encode(digest).chars().take(16).collect::<String>();
        VerifyingKey {
            key,
            key_id: format!("ed25519:{short}"),
        }
    }

    /// Reads `taxhub-ed25519-public:<base64>`.
    pub fn parse(text: &str) -> Result<VerifyingKey, AuditError> {
        let bytes = decode_key(text, PUBLIC_PREFIX)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes)
            .map_err(|_| AuditError::Key("not an Ed25519 public key"))?;
        Ok(VerifyingKey::new(key))
    }

    pub fn load(path: &Path) -> Result<VerifyingKey, AuditError> {
        VerifyingKey::parse(&fs::read_to_string(path)?)
    }

    /// `ed25519:` and the first 16 hex digits of the key's SHA-256.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Whether `signature` (base64) is this key's signature over `message`.
    pub fn verify(&self, message: &[u8], signature: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(signature) else {
            return false;
        };
        let Ok(signature) = Signature::from_slice(&bytes) else {
            return false;
        };
        self.key.verify_strict(message, &signature).is_ok()
    }
}

impl std::fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.key.as_bytes()))
    }
}

/// A signed statement: "the first `size` records of log `log` have this root". One line of `heads.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub v: u8,
    /// Position among the heads of this log, from 0 without gaps.
    pub number: u64,
    pub log: String,
    pub size: u64,
    pub root: Hash,
    pub at: DateTime<Utc>,
    pub key_id: String,
    pub signature: String,
}

impl Head {
    pub(crate) fn sign(
        signer: &Signer,
        number: u64,
        log: &str,
        size: u64,
        root: Hash,
        at: DateTime<Utc>,
    ) -> Head {
        let mut head = Head {
            v: 1,
            number,
            log: log.to_owned(),
            size,
            root,
            at,
            key_id: signer.key_id().to_owned(),
            signature: String::new(),
        };
        head.signature = signer.sign(head.signed_text().as_bytes());
        head
    }

    /// The exact text under the signature. Its first three lines are a C2SP tlog checkpoint (origin, size, root), so
    /// that an ordinary witness can countersign it; our own facts follow as extension lines.
    pub fn signed_text(&self) -> String {
        format!(
            "taxhub-audit/{}\n{}\n{}\nnumber {}\nat {}\nkey {}\n",
            self.log,
            self.size,
            STANDARD.encode(self.root.as_bytes()),
            self.number,
            self.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            self.key_id,
        )
    }

    pub fn verify(&self, key: &VerifyingKey) -> bool {
        self.v == 1 && self.key_id == key.key_id && key.verify(self.signed_text().as_bytes(), &self.signature)
    }
}

fn decode_key(text: &str, prefix: &str) -> Result<[u8; 32], AuditError> {
    let encoded = text
        .trim()
        .strip_prefix(prefix)
        .ok_or(AuditError::Key("not a key file"))?;
    let bytes = Zeroizing::new(
        STANDARD
            .decode(encoded)
            .map_err(|_| AuditError::Key("the key is not base64"))?,
    );
    <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| AuditError::Key("the key has the wrong length"))
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuditError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}
