//! Passwords, keys and tokens of sources. Each is a file that only its owner reads; settings hold its name and nothing
//! holds its content longer than one connection takes. It is read anew each time, so a new one needs no restart.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::trouble::Trouble;

const BYTES_MAX: u64 = 16 << 10;

/// The name of a file with a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretFile(PathBuf);

impl SecretFile {
    pub(crate) fn within(&mut self, folder: &Path) {
        self.0 = folder.join(&self.0);
    }

    /// The content without the line end.
    pub(crate) fn read(&self) -> Result<Zeroizing<String>, Trouble> {
        let refused = |why: &dyn std::fmt::Display| {
            tracing::error!(file = %self.0.display(), %why, "a secret of a source cannot be used");
            Trouble::Secret
        };
        let about = fs::metadata(&self.0).map_err(|error| refused(&error.kind()))?;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(refused(&"others may read it: chmod 600"));
        }
        if !about.is_file() || about.len() > BYTES_MAX {
            return Err(refused(&"not a small file"));
        }
        let text = fs::read_to_string(&self.0).map(Zeroizing::new);
        let text = text.map_err(|error| refused(&error.kind()))?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(refused(&"empty")),
            secret => Ok(Zeroizing::new(secret.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let mut secret = SecretFile(PathBuf::from("password"));
        secret.within(folder.path());
        let file = folder.path().join("password");
        assert_eq!(secret.read(), Err(Trouble::Secret));
        fs::write(&file, "hush hush \r\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(secret.read(), Err(Trouble::Secret));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secret.read().unwrap().as_str(), "hush hush ");
        fs::write(&file, "\n").unwrap();
        assert_eq!(secret.read(), Err(Trouble::Secret));
    }
}
