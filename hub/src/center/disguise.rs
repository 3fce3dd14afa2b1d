//! What identity needs of the settings and the folder, the key that makes up salts for names that do not exist among it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use policy::IdentitySettings;
use rand::TryRngCore;

use super::OpenError;
use crate::config::Config;
use crate::folder::Folder;

/// Kept across restarts: a made-up salt that changes would tell that its name is not real.
fn disguise_key(path: &Path) -> io::Result<[u8; 32]> {
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

/// The settings, with the key of this folder.
pub(super) fn identity_settings(config: &Config, folder: &Folder) -> Result<IdentitySettings, OpenError> {
    let disguise_key = disguise_key(&folder.disguise_key());
    let disguise_key = disguise_key.map_err(|e| OpenError::new("hub.data_folder_unusable", e.kind()))?;
    Ok(IdentitySettings {
        checks_at_once: config.sign_in.at_once as usize,
        disguise_key: Some(disguise_key),
        ..IdentitySettings::default()
    })
}
