//! Two revisions of a slot compared: counted exactly, listed by row, whatever the order of rows and however many passes.

use arrow::compute::concat_batches;

use super::*;
use crate::{Change, ChangeCounts, ChangeKind, Changes};

fn key() -> Vec<String> {
    vec!["account_no".to_owned()]
}

/// The same rows with another energy and another site.
fn altered(range: std::ops::Range<i64>) -> RecordBatch {
    let batch = rows(range.clone());
    let (mut columns, schema) = (batch.columns().to_vec(), batch.schema());
    let at = |name: &str| schema.index_of(name).unwrap();
    let kwh = range
        .clone()
        .map(|i| Some(i128::from(i) * 100 + 7))
        .collect::<Decimal128Array>();
    columns[at("kwh")] = Arc::new(kwh.with_precision_and_scale(12, 2).unwrap());
    columns[at("site")] = Arc::new(range.map(|_| None::<String>).collect::<StringArray>());
    RecordBatch::try_new(schema, columns).unwrap()
}

/// The batches as one file: its records are numbered from 1 in this order.
fn numbered(batches: &[RecordBatch]) -> RecordBatch {
    let batch = concat_batches(&batches[0].schema(), batches).unwrap();
    let (mut columns, schema) = (batch.columns().to_vec(), batch.schema());
    columns[schema.index_of("_row_no").unwrap()] =
        Arc::new(Int64Array::from_iter_values(1..=batch.num_rows() as i64));
    RecordBatch::try_new(schema, columns).unwrap()
}

async fn compared(before: &[RecordBatch], after: &[RecordBatch], key: &[String], most: usize) -> Changes {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let first = SubmissionId::new();
    let staged = stage(&table, &slot, &first, vec![numbered(before)]).await;
    let landed = table.commit(&first, &slot, &staged, NOTE).await.unwrap();
    let staged = stage(&table, &slot, &SubmissionId::new(), vec![numbered(after)]).await;
    let held = table.slot_rows(&slot, landed.version).await.unwrap();
    table
        .changes(&held, &table.staged_rows(&staged), key, most)
        .await
        .unwrap()
}

#[tokio::test]
async fn rows_that_came_went_and_changed_are_told_apart_by_the_key() {
    let before = [rows(0..40)];
    let after = [rows(30..45), altered(10..12), rows(0..10), rows(15..30)];
    let changes = compared(&before, &after, &key(), 100).await;
    let counts = ChangeCounts {
        added: 5,
        gone: 3,
        changed: 2,
        same: 35,
    };
    assert_eq!(changes.counts, counts);
    let listed = |kind| changes.listed.iter().filter(move |change| change.kind == kind);
    let changed: Vec<_> = listed(ChangeKind::Changed).collect();
    assert_eq!(
        changed[0],
        &Change {
            kind: ChangeKind::Changed,
            row: Some(16),
            row_of: None,
            row_before: Some(11),
            row_before_of: None,
            fields: vec!["site".to_owned(), "kwh".to_owned()],
        }
    );
    let added: Vec<_> = listed(ChangeKind::Added)
        .map(|change| change.row.unwrap())
        .collect();
    let gone: Vec<_> = listed(ChangeKind::Gone)
        .map(|change| change.row_before.unwrap())
        .collect();
    assert_eq!((added, gone), ((11..=15).collect(), (13..=15).collect()));
}

#[tokio::test]
async fn another_order_of_the_rows_is_no_change() {
    let changes = compared(&[rows(0..300)], &[rows(100..300), rows(0..100)], &key(), 100).await;
    assert_eq!(
        changes,
        Changes {
            counts: ChangeCounts {
                same: 300,
                ..ChangeCounts::default()
            },
            listed: Vec::new(),
        }
    );
}

#[tokio::test]
async fn without_a_key_a_changed_row_went_and_came() {
    let changes = compared(&[rows(0..20)], &[rows(0..19), altered(19..20)], &[], 100).await;
    assert_eq!(
        changes.counts,
        ChangeCounts {
            added: 1,
            gone: 1,
            changed: 0,
            same: 19
        }
    );
}

#[tokio::test]
async fn counts_stay_exact_when_the_list_is_full() {
    let changes = compared(&[rows(0..50)], &[altered(0..50)], &key(), 7).await;
    assert_eq!((changes.counts.changed, changes.listed.len()), (50, 7));
    assert!(
        changes
            .listed
            .iter()
            .all(|change| change.fields == ["site", "kwh"])
    );
}

#[tokio::test]
async fn a_slot_that_was_empty_or_becomes_empty_is_compared_as_well() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let (_, landed) = submit(&table, &slot, 12).await;
    let held = table.slot_rows(&slot, landed.version).await.unwrap();
    let empty = table.slot_rows(&slot, 0).await.unwrap();
    assert_eq!((held.rows(), empty.rows()), (12, 0));
    let (came, went) = (
        table.changes(&empty, &held, &key(), 3).await.unwrap(),
        table.changes(&held, &empty, &key(), 3).await.unwrap(),
    );
    assert_eq!(
        (came.counts.added, came.listed.len(), went.counts.gone),
        (12, 3, 12)
    );
    let other = super::slot("202502", "433100");
    assert_eq!(table.slot_rows(&other, landed.version).await.unwrap().rows(), 0);
}

#[tokio::test]
async fn several_passes_come_to_the_same_as_one() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let first = SubmissionId::new();
    let staged = stage(&table, &slot, &first, vec![numbered(&[rows(0..500)])]).await;
    let landed = table.commit(&first, &slot, &staged, NOTE).await.unwrap();
    let newer = numbered(&[altered(3..40), rows(40..470), rows(500..530)]);
    let staged = stage(&table, &slot, &SubmissionId::new(), vec![newer]).await;
    let held = table.slot_rows(&slot, landed.version).await.unwrap();
    let newer = table.staged_rows(&staged);
    let by = async |rows_max| {
        table
            .changes_by_passes(&held, &newer, &key(), 1000, rows_max)
            .await
            .unwrap()
    };
    let (one, many) = (by(1000).await, by(7).await);
    assert_eq!(one, many);
    assert_eq!(
        one.counts,
        ChangeCounts {
            added: 30,
            gone: 33,
            changed: 37,
            same: 430
        }
    );
}

#[tokio::test]
async fn rows_that_stand_beside_others_leave_them_and_are_told_apart_by_their_submission() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let (first, landed) = submit(&table, &slot, 12).await;
    let second = SubmissionId::new();
    let staged = stage(&table, &slot, &second, vec![numbered(&[rows(12..15)])]).await;
    let both = table
        .commit(&second, &slot, &staged.beside(), NOTE)
        .await
        .unwrap();
    assert_eq!(count(&lake, &table).await, 15);
    let held = table.slot_rows(&slot, landed.version).await.unwrap();
    let more = table.slot_rows(&slot, both.version).await.unwrap();
    let came = table.changes(&held, &more, &key(), 10).await.unwrap();
    assert_eq!((came.counts.added, came.counts.same), (3, 12));
    let from: Vec<_> = came
        .listed
        .iter()
        .map(|change| (change.row.unwrap(), change.row_of.clone().unwrap()))
        .collect();
    assert_eq!(
        from,
        [(1, second.clone()), (2, second.clone()), (3, second.clone())]
    );
    let third = SubmissionId::new();
    let staged = stage(
        &table,
        &slot,
        &third,
        vec![numbered(&[altered(0..1), altered(12..13)])],
    )
    .await;
    let compared = table
        .changes(&more, &table.staged_rows(&staged), &key(), 100)
        .await
        .unwrap();
    let changed: Vec<_> = compared
        .listed
        .iter()
        .filter(|change| change.kind == ChangeKind::Changed)
        .collect();
    let befores: Vec<_> = changed
        .iter()
        .map(|change| change.row_before_of.clone().unwrap())
        .collect();
    assert_eq!(befores, [first, second]);
    assert!(
        changed
            .iter()
            .all(|change| change.fields == ["site", "kwh"] && change.row_of.is_none())
    );
    // Replacing replaces all of them.
    table.commit(&third, &slot, &staged, NOTE).await.unwrap();
    assert_eq!(count(&lake, &table).await, 2);
}
