//! The durable store: it behaves like any object store, and nothing is acknowledged before it is on disk.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, MultipartUpload, ObjectStoreExt, PutMode, PutPayload};
use tempfile::TempDir;

use super::super::durable::{Disk, DurableLocalFs, RealDisk};
use super::super::*;

/// Writes down what was synced, and can refuse.
#[derive(Debug, Default)]
struct Watched {
    seen: Mutex<Vec<String>>,
    refuse_files: bool,
}

impl Disk for Watched {
    fn sync_file(&self, file: &fs::File) -> io::Result<()> {
        self.seen.lock().unwrap().push("content".into());
        if self.refuse_files {
            Err(io::Error::other("EIO"))
        } else {
            RealDisk.sync_file(file)
        }
    }

    fn sync_directory(&self, directory: &FsPath) -> io::Result<()> {
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        self.seen.lock().unwrap().push(name);
        RealDisk.sync_directory(directory)
    }
}

impl Watched {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn durable() -> (TempDir, DurableLocalFs, Arc<Watched>) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    let watched = Arc::new(Watched::default());
    let store = DurableLocalFs::on(&root, watched.clone()).unwrap();
    (dir, store, watched)
}

fn names(dir: &TempDir) -> Vec<PathBuf> {
    let mut names = Vec::new();
    let mut folders = vec![dir.path().join("root")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                names.push(path)
            }
        }
    }
    names
}

async fn text(store: &DurableLocalFs, path: &str) -> Result<Bytes, Error> {
    store.get(&Path::from(path)).await?.bytes().await
}

#[tokio::test]
async fn a_new_object_is_synced_before_its_name_and_every_new_folder_after_it() {
    let (_dir, store, watched) = durable();
    let path = Path::from("feeds/a/one");
    store.put(&path, "1".into()).await.unwrap();
    // Folders: `feeds` shows in `root`, `a` shows in `feeds`. Then the content, then the folder with the new name.
    assert_eq!(watched.take(), ["root", "feeds", "content", "a"]);
    store
        .put_opts(&Path::from("feeds/a/two"), "2".into(), PutMode::Create.into())
        .await
        .unwrap();
    assert_eq!(watched.take(), ["content", "a"]);
    store.copy(&path, &Path::from("feeds/b/one")).await.unwrap();
    assert_eq!(watched.take(), ["feeds", "content", "b"]);
    store.rename(&path, &Path::from("feeds/b/two")).await.unwrap();
    assert_eq!(watched.take(), ["content", "b"]);
    let mut upload = store.put_multipart(&Path::from("feeds/b/three")).await.unwrap();
    upload.put_part("abc".into()).await.unwrap();
    assert_eq!(watched.take(), [] as [&str; 0]);
    upload.complete().await.unwrap();
    assert_eq!(watched.take(), ["content", "b"]);
    // A process that starts does not know who made the folders it finds, and whether they are on disk.
    let again = DurableLocalFs::on(&_dir.path().join("root"), watched.clone()).unwrap();
    again.put(&Path::from("feeds/b/four"), "4".into()).await.unwrap();
    assert_eq!(watched.take(), ["root", "feeds", "content", "b"]);
}

#[tokio::test]
async fn a_refused_create_syncs_the_winner_first() {
    let (dir, store, watched) = durable();
    let path = Path::from("a/one");
    store
        .put_opts(&path, "first".into(), PutMode::Create.into())
        .await
        .unwrap();
    watched.take();
    let lost = store
        .put_opts(&path, "second".into(), PutMode::Create.into())
        .await;
    assert!(matches!(lost, Err(Error::AlreadyExists { .. })), "{lost:?}");
    assert_eq!(watched.take(), ["content", "a"]);
    assert_eq!(text(&store, "a/one").await.unwrap(), "first");
    assert_eq!(names(&dir).len(), 1, "no draft is left");
}

#[tokio::test]
async fn content_that_cannot_be_synced_gets_no_name() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("root")).unwrap();
    let disk = Arc::new(Watched {
        refuse_files: true,
        ..Watched::default()
    });
    let store = DurableLocalFs::on(&dir.path().join("root"), disk).unwrap();
    assert!(store.put(&Path::from("a"), "1".into()).await.is_err());
    let mut upload = store.put_multipart(&Path::from("b")).await.unwrap();
    upload.put_part("abc".into()).await.unwrap();
    assert!(upload.complete().await.is_err());
    drop(upload);
    assert!(names(&dir).is_empty());
}

/// Runs itself in another process, because that process must end.
#[test]
fn a_directory_that_cannot_be_synced_ends_the_process() {
    const CHILD: &str = "TAXHUB_TEST_FSYNC_CHILD";
    #[derive(Debug)]
    struct Refuses;
    impl Disk for Refuses {
        fn sync_file(&self, file: &fs::File) -> io::Result<()> {
            RealDisk.sync_file(file)
        }
        fn sync_directory(&self, _: &FsPath) -> io::Result<()> {
            Err(io::Error::other("EIO"))
        }
    }
    if let Some(root) = std::env::var_os(CHILD) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let store = DurableLocalFs::on(FsPath::new(&root), Arc::new(Refuses)).unwrap();
        let _ = runtime.block_on(store.put(&Path::from("a"), "1".into()));
        return; // acknowledged or refused: either way the test below fails
    }
    let dir = tempfile::tempdir().unwrap();
    let name = "store::tests::durable::a_directory_that_cannot_be_synced_ends_the_process";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, dir.path())
        .output()
        .unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&child.status);
    assert_eq!(signal, Some(6), "{child:?}");
}

#[tokio::test]
async fn it_reads_lists_and_deletes_like_any_store() {
    let (_dir, store, _) = durable();
    for path in ["a/3", "a/1", "a/2", "a/10", "b/1"] {
        store
            .put(&Path::from(path), PutPayload::from(format!("content of {path}")))
            .await
            .unwrap();
    }
    let listed = |prefix: &str, offset: &str| {
        let listed = store.list_with_offset(Some(&Path::from(prefix)), &Path::from(offset));
        listed
            .map_ok(|object| object.location.to_string())
            .try_collect::<Vec<_>>()
    };
    assert_eq!(listed("a", "a").await.unwrap(), ["a/1", "a/10", "a/2", "a/3"]);
    assert_eq!(listed("a", "a/10").await.unwrap(), ["a/2", "a/3"]);
    assert_eq!(listed("none", "none").await.unwrap(), [] as [String; 0]);
    assert_eq!(store.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 5);
    let delimited = store.list_with_delimiter(None).await.unwrap();
    assert_eq!(delimited.common_prefixes, [Path::from("a"), Path::from("b")]);
    let path = Path::from("a/1");
    assert_eq!(store.get_range(&path, 0..7).await.unwrap(), "content");
    let suffix = GetOptions {
        range: Some(GetRange::Suffix(3)),
        ..GetOptions::default()
    };
    assert_eq!(
        store
            .get_opts(&path, suffix)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        "a/1"
    );
    let put = store.put(&path, "new".into()).await.unwrap();
    let head = store.head(&path).await.unwrap();
    assert_eq!((head.size, head.e_tag), (3, put.e_tag));
    store.delete(&path).await.unwrap();
    assert!(matches!(text(&store, "a/1").await, Err(Error::NotFound { .. })));
    assert!(
        store
            .copy_if_not_exists(&Path::from("a/2"), &Path::from("a/3"))
            .await
            .is_err()
    );
    assert_eq!(text(&store, "a/3").await.unwrap(), "content of a/3");
}

#[tokio::test]
async fn an_upload_with_missing_parts_is_not_completed() {
    let (dir, store, _) = durable();
    let path = Path::from("big");
    let mut upload = store.put_multipart(&path).await.unwrap();
    let parts: Vec<_> = (0..20u8)
        .map(|i| upload.put_part(vec![i; 100_000].into()))
        .collect();
    futures::future::join_all(parts.into_iter().rev()).await;
    upload.complete().await.unwrap();
    let bytes = text(&store, "big").await.unwrap();
    assert!((0..20).all(|i| {
        bytes[i * 100_000..][..100_000]
            .iter()
            .all(|b| usize::from(*b) == i)
    }));
    let mut upload = store.put_multipart(&Path::from("half")).await.unwrap();
    let lost = upload.put_part("lost".into());
    drop(lost);
    assert!(upload.complete().await.is_err());
    let mut upload = store.put_multipart(&Path::from("given up")).await.unwrap();
    upload.put_part("x".into()).await.unwrap();
    upload.abort().await.unwrap();
    drop(upload);
    assert_eq!(names(&dir).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_create_one_name_exactly_one_wins() {
    let (_dir, store, _) = durable();
    let tries = (0..32).map(|i: u8| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .put_opts(&Path::from("x/one"), vec![i; 1000].into(), PutMode::Create.into())
                .await
                .is_ok()
                .then_some(i)
        })
    });
    let winners: Vec<u8> = futures::future::join_all(tries)
        .await
        .into_iter()
        .filter_map(|winner| winner.unwrap())
        .collect();
    assert_eq!(winners.len(), 1);
    assert!(
        text(&store, "x/one")
            .await
            .unwrap()
            .iter()
            .all(|b| *b == winners[0])
    );
}
