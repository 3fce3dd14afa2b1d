//! What a grant opens: for its query and its time, exactly as written or not at all.

use policy::Condition;
use schemas::Treatment;

use super::by_hand::some_rows;
use super::world::{GrantSpec, World, counties, on_query_threads};
use crate::refusal::Reason;

#[test]
fn a_grant_opens_only_what_it_is_for() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let sql = "SELECT count(*) FROM v_power_month";
        let good = GrantSpec::month(Condition::All);
        let reason = async |grants: &[GrantSpec]| world.ask(grants, sql).await.unwrap_err().reason();
        let expired = GrantSpec {
            expires_at: chrono::Utc::now() - chrono::TimeDelta::seconds(1),
            ..good.clone()
        };
        assert_eq!(reason(&[expired]).await, Reason::GrantInvalid);
        let elsewhere = GrantSpec {
            query_id: "q2".to_owned(),
            ..good.clone()
        };
        assert_eq!(reason(&[elsewhere]).await, Reason::GrantInvalid);
        let forged = GrantSpec {
            key: "00".repeat(32),
            ..good.clone()
        };
        assert_eq!(reason(&[forged]).await, Reason::GrantInvalid);
        // A treatment or a condition that this version does not know stops the grant, it does not fall away.
        for (known, unknown) in [
            ("\"clear\"", "\"clear_2\""),
            ("\"all\"", "\"everyone\""),
            ("\"limits\"", "\"limit\""),
        ] {
            let text = good.body().replace(known, unknown);
            let mut task = world.task(&[], sql);
            task.grants = vec![good.seal(&text)];
            assert_eq!(
                world.run(task).await.unwrap_err().reason(),
                Reason::GrantInvalid,
                "{unknown}"
            );
        }
        // One bad grant refuses all, even if the statement does not need it.
        let forged = GrantSpec {
            key: "00".repeat(32),
            ..GrantSpec::county_month(5)
        };
        assert_eq!(reason(&[good.clone(), forged]).await, Reason::GrantInvalid);
        assert_eq!(reason(&[good.clone(), good.clone()]).await, Reason::GrantUnusable);
    });
}

#[test]
fn a_grant_that_cannot_be_carried_out_releases_nothing() {
    use Treatment::*;
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let at_least = |column: &str| Condition::AtLeast {
            column: column.to_owned(),
            min: 5,
        };
        let is_in = |column: &str| Condition::In {
            column: column.to_owned(),
            values: vec!["1".to_owned()],
        };
        let cases: Vec<(Vec<(&str, Treatment)>, Condition)> = vec![
            (vec![("nobody", Clear)], Condition::All),
            (vec![("month", Clear), ("month", Null)], Condition::All),
            (vec![("kwh", Name1)], Condition::All),
            (vec![("kwh", Token)], Condition::All),
            // Not stored as tokens, so it cannot be shown as tokens.
            (vec![("usc_code", Token)], Condition::All),
            (vec![("customer_name", Month)], Condition::All),
            (vec![], Condition::All),
            (vec![("month", Clear)], is_in("nobody")),
            (vec![("month", Clear)], is_in("kwh")),
            (vec![("month", Clear)], is_in("County_Code")),
            (vec![("month", Clear)], at_least("subjects_n")),
            (vec![("month", Clear)], at_least("use_class")),
            (
                vec![("month", Clear)],
                Condition::And(vec![counties(&["433101"]), is_in("nobody")]),
            ),
        ];
        for (columns, condition) in cases {
            let grant = GrantSpec::new("v_power_month", &columns, condition.clone());
            let refusal = world
                .ask(&[grant], "SELECT count(*) FROM v_power_month")
                .await
                .unwrap_err();
            assert_eq!(
                refusal.reason(),
                Reason::GrantUnusable,
                "{columns:?} {condition:?}"
            );
        }
        let mut task = world.task(
            &[GrantSpec::month(Condition::All)],
            "SELECT count(*) FROM v_power_month",
        );
        task.views.clear();
        assert_eq!(
            world.run(task.clone()).await.unwrap_err().reason(),
            Reason::ViewUnusable
        );
        let mut task = world.task(
            &[GrantSpec::month(Condition::All)],
            "SELECT count(*) FROM v_power_month",
        );
        task.snapshots.clear();
        assert_eq!(world.run(task).await.unwrap_err().reason(), Reason::ViewUnusable);
    });
}

#[test]
fn conditions_may_name_columns_the_reader_does_not_see() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let condition = Condition::And(vec![
            counties(&["433122"]),
            Condition::In {
                column: "use_class".to_owned(),
                values: vec!["2".to_owned(), "3".to_owned()],
            },
        ]);
        let grant = [GrantSpec::new(
            "v_power_month",
            &[("kwh", Treatment::Clear)],
            condition,
        )];
        let wanted = some_rows()
            .iter()
            .filter(|row| {
                row.county_code.as_deref() == Some("433122") && ["2", "3"].contains(&row.use_class.as_str())
            })
            .count();
        assert_eq!(
            world
                .ask(&grant, "SELECT count(kwh) FROM v_power_month")
                .await
                .unwrap()
                .cell(),
            wanted.to_string()
        );
        // A value that looks like SQL is only a value.
        let sly = Condition::In {
            column: "county_code".to_owned(),
            values: vec!["433122' OR '1'='1".to_owned(), "'; --".to_owned()],
        };
        let grant = [GrantSpec::new("v_power_month", &[("kwh", Treatment::Clear)], sly)];
        assert_eq!(
            world
                .ask(&grant, "SELECT count(*) FROM v_power_month")
                .await
                .unwrap()
                .cell(),
            "0"
        );
    });
}
