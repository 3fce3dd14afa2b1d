//! The keyed scope: keys are named and paid for before a row is released.

use super::acts::code;
use super::decide::denial;
use super::*;

/// `account_no` is the key, three a day.
fn by_account() -> Draft {
    let mut draft = Draft {
        scope: Scope::Keyed {
            column: "account_no".to_owned(),
            daily_max: 3,
        },
        ..tax_risk()
    };
    draft.columns.insert("account_no".to_owned(), Treatment::Clear);
    draft
}

/// Keys with marks that are not the keys.
fn keys(names: &[&str]) -> BTreeMap<String, String> {
    let marked = |name: &&str| ((*name).to_owned(), format!("mark of {name}"));
    names.iter().map(marked).collect()
}

/// An analyst under an agreement.
struct Desk {
    town: Town,
    person: Principal,
}

impl Desk {
    async fn of(draft: Draft) -> Desk {
        let town = Town::new();
        town.agree(draft, &power_month()).await;
        let person = town.analyst().await;
        Desk { town, person }
    }

    async fn grant(&self) -> Grant {
        let session = session(&self.person, "tax_risk");
        let decided = self.town.policy.decide(&session, &power_month(), now()).await;
        decided.unwrap().granted().unwrap()
    }

    async fn admit(&self, names: &[&str], now: DateTime<Utc>) -> Ruling<Admitted> {
        let asked = vec![(self.grant().await, keys(names))];
        match self.town.policy.admit(&self.person, asked, now).await.unwrap() {
            Ruling::Granted(admitted) => Ruling::Granted(admitted.into_iter().next().unwrap()),
            Ruling::Denied(denial) => Ruling::Denied(denial),
        }
    }

    /// (fresh, left) of a charge that was made.
    async fn charged(&self, names: &[&str], now: DateTime<Utc>) -> (u32, u32) {
        let admitted = self.admit(names, now).await.granted().unwrap();
        (admitted.fresh, admitted.left)
    }
}

#[tokio::test]
async fn a_decision_alone_releases_no_key() {
    let desk = Desk::of(by_account()).await;
    let grant = desk.grant().await;
    assert_eq!(grant.condition().keyed(), Some(("account_no", 3)));
    assert!(grant.admitted().is_empty());
    let named = desk.admit(&["A", "B"], now()).await.granted().unwrap().grant;
    let admitted: Vec<&str> = named.admitted().iter().map(String::as_str).collect();
    assert_eq!(admitted, ["A", "B"]);
    // The digest goes into the audit log, where a hash of a public number could be tried out.
    assert_eq!(named.digest(), grant.digest());
}

#[tokio::test]
async fn each_key_costs_once_a_day_and_a_query_beyond_the_quota_is_refused_whole() {
    let desk = Desk::of(by_account()).await;
    assert_eq!(desk.charged(&["A", "B"], now()).await, (2, 1));
    assert_eq!(desk.charged(&["A", "B"], now()).await, (0, 1));
    let refused = desk.admit(&["B", "C", "D"], now()).await.denied().unwrap();
    assert_eq!((refused.code, refused.sqlstate), ("denial.quota", "53400"));
    let told = |name: &str| {
        refused
            .args
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        (told("fresh"), told("left"), told("daily_max")),
        ("2".into(), "1".into(), "3".into())
    );
    assert!(
        refused
            .args
            .iter()
            .all(|(_, value)| !value.contains("mark") && value != "C")
    );
    // Nothing of the refused query was charged.
    assert_eq!(desk.charged(&["C"], now()).await, (1, 0));
    assert_eq!(desk.charged(&["A", "B", "C"], now()).await, (0, 0));
    assert!(!desk.admit(&["D"], now()).await.is_granted());
}

#[tokio::test]
async fn the_quota_starts_anew_at_midnight_in_shanghai() {
    let desk = Desk::of(by_account()).await;
    let midnight = Utc.with_ymd_and_hms(2026, 3, 2, 16, 0, 0).unwrap();
    let second = chrono::TimeDelta::seconds(1);
    assert_eq!(desk.charged(&["A", "B", "C"], midnight - second).await, (3, 0));
    assert!(!desk.admit(&["D"], midnight - second).await.is_granted());
    assert_eq!(desk.charged(&["D"], midnight).await, (1, 2));
    // A key of yesterday costs again.
    assert_eq!(desk.charged(&["A"], midnight).await, (1, 1));
    // UTC's own midnight is in the middle of the working day and changes nothing.
    assert_eq!(
        desk.charged(&["D"], midnight + chrono::TimeDelta::hours(9)).await,
        (0, 1)
    );
}

#[tokio::test]
async fn the_people_of_a_department_share_its_quota_and_two_departments_do_not() {
    let desk = Desk::of(by_account()).await;
    assert_eq!(desk.charged(&["A", "B", "C"], now()).await, (3, 0));
    let forecast = Draft {
        purpose: purpose("budget_forecast"),
        ..by_account()
    };
    desk.town.agree(forecast.clone(), &power_month()).await;
    let charged = async |name: &str, role, key: &str| {
        let person = desk
            .town
            .person(account(name, role, "433100", &["budget_forecast"]))
            .await;
        let session = session(&person, "budget_forecast");
        let grant = desk.town.policy.decide(&session, &power_month(), now()).await;
        let grant = grant.unwrap().granted().unwrap();
        let asked = vec![(grant, keys(&[key]))];
        let ruling = desk.town.policy.admit(&person, asked, now()).await;
        let admitted = ruling.unwrap().granted();
        admitted.map(|admitted| (admitted[0].fresh, admitted[0].left))
    };
    // Another person under another purpose: the same department.
    assert_eq!(charged("tax.other", Role::AnalystPrefecture, "D").await, None);
    assert_eq!(
        charged("tax.other", Role::AnalystPrefecture, "A").await,
        Some((0, 0))
    );
    let consumer = Draft {
        consumer: department("fin"),
        role: Role::Consumer,
        ..forecast
    };
    desk.town.agree(consumer, &power_month()).await;
    assert_eq!(charged("fin.budget", Role::Consumer, "A").await, Some((1, 2)));
}

#[tokio::test]
async fn a_successor_does_not_renew_the_quota_and_a_smaller_one_leaves_paid_keys_free() {
    let desk = Desk::of(by_account()).await;
    assert_eq!(desk.charged(&["A", "B"], now()).await, (2, 1));
    let smaller = Draft {
        scope: Scope::Keyed {
            column: "account_no".to_owned(),
            daily_max: 1,
        },
        ..by_account()
    };
    desk.town.agree(smaller, &power_month()).await;
    assert_eq!(desk.charged(&["A", "B"], now()).await, (0, 0));
    assert!(!desk.admit(&["C"], now()).await.is_granted());
}

#[tokio::test]
async fn a_keyed_grant_without_keys_and_an_ordinary_grant_with_keys_are_refused() {
    let desk = Desk::of(by_account()).await;
    let refused = desk.admit(&[], now()).await.denied().unwrap();
    assert_eq!(refused.code, "denial.keyed_required");
    assert_eq!(refused.args[1], ("column", "account_no".to_owned()));
    let ordinary = Desk::of(tax_risk()).await;
    assert_eq!(
        ordinary.admit(&["A"], now()).await.denied().unwrap().code,
        "denial.error"
    );
    // Two keys of one mark would cost one.
    let twins = BTreeMap::from([("A".to_owned(), "m".to_owned()), ("B".to_owned(), "m".to_owned())]);
    let asked = vec![(desk.grant().await, twins)];
    let ruling = desk.town.policy.admit(&desk.person, asked, now()).await;
    assert_eq!(code(ruling), "denial.error");
}

#[tokio::test]
async fn a_keyed_draft_needs_its_key_in_the_clear_and_a_sensible_quota() {
    let town = Town::new();
    let analyst = town.analyst().await;
    let propose = async |draft| code(town.policy.propose(&analyst, draft, &power_month(), now()).await);
    assert_eq!(propose(by_account()).await, "granted");
    for daily_max in [0, 10_001] {
        let column = "account_no".to_owned();
        let scope = Scope::Keyed { column, daily_max };
        let draft = Draft {
            scope,
            ..by_account()
        };
        assert_eq!(propose(draft).await, "agreement.key_daily_max");
    }
    for treatment in [None, Some(Treatment::Token), Some(Treatment::Last4)] {
        let mut draft = by_account();
        draft.columns.remove("account_no");
        draft
            .columns
            .extend(treatment.map(|how| ("account_no".to_owned(), how)));
        assert_eq!(propose(draft).await, "agreement.key_clear", "{treatment:?}");
    }
}

#[tokio::test]
async fn a_view_for_keyed_scopes_is_shared_by_no_other() {
    let narrow = ViewFacts {
        scopes: [ScopeKind::Keyed].into(),
        ..power_month()
    };
    let town = Town::new();
    let analyst = town.analyst().await;
    let propose = async |scope| {
        let draft = Draft {
            scope,
            ..by_account()
        };
        code(town.policy.propose(&analyst, draft, &narrow, now()).await)
    };
    let column = || "county_code".to_owned();
    let name = "anything".to_owned();
    for scope in [
        Scope::All,
        Scope::OwnCounty { column: column() },
        Scope::Named { name },
        Scope::Cases,
    ] {
        assert_eq!(propose(scope).await, "denial.scope_for_view");
    }
    assert_eq!(propose(by_account().scope).await, "granted");
    // An agreement that was in force before the view was narrowed answers no more.
    town.agree(tax_risk(), &power_month()).await;
    let refused = denial(&town, &session(&analyst, "tax_risk"), &narrow).await;
    assert_eq!(refused.code, "denial.scope_for_view");
    assert_eq!(refused.args[1], ("scopes", "keyed".to_owned()));
}

#[tokio::test]
async fn a_query_of_two_keyed_views_is_charged_for_both_or_for_neither() {
    let desk = Desk::of(by_account()).await;
    let second = ViewFacts {
        name: ViewName::parse("v_power_other").unwrap(),
        ..power_month()
    };
    let draft = Draft {
        view: second.name.clone(),
        ..by_account()
    };
    desk.town.agree(draft, &second).await;
    let session = session(&desk.person, "tax_risk");
    let other = desk.town.policy.decide(&session, &second, now()).await;
    let other = other.unwrap().granted().unwrap();
    let both = async |first: &[&str], then: &[&str]| {
        let asked = vec![(desk.grant().await, keys(first)), (other.clone(), keys(then))];
        let ruling = desk.town.policy.admit(&desk.person, asked, now()).await.unwrap();
        ruling
            .granted()
            .map(|admitted| (admitted[0].left, admitted[1].left))
    };
    assert_eq!(both(&["A"], &["A", "B", "C", "D"]).await, None);
    assert_eq!(both(&["A"], &["A", "B"]).await, Some((2, 1)));
}
