//! What the lake rests on, tried before it opens: a store that says yes and does otherwise would cost data later.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path as FsPath;
use std::sync::Arc;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};

use crate::error::{LakeError, Probe, storage};

/// fsync of files and directories, and hard links, on the file system of a local data root (some FUSE, 9p and
/// network file systems have one without the other).
pub(super) fn hard_links_and_fsync(root: &FsPath) -> Result<(), LakeError> {
    let (first, second) = (root.join("probe#1"), root.join("probe#2"));
    let _ = (fs::remove_file(&first), fs::remove_file(&second));
    let unfit =
        |probe: Probe| move |e: std::io::Error| LakeError::Unfit(probe).because("probe the data root", e);
    let synced = File::create(&first).and_then(|mut file| {
        file.write_all(b"probe")?;
        file.sync_all()?;
        File::open(root)?.sync_all()
    });
    let linked = fs::hard_link(&first, &second);
    let _ = (fs::remove_file(&first), fs::remove_file(&second));
    synced.map_err(unfit(Probe::Fsync))?;
    linked.map_err(unfit(Probe::HardLink))
}

/// Put-if-absent, reading back, and sorted listings, through the store itself.
pub(crate) async fn probe(store: &Arc<dyn ObjectStore>) -> Result<(), LakeError> {
    let folder = Path::from("probe");
    let name = |n: u8| folder.clone().join(format!("{:016x}-{n}", rand::random::<u64>()));
    let (a, b) = (name(1), name(2));
    let doing = "probe the store";
    // Bytes that only this probe can have written: a client that sent its first request twice hears `AlreadyExists` of
    // its own object, and what is read below tells whose it is.
    let first = format!("{:016x}", rand::random::<u64>());
    for path in [&b, &a] {
        let put = store.put_opts(path, first.clone().into(), PutMode::Create.into());
        match put.await {
            Ok(_) | Err(Error::AlreadyExists { .. }) => {}
            Err(error) => return Err(storage(doing)(error)),
        }
    }
    let again = store.put_opts(&a, "second".into(), PutMode::Create.into()).await;
    let read = store
        .get(&a)
        .await
        .map_err(storage(doing))?
        .bytes()
        .await
        .map_err(storage(doing))?;
    let listed = store
        .list_with_offset(Some(&folder), &folder)
        .map_ok(|object| object.location);
    let listed: Vec<Path> = listed.try_collect().await.map_err(storage(doing))?;
    for path in [&a, &b] {
        store.delete(path).await.map_err(storage(doing))?;
    }
    match again {
        Err(Error::AlreadyExists { .. }) => {}
        _ => return Err(LakeError::Unfit(Probe::PutIfAbsent)),
    }
    if read != first {
        return Err(LakeError::Unfit(Probe::ReadBack));
    }
    match listed.is_sorted() && listed.contains(&a) && listed.contains(&b) {
        true => Ok(()),
        false => Err(LakeError::Unfit(Probe::SortedListing)),
    }
}
