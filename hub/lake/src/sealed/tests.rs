//! Sealed objects: they come back whole, and any tampering is an error.

use std::sync::Arc;

use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use rand::{RngCore, SeedableRng};

use super::*;
use crate::{KeyRing, LakeError};

struct Fixture {
    store: Arc<dyn ObjectStore>,
    keys: KeyRing,
}

const SEALED_SEGMENT: usize = SEGMENT_BYTES + TAG_BYTES;

impl Fixture {
    fn new() -> Fixture {
        Fixture {
            store: Arc::new(InMemory::new()),
            keys: ring(),
        }
    }

    async fn put(&self, key: &str, plain: &[u8]) -> Sealed {
        let mut writer = SealedWriter::create(self.store.clone(), &self.keys, Path::from(key))
            .await
            .unwrap();
        for piece in plain.chunks(100_003) {
            writer.write(piece).await.unwrap();
        }
        writer.finish().await.unwrap()
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, LakeError> {
        let pieces = open(&self.store, &self.keys, &Path::from(key)).await?;
        Ok(pieces.try_collect::<Vec<_>>().await?.concat())
    }

    async fn stored(&self, key: &str) -> Vec<u8> {
        self.store
            .get(&Path::from(key))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
            .to_vec()
    }

    async fn replace(&self, key: &str, bytes: Vec<u8>) {
        self.store.put(&Path::from(key), bytes.into()).await.unwrap();
    }
}

fn ring() -> KeyRing {
    KeyRing::load_or_create(tempfile::tempdir().unwrap().path()).unwrap()
}

fn plain(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rand_chacha::ChaCha8Rng::seed_from_u64(length as u64).fill_bytes(&mut bytes);
    bytes
}

#[tokio::test]
async fn every_length_comes_back_and_is_named_by_its_hash() {
    let fixture = Fixture::new();
    for length in [
        0,
        1,
        SEGMENT_BYTES - 1,
        SEGMENT_BYTES,
        SEGMENT_BYTES + 1,
        2 * SEGMENT_BYTES,
        700_000,
    ] {
        let bytes = plain(length);
        let sealed = fixture.put("a", &bytes).await;
        assert_eq!((sealed.key.as_str(), sealed.bytes), ("a", length as u64));
        assert_eq!(
            sealed.sha256,
            format!(
                "sha256:{}",
                hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes))
            )
        );
        assert!(fixture.get("a").await.unwrap() == bytes, "{length}");
        let segments = length.div_ceil(SEGMENT_BYTES).max(1);
        let header = fixture.stored("a").await.len() - length - segments * TAG_BYTES;
        assert_eq!(header, 8 + 1 + 12 + 32 + 7);
    }
}

#[tokio::test]
async fn an_object_that_was_cut_anywhere_does_not_open() {
    let fixture = Fixture::new();
    fixture.put("a", &plain(2 * SEGMENT_BYTES + 500)).await;
    let stored = fixture.stored("a").await;
    let header = stored.len() - 2 * SEALED_SEGMENT - 500 - TAG_BYTES;
    for length in [
        0,
        5,
        header - 1,
        header,
        header + 15,
        header + SEALED_SEGMENT - 1,
        header + SEALED_SEGMENT, // right behind a segment
        header + 2 * SEALED_SEGMENT,
        stored.len() - 1,
    ] {
        fixture.replace("a", stored[..length].to_vec()).await;
        assert_eq!(fixture.get("a").await, Err(LakeError::Seal), "{length}");
    }
    fixture.replace("a", [stored.clone(), vec![0]].concat()).await;
    assert_eq!(
        fixture.get("a").await,
        Err(LakeError::Seal),
        "something was appended"
    );
    fixture.replace("a", stored).await;
    assert!(fixture.get("a").await.is_ok());
}

#[tokio::test]
async fn any_flipped_bit_is_found() {
    let fixture = Fixture::new();
    fixture.put("a", &plain(SEGMENT_BYTES + 50)).await;
    let stored = fixture.stored("a").await;
    let header = stored.len() - SEALED_SEGMENT - 50 - TAG_BYTES;
    let spots = (0..header)
        .chain((header..stored.len()).step_by(10_007))
        .chain([stored.len() - 1]);
    for spot in spots {
        let mut flipped = stored.clone();
        flipped[spot] ^= 1 << (spot % 8);
        fixture.replace("a", flipped).await;
        // A flipped key id names a key that the ring has not.
        let opened = fixture.get("a").await;
        assert!(
            matches!(opened, Err(LakeError::Seal | LakeError::KeyMissing)),
            "byte {spot}"
        );
    }
}

#[tokio::test]
async fn segments_and_objects_cannot_change_places() {
    let fixture = Fixture::new();
    fixture.put("a", &plain(3 * SEGMENT_BYTES)).await;
    fixture.put("b", &plain(3 * SEGMENT_BYTES)).await;
    let (a, b) = (fixture.stored("a").await, fixture.stored("b").await);
    let header = a.len() - 3 * SEALED_SEGMENT;
    let cut = |bytes: &[u8], n: usize| bytes[header + n * SEALED_SEGMENT..][..SEALED_SEGMENT].to_vec();
    let (head, zero, one, two) = (a[..header].to_vec(), cut(&a, 0), cut(&a, 1), cut(&a, 2));
    for (what, parts) in [
        ("swapped", vec![&head, &one, &zero, &two]),
        ("left out", vec![&head, &zero, &two]),
        ("repeated", vec![&head, &zero, &zero, &one, &two]),
        ("of another object", vec![&head, &zero, &cut(&b, 1), &two]),
    ] {
        fixture
            .replace("a", parts.into_iter().flatten().copied().collect())
            .await;
        assert_eq!(fixture.get("a").await, Err(LakeError::Seal), "{what}");
    }
    fixture.replace("a", b).await;
    assert_eq!(
        fixture.get("a").await,
        Err(LakeError::Seal),
        "a whole object under another name"
    );
}

#[tokio::test]
async fn another_ring_opens_nothing() {
    let fixture = Fixture::new();
    fixture.put("a", b"secret").await;
    let other = Fixture {
        store: fixture.store.clone(),
        keys: ring(),
    };
    assert_eq!(other.get("a").await, Err(LakeError::KeyMissing));
    assert_eq!(fixture.get("none").await, Err(LakeError::NotFound));
}

#[tokio::test]
async fn an_unfinished_object_is_not_there() {
    let fixture = Fixture::new();
    let mut writer = SealedWriter::create(fixture.store.clone(), &fixture.keys, Path::from("a"))
        .await
        .unwrap();
    writer.write(&plain(12 * 1024 * 1024)).await.unwrap();
    drop(writer);
    assert_eq!(fixture.get("a").await, Err(LakeError::NotFound));
}

#[tokio::test]
async fn a_reader_that_fails_leaves_no_original() {
    struct Fails;
    impl std::io::Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let fixture = Fixture::new();
    let vault = crate::Vault {
        store: fixture.store.clone(),
        keys: fixture.keys.clone(),
    };
    let (id, feed) = (
        schemas::SubmissionId::new(),
        schemas::FeedId::parse("pow_sample").unwrap(),
    );
    let half = std::io::Read::chain(std::io::Cursor::new(plain(300_000)), Fails);
    assert_eq!(
        vault.seal(&id, &feed, half).await.map(|_| ()),
        Err(LakeError::Upstream)
    );
    assert_eq!(vault.get(&id, &feed).await.map(|_| ()), Err(LakeError::NotFound));
    let original = vault
        .seal(&id, &feed, std::io::Cursor::new(plain(300_000)))
        .await
        .unwrap();
    // Sealed is not yet there: what is given up now was never kept.
    assert_eq!(vault.get(&id, &feed).await.map(|_| ()), Err(LakeError::NotFound));
    let original = original.finish().await.unwrap();
    assert_eq!(original.key, format!("vault/pow_sample/{id}.sealed"));
    let back: Vec<_> = vault.get(&id, &feed).await.unwrap().try_collect().await.unwrap();
    assert!(back.concat() == plain(300_000));
}
