//! The key that makes up salts for names that do not exist.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::TryRngCore;

/// Kept across restarts: a made-up salt that changes would tell that its name is not real.
pub(super) fn disguise_key(path: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0_u8; 32];
    match fs::read(path) {
        Ok(kept) if kept.len() == key.len() => key.copy_from_slice(&kept),
        Ok(_) => return Err(io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            rand::rngs::OsRng
                .try_fill_bytes(&mut key)
                .map_err(io::Error::other)?;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)?;
            file.write_all(&key)?;
            file.sync_all()?;
        }
        Err(error) => return Err(error),
    }
    Ok(key)
}
