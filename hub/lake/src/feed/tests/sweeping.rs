//! INVARIANT (kept): a sweep removes what nobody owns, and nothing that anybody might still need.

use std::collections::BTreeSet;

use futures::TryStreamExt;

use super::*;
use crate::feed::Swept;

async fn objects(lake: &Lake) -> BTreeSet<String> {
    let listed = lake
        .store()
        .list(None)
        .map_ok(|object| object.location.to_string());
    let listed: Vec<String> = listed.try_collect().await.unwrap();
    listed
        .into_iter()
        .filter(|path| path.contains("/data/") || path.starts_with("reveal/"))
        .collect()
}

#[tokio::test]
async fn files_of_a_given_up_submission_go_and_all_others_stay() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    submit(&table, &slot, 10).await;
    submit(&table, &slot, 20).await; // the first one's files are the past now
    let kept = objects(&lake).await;
    let (given_up, open) = (SubmissionId::new(), SubmissionId::new());
    stage(&table, &slot, &given_up, vec![rows(0..9)]).await;
    let with_given_up = objects(&lake).await;
    stage(&table, &slot, &open, vec![rows(0..9)]).await;
    let of_open: BTreeSet<_> = objects(&lake).await.difference(&with_given_up).cloned().collect();

    let unnamed = table.unnamed().await.unwrap();
    let swept = table
        .sweep(unnamed, &BTreeSet::from([open.clone()]))
        .await
        .unwrap();
    assert_eq!(
        swept,
        Swept {
            data_files: 3,
            reveal_segments: 2
        }
    );
    assert_eq!(objects(&lake).await, kept.union(&of_open).cloned().collect());
    assert_eq!(table.snapshot_at(1).await.unwrap().rows(), 10);
}

#[tokio::test]
async fn a_submission_that_lands_between_listing_and_sweep_keeps_its_files() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let submission = SubmissionId::new();
    let staged = stage(&table, &slot, &submission, vec![rows(0..9)]).await;
    let unnamed = table.unnamed().await.unwrap();
    table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    // Its intent is closed by now, so it is not among the open ones.
    assert_eq!(
        table.sweep(unnamed, &BTreeSet::new()).await.unwrap(),
        Swept::default()
    );
    assert_eq!(count(&lake, &table).await, 9);
}

#[tokio::test]
async fn a_second_attempt_leaves_the_first_ones_files_to_the_sweep() {
    let lake = lake().await;
    let (table, slot) = (lake.feed(&contract()).await.unwrap(), slot("202501", "433100"));
    let submission = SubmissionId::new();
    stage(&table, &slot, &submission, vec![rows(0..9)]).await;
    let staged = stage(&table, &slot, &submission, vec![rows(0..9)]).await;
    table.commit(&submission, &slot, &staged, NOTE).await.unwrap();
    let unnamed = table.unnamed().await.unwrap();
    let swept = table.sweep(unnamed, &BTreeSet::new()).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            data_files: 3,
            reveal_segments: 0
        }
    );
    assert_eq!(count(&lake, &table).await, 9);
}
