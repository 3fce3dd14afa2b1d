//! Who may do what, as a table: one row per act, one column per role.

use super::*;

const MATRIX: &str = "
act                     reporter analyst_prefecture analyst_county consumer system_admin security_admin audit_admin
submit_own              yes      -                  -              -        -            -              -
submit_other            -        -                  -              -        -            -              -
read_own_submission     yes      -                  -              -        -            -              -
read_other_submission   -        -                  -              -        -            -              -
read_own_duties         yes      yes                yes            yes      yes          yes            yes
read_other_duties       -        yes                yes            -        yes          -              -
sign_of_colleague       yes      -                  -              -        -            -              -
sign_own                -        -                  -              -        -            -              -
sign_of_others          -        -                  -              -        -            -              -
read_audit              -        -                  -              -        -            -              yes
verify_audit            -        -                  -              -        -            -              yes
manage_other_account    -        -                  -              -        yes          -              -
manage_own_account      -        -                  -              -        -            -              -
manage_system           -        -                  -              -        yes          -              -
browse_catalogue        yes      yes                yes            yes      yes          yes            yes
read_own_agreement      yes      yes                yes            yes      yes          yes            yes
read_other_agreement    -        -                  -              -        -            yes            yes
";

fn action(name: &str, own_name: &str) -> Action {
    let (own, other) = (department("tax"), department("pow"));
    match name {
        "submit_own" => Action::Submit { department: own },
        "submit_other" => Action::Submit { department: other },
        "read_own_submission" => Action::ReadOwnSubmission { department: own },
        "read_other_submission" => Action::ReadOwnSubmission { department: other },
        "read_own_duties" => Action::ReadDuties { department: own },
        "read_other_duties" => Action::ReadDuties { department: other },
        "sign_of_colleague" => Action::Sign {
            department: own,
            sender: "tax.colleague".to_owned(),
        },
        "sign_own" => Action::Sign {
            department: own,
            sender: own_name.to_owned(),
        },
        "sign_of_others" => Action::Sign {
            department: other,
            sender: "pow.reporter".to_owned(),
        },
        "read_audit" => Action::ReadAudit,
        "verify_audit" => Action::VerifyAudit,
        "manage_other_account" => Action::ManageAccounts {
            person: "pow.reporter".to_owned(),
        },
        "manage_own_account" => Action::ManageAccounts {
            person: own_name.to_owned(),
        },
        "manage_system" => Action::ManageSystem,
        "browse_catalogue" => Action::BrowseCatalogue,
        "read_own_agreement" => Action::ReadAgreement {
            consumer: other,
            providers: vec![own],
        },
        "read_other_agreement" => Action::ReadAgreement {
            consumer: other,
            providers: vec![department("wat")],
        },
        _ => panic!("{name}"),
    }
}

#[tokio::test]
async fn the_matrix_of_roles_and_acts_is_this_one() {
    let town = Town::new();
    let mut lines = MATRIX.trim().lines();
    let roles: Vec<Role> = lines
        .next()
        .unwrap()
        .split_whitespace()
        .skip(1)
        .map(|role| role.parse().unwrap())
        .collect();
    assert_eq!(roles, Role::ALL);
    for line in lines {
        let mut cells = line.split_whitespace();
        let name = cells.next().unwrap();
        for (role, cell) in roles.iter().zip(cells) {
            let own_name = format!("tax.{role}");
            let person = town
                .person(account(&own_name, *role, "433100", &["tax_risk"]))
                .await;
            let ruling = town.policy.authorize(&person, &action(name, &own_name));
            assert_eq!(ruling.is_granted(), cell == "yes", "{name} by {role}: {ruling:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_to_submit_names_the_department_that_may() {
    let town = Town::new();
    let reporter = town.reporter().await;
    let refused = town.policy.authorize(
        &reporter,
        &Action::Submit {
            department: department("tax"),
        },
    );
    let refused = refused.denied().unwrap();
    assert_eq!(refused.code, "denial.not_provider");
    assert_eq!(refused.args, [("department", "tax".to_owned())]);
}

#[tokio::test]
async fn only_a_reporter_of_the_department_reads_its_own_rows_and_only_where_they_are_nobody_elses() {
    let town = Town::new();
    let own = |providers: &[&str]| ViewFacts {
        name: ViewName::parse("v_own_tax_collection").unwrap(),
        owner: department("tax"),
        columns: vec![ColumnFacts {
            name: "amount".to_owned(),
            class: DataClass::Organisation,
            level: Level::L3,
        }],
        unlisted: true,
        scopes: ScopeKind::EVERY.into(),
        providers: providers.iter().map(|name| department(name)).collect(),
    };
    let now = chrono::Utc::now();
    for role in Role::ALL {
        let person = town
            .person(account(&format!("tax.{role}"), role, "433100", &["tax_risk"]))
            .await;
        let decision = town
            .policy
            .decide_own(&person, &own(&["tax"]), now)
            .await
            .unwrap();
        assert_eq!(decision.is_granted(), role == Role::Reporter, "{role}");
        let shared = town
            .policy
            .decide_own(&person, &own(&["tax", "pow"]), now)
            .await
            .unwrap();
        let denial = shared.denied().unwrap();
        assert_eq!(denial, Denial::unknown_relation("v_own_tax_collection"), "{role}");
    }
    let reporter = town.reporter().await;
    let other = town
        .policy
        .decide_own(&reporter, &own(&["tax"]), now)
        .await
        .unwrap();
    assert!(!other.is_granted(), "another department's reporter");
    let mine = town
        .person(account("tax.reporter", Role::Reporter, "433100", &[]))
        .await;
    let grant = town
        .policy
        .decide_own(&mine, &own(&["tax"]), now)
        .await
        .unwrap()
        .granted()
        .unwrap();
    assert_eq!(grant.columns(), [("amount".to_owned(), Treatment::Clear)]);
    assert_eq!(
        (grant.condition(), grant.agreement()),
        (&Condition::All, "own/v_own_tax_collection")
    );
}
