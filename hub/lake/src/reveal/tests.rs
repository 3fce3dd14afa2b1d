//! The way back: found with few reads, and only what is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use object_store::memory::InMemory;

use super::*;

fn reveal() -> Reveal {
    let keys = KeyRing::load_or_create(tempfile::tempdir().unwrap().path()).unwrap();
    Reveal {
        store: Arc::new(InMemory::new()),
        keys,
    }
}

fn feed() -> FeedId {
    FeedId::parse("pow_sample").unwrap()
}

fn pairs(range: std::ops::Range<u32>) -> Pairs {
    let mut pairs = Pairs::default();
    for i in range {
        pairs.push(&token(i), &format!("raw-{i}"));
    }
    pairs
}

/// Spread over the alphabet, so that neighbours in number are not neighbours in order.
fn token(i: u32) -> String {
    format!("{:026}", u64::from(i).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[tokio::test]
async fn every_pair_of_a_large_segment_is_found_and_nothing_else() {
    let reveal = reveal();
    let submission = SubmissionId::new();
    reveal
        .put(&feed(), "owner_id", &submission, 1, pairs(0..50_000))
        .await
        .unwrap();
    for i in (0..50_000).step_by(997).chain([0, 49_999]) {
        let found = reveal.find(&feed(), "owner_id", &token(i)).await.unwrap();
        assert_eq!(
            found.as_deref().map(String::as_str),
            Some(format!("raw-{i}").as_str())
        );
    }
    for absent in ["", "0", &token(50_001), "zzzzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(reveal.find(&feed(), "owner_id", absent).await.unwrap(), None);
    }
    assert_eq!(reveal.find(&feed(), "account_no", &token(1)).await.unwrap(), None);
    assert_eq!(
        reveal
            .find_in(&feed(), "owner_id", &SubmissionId::new(), &token(1))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn segments_of_all_sizes_open() {
    for length in [1, 2, 1_200, 1_300, 200_000] {
        let reveal = reveal();
        reveal
            .put(&feed(), "c", &SubmissionId::new(), 1, pairs(0..length))
            .await
            .unwrap();
        for i in [0, length / 2, length - 1] {
            assert!(
                reveal.find(&feed(), "c", &token(i)).await.unwrap().is_some(),
                "{i} of {length}"
            );
        }
    }
}

#[tokio::test]
async fn the_newest_submission_answers_first() {
    let reveal = reveal();
    for raw in ["old", "new"] {
        let mut pairs = Pairs::default();
        pairs.push(&token(1), raw);
        pairs.push(&token(1), raw);
        reveal
            .put(&feed(), "c", &SubmissionId::new(), 1, pairs)
            .await
            .unwrap();
        // Version 7 ids sort by the millisecond.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
    let found = reveal.find(&feed(), "c", &token(1)).await.unwrap();
    assert_eq!(found.as_deref().map(String::as_str), Some("new"));
}

#[tokio::test]
async fn a_segment_that_was_touched_does_not_open() {
    let reveal = reveal();
    let submission = SubmissionId::new();
    let key = reveal
        .put(&feed(), "c", &submission, 1, pairs(0..5_000))
        .await
        .unwrap();
    let key = Path::from(key);
    let stored = reveal
        .store
        .get(&key)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec();
    let spots = [0, 1_000, stored.len() - 300, stored.len() - 17, stored.len() - 1];
    for spot in spots {
        let mut flipped = stored.clone();
        flipped[spot] ^= 1;
        reveal.store.put(&key, flipped.into()).await.unwrap();
        let mut failed = 0;
        for i in (0..5_000).step_by(50) {
            failed += usize::from(reveal.find(&feed(), "c", &token(i)).await.is_err());
        }
        assert!(failed > 0, "byte {spot}");
    }
    for length in [0, 10, stored.len() / 2, stored.len() - 1] {
        reveal
            .store
            .put(&key, stored[..length].to_vec().into())
            .await
            .unwrap();
        assert!(reveal.find(&feed(), "c", &token(1)).await.is_err(), "{length}");
    }
    let elsewhere = Path::from_iter(["reveal", "pow_sample", "d", submission.as_str(), "0001.sealed"]);
    reveal.store.put(&elsewhere, stored.into()).await.unwrap();
    assert_eq!(
        reveal.find(&feed(), "d", &token(1)).await,
        Err(LakeError::Seal),
        "another column's segment"
    );
}

#[tokio::test]
async fn finding_reads_two_ranges() {
    let reveal = reveal();
    reveal
        .put(&feed(), "c", &SubmissionId::new(), 1, pairs(0..100_000))
        .await
        .unwrap();
    let reads = Arc::new(AtomicUsize::new(0));
    let counting = Reveal {
        store: Arc::new(Counting(reveal.store.clone(), reads.clone())),
        keys: reveal.keys.clone(),
    };
    assert!(counting.find(&feed(), "c", &token(77)).await.unwrap().is_some());
    assert_eq!(reads.load(Ordering::SeqCst), 2);
}

#[derive(Debug)]
struct Counting(Arc<dyn ObjectStore>, Arc<AtomicUsize>);

impl std::fmt::Display for Counting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Counting")
    }
}

mod counting {
    use async_trait::async_trait;
    use futures::stream::BoxStream;
    use object_store::{
        CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions,
        PutOptions, PutPayload, PutResult, Result,
    };

    use super::*;

    #[async_trait]
    impl ObjectStore for Counting {
        async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
            self.0.put_opts(path, payload, options).await
        }
        async fn put_multipart_opts(
            &self,
            path: &Path,
            options: PutMultipartOptions,
        ) -> Result<Box<dyn MultipartUpload>> {
            self.0.put_multipart_opts(path, options).await
        }
        async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
            self.1.fetch_add(1, Ordering::SeqCst);
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
}
