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
