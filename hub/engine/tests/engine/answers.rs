//! Answers and their audit entries: opened before the first row, closed with counts, however the answer ends.

use std::path::Path;
use std::sync::Arc;

use audit::{Act, ActKind, Filter, Log, Outcome, Signer};
use datafusion::arrow::array::{Int64Array, RecordBatch};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use crate::answer::{Answer, AnswerMeta, OpenedView};
use crate::refusal::{Reason, Refusal};

type Batches = BoxStream<'static, Result<RecordBatch, Refusal>>;

fn batch(rows: usize) -> RecordBatch {
    RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![7; rows])) as _)]).unwrap()
}

fn meta() -> AnswerMeta {
    let opened = OpenedView {
        view: "v_power_month".parse().unwrap(),
        agreement: "agr_1".to_owned(),
        revision: 2,
        grant_digest: "sha256:00".to_owned(),
        masks: vec![("customer_name".to_owned(), schemas::Treatment::Name1)],
        scope: "county_code".to_owned(),
        keys: None,
    };
    AnswerMeta {
        query_id: "q1".to_owned(),
        opened: vec![opened],
        versions: vec![("pow_usage".parse().unwrap(), 3)],
        epoch: 4,
    }
}

fn answer(log: &Log, batches: Batches) -> Answer {
    let opened = log
        .open_entry(Act::new(ActKind::Query, json!({ "sql": "SELECT ?" })))
        .unwrap();
    Answer::new(opened, batch(1).schema(), meta(), batches)
}

/// How the last entry of the log was closed: its outcome and detail, or nothing.
fn closing(dir: &Path) -> Option<(Outcome, Value)> {
    let entries = audit::read(dir, &Filter::default()).unwrap();
    let entry = entries
        .into_iter()
        .find(|entry| entry.act.kind == ActKind::Query)
        .unwrap();
    entry.closing.map(|closing| (closing.outcome, closing.detail))
}

fn log() -> (tempfile::TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path(), Signer::ephemeral().unwrap()).unwrap();
    (dir, log)
}

#[tokio::test]
async fn the_end_of_the_rows_is_told_after_the_entry_is_closed() {
    let (dir, log) = log();
    let mut answer = answer(&log, stream::iter([Ok(batch(3)), Ok(batch(4))]).boxed());
    assert!(closing(dir.path()).is_none());
    assert_eq!(answer.next().await.unwrap().unwrap().num_rows(), 3);
    assert_eq!(answer.next().await.unwrap().unwrap().num_rows(), 4);
    assert!(answer.next().await.is_none());
    let (outcome, detail) = closing(dir.path()).unwrap();
    assert_eq!(
        (outcome, &detail["rows"], &detail["versions"][0]),
        (Outcome::Done, &json!(7), &json!(["pow_usage", 3]))
    );
    assert_eq!(detail["views"][0]["agreement"], json!("agr_1"));
    assert!(detail["bytes"].as_u64().unwrap() > 0);
    assert!(answer.next().await.is_none());
}

#[tokio::test]
async fn a_failed_query_closes_its_entry_with_the_code_and_tells_the_refusal() {
    let (dir, log) = log();
    let refusal = Refusal::new(Reason::RowsLimit).with("max", 5);
    let mut answer = answer(&log, stream::iter([Ok(batch(3)), Err(refusal.clone())]).boxed());
    assert!(answer.next().await.unwrap().is_ok());
    assert_eq!(answer.next().await.unwrap().unwrap_err(), refusal);
    assert!(answer.next().await.is_none());
    let (outcome, detail) = closing(dir.path()).unwrap();
    assert_eq!(
        (outcome, &detail["rows"], &detail["code"]),
        (Outcome::Failed, &json!(3), &json!("query.rows_max"))
    );
}

#[tokio::test]
async fn an_answer_that_is_dropped_or_cut_was_cancelled() {
    let (dir, log) = log();
    let endless = || stream::repeat_with(|| Ok(batch(1))).boxed();
    let mut dropped = answer(&log, endless());
    assert!(dropped.next().await.unwrap().is_ok());
    drop(dropped);
    for _ in 0..500 {
        if closing(dir.path()).is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let (outcome, detail) = closing(dir.path()).unwrap();
    assert_eq!((outcome, &detail["rows"]), (Outcome::Cancelled, &json!(1)));

    let (dir, log) = self::log();
    let mut cut = answer(&log, endless());
    assert!(cut.next().await.unwrap().is_ok());
    cut.cut(Refusal::new(Reason::Revoked));
    assert_eq!(cut.next().await.unwrap().unwrap_err().reason(), Reason::Revoked);
    assert!(cut.next().await.is_none());
    let (outcome, detail) = closing(dir.path()).unwrap();
    assert_eq!(
        (outcome, &detail["code"]),
        (Outcome::Cancelled, &json!("query.revoked"))
    );
}

#[tokio::test]
async fn every_reason_has_a_text_in_both_languages_that_uses_its_words() {
    for reason in Reason::ALL {
        let words = [
            "max", "what", "relation", "column", "function", "number", "seconds", "view",
        ];
        let refusal = words
            .iter()
            .fold(Refusal::new(reason), |refusal, word| refusal.with(word, "X"));
        let message = refusal.message();
        assert!(
            schemas::texts::get(refusal.code()).is_some(),
            "{reason:?} has no text"
        );
        for text in [&message.zh, &message.en] {
            assert!(!text.contains('{') && !text.is_empty(), "{reason:?}: {text}");
        }
    }
}

#[tokio::test]
async fn an_answer_collects_like_any_stream() {
    let (_dir, log) = log();
    let batches: Vec<RecordBatch> = answer(&log, stream::iter([Ok(batch(2))]).boxed())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(batches.len(), 1);
}
