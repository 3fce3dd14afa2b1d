//! What must not become an answer when something fails: an altered agreement, a failing policy, a store that is down.

use async_trait::async_trait;

use super::decide::denial;
use super::*;
use crate::agreements::AgreementStore;
use crate::cedar::Judge;

#[tokio::test]
async fn an_agreement_that_was_altered_in_the_store_answers_nothing() {
    let town = Town::new();
    let mut altered = town.agree(tax_risk(), &power_month()).await;
    altered
        .content
        .columns
        .insert("id_no".to_owned(), Treatment::Last4);
    altered.revision += 1;
    town.agreements.append(&[altered.clone()]).await.unwrap();
    let session = session(&town.analyst().await, "tax_risk");
    assert_eq!(denial(&town, &session, &power_month()).await.code, "denial.error");
    // With a matching hash it is still not what was approved: no consent speaks of it.
    altered.content_hash = altered.content.content_hash();
    altered.revision += 1;
    town.agreements.append(&[altered]).await.unwrap();
    assert_eq!(
        denial(&town, &session, &power_month()).await.code,
        "denial.consent_missing"
    );
}

#[tokio::test]
async fn a_policy_that_fails_to_evaluate_is_a_denial_not_a_gap() {
    let town = Town::new();
    town.agree(tax_risk(), &power_month()).await;
    let session = session(&town.analyst().await, "tax_risk");
    assert!(
        town.policy
            .decide(&session, &power_month(), now())
            .await
            .unwrap()
            .is_granted()
    );
    // Cedar would skip this forbid, because adding to the largest number overflows, and let the query pass.
    let failing = r#"
        @id("failing")
        forbid (principal, action == Action::"query", resource)
        when { context.today + 9223372036854775807 > 0 };
    "#;
    let judge = Judge::with(&[failing]).unwrap();
    let policy = Policy {
        judge: Arc::new(judge),
        ..town.policy.clone()
    };
    let refused = policy
        .decide(&session, &power_month(), now())
        .await
        .unwrap()
        .denied()
        .unwrap();
    assert_eq!((refused.code, refused.sqlstate), ("denial.error", "42501"));
}

/// A store that is down.
struct Down;

#[async_trait]
impl AgreementStore for Down {
    async fn active(
        &self,
        _: &DepartmentCode,
        _: Role,
        _: &PurposeCode,
        _: &ViewName,
        _: NaiveDate,
    ) -> Result<Option<Agreement>, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn agreement(&self, _: &str) -> Result<Option<Agreement>, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn revisions(&self, _: &str) -> Result<Vec<Agreement>, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn list(&self) -> Result<Vec<Agreement>, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn append(&self, _: &[Agreement]) -> Result<u64, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn epoch(&self) -> Result<u64, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
    async fn charge_keys(&self, _: &[KeyCharge]) -> Result<Vec<KeyBalance>, StoreError> {
        Err(StoreError::Unavailable("down".to_owned()))
    }
}

#[tokio::test]
async fn a_store_that_is_down_grants_nothing() {
    let town = Town::new();
    let policy = Policy::new(Arc::new(Down)).unwrap();
    let session = session(&town.analyst().await, "tax_risk");
    let error = policy.decide(&session, &power_month(), now()).await.unwrap_err();
    assert_eq!(error.code(), "agreement.unavailable");
}
