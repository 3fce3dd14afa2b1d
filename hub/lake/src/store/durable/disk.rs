//! The two fsyncs, behind a seam so that tests can count them and make them fail.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::path::Path;

pub(crate) trait Disk: Debug + Send + Sync {
    fn sync_file(&self, file: &File) -> io::Result<()>;
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;

    /// A directory that shows a new name must reach the disk before anyone is told. If it does not, the process ends:
    /// the kernel may have dropped the dirty pages, so neither a second fsync nor what the page cache still shows is
    /// evidence of anything. The next start reads the disk again.
    fn sync_directory_or_stop(&self, directory: &Path) {
        if let Err(error) = self.sync_directory(directory) {
            tracing::error!(detail = %error, "fsync of a directory failed, stopping");
            std::process::abort();
        }
    }
}

#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn sync_file(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        File::open(directory)?.sync_all()
    }
}
