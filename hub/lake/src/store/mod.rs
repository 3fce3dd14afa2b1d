//! From a URL to an object store: a local folder (`file:`) or a bucket (`s3:`).

mod durable;
mod leftovers;
mod probe;
mod read_only;
mod s3;

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;

pub use durable::DurableLocalFs;
pub(crate) use probe::probe;

use crate::error::LakeError;
use crate::settings::LakeSettings;

/// The hub's store: what it acknowledges is on disk. Leftovers of a crash are gone when this returns.
pub(crate) async fn writable(settings: &LakeSettings) -> Result<Arc<dyn ObjectStore>, LakeError> {
    match settings.url.scheme() {
        "file" => {
            let root = local_root(settings)?;
            let store = tokio::task::spawn_blocking(move || {
                leftovers::make_root(&root)?;
                probe::hard_links_and_fsync(&root)?;
                leftovers::sweep(&root)?;
                DurableLocalFs::new(&root).map_err(crate::error::storage("open the data root"))
            });
            Ok(Arc::new(store.await.map_err(|e| {
                LakeError::Storage.because("open the data root", e)
            })??))
        }
        "s3" => s3::open(settings),
        _ => Err(LakeError::Url),
    }
}

/// The store for processes that only read (query workers): every write is refused.
pub fn open_store(settings: &LakeSettings) -> Result<Arc<dyn ObjectStore>, LakeError> {
    match settings.url.scheme() {
        "file" => {
            let local = LocalFileSystem::new_with_prefix(local_root(settings)?)
                .map_err(crate::error::storage("open the data root for reading"))?;
            Ok(Arc::new(read_only::ReadOnly::new(Arc::new(local))))
        }
        "s3" => Ok(Arc::new(read_only::ReadOnly::new(s3::open(settings)?))),
        _ => Err(LakeError::Url),
    }
}

/// Bytes of one part of a large object; buckets take no smaller ones.
const PART_BYTES: usize = 5 * 1024 * 1024;
/// Parts of one object on their way at the same time.
const PARTS_AHEAD: usize = 2;

/// A large object being written. INVARIANT (bounded): a slow store makes the writer wait instead of filling memory.
pub(crate) fn upload(store: Arc<dyn ObjectStore>, to: Path) -> BufWriter {
    BufWriter::with_capacity(store, to, PART_BYTES).with_max_concurrency(PARTS_AHEAD)
}

fn local_root(settings: &LakeSettings) -> Result<PathBuf, LakeError> {
    settings
        .url
        .to_file_path()
        .ok()
        .filter(|path| path.is_absolute() && path != FsPath::new("/"))
        .ok_or(LakeError::Url)
}

#[cfg(test)]
mod tests;
