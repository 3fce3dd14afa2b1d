//! A store that lies about the log: each fault happens once, at the next write of a log entry.

use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    None,
    /// Stored, but the answer is lost.
    StoredThenError,
    /// Stored; the client repeats the request by itself and is told that the name exists.
    StoredThenExists,
    /// Not stored.
    ErrorOnly,
    /// Not stored yet: the request arrives just before the next one.
    StoredLate,
    /// The entry is stored; the checkpoint after it is not.
    CheckpointFails,
    /// Nothing is stored until somebody mends it.
    Down,
    /// As `Down`, and the first request is still on its way: it arrives just before the next one after the mending.
    Held,
    /// Entries are stored, but neither the answer nor any reading of the log gets through until somebody mends it.
    Deaf,
}

#[derive(Debug)]
pub(super) struct FaultyStore {
    pub inner: InMemory,
    fault: Mutex<Fault>,
    late: Mutex<Option<(Path, PutPayload, PutOptions)>>,
}

impl FaultyStore {
    pub(super) fn new() -> Arc<FaultyStore> {
        Arc::new(FaultyStore {
            inner: InMemory::new(),
            fault: Mutex::new(Fault::None),
            late: Mutex::default(),
        })
    }

    pub(super) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    pub(super) fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }
}

fn lost() -> Error {
    Error::Generic {
        store: "FaultyStore",
        source: "503 Slow Down".into(),
    }
}

fn is_log(path: &Path) -> bool {
    path.as_ref().contains("_delta_log")
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultyStore")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fault = self.fault();
        let checkpoint = path.as_ref().contains("checkpoint");
        if !is_log(path) || checkpoint != (fault == Fault::CheckpointFails) {
            return self.inner.put_opts(path, payload, options).await;
        }
        let late = match fault {
            Fault::Held => None,
            _ => self.late.lock().unwrap().take(),
        };
        if let Some((path, payload, options)) = late {
            self.inner.put_opts(&path, payload, options).await?;
        }
        if !matches!(fault, Fault::Down | Fault::Held | Fault::Deaf) {
            self.set(Fault::None);
        }
        match fault {
            Fault::None => self.inner.put_opts(path, payload, options).await,
            Fault::ErrorOnly | Fault::CheckpointFails | Fault::Down => Err(lost()),
            Fault::StoredThenError | Fault::Deaf => {
                self.inner.put_opts(path, payload, options).await.and(Err(lost()))
            }
            Fault::StoredThenExists => {
                self.inner.put_opts(path, payload, options).await?;
                Err(Error::AlreadyExists {
                    path: path.to_string(),
                    source: "412".into(),
                })
            }
            Fault::StoredLate | Fault::Held => {
                self.late
                    .lock()
                    .unwrap()
                    .get_or_insert((path.clone(), payload, options));
                Err(lost())
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        match self.fault() == Fault::Deaf && is_log(path) && path.as_ref().ends_with("1.json") {
            true => Err(lost()),
            false => self.inner.get_opts(path, options).await,
        }
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
