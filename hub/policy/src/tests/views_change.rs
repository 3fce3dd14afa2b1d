//! Views and scopes that an agreement no longer fits.

use super::decide::denial;
use super::*;

#[tokio::test]
async fn a_renamed_column_stops_the_whole_agreement() {
    let town = Town::new();
    let draft = Draft {
        scope: Scope::OwnCounty {
            column: "county_code".to_owned(),
        },
        aggregation: Some(Aggregation {
            count_column: "subjects_n".to_owned(),
            subjects_min: 5,
        }),
        ..tax_risk()
    };
    town.agree(draft, &power_month()).await;
    let session = session(&town.analyst().await, "tax_risk");
    for renamed in ["id_no", "county_code", "subjects_n"] {
        let mut view = power_month();
        view.columns
            .iter_mut()
            .find(|column| column.name == renamed)
            .unwrap()
            .name
            .push('2');
        let refused = denial(&town, &session, &view).await;
        assert_eq!(refused.code, "denial.agreement_column");
        assert!(refused.args.contains(&("column", renamed.to_owned())));
    }
}

#[tokio::test]
async fn a_column_that_became_l4_is_not_shown_in_the_clear() {
    let town = Town::new();
    town.agree(tax_risk(), &power_month()).await;
    let mut view = power_month();
    view.columns
        .iter_mut()
        .find(|column| column.name == "kwh")
        .unwrap()
        .level = Level::L4;
    let refused = denial(&town, &session(&town.analyst().await, "tax_risk"), &view).await;
    assert_eq!(refused.code, "denial.level_clear");
}

#[tokio::test]
async fn a_view_that_reads_a_new_provider_needs_that_providers_consent() {
    let town = Town::new();
    town.agree(tax_risk(), &power_month()).await;
    let view = ViewFacts {
        providers: vec![department("pow"), department("wat")],
        ..power_month()
    };
    let refused = denial(&town, &session(&town.analyst().await, "tax_risk"), &view).await;
    assert_eq!(refused.code, "denial.consent_missing");
}

#[tokio::test]
async fn scopes_that_are_not_built_yet_open_nothing() {
    let scopes = [
        Scope::Named {
            name: "anything".to_owned(),
        },
        Scope::Cases,
    ];
    for scope in scopes {
        let town = Town::new();
        town.agree(Draft { scope, ..tax_risk() }, &power_month()).await;
        let refused = denial(&town, &session(&town.analyst().await, "tax_risk"), &power_month()).await;
        assert_eq!(refused.code, "denial.scope_kind");
    }
}
