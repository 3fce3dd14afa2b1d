//! Settled submissions as they are asked about.

use intake::{Act, Change, ChangeKind, Finding, Intent, Settlement, SubmissionFilter, SubmissionStore};
use schemas::{FeedId, SubmissionId};

use super::sample::{finding, intent, receipt, settle, settled_on};
use super::{Place, department, noon};

#[tokio::test]
async fn findings_are_paged_in_order_without_gaps() {
    let place = Place::new();
    let registry = place.open().await;
    let intent = intent("202501", "sha256:a", 0);
    let all: Vec<Finding> = (0..1203).map(finding).collect();
    registry.put_intent(&intent, &all, &[]).await.unwrap();
    let none = registry.findings(&intent.submission, 0, 10).await.unwrap();
    assert!(none.findings.is_empty(), "an open submission shows nothing");
    registry
        .settle(&Settlement {
            intent: intent.clone(),
            receipt: receipt(&intent, Some(1), 1),
        })
        .await
        .unwrap();
    for page_size in [1203, 500, 499, 7] {
        let (mut read, mut after) = (Vec::new(), Some(0));
        while let Some(from) = after {
            let page = registry
                .findings(&intent.submission, from, page_size)
                .await
                .unwrap();
            assert!(page.findings.len() <= page_size as usize);
            read.extend(page.findings);
            after = page.next;
        }
        assert!(read == all, "pages of {page_size}");
    }
    let beyond = registry.findings(&intent.submission, 5000, 10).await.unwrap();
    assert!(beyond.findings.is_empty() && beyond.next.is_none());
}

#[tokio::test]
async fn submissions_are_listed_newest_first_by_page() {
    let place = Place::new();
    let registry = place.open().await;
    let mut sent = Vec::new();
    for revision in 0..5 {
        let intent = intent("202501", &format!("sha256:{revision}"), revision);
        settle(
            &registry,
            &intent,
            Some(i64::from(revision) + 1),
            u64::from(revision),
        )
        .await
        .unwrap();
        sent.insert(0, intent.submission);
    }
    let mut filter = SubmissionFilter {
        department: Some(department("pow")),
        count_max: 2,
        ..Default::default()
    };
    let ids = |records: Vec<intake::SubmissionRecord>| -> Vec<SubmissionId> {
        records
            .iter()
            .map(|record| record.receipt.submission.clone())
            .collect()
    };
    assert_eq!(ids(registry.submissions(&filter).await.unwrap()), sent[..2]);
    filter.before = Some(sent[1].clone());
    assert_eq!(ids(registry.submissions(&filter).await.unwrap()), sent[2..4]);
    let tax = SubmissionFilter {
        department: Some(department("tax")),
        count_max: 9,
        ..Default::default()
    };
    assert!(registry.submissions(&tax).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_lake_as_of_a_step_is_one_state_across_feeds() {
    let place = Place::new();
    let registry = place.open().await;
    settle(&registry, &intent("202501", "sha256:a", 0), Some(1), 1)
        .await
        .unwrap();
    // Version 3 was recorded before version 2, which had to be recovered.
    settle(&registry, &intent("202502", "sha256:b", 0), Some(3), 2)
        .await
        .unwrap();
    settle(&registry, &intent("202503", "sha256:c", 0), Some(2), 3)
        .await
        .unwrap();
    let feed = FeedId::parse("pow_usage").unwrap();
    for (seq, version) in [(1, 1), (2, 3), (3, 3)] {
        assert_eq!(
            registry.versions_at(seq).await.unwrap().get(&feed),
            Some(&version),
            "after step {seq}"
        );
    }
    assert!(registry.versions_at(0).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_day_shows_what_was_settled_by_its_end() {
    let place = Place::new();
    let registry = place.open().await;
    let mut sent = Vec::new();
    // Three revisions of January on three days, and February on the second.
    for (period, revision_before, version, day) in [
        ("202501", 0, 1, 3),
        ("202501", 1, 2, 5),
        ("202502", 0, 3, 5),
        ("202501", 2, 4, 9),
    ] {
        let intent = intent(period, &format!("sha256:{version}"), revision_before);
        registry.put_intent(&intent, &[], &[]).await.unwrap();
        let receipt = settled_on(receipt(&intent, Some(version), version as u64), day);
        sent.push(intent.submission.clone());
        registry.settle(&Settlement { intent, receipt }).await.unwrap();
    }
    let as_of = async |day| {
        let filter = SubmissionFilter {
            as_of: Some(noon(day)),
            count_max: 10,
            ..Default::default()
        };
        let records = registry.submissions(&filter).await.unwrap();
        let ids = records.iter().map(|record| record.receipt.submission.clone());
        (
            ids.collect::<Vec<_>>(),
            registry.lake_seq_before(noon(day)).await.unwrap(),
        )
    };
    assert_eq!(as_of(2).await, (Vec::new(), 0));
    assert_eq!(as_of(4).await, (vec![sent[0].clone()], 1));
    assert_eq!(as_of(6).await, (vec![sent[2].clone(), sent[1].clone()], 3));
    assert_eq!(as_of(10).await, (vec![sent[3].clone(), sent[2].clone()], 4));
    let second = SubmissionFilter {
        period: Some("202501".to_owned()),
        revision: Some(2),
        count_max: 10,
        ..Default::default()
    };
    let found = registry.submissions(&second).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].receipt.submission, sent[1]);
}

#[tokio::test]
async fn changes_are_kept_with_their_submission_and_paged() {
    let place = Place::new();
    let registry = place.open().await;
    let first = intent("202501", "sha256:a", 0);
    settle(&registry, &first, Some(1), 1).await.unwrap();
    let correction = Intent {
        act: Act::Correction {
            of: first.submission.clone(),
        },
        ..intent("202501", "sha256:b", 1)
    };
    let all: Vec<Change> = (0..1203)
        .map(|row| Change {
            kind: ChangeKind::Changed,
            row: Some(row),
            row_of: None,
            row_before: Some(row),
            row_before_of: None,
            fields: vec!["kwh".to_owned()],
        })
        .collect();
    registry.put_intent(&correction, &[], &all).await.unwrap();
    let none = registry.changes(&correction.submission, 0, 10).await.unwrap();
    assert!(none.changes.is_empty(), "an open submission shows nothing");
    let receipt = receipt(&correction, Some(2), 2);
    let settlement = Settlement {
        intent: correction.clone(),
        receipt,
    };
    registry.settle(&settlement).await.unwrap();
    for page_size in [1203, 500, 7] {
        let (mut read, mut after) = (Vec::new(), Some(0));
        while let Some(from) = after {
            let page = registry
                .changes(&correction.submission, from, page_size)
                .await
                .unwrap();
            read.extend(page.changes);
            after = page.next;
        }
        assert!(read == all, "pages of {page_size}");
    }
}
