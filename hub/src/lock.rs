//! One process per data folder. A second one would run a second writer lane and a second audit writer.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Holds the data folder until it is dropped or the process ends.
///
/// INVARIANT (once): whoever opens the lake or the audit log for writing holds this first.
#[derive(Debug)]
pub struct DataLock {
    file: File,
    path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("the data folder is in use by another process")]
    Taken,
    #[error("the lock file cannot be used: {0}")]
    Unusable(#[from] io::Error),
}

impl LockError {
    /// Key in the text catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            LockError::Taken => "hub.data_folder_taken",
            LockError::Unusable(_) => "hub.data_folder_unusable",
        }
    }
}

impl DataLock {
    /// Takes `<data_dir>/taxhub.lock`, creating the folder if it is missing.
    ///
    /// The lock belongs to the open file, not to its name: the kernel lets go when the process dies in any way, and a
    /// file left behind blocks nobody.
    pub fn take(data_dir: &Path) -> Result<DataLock, LockError> {
        std::fs::create_dir_all(data_dir)?;
        let path = data_dir.join("taxhub.lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Taken),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // For a person who wonders which process it is; nothing reads it back.
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(DataLock { file, path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for DataLock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::{DataLock, LockError};

    #[test]
    fn a_data_folder_has_one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new/data");
        let first = DataLock::take(&data).unwrap();
        assert!(matches!(DataLock::take(&data), Err(LockError::Taken)));
        drop(first);
        let again = DataLock::take(&data).unwrap();
        assert!(again.path().exists());
    }
}
