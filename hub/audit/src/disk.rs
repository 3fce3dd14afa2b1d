//! The few things the log asks of a disk, so that tests can have one that refuses.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// An append-only file.
pub(crate) trait Disk: Send {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// When this returns, everything appended survives a power cut.
    fn sync(&mut self) -> io::Result<()>;
}

/// Opens a file for appending; makes it durably if it is new.
pub(crate) type OpenDisk = Box<dyn Fn(&Path) -> io::Result<Box<dyn Disk>> + Send>;

impl Disk for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

pub(crate) fn open_file(path: &Path) -> io::Result<Box<dyn Disk>> {
    let is_new = !path.exists();
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    if is_new {
        file.sync_all()?;
        sync_parent(path)?;
    }
    Ok(Box::new(file))
}

/// A new name is durable only when its directory is.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}
