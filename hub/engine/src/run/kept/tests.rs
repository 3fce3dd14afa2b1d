//! What is kept is used again only for the same text over the same columns.

use datafusion::arrow::datatypes::DataType;
use object_store::memory::InMemory;
use schemas::StorageType;

use super::*;
use crate::definer::samples::{column, view};

fn feeds(kind: StorageType) -> Feeds {
    let columns = vec![column("k", StorageType::Utf8), column("v", kind)];
    BTreeMap::from([("tst_a".parse().unwrap(), columns)])
}

/// Type of the second column, and how the plan reads.
async fn planned(kept: &Kept, sql: &str, kind: StorageType) -> (DataType, String) {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let definer = kept.sessions(&store, 2).unwrap().definers;
    let plan = kept
        .shape(&view(sql), &feeds(kind), Params::default(), &definer)
        .await
        .unwrap();
    (
        plan.schema().field(1).data_type().clone(),
        plan.display_indent().to_string(),
    )
}

#[tokio::test]
async fn another_text_or_other_columns_are_another_plan() {
    let kept = Kept::default();
    let (all, some) = (
        "SELECT k, v FROM feeds.tst_a",
        "SELECT k, v FROM feeds.tst_a WHERE k = 'a'",
    );
    let first = planned(&kept, all, StorageType::Int64).await;
    assert_eq!(first.0, DataType::Int64);
    assert!(
        kept.known(&view(all), &feeds(StorageType::Int64).iter().collect::<Vec<_>>())
            .is_some()
    );
    assert_eq!(planned(&kept, all, StorageType::Int64).await, first);
    assert!(
        planned(&kept, some, StorageType::Int64)
            .await
            .1
            .contains("Filter")
    );
    assert_eq!(planned(&kept, all, StorageType::Date).await.0, DataType::Date32);
    assert_eq!(planned(&kept, all, StorageType::Int64).await, first);
}
