//! Grants on their way to a worker.

use super::*;

async fn grant() -> Grant {
    let town = Town::new();
    town.agree(tax_risk(), &power_month()).await;
    let session = session(&town.analyst().await, "tax_risk");
    town.policy
        .decide(&session, &power_month(), now())
        .await
        .unwrap()
        .granted()
        .unwrap()
}

#[tokio::test]
async fn a_sealed_grant_comes_back_as_it_was() {
    let grant = grant().await;
    let key = BootKey::random().unwrap();
    let sealed = seal(&grant, &key, "q1");
    let carried: SealedGrant = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
    let there = BootKey::import(&key.export()).unwrap();
    assert_eq!(unseal(&carried, &there, "q1", now()), Ok(grant));
}

#[tokio::test]
async fn a_seal_holds_for_its_query_its_server_and_its_time_only() {
    let grant = grant().await;
    let key = BootKey::random().unwrap();
    let sealed = seal(&grant, &key, "q1");
    assert_eq!(unseal(&sealed, &key, "q2", now()), Err(UnsealError::Forged));
    assert_eq!(
        unseal(&sealed, &BootKey::random().unwrap(), "q1", now()),
        Err(UnsealError::Forged)
    );
    assert_eq!(
        unseal(&sealed, &key, "q1", grant.expires_at()),
        Err(UnsealError::Expired)
    );
    let just_before = grant.expires_at() - chrono::TimeDelta::milliseconds(1);
    assert!(unseal(&sealed, &key, "q1", just_before).is_ok());
}

#[tokio::test]
async fn no_changed_grant_is_unsealed() {
    let key = BootKey::random().unwrap();
    let sealed = serde_json::to_value(seal(&grant().await, &key, "q1")).unwrap();
    for part in ["grant", "seal"] {
        let text = sealed[part].as_str().unwrap();
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1;
            let mut forged = sealed.clone();
            forged[part] = String::from_utf8(bytes).unwrap().into();
            let forged: SealedGrant = serde_json::from_value(forged).unwrap();
            assert_eq!(
                unseal(&forged, &key, "q1", now()),
                Err(UnsealError::Forged),
                "{part} {at}"
            );
        }
    }
    let mut unsealed = sealed.clone();
    unsealed["seal"] = "".into();
    let unsealed: SealedGrant = serde_json::from_value(unsealed).unwrap();
    assert_eq!(unseal(&unsealed, &key, "q1", now()), Err(UnsealError::Forged));
}

#[tokio::test]
async fn the_digest_stays_while_rights_stay_and_changes_with_them() {
    let town = Town::new();
    town.agree(tax_risk(), &power_month()).await;
    let session = session(&town.analyst().await, "tax_risk");
    let decide = async |at| {
        town.policy
            .decide(&session, &power_month(), at)
            .await
            .unwrap()
            .granted()
            .unwrap()
    };
    let (first, later) = (
        decide(now()).await,
        decide(now() + chrono::TimeDelta::hours(5)).await,
    );
    assert_ne!(first, later);
    assert_eq!(first.digest(), later.digest());
    let mut narrow = tax_risk();
    narrow.columns.remove("id_no");
    town.agree(narrow, &power_month()).await;
    assert_ne!(decide(now()).await.digest(), first.digest());
}

#[test]
fn a_boot_key_does_not_print_itself() {
    let key = BootKey::random().unwrap();
    assert_eq!(format!("{key:?}"), "BootKey(..)");
    assert_eq!(BootKey::import("00").unwrap_err(), UnsealError::Key);
}
