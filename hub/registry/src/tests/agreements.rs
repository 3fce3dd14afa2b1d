//! Agreements: one answer per question, and rows that nobody may touch.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use policy::{Agreement, AgreementState, AgreementStore, Draft, GrantLimits, Role, Scope, StoreError};
use schemas::{PurposeCode, Treatment, ViewName};

use super::{Place, department, noon};
use crate::{Registry, RegistryError};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn agreement(id: &str, revision: u32, state: AgreementState) -> Agreement {
    let content = Draft {
        consumer: department("tax"),
        role: Role::AnalystPrefecture,
        view: ViewName::parse("v_power_month").unwrap(),
        purpose: PurposeCode::parse("tax_risk").unwrap(),
        scope: Scope::All,
        columns: BTreeMap::from([("kwh".to_owned(), Treatment::Clear)]),
        aggregation: None,
        limits: GrantLimits {
            rows_max: 1000,
            bytes_max: 1_000_000,
        },
        valid_from: day("2025-01-01"),
        valid_to: day("2025-12-31"),
        basis: "征管法第六条".to_owned(),
    };
    Agreement {
        id: id.to_owned(),
        revision,
        content_hash: content.content_hash(),
        content,
        author: "tax.prefecture".to_owned(),
        author_department: department("tax"),
        by: "tax.prefecture".to_owned(),
        at: noon(1),
        approvals: Vec::new(),
        state,
        reason: None,
    }
}

async fn active(registry: &Registry, on: &str) -> Result<Option<String>, StoreError> {
    let purpose = PurposeCode::parse("tax_risk").unwrap();
    let view = ViewName::parse("v_power_month").unwrap();
    let found = registry
        .active(
            &department("tax"),
            Role::AnalystPrefecture,
            &purpose,
            &view,
            day(on),
        )
        .await?;
    Ok(found.map(|agreement| agreement.id))
}

use AgreementState::{Active, Draft as Drafted, Retired, Revoked};

#[tokio::test]
async fn an_agreement_answers_while_it_is_active_and_within_its_days() {
    let place = Place::new();
    let registry = place.open().await;
    assert_eq!(registry.append(&[agreement("a", 1, Drafted)]).await.unwrap(), 0);
    assert_eq!(active(&registry, "2025-06-01").await.unwrap(), None);
    assert_eq!(registry.append(&[agreement("a", 2, Active)]).await.unwrap(), 1);
    for (on, answers) in [
        ("2024-12-31", false),
        ("2025-01-01", true),
        ("2025-12-31", true),
        ("2026-01-01", false),
    ] {
        assert_eq!(active(&registry, on).await.unwrap().is_some(), answers, "{on}");
    }
    assert_eq!(registry.append(&[agreement("a", 3, Revoked)]).await.unwrap(), 2);
    assert_eq!(active(&registry, "2025-06-01").await.unwrap(), None);
    assert_eq!(registry.revisions("a").await.unwrap().len(), 3);
    assert_eq!(
        registry.agreement("a").await.unwrap(),
        Some(agreement("a", 3, Revoked))
    );
    assert_eq!(registry.list().await.unwrap(), vec![agreement("a", 3, Revoked)]);
    assert_eq!(registry.epoch().await.unwrap(), 2);
}

#[tokio::test]
async fn a_successor_retires_its_predecessor_in_one_act_or_not_at_all() {
    let place = Place::new();
    let registry = place.open().await;
    registry.append(&[agreement("a", 1, Drafted)]).await.unwrap();
    registry
        .append(&[agreement("a", 2, Active), agreement("b", 1, Drafted)])
        .await
        .unwrap();
    let second = registry.append(&[agreement("b", 2, Active)]).await;
    assert!(matches!(second, Err(StoreError::Conflict(_))), "{second:?}");
    assert_eq!(
        active(&registry, "2025-06-01").await.unwrap().as_deref(),
        Some("a")
    );
    registry
        .append(&[agreement("b", 2, Active), agreement("a", 3, Retired)])
        .await
        .unwrap();
    assert_eq!(
        active(&registry, "2025-06-01").await.unwrap().as_deref(),
        Some("b")
    );
    assert_eq!(registry.epoch().await.unwrap(), 2);
}

#[tokio::test]
async fn a_revision_follows_the_one_before_it() {
    let place = Place::new();
    let registry = place.open().await;
    for revision in [0, 2] {
        let skipped = registry.append(&[agreement("a", revision, Drafted)]).await;
        assert!(
            matches!(skipped, Err(StoreError::Conflict(_))),
            "{revision}: {skipped:?}"
        );
    }
    registry.append(&[agreement("a", 1, Drafted)]).await.unwrap();
    let twice = registry.append(&[agreement("a", 1, Drafted)]).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    let half = registry
        .append(&[agreement("b", 1, Drafted), agreement("a", 3, Active)])
        .await;
    assert!(matches!(half, Err(StoreError::Conflict(_))), "{half:?}");
    assert_eq!(registry.agreement("b").await.unwrap(), None, "all or none");
}

async fn three_revisions() -> Place {
    let place = Place::new();
    let registry = place.open().await;
    registry.append(&[agreement("a", 1, Drafted)]).await.unwrap();
    registry.append(&[agreement("a", 2, Active)]).await.unwrap();
    registry.append(&[agreement("a", 3, Revoked)]).await.unwrap();
    let (length, hash) = registry.agreements_head().await.unwrap();
    assert!(length == 3 && hash.starts_with("sha256:"));
    registry.close().await;
    place
}

#[tokio::test]
async fn a_store_in_which_an_agreement_was_edited_by_hand_is_not_opened() {
    for edit in [
        "UPDATE agreements SET state = 'active' WHERE seq = 3",
        "UPDATE agreements SET body = replace(body, '\"revoked\"', '\"active\"') WHERE seq = 3",
        "UPDATE agreements SET body = replace(body, '1000000', '9000000')",
        "UPDATE agreements SET consumer = 'fin' WHERE seq = 2",
        "UPDATE agreements SET hash = 'sha256:00' WHERE seq = 1",
        "UPDATE agreements SET revision = 4 WHERE seq = 2",
        "DELETE FROM agreements WHERE seq = 2",
        "DELETE FROM agreements WHERE seq = 1",
        "UPDATE agreements SET seq = 4 WHERE seq = 3",
    ] {
        let place = three_revisions().await;
        place.by_hand(edit).await;
        let opened = Registry::open(&place.path()).await;
        assert!(matches!(opened, Err(RegistryError::Damaged(_))), "{edit}");
    }
}

#[tokio::test]
async fn an_agreement_edited_while_the_hub_runs_answers_nothing() {
    let place = Place::new();
    let registry = place.open().await;
    registry.append(&[agreement("a", 1, Active)]).await.unwrap();
    let other = place.open().await;
    sqlx::query("DROP TRIGGER agreements_stay")
        .execute(&other.writer)
        .await
        .unwrap();
    sqlx::query("UPDATE agreements SET body = replace(body, '1000000', '9000000')")
        .execute(&other.writer)
        .await
        .unwrap();
    assert!(matches!(
        active(&registry, "2025-06-01").await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(registry.agreement("a").await.is_err() && registry.revisions("a").await.is_err());
}

#[tokio::test]
async fn revisions_and_the_epoch_cannot_be_changed_by_a_statement() {
    let place = Place::new();
    let registry = place.open().await;
    registry.append(&[agreement("a", 1, Active)]).await.unwrap();
    for sql in [
        "UPDATE agreements SET state = 'draft'",
        "DELETE FROM agreements",
        "UPDATE policy_epoch SET epoch = 0",
        "DELETE FROM policy_epoch",
    ] {
        assert!(sqlx::query(sql).execute(&registry.writer).await.is_err(), "{sql}");
    }
}
