//! INVARIANT (no-empty-truth): a log that lost an entry, or holds half of one, is refused by version, not read.

use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};

use super::*;

const LOG: &str = "feeds/pow_sample/_delta_log";

async fn entry(lake: &Lake, version: i64) -> bytes::Bytes {
    let path = Path::from(format!("{LOG}/{version:020}.json"));
    lake.store().get(&path).await.unwrap().bytes().await.unwrap()
}

async fn put_entry(lake: &Lake, version: i64, bytes: impl Into<PutPayload>) {
    lake.store()
        .put(&Path::from(format!("{LOG}/{version:020}.json")), bytes.into())
        .await
        .unwrap();
}

/// Three versions; and a fresh lake over the same store, which has read none of them.
async fn three_versions() -> (Lake, Lake) {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let keys = keys();
    let lake = Lake::over(store.clone(), keys.clone()).await.unwrap();
    let table = lake.feed(&contract()).await.unwrap();
    for n in [10, 20, 30] {
        submit(&table, &slot("202501", "433100"), n).await;
    }
    (lake, Lake::over(store, keys).await.unwrap())
}

#[tokio::test]
async fn an_empty_or_torn_entry_is_refused_by_its_version() {
    let whole = entry(&three_versions().await.0, 3).await;
    let torn = whole.slice(..whole.len() - 40);
    let zeros = bytes::Bytes::from(vec![0u8; whole.len()]);
    for (what, bytes) in [
        ("empty", bytes::Bytes::new()),
        ("torn", torn),
        ("zeros", zeros),
        ("blank", "\n\n".into()),
    ] {
        let (lake, fresh) = three_versions().await;
        put_entry(&lake, 3, bytes).await;
        let opened = fresh.feed(&contract()).await.map(|_| ());
        assert_eq!(opened, Err(LakeError::LogDamaged { version: 3 }), "{what}");
    }
}

#[tokio::test]
async fn an_entry_that_spoils_after_the_table_was_opened_is_refused_too() {
    let (lake, _) = three_versions().await;
    let table = lake.feed(&contract()).await.unwrap();
    assert_eq!(table.snapshot().await.unwrap().version, 3);
    put_entry(&lake, 4, bytes::Bytes::new()).await;
    assert_eq!(table.snapshot().await, Err(LakeError::LogDamaged { version: 4 }));
    assert_eq!(
        table.snapshot_at(3).await.unwrap().rows(),
        30,
        "a version that was read before stays answerable"
    );
    assert_eq!(
        table.snapshot_at(2).await,
        Err(LakeError::LogDamaged { version: 4 })
    );
    assert_eq!(
        table.look(&SubmissionId::new()).await,
        Err(LakeError::LogDamaged { version: 4 })
    );
    let slot = slot("202501", "433100");
    let submission = SubmissionId::new();
    let staged = stage(&table, &slot, &submission, vec![rows(0..1)]).await;
    let open = table.commit(&submission, &slot, &staged, NOTE).await;
    assert_eq!(
        open,
        Err(CommitError::Unknown(LakeError::LogDamaged { version: 4 }))
    );
}

#[tokio::test]
async fn a_missing_entry_is_refused_by_its_version() {
    let (lake, fresh) = three_versions().await;
    lake.store()
        .delete(&Path::from(format!("{LOG}/{:020}.json", 2)))
        .await
        .unwrap();
    assert_eq!(
        fresh.feed(&contract()).await.map(|_| ()),
        Err(LakeError::LogDamaged { version: 2 })
    );
}

#[tokio::test]
async fn checkpoints_come_every_twenty_versions_and_change_no_answer() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let keys = keys();
    let lake = Lake::over(store.clone(), keys.clone()).await.unwrap();
    let table = lake.feed(&contract()).await.unwrap();
    let mut submissions = Vec::new();
    for n in 0..43 {
        submissions.push(submit(&table, &slot(&format!("2025{:02}", n % 12 + 1), "433100"), n).await);
    }
    let checkpoints = table
        .log_entries(None)
        .await
        .unwrap()
        .into_iter()
        .filter(|entry| entry.checkpoint);
    assert_eq!(
        checkpoints.map(|entry| entry.version).collect::<Vec<_>>(),
        [19, 39]
    );
    // A process that starts now reads from the checkpoint and knows everything that came before it.
    let fresh = Lake::over(store, keys).await.unwrap();
    let again = fresh.feed(&contract()).await.unwrap();
    assert_eq!(again.snapshot().await.unwrap(), table.snapshot().await.unwrap());
    for (submission, landed) in &submissions {
        assert_eq!(again.look(submission).await.unwrap(), Some(landed.version));
    }
    assert_eq!(count(&fresh, &again).await, (31..43).sum::<usize>());
    // Entries before a checkpoint may go; what is needed since then may not.
    lake.store()
        .delete(&Path::from(format!("{LOG}/{:020}.json", 5)))
        .await
        .unwrap();
    assert_eq!(table.snapshot().await.unwrap().version, 43);
}

#[tokio::test]
async fn a_table_of_another_contract_is_refused() {
    let (_, fresh) = three_versions().await;
    let wider = include_str!("sample.yaml").replace("decimal(12,2)", "decimal(14,2)");
    let wider = Contract::from_yaml(&wider).unwrap();
    assert_eq!(fresh.feed(&wider).await.map(|_| ()), Err(LakeError::Columns));
    assert!(fresh.feed(&contract()).await.is_ok());
}

#[tokio::test]
async fn a_lake_does_not_open_with_other_keys() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let ring = keys();
    Lake::over(store.clone(), ring.clone()).await.unwrap();
    assert!(Lake::over(store.clone(), ring).await.is_ok());
    assert_eq!(
        Lake::over(store, keys()).await.map(|_| ()),
        Err(LakeError::KeyMissing)
    );
}
