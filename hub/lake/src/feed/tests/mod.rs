//! The feed table tried out: what the tests share is here, what they say is in the files below.

mod changes;
mod faults;
mod logs;
mod once;
mod secrets;
mod slots;
mod sweeping;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use futures::{StreamExt, stream};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use schemas::{Contract, Period, PeriodKind, RegionCode, SubmissionId};
use tempfile::TempDir;
use url::Url;

use super::{CommitNote, FeedTable, Landed, Staged};
use crate::{CommitError, KeyRing, Lake, LakeError, LakeSettings, Slot};

const NOTE: CommitNote = CommitNote { epoch: 7, entry: 42 };

fn contract() -> Contract {
    Contract::from_yaml(include_str!("sample.yaml")).unwrap()
}

fn slot(period: &str, unit: &str) -> Slot {
    let period = Period::parse(PeriodKind::Month, period).unwrap();
    Slot::new(&period, &RegionCode::parse(unit).unwrap())
}

fn keys() -> KeyRing {
    KeyRing::load_or_create(&tempfile::tempdir().unwrap().path().join("keys")).unwrap()
}

/// A lake in memory, or over a store that misbehaves.
async fn lake_over(store: Arc<dyn ObjectStore>) -> Lake {
    Lake::over(store, keys()).await.unwrap()
}

async fn lake() -> Lake {
    lake_over(Arc::new(InMemory::new())).await
}

/// A lake on disk, in a folder that lives as long as the returned guard.
async fn lake_on_disk() -> (TempDir, Lake, LakeSettings) {
    let dir = tempfile::tempdir().unwrap();
    let url = Url::from_directory_path(dir.path().join("lake")).unwrap();
    let settings = LakeSettings {
        url,
        options: BTreeMap::new(),
    };
    let keys = KeyRing::load_or_create(&dir.path().join("keys")).unwrap();
    let lake = Lake::open(&settings, keys).await.unwrap();
    (dir, lake, settings)
}

/// Rows `from..to` of a slot. Every third row has no county, the others lie in 433101 and 433122.
fn rows(range: std::ops::Range<i64>) -> RecordBatch {
    let n = range.clone().count();
    let text = |value: &dyn Fn(i64) -> Option<String>| -> ArrayRef {
        Arc::new(range.clone().map(value).collect::<StringArray>())
    };
    let constant = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; n])) };
    let decimal = |value: &dyn Fn(i64) -> i128, precision| -> ArrayRef {
        let array = range.clone().map(|i| Some(value(i))).collect::<Decimal128Array>();
        Arc::new(array.with_precision_and_scale(precision, 2).unwrap())
    };
    let days = |date: chrono::NaiveDate| -> ArrayRef {
        let days = date
            .signed_duration_since(chrono::NaiveDate::default())
            .num_days();
        Arc::new(Date32Array::from(vec![i32::try_from(days).unwrap(); n]))
    };
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("account_no", text(&|i| Some(account(i))), false),
        ("owner_id", text(&|i| (i % 5 != 0).then(|| owner(i))), true),
        ("owner_name", text(&|i| Some(format!("钱某某{i}"))), true),
        ("site", text(&|i| Some(format!("吉首市乾州街道{i}号"))), true),
        ("kwh", decimal(&|i| i128::from(i) * 100 - 5, 12), false),
        (
            "amount",
            decimal(&|i| 1_234_567_890_123_456 + i128::from(i), 18),
            true,
        ),
        (
            "opened",
            days(chrono::NaiveDate::from_ymd_opt(2019, 5, 1).unwrap()),
            true,
        ),
        ("region_code", constant("433100"), false),
        (
            "county_code",
            text(&|i| [Some("433101"), Some("433122"), None][i as usize % 3].map(str::to_owned)),
            true,
        ),
        ("entity_key", text(&|_| None), true),
        ("match_tier", constant("T0"), false),
        (
            "_row_no",
            Arc::new(Int64Array::from_iter_values(range.clone())),
            false,
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// An account number nobody has.
fn account(i: i64) -> String {
    format!("ACCT-{:08}", i + 70_000_000)
}

/// An identifier that looks like a citizen's, of a registrar that does not exist.
fn owner(i: i64) -> String {
    format!("433199{:012}", 190_001_010_000_i64 + i)
}

async fn stage(table: &FeedTable, slot: &Slot, submission: &SubmissionId, rows: Vec<RecordBatch>) -> Staged {
    table
        .stage(slot, submission, stream::iter(rows).map(Ok))
        .await
        .unwrap()
}

/// Stages and commits `n` rows as a new submission.
async fn submit(table: &FeedTable, slot: &Slot, n: i64) -> (SubmissionId, Landed) {
    let submission = SubmissionId::new();
    let staged = stage(table, slot, &submission, vec![rows(0..n)]).await;
    let landed = table.commit(&submission, slot, &staged, NOTE).await.unwrap();
    (submission, landed)
}

/// Rows by reading the Parquet files that a snapshot names, not by what it says about them.
async fn read(lake: &Lake, snapshot: &crate::Snapshot) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for file in &snapshot.files {
        let bytes = object_store::ObjectStoreExt::get(&lake.store(), &file.path.as_str().into())
            .await
            .unwrap();
        let bytes = bytes.bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, file.size_bytes);
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        batches.extend(reader.build().unwrap().map(Result::unwrap));
    }
    batches
}

async fn count(lake: &Lake, table: &FeedTable) -> usize {
    let snapshot = table.snapshot().await.unwrap();
    let counted = read(lake, &snapshot)
        .await
        .iter()
        .map(RecordBatch::num_rows)
        .sum::<usize>();
    assert_eq!(snapshot.rows(), counted as u64, "the log and the files agree");
    counted
}
