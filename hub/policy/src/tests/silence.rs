//! Names that must not be told from names that do not exist.

use super::*;

fn unlisted() -> ViewFacts {
    ViewFacts {
        unlisted: true,
        ..power_month()
    }
}

#[tokio::test]
async fn an_unlisted_view_is_denied_byte_for_byte_like_a_name_that_does_not_exist() {
    let town = Town::new();
    let agreement = town.agree(tax_risk(), &unlisted()).await;
    let unknown = Denial::unknown_relation("v_power_month");
    assert_eq!(unknown.sqlstate, "42P01");
    let analyst = account("tax.prefecture", Role::AnalystPrefecture, "433100", &["tax_risk"]);
    let junior = Account {
        clearance: Level::L1,
        name: "tax.junior".to_owned(),
        ..analyst.clone()
    };
    let junior = Account {
        id: "acc_junior".to_owned(),
        ..junior
    };
    let outsider = account("fin.budget", Role::Consumer, "433100", &["tax_risk"]);
    let admin = account("hub.security", Role::SecurityAdmin, "433100", &["tax_risk"]);
    for person in [junior, outsider, admin] {
        let person = town.person(person).await;
        for code in [Some("tax_risk"), Some("statistics"), None] {
            let session = Session::new(&person, code.map(purpose), Via::Http);
            let denial = town
                .policy
                .decide(&session, &unlisted(), now())
                .await
                .unwrap()
                .denied()
                .unwrap();
            assert_eq!(denial, unknown);
        }
    }
    let analyst = town.person(analyst).await;
    let silent = Session::new(&analyst, None, Via::Http);
    assert_eq!(
        town.policy.decide(&silent, &unlisted(), now()).await.unwrap(),
        Ruling::Denied(unknown.clone())
    );
    // Whoever has the agreement is answered, and hears the same silence when it ends.
    let session = session(&analyst, "tax_risk");
    assert!(
        town.policy
            .decide(&session, &unlisted(), now())
            .await
            .unwrap()
            .is_granted()
    );
    let security = town.security().await;
    let _ = town
        .policy
        .revoke(&security, &agreement.id, &unlisted(), "over", now())
        .await
        .unwrap();
    assert_eq!(
        town.policy.decide(&session, &unlisted(), now()).await.unwrap(),
        Ruling::Denied(unknown)
    );
}
