//! Opening a store: what is swept, what is refused, what a reader may do.

use std::collections::BTreeMap;
use std::fs;

use futures::TryStreamExt;
use futures::stream::StreamExt;
use object_store::path::Path;
use object_store::{Error, GetOptions, MultipartUpload, ObjectStoreExt, PutPayload};
use tempfile::TempDir;
use url::Url;

use super::super::*;

fn settings(dir: &TempDir) -> LakeSettings {
    let url = Url::from_directory_path(dir.path().join("lake")).unwrap();
    LakeSettings {
        url,
        options: BTreeMap::new(),
    }
}

#[tokio::test]
async fn drafts_of_a_dead_process_are_swept_at_start_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = writable(&settings(&dir)).await.unwrap();
    store.put(&Path::from("feeds/a/one"), "1".into()).await.unwrap();
    let folder = dir.path().join("lake/feeds/a");
    for name in ["one#1", "two#23", "three#", "#x1"] {
        fs::write(folder.join(name), "half").unwrap();
    }
    writable(&settings(&dir)).await.unwrap();
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["#x1", "one", "three#"]);
}

#[tokio::test]
async fn a_reader_reads_and_can_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (settings, path) = (settings(&dir), Path::from("feeds/a/one"));
    let hub = writable(&settings).await.unwrap();
    hub.put(&path, "1".into()).await.unwrap();
    let reader = open_store(&settings).unwrap();
    assert_eq!(reader.get(&path).await.unwrap().bytes().await.unwrap(), "1");
    let refused = [
        reader.put(&path, "2".into()).await.map(drop),
        reader.put_multipart(&path).await.map(drop),
        reader.delete(&path).await,
        reader.copy(&path, &Path::from("two")).await,
        reader.rename(&path, &Path::from("two")).await,
        reader
            .delete_stream(futures::stream::iter([Ok(path.clone())]).boxed())
            .try_collect::<Vec<_>>()
            .await
            .map(drop),
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(Error::PermissionDenied { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(hub.get(&path).await.unwrap().bytes().await.unwrap(), "1");
}

#[tokio::test]
async fn only_an_absolute_folder_or_a_bucket_is_a_lake() {
    let urls = [
        "file:///",
        "memory:///lake",
        "taxlake:///x",
        "s3:///lake",
        "s3://user@bucket/lake",
        "s3://user:hush@bucket/lake",
        "s3://bucket:9000/lake",
        "s3://bucket/lake?secret=hush",
        "s3://bucket/lake#x",
    ];
    for url in urls {
        let settings = LakeSettings {
            url: Url::parse(url).unwrap(),
            options: signed(&[]),
        };
        assert_eq!(writable(&settings).await.map(drop), Err(LakeError::Url), "{url}");
        assert_eq!(open_store(&settings).map(drop), Err(LakeError::Url), "{url}");
    }
}

fn signed(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let both = [("access_key_id", "hub"), ("secret_access_key", "hush")];
    let all = both.iter().chain(more);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_bucket_needs_known_options_and_a_secret_and_shows_none() {
    let with = |options| LakeSettings {
        url: Url::parse("s3://bucket/some/lake").unwrap(),
        options,
    };
    let good = with(signed(&[
        ("endpoint", "http://127.0.0.1:9/"),
        ("allow_http", "true"),
    ]));
    let (hub, reader) = (writable(&good).await.unwrap(), open_store(&good).unwrap());
    for shown in [
        format!("{hub:?}"),
        format!("{reader:?}"),
        format!("{hub}"),
        format!("{good:?}"),
    ] {
        assert!(!shown.contains("hush"), "{shown}");
    }
    let mut halves = [signed(&[]), signed(&[])];
    halves[0].remove("secret_access_key");
    halves[1].remove("access_key_id");
    let [left, right] = halves;
    for options in [
        left,
        right,
        BTreeMap::new(),
        signed(&[("endpiont", "x")]),
        signed(&[("allow_http", "perhaps")]),
    ] {
        assert_eq!(open_store(&with(options)).map(drop), Err(LakeError::Options));
    }
}

mod unfit {
    use async_trait::async_trait;
    use futures::stream::BoxStream;
    use object_store::memory::InMemory;
    use object_store::{
        CopyOptions, GetResult, ListResult, ObjectMeta, PutMultipartOptions, PutOptions, PutResult, Result,
    };

    use super::*;
    use crate::Probe;

    /// A store that ignores "only if absent", as some S3 look-alikes do.
    #[derive(Debug)]
    struct Overwrites(InMemory);

    impl std::fmt::Display for Overwrites {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "Overwrites")
        }
    }

    #[async_trait]
    impl ObjectStore for Overwrites {
        async fn put_opts(&self, path: &Path, payload: PutPayload, _: PutOptions) -> Result<PutResult> {
            self.0.put(path, payload).await
        }
        async fn put_multipart_opts(
            &self,
            path: &Path,
            options: PutMultipartOptions,
        ) -> Result<Box<dyn MultipartUpload>> {
            self.0.put_multipart_opts(path, options).await
        }
        async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
            self.0.get_opts(path, options).await
        }
        fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
            self.0.delete_stream(paths)
        }
        fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
            self.0.list(prefix)
        }
        async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
            self.0.list_with_delimiter(prefix).await
        }
        async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
            self.0.copy_opts(from, to, options).await
        }
    }

    #[tokio::test]
    async fn a_store_that_overwrites_is_refused_at_start() {
        let store: Arc<dyn ObjectStore> = Arc::new(Overwrites(InMemory::new()));
        assert_eq!(probe(&store).await, Err(LakeError::Unfit(Probe::PutIfAbsent)));
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        assert_eq!(probe(&store).await, Ok(()));
        assert_eq!(
            store.list(None).try_collect::<Vec<_>>().await.unwrap(),
            [],
            "nothing is left behind"
        );
    }
}
