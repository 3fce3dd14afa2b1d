//! Drafts that are refused for what they say.

use super::acts::{code, proposed};
use super::*;
use crate::agreements::AgreementStore;

#[tokio::test]
async fn a_draft_with_a_flaw_is_refused_with_its_reason() {
    let cases: [(&str, fn(&mut Draft)); 11] = [
        ("agreement.dates", |draft| draft.valid_from = day(2027, 1, 1)),
        ("agreement.dates", |draft| {
            (draft.valid_from, draft.valid_to) = (day(2025, 1, 1), day(2025, 12, 31));
        }),
        ("agreement.too_long", |draft| draft.valid_to = day(2027, 12, 31)),
        ("agreement.basis", |draft| draft.basis = "  ".to_owned()),
        ("agreement.limits", |draft| draft.limits.rows_max = 0),
        ("denial.agreement_column", |draft| {
            draft.columns.insert("nosuch".to_owned(), Treatment::Clear);
        }),
        ("denial.agreement_column", |draft| {
            draft.scope = Scope::OwnCounty {
                column: "nosuch".to_owned(),
            };
        }),
        ("denial.no_columns", |draft| draft.columns.clear()),
        ("agreement.level_clear", |draft| {
            draft.columns.insert("id_no".to_owned(), Treatment::Clear);
        }),
        ("agreement.subjects_min", |draft| {
            draft.aggregation = Some(Aggregation {
                count_column: "subjects_n".to_owned(),
                subjects_min: 1,
            });
        }),
        ("denial.error", |draft| {
            draft.view = ViewName::parse("v_other").unwrap()
        }),
    ];
    let town = Town::new();
    let analyst = town.analyst().await;
    for (expected, change) in cases {
        let mut draft = tax_risk();
        change(&mut draft);
        assert_eq!(
            code(town.policy.propose(&analyst, draft, &power_month(), now()).await),
            expected
        );
    }
    assert!(town.agreements.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_altered_draft_cannot_be_approved() {
    let town = Town::new();
    let mut draft = proposed(&town).await;
    draft.content.limits.rows_max = 1;
    draft.revision = 2;
    town.agreements.append(&[draft.clone()]).await.unwrap();
    let reporter = town.reporter().await;
    let refused = town
        .policy
        .approve(&reporter, &draft.id, &power_month(), now())
        .await;
    assert!(matches!(refused, Err(PolicyError::Altered(_))));
}
