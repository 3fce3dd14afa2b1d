//! Where `taxhub login` keeps the hub's address and the token: one file that only its owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Client, ClientError};

#[derive(Serialize, Deserialize)]
pub struct Saved {
    pub address: String,
    pub token: String,
}

impl Saved {
    /// `$TAXHUB_CREDENTIALS`, or `taxhub/credentials.json` in the person's configuration folder.
    fn path() -> Option<PathBuf> {
        if let Some(path) = std::env::var_os("TAXHUB_CREDENTIALS") {
            return Some(path.into());
        }
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
        let folder = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(home)?;
        Some(folder.join("taxhub/credentials.json"))
    }

    /// A file of ours in the folder of the credentials.
    pub(super) fn beside(name: &str) -> Option<PathBuf> {
        Some(Self::path()?.parent()?.join(name))
    }

    pub fn keep(&self) -> io::Result<PathBuf> {
        let path = Self::path().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        Ok(path)
    }

    fn read() -> Option<Saved> {
        serde_json::from_slice(&fs::read(Self::path()?).ok()?).ok()
    }

    /// The client for a command: options first, then `TAXHUB_URL` and `TAXHUB_TOKEN`, then what `login` kept.
    pub fn client(address: Option<String>, token: Option<String>) -> Result<Client, ClientError> {
        let address = address.or_else(|| std::env::var("TAXHUB_URL").ok());
        let token = token.or_else(|| std::env::var("TAXHUB_TOKEN").ok());
        let saved = if address.is_none() || token.is_none() {
            Self::read()
        } else {
            None
        };
        let (saved_address, saved_token) = saved.map(|saved| (saved.address, saved.token)).unzip();
        match (address.or(saved_address), token.or(saved_token)) {
            (Some(address), Some(token)) => Ok(Client::new(&address, Some(token))),
            _ => Err(ClientError::NotSignedIn),
        }
    }
}
