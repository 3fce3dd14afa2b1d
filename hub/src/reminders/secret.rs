//! Passwords and keys of reminders: files that only their owner reads.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::center::OpenError;

const SECRET_BYTES_MAX: u64 = 4096;

/// # Errors
/// `reminder.secret_missing`, `reminder.secret_open` for a file that others may read.
pub(super) fn read(file: &Path) -> Result<Zeroizing<String>, OpenError> {
    let missing = |why: &dyn std::fmt::Display| OpenError::new("reminder.secret_missing", why);
    let about = fs::metadata(file).map_err(|e| missing(&e.kind()))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(OpenError::new("reminder.secret_open", "chmod 600"));
    }
    if about.len() > SECRET_BYTES_MAX {
        return Err(missing(&"too long"));
    }
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|e| missing(&e.kind()))?);
    match text.trim() {
        "" => Err(missing(&"empty")),
        secret => Ok(Zeroizing::new(secret.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        assert_eq!(read(&file).unwrap_err().code, "reminder.secret_missing");
        fs::write(&file, " hush\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(read(&file).unwrap_err().code, "reminder.secret_open");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&file).unwrap().as_str(), "hush");
    }
}
