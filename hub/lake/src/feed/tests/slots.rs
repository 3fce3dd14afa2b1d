//! INVARIANT (whole-submission) and what a snapshot shows: a commit replaces its slot and nothing else, the past stays.

use super::*;
use crate::snapshot::Value;

#[tokio::test]
async fn a_commit_replaces_its_slot_and_leaves_the_others() {
    let (_dir, lake, _) = lake_on_disk().await;
    let table = lake.feed(&contract()).await.unwrap();
    let (january, february) = (slot("202501", "433100"), slot("202502", "433100"));
    let other_unit = slot("202501", "433101");
    submit(&table, &january, 30).await;
    submit(&table, &february, 20).await;
    submit(&table, &other_unit, 7).await;
    submit(&table, &january, 50).await;
    let snapshot = table.snapshot().await.unwrap();
    let in_slot = |slot: &Slot| {
        let of_slot = snapshot
            .files
            .iter()
            .filter(|file| file.partition == slot.partition());
        of_slot.map(|file| file.rows).sum::<u64>()
    };
    assert_eq!(
        (in_slot(&january), in_slot(&february), in_slot(&other_unit)),
        (50, 20, 7)
    );
    assert_eq!(count(&lake, &table).await, 77);
    assert_eq!(snapshot.version, 4);
}

#[tokio::test]
async fn a_then_b_then_a_brings_a_back_and_the_past_stays_readable() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let (first, _) = submit(&table, &slot, 10).await;
    submit(&table, &slot, 20).await;
    // The same file again is another submission.
    let (third, landed) = submit(&table, &slot, 10).await;
    assert_eq!(
        landed,
        Landed {
            version: 3,
            found: false
        }
    );
    for (version, rows) in [(0, 0), (1, 10), (2, 20), (3, 10)] {
        let snapshot = table.snapshot_at(version).await.unwrap();
        assert_eq!((snapshot.version, snapshot.rows()), (version, rows));
        assert_eq!(
            read(&lake, &snapshot)
                .await
                .iter()
                .map(RecordBatch::num_rows)
                .sum::<usize>(),
            rows as usize
        );
    }
    assert_eq!(
        table.snapshot_at(4).await,
        Err(LakeError::NoVersion { version: 4 })
    );
    assert_eq!(
        table.snapshot_at(-1).await,
        Err(LakeError::NoVersion { version: -1 })
    );
    let history = table.history(10).await.unwrap();
    let submissions: Vec<_> = history.iter().map(|entry| entry.submission.clone()).collect();
    assert_eq!(
        (submissions.len(), &submissions[0], &submissions[2]),
        (4, &Some(third), &Some(first))
    );
    assert_eq!(
        (history[0].epoch, history[0].entry, history[3].submission.clone()),
        (Some(7), Some(42), None)
    );
}

#[tokio::test]
async fn nothing_accepted_empties_the_slot() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    submit(&table, &slot, 10).await;
    let (zero, landed) = submit(&table, &slot, 0).await;
    assert_eq!((landed.version, count(&lake, &table).await), (2, 0));
    assert_eq!(table.look(&zero).await.unwrap(), Some(2));
}

#[tokio::test]
async fn files_hold_one_county_each_and_the_snapshot_says_which() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let submission = SubmissionId::new();
    let batches = (0..10).map(|i| rows(i * 30..i * 30 + 30)).collect();
    let staged = stage(&table, &slot, &submission, batches).await;
    table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    let snapshot = table.snapshot().await.unwrap();
    let mut counties: Vec<_> = snapshot
        .files
        .iter()
        .map(|file| (file.county.clone(), file.rows))
        .collect();
    counties.sort();
    assert_eq!(
        counties,
        [
            (None, 100),
            (Some("433101".into()), 100),
            (Some("433122".into()), 100)
        ],
        "one file per county and one for the rows without"
    );
    for file in &snapshot.files {
        assert_eq!(file.partition, slot.partition());
        assert!(
            file.path.starts_with("feeds/pow_sample/data/202501/sub_"),
            "{}",
            file.path
        );
    }
}

#[tokio::test]
async fn bounds_are_right_and_a_snapshot_survives_a_wire() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    submit(&table, &slot, 9).await;
    let snapshot = table.snapshot().await.unwrap();
    let file = snapshot
        .files
        .iter()
        .find(|file| file.county.as_deref() == Some("433101"))
        .unwrap();
    let bounds = &file.bounds["kwh"];
    let kwh = |unscaled| Some(Value::Decimal { unscaled, scale: 2 });
    assert_eq!(
        (&bounds.min, &bounds.max, bounds.nulls, bounds.exact),
        (&kwh(-5), &kwh(595), Some(0), true)
    );
    assert_eq!(file.bounds["_row_no"].max, Some(Value::Int64(6)));
    assert_eq!(file.bounds["opened"].min, Some(Value::Date(18_017)));
    assert_eq!(
        file.bounds["site"].min,
        Some(Value::Utf8("吉首市乾州街道0号".into()))
    );
    let wire = serde_json::to_vec(&snapshot).unwrap();
    assert_eq!(
        serde_json::from_slice::<crate::Snapshot>(&wire).unwrap(),
        snapshot
    );
}

#[tokio::test]
async fn rows_that_are_not_the_slots_or_not_the_contracts_are_refused() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let good = rows(0..5);
    let without = {
        let mut fewer = good.clone();
        fewer.remove_column(3);
        fewer
    };
    let renamed = {
        let names = good
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().replace("site", "place"))
            .collect::<Vec<_>>();
        RecordBatch::try_from_iter_with_nullable(
            names
                .iter()
                .zip(good.columns())
                .map(|(name, column)| (name, column.clone(), true)),
        )
        .unwrap()
    };
    let retyped = {
        let fields = good.schema().fields().clone();
        RecordBatch::try_from_iter_with_nullable(fields.iter().zip(good.columns()).map(|(field, column)| {
            let text = arrow::compute::cast(column, &arrow::datatypes::DataType::Utf8).unwrap();
            (
                field.name(),
                if field.name() == "kwh" {
                    text
                } else {
                    column.clone()
                },
                true,
            )
        }))
        .unwrap()
    };
    // What is the same in all rows is the lake's to say: a batch that brings a period of its own is not believed.
    let own_period = {
        let periods: arrow::array::ArrayRef = Arc::new(StringArray::from(vec!["202502"; 5]));
        let fields = good.schema();
        let given = fields.fields().iter().zip(good.columns());
        RecordBatch::try_from_iter_with_nullable(
            given
                .map(|(field, column)| (field.name().as_str(), column.clone(), field.is_nullable()))
                .chain([("period", periods, false)]),
        )
        .unwrap()
    };
    for (what, batch) in [
        ("less", without),
        ("renamed", renamed),
        ("retyped", retyped),
        ("a period of its own", own_period),
    ] {
        let staged = table
            .stage(&slot, &SubmissionId::new(), stream::iter([Ok(batch)]))
            .await;
        assert_eq!(staged, Err(LakeError::Rows), "{what}");
    }
    let broken = stream::iter([Ok(good), Err(LakeError::Upstream)]);
    assert_eq!(
        table.stage(&slot, &SubmissionId::new(), broken).await,
        Err(LakeError::Upstream)
    );
    assert_eq!(table.snapshot().await.unwrap().version, 0);
}
