//! Accounts, tokens and failed attempts.

use policy::{
    Account, AccountState, AccountStore, PasswordHash, Role, ScramVerifier, StoreError, StoredToken,
    TokenKind,
};
use schemas::{Level, PurposeCode, RegionCode};

use super::{Place, department, noon};

fn account(id: &str, name: &str) -> Account {
    Account {
        id: id.to_owned(),
        name: name.to_owned(),
        display_name: "州局分析员".to_owned(),
        department: department("tax"),
        role: Role::AnalystPrefecture,
        region: RegionCode::parse("433100").unwrap(),
        clearance: Level::L3,
        password_hash: PasswordHash::from_stored("$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA".to_owned()),
        purposes: vec![PurposeCode::parse("tax_risk").unwrap()],
        default_purpose: PurposeCode::parse("tax_risk").ok(),
        state: AccountState::Open,
    }
}

fn token(id: &str, kind: TokenKind, day: u32) -> StoredToken {
    let verifier = ScramVerifier {
        salt: vec![1; 16],
        iterations: 4096,
        stored_key: [2; 32],
        server_key: [3; 32],
    };
    StoredToken {
        id: id.to_owned(),
        account_id: "acc_1".to_owned(),
        kind,
        secret_sha256: [7; 32],
        scram: (kind == TokenKind::Access).then_some(verifier),
        issued_at: noon(day),
        expires_at: noon(day + 1),
        revoked_at: None,
    }
}

#[tokio::test]
async fn an_account_is_read_back_as_it_was_put() {
    let place = Place::new();
    let registry = place.open().await;
    let mut one = account("acc_1", "tax.prefecture");
    registry.put_account(&one).await.unwrap();
    assert_eq!(
        registry.account_by_name("tax.prefecture").await.unwrap().as_ref(),
        Some(&one)
    );
    assert_eq!(registry.account_by_name("TAX.PREFECTURE").await.unwrap(), None);
    one.state = AccountState::Locked;
    one.default_purpose = None;
    registry.put_account(&one).await.unwrap();
    assert_eq!(
        registry.account_by_id("acc_1").await.unwrap().as_ref(),
        Some(&one)
    );
    let clash = registry.put_account(&account("acc_2", "tax.prefecture")).await;
    assert!(matches!(clash, Err(StoreError::Conflict(_))), "{clash:?}");
    registry
        .put_account(&account("acc_2", "tax.jishou"))
        .await
        .unwrap();
    let names: Vec<String> = registry
        .accounts()
        .await
        .unwrap()
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["tax.jishou", "tax.prefecture"]);
}

#[tokio::test]
async fn a_new_access_token_ends_the_earlier_one() {
    let place = Place::new();
    let registry = place.open().await;
    registry
        .put_account(&account("acc_1", "tax.prefecture"))
        .await
        .unwrap();
    registry
        .put_token(&token("s1", TokenKind::Session, 1))
        .await
        .unwrap();
    registry
        .put_token(&token("a1", TokenKind::Access, 2))
        .await
        .unwrap();
    registry
        .put_token(&token("a2", TokenKind::Access, 3))
        .await
        .unwrap();
    assert_eq!(
        registry.token_by_id("a1").await.unwrap().unwrap().revoked_at,
        Some(noon(3))
    );
    assert_eq!(
        registry.token_by_id("s1").await.unwrap(),
        Some(token("s1", TokenKind::Session, 1))
    );
    assert_eq!(
        registry.current_access_token("acc_1").await.unwrap(),
        Some(token("a2", TokenKind::Access, 3))
    );
    let again = registry.put_token(&token("a2", TokenKind::Access, 4)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let kept = registry.current_access_token("acc_1").await.unwrap();
    assert_eq!(
        kept.map(|token| token.id).as_deref(),
        Some("a2"),
        "a refused token ends nothing"
    );
}

#[tokio::test]
async fn a_token_is_revoked_once() {
    let place = Place::new();
    let registry = place.open().await;
    registry
        .put_account(&account("acc_1", "tax.prefecture"))
        .await
        .unwrap();
    registry
        .put_token(&token("s1", TokenKind::Session, 1))
        .await
        .unwrap();
    registry
        .put_token(&token("s2", TokenKind::Session, 1))
        .await
        .unwrap();
    assert!(registry.revoke_token("s1", noon(2)).await.unwrap());
    assert!(!registry.revoke_token("s1", noon(3)).await.unwrap());
    assert!(!registry.revoke_token("unheard-of", noon(3)).await.unwrap());
    assert_eq!(registry.revoke_tokens_of("acc_1", noon(4)).await.unwrap(), 1);
    assert_eq!(
        registry.token_by_id("s1").await.unwrap().unwrap().revoked_at,
        Some(noon(2))
    );
}

#[tokio::test]
async fn failures_count_until_a_success_or_a_quiet_hour() {
    let place = Place::new();
    let registry = place.open().await;
    assert_eq!(registry.failures("pow.reporter").await.unwrap().count, 0);
    for count in 1..=3 {
        assert_eq!(
            registry
                .touch_failure("pow.reporter", noon(1))
                .await
                .unwrap()
                .count,
            count
        );
    }
    let later = noon(1) + chrono::TimeDelta::minutes(61);
    assert_eq!(
        registry.touch_failure("pow.reporter", later).await.unwrap().count,
        1
    );
    assert_eq!(
        registry
            .touch_failure("pow.reporter", later)
            .await
            .unwrap()
            .last_at,
        Some(later)
    );
    registry.clear_failures("pow.reporter").await.unwrap();
    assert_eq!(registry.failures("pow.reporter").await.unwrap().count, 0);
}
