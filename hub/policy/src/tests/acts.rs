//! From a proposal to an agreement in force, and to its end.

use super::*;
use crate::agreements::AgreementStore;

pub(super) async fn proposed(town: &Town) -> Agreement {
    let analyst = town.analyst().await;
    town.policy
        .propose(&analyst, tax_risk(), &power_month(), now())
        .await
        .unwrap()
        .granted()
        .unwrap()
}

pub(super) fn code<T: std::fmt::Debug>(ruling: Result<Ruling<T>, PolicyError>) -> &'static str {
    ruling.unwrap().denied().map_or("granted", |denial| denial.code)
}

#[tokio::test]
async fn consumer_or_owner_propose_and_nobody_else() {
    let town = Town::new();
    let propose = async |name: &str, role| {
        let author = town.person(account(name, role, "433100", &[])).await;
        code(
            town.policy
                .propose(&author, tax_risk(), &power_month(), now())
                .await,
        )
    };
    assert_eq!(
        propose("tax.prefecture", Role::AnalystPrefecture).await,
        "granted"
    );
    assert_eq!(propose("pow.reporter", Role::Reporter).await, "granted");
    assert_eq!(propose("fin.budget", Role::Consumer).await, "denial.not_allowed");
    for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
        assert_eq!(propose("tax.admin", role).await, "denial.not_allowed");
    }
}

#[tokio::test]
async fn a_draft_answers_nothing_until_it_is_approved_and_activated() {
    let town = Town::new();
    let view = power_month();
    let draft = proposed(&town).await;
    let session = session(&town.analyst().await, "tax_risk");
    let answers = async || {
        town.policy
            .decide(&session, &view, now())
            .await
            .unwrap()
            .is_granted()
    };
    assert_eq!((draft.revision, draft.state), (1, AgreementState::Draft));
    assert!(!answers().await);
    let security = town.security().await;
    assert_eq!(
        code(town.policy.activate(&security, &draft.id, &view, now()).await),
        "agreement.consent_missing"
    );
    let reporter = town.reporter().await;
    assert_eq!(
        code(town.policy.approve(&reporter, &draft.id, &view, now()).await),
        "granted"
    );
    assert_eq!(
        code(town.policy.approve(&reporter, &draft.id, &view, now()).await),
        "agreement.approved_twice"
    );
    assert!(!answers().await);
    assert_eq!(town.policy.epoch().await.unwrap(), 0);
    assert_eq!(
        code(town.policy.activate(&security, &draft.id, &view, now()).await),
        "granted"
    );
    assert!(answers().await);
    assert_eq!(town.policy.epoch().await.unwrap(), 1);
    let revisions = town.agreements.revisions(&draft.id).await.unwrap();
    assert_eq!(
        revisions.iter().map(|one| one.by.as_str()).collect::<Vec<_>>(),
        ["tax.prefecture", "pow.reporter", "hub.security"]
    );
    assert!(
        revisions
            .iter()
            .all(|revision| revision.content_hash == draft.content_hash)
    );
}

#[tokio::test]
async fn author_approver_activator_and_beneficiary_are_different() {
    let town = Town::new();
    let view = power_month();
    // The provider's clerk proposes and cannot approve the own proposal.
    let reporter = town.reporter().await;
    let own = town
        .policy
        .propose(&reporter, tax_risk(), &view, now())
        .await
        .unwrap()
        .granted()
        .unwrap();
    assert_eq!(
        code(town.policy.approve(&reporter, &own.id, &view, now()).await),
        "agreement.own_benefit"
    );
    let colleague = town
        .person(account("pow.chief", Role::Reporter, "433100", &[]))
        .await;
    assert_eq!(
        code(town.policy.approve(&colleague, &own.id, &view, now()).await),
        "granted"
    );
    // People who are not the provider cannot approve for it.
    let draft = proposed(&town).await;
    for (name, role, expected) in [
        ("fin.budget", Role::Consumer, "denial.not_allowed"),
        ("tax.other", Role::AnalystPrefecture, "agreement.own_benefit"),
        ("pow.admin", Role::SecurityAdmin, "denial.not_allowed"),
    ] {
        let person = town.person(account(name, role, "433100", &[])).await;
        assert_eq!(
            code(town.policy.approve(&person, &draft.id, &view, now()).await),
            expected,
            "{name}"
        );
    }
    // Nobody but the security office activates, and not if it benefits or has taken part in another role.
    assert_eq!(
        code(town.policy.approve(&colleague, &draft.id, &view, now()).await),
        "granted"
    );
    for (name, role, expected) in [
        ("hub.system", Role::SystemAdmin, "denial.not_allowed"),
        ("hub.audit", Role::AuditAdmin, "denial.not_allowed"),
        ("pow.chief", Role::Reporter, "agreement.own_benefit"),
        ("pow.chief", Role::SecurityAdmin, "agreement.own_benefit"),
        ("tax.prefecture", Role::SecurityAdmin, "agreement.own_benefit"),
        ("tax.security", Role::SecurityAdmin, "agreement.own_benefit"),
    ] {
        let person = town.person(account(name, role, "433100", &[])).await;
        assert_eq!(
            code(town.policy.activate(&person, &draft.id, &view, now()).await),
            expected,
            "{name}"
        );
    }
    let security = town.security().await;
    assert_eq!(
        code(town.policy.activate(&security, &draft.id, &view, now()).await),
        "granted"
    );
}

#[tokio::test]
async fn a_successor_retires_its_predecessor_in_the_same_step() {
    let town = Town::new();
    let first = town.agree(tax_risk(), &power_month()).await;
    let mut narrow = tax_risk();
    narrow.columns.remove("kwh");
    let second = town.agree(narrow, &power_month()).await;
    assert_eq!(town.policy.epoch().await.unwrap(), 2);
    let first = town.agreements.agreement(&first.id).await.unwrap().unwrap();
    assert_eq!(first.state, AgreementState::Retired);
    let session = session(&town.analyst().await, "tax_risk");
    let grant = town
        .policy
        .decide(&session, &power_month(), now())
        .await
        .unwrap()
        .granted()
        .unwrap();
    assert_eq!(grant.agreement(), second.id);
    let security = town.security().await;
    assert_eq!(
        code(
            town.policy
                .activate(&security, &first.id, &power_month(), now())
                .await
        ),
        "agreement.not_draft"
    );
}

#[tokio::test]
async fn a_successor_for_later_does_not_end_the_agreement_of_today() {
    let town = Town::new();
    let view = power_month();
    town.agree(tax_risk(), &view).await;
    let later = Draft {
        valid_from: day(2026, 7, 1),
        valid_to: day(2027, 6, 30),
        ..tax_risk()
    };
    let analyst = town.analyst().await;
    let draft = town
        .policy
        .propose(&analyst, later, &view, now())
        .await
        .unwrap()
        .granted()
        .unwrap();
    let reporter = town.reporter().await;
    assert_eq!(
        code(town.policy.approve(&reporter, &draft.id, &view, now()).await),
        "granted"
    );
    let security = town.security().await;
    assert_eq!(
        code(town.policy.activate(&security, &draft.id, &view, now()).await),
        "agreement.not_yet"
    );
    let july = Utc.with_ymd_and_hms(2026, 7, 1, 2, 0, 0).unwrap();
    assert_eq!(
        code(town.policy.activate(&security, &draft.id, &view, july).await),
        "granted"
    );
}

#[tokio::test]
async fn the_store_refuses_two_answers_to_one_question_and_stale_revisions() {
    let town = Town::new();
    let active = town.agree(tax_risk(), &power_month()).await;
    let twin = Agreement {
        id: "agr_twin".to_owned(),
        revision: 1,
        ..active.clone()
    };
    assert!(matches!(
        town.agreements.append(&[twin]).await,
        Err(StoreError::Conflict(_))
    ));
    assert!(matches!(
        town.agreements.append(&[active.clone()]).await,
        Err(StoreError::Conflict(_))
    ));
    // All or none: a sound revision together with a stale one changes nothing.
    let retired = Agreement {
        revision: active.revision + 1,
        state: AgreementState::Retired,
        ..active.clone()
    };
    assert!(town.agreements.append(&[retired, active.clone()]).await.is_err());
    assert_eq!(town.agreements.agreement(&active.id).await.unwrap(), Some(active));
    assert_eq!(town.policy.epoch().await.unwrap(), 1);
}

#[tokio::test]
async fn parties_and_the_security_office_can_end_an_agreement() {
    for (name, role, expected) in [
        ("hub.security", Role::SecurityAdmin, "granted"),
        ("pow.reporter", Role::Reporter, "granted"),
        ("tax.prefecture", Role::AnalystPrefecture, "granted"),
        ("fin.budget", Role::Consumer, "denial.not_allowed"),
        ("tax.system", Role::SystemAdmin, "denial.not_allowed"),
        ("pow.audit", Role::AuditAdmin, "denial.not_allowed"),
    ] {
        let town = Town::new();
        let agreement = town.agree(tax_risk(), &power_month()).await;
        let person = town.person(account(name, role, "433100", &[])).await;
        let revoked = town
            .policy
            .revoke(&person, &agreement.id, &power_month(), "over", now())
            .await;
        assert_eq!(code(revoked), expected, "{name}");
    }
    let town = Town::new();
    let security = town.security().await;
    let unknown = town
        .policy
        .revoke(&security, "agr_0", &power_month(), "", now())
        .await;
    assert_eq!(code(unknown), "agreement.unknown");
}
