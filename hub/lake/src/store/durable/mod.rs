//! The local data root as an object store in which an acknowledged name is on disk.
//!
//! `LocalFileSystem` of object_store 0.13 never calls fsync: after a power cut a commit that was acknowledged may be
//! gone, or there with zero bytes, which reads as "no rows". Here every new object goes the same way: bytes into
//! `name#<n>`, fsync; link or rename to `name`; fsync of the directory, and of the parents of directories made on the
//! way. Reading, listing and deleting stay with `LocalFileSystem`, which does not show names ending in `#<digits>`.

mod disk;
mod draft;

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

pub(crate) use disk::{Disk, RealDisk};
use draft::{Draft, Upload};

/// Everything below one directory, which belongs to one process (the hub's lock sees to that).
#[derive(Debug, Clone)]
pub struct DurableLocalFs {
    inner: LocalFileSystem,
    root: PathBuf,
    disk: Arc<dyn Disk>,
    /// Directory → inode, for directories whose name is known to be on disk.
    named: Arc<Mutex<HashMap<PathBuf, u64>>>,
}

impl DurableLocalFs {
    /// `root` must exist. Nothing outside it is written.
    pub fn new(root: &FsPath) -> Result<DurableLocalFs> {
        DurableLocalFs::on(root, Arc::new(RealDisk))
    }

    pub(crate) fn on(root: &FsPath, disk: Arc<dyn Disk>) -> Result<DurableLocalFs> {
        let root = root.canonicalize().map_err(|e| io_error(root, e))?;
        Ok(DurableLocalFs {
            inner: LocalFileSystem::new_with_prefix(&root)?,
            root,
            disk,
            named: Arc::default(),
        })
    }

    /// INVARIANT (durable): when this returns, the content and every name on the way from the root are on disk.
    fn sync_names(&self, directory: &FsPath) {
        self.disk.sync_directory_or_stop(directory);
    }

    /// Makes `directory` exist on disk, with all its parents below the root. One that exists is synced once per process
    /// as well: whoever made it may have died before its fsync.
    fn make_directory(&self, directory: &FsPath) -> Result<()> {
        if directory == self.root {
            return Ok(());
        }
        let parent = directory.parent().filter(|parent| parent.starts_with(&self.root));
        let parent = parent.ok_or_else(|| io_error(directory, io::Error::other("outside the data root")))?;
        self.make_directory(parent)?;
        match fs::create_dir(directory) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(io_error(directory, e)),
            _ => {}
        }
        let inode = fs::metadata(directory).map_err(|e| io_error(directory, e))?.ino();
        let known = self
            .named
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(directory)
            .copied();
        if known != Some(inode) {
            self.sync_names(parent);
            self.named
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(directory.to_owned(), inode);
        }
        Ok(())
    }

    async fn draft(&self, location: &Path) -> Result<Draft> {
        let (this, target) = (self.clone(), self.inner.path_to_filesystem(location)?);
        blocking(move || Draft::create(this, target)).await
    }
}

/// Disk work must not hold up the runtime's workers.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

fn io_error(path: &FsPath, error: io::Error) -> Error {
    let path = path.display().to_string();
    match error.kind() {
        ErrorKind::AlreadyExists => Error::AlreadyExists {
            path,
            source: error.into(),
        },
        ErrorKind::NotFound => Error::NotFound {
            path,
            source: error.into(),
        },
        ErrorKind::PermissionDenied => Error::PermissionDenied {
            path,
            source: error.into(),
        },
        _ => Error::Generic {
            store: "DurableLocalFs",
            // The kind travels on: a full disk is told apart.
            source: io::Error::new(error.kind(), format!("{path}: {error}")).into(),
        },
    }
}

impl fmt::Display for DurableLocalFs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DurableLocalFs")
    }
}

#[async_trait]
impl ObjectStore for DurableLocalFs {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if matches!(options.mode, PutMode::Update(_)) || !options.attributes.is_empty() {
            // The inner store answers that it cannot, in its own words.
            return self.inner.put_opts(location, payload, options).await;
        }
        let draft = self.draft(location).await?;
        blocking(move || {
            draft.write(&payload, 0)?;
            draft.publish(matches!(options.mode, PutMode::Create))
        })
        .await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload::new(self.draft(location).await?)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    /// Not synced: a deleted object may be back after a power cut, which is garbage and not a loss.
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    /// Sorted, as object stores do it. The Delta kernel sorts a listing itself for `file:` URLs only; for any other
    /// scheme it takes an unsorted log for one with gaps, or for a shorter one.
    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let listed = self
            .inner
            .list_with_offset(prefix, offset)
            .try_collect::<Vec<_>>();
        stream::once(async move {
            let mut all = listed.await?;
            all.sort_by(|a, b| a.location.cmp(&b.location));
            Ok::<_, Error>(stream::iter(all.into_iter().map(Ok)))
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    /// Copies bytes, so that a copy is as durable as any other object. A rename is this and a deletion.
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let mode = match options.mode {
            CopyMode::Create => PutMode::Create,
            CopyMode::Overwrite => PutMode::Overwrite,
        };
        let bytes = self.inner.get(from).await?.bytes().await?;
        self.put_opts(to, bytes.into(), mode.into()).await.map(drop)
    }
}
