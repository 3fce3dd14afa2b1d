//! Views that answer about named keys only: what counts as naming one, and what leaves the leaf whatever is asked.

mod refused;

use std::collections::BTreeSet;

use policy::Condition;
use schemas::Treatment;

use super::by_hand::some_rows;
use super::world::{GrantSpec, Row, World, given, on_query_threads};
use crate::refusal::{Reason, Refusal};
use crate::task::{Parameter, ParameterType};

/// Credit codes of `some_rows`, and one that nobody has.
const A: &str = "91433100MA40000000";
const B: &str = "91433100MA40000002";
const NOBODY: &str = "91433100MA49999999";

/// `v_power_month` by credit code, with the keys that were paid for.
fn by_code(admitted: &[&str]) -> GrantSpec {
    let condition = Condition::Keyed {
        column: "usc_code".to_owned(),
        daily_max: 500,
    };
    GrantSpec {
        admitted: admitted.iter().map(|key| (*key).to_owned()).collect(),
        ..GrantSpec::month(condition)
    }
}

fn with_keys(sql: &str) -> String {
    sql.replace("{v}", "v_power_month")
        .replace("{A}", A)
        .replace("{B}", B)
}

/// The keys that a question names.
async fn named(world: &World, sql: &str, parameters: Vec<Parameter>) -> Result<Vec<String>, Refusal> {
    let mut task = world.task(&[by_code(&[])], &with_keys(sql));
    task.parameters = parameters;
    let found = world.engine().keys(task).await?;
    Ok(found.into_values().flatten().collect())
}

#[test]
fn keys_are_named_as_literals_joined_by_and_wherever_the_view_is_mentioned() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let one = [A];
        let both = [A, B];
        let cases: [(&str, &[&str]); 26] = [
            ("SELECT kwh FROM {v} WHERE usc_code = '{A}'", &one),
            ("SELECT kwh FROM {v} WHERE '{A}' = usc_code", &one),
            ("SELECT kwh FROM {v} WHERE usc_code IN ('{A}', '{B}')", &both),
            ("SELECT kwh FROM {v} WHERE usc_code IN ('{A}', NULL, '{A}')", &one),
            (
                "SELECT kwh FROM {v} WHERE kwh > 5 AND (month = '202501' AND usc_code = '{A}')",
                &one,
            ),
            (
                "SELECT kwh FROM {v} WHERE usc_code = '{A}' AND (kwh > 5 OR TRUE)",
                &one,
            ),
            (
                "SELECT kwh FROM {v} WHERE usc_code IN ('{A}', '{B}') AND usc_code = '{B}'",
                &[B],
            ),
            ("SELECT kwh FROM {v} WHERE usc_code = '{A}'::varchar", &one),
            ("SELECT kwh FROM {v} WHERE usc_code = CAST('{A}' AS TEXT)", &one),
            (
                "SELECT t.kwh FROM {v} AS t WHERE t.usc_code = '{A}' ORDER BY 1 LIMIT 3",
                &one,
            ),
            (
                "SELECT kwh FROM (SELECT * FROM {v}) AS t WHERE usc_code = '{A}'",
                &one,
            ),
            (
                "SELECT code FROM (SELECT usc_code AS code FROM {v}) AS t WHERE code = '{A}'",
                &one,
            ),
            (
                "WITH t AS (SELECT usc_code, kwh FROM {v}) SELECT kwh FROM t WHERE usc_code = '{A}'",
                &one,
            ),
            ("SELECT DISTINCT usc_code FROM {v} WHERE usc_code = '{A}'", &one),
            (
                "SELECT n FROM (SELECT usc_code, count(*) AS n FROM {v} GROUP BY usc_code) AS t WHERE usc_code = '{A}'",
                &one,
            ),
            (
                "SELECT usc_code, count(*) FROM {v} GROUP BY usc_code HAVING usc_code = '{A}'",
                &one,
            ),
            (
                "SELECT kwh FROM {v} WHERE usc_code = '{A}' UNION ALL SELECT fee FROM {v} WHERE usc_code = '{B}'",
                &both,
            ),
            (
                "SELECT k FROM (SELECT usc_code AS k FROM {v} UNION ALL SELECT usc_code FROM {v}) AS t WHERE k = '{A}'",
                &one,
            ),
            (
                "SELECT a.kwh FROM {v} AS a JOIN {v} AS b ON a.month = b.month WHERE a.usc_code = '{A}' AND b.usc_code = '{B}'",
                &both,
            ),
            (
                "SELECT a.kwh FROM {v} AS a, {v} AS b WHERE a.usc_code = '{A}' AND b.usc_code = '{B}'",
                &both,
            ),
            (
                "SELECT a.kwh FROM {v} AS a JOIN {v} AS b ON a.month = b.month AND b.usc_code = '{B}' WHERE a.usc_code = '{A}'",
                &both,
            ),
            (
                "SELECT x.k FROM (VALUES ('{A}')) AS x(k) LEFT JOIN {v} AS b ON b.usc_code = x.k AND b.usc_code = '{B}'",
                &[B],
            ),
            (
                "SELECT kwh FROM {v} WHERE usc_code = '{A}' AND kwh > (SELECT avg(kwh) FROM {v} WHERE usc_code = '{B}')",
                &both,
            ),
            (
                "SELECT kwh FROM {v} WHERE usc_code = '{A}' AND EXISTS (SELECT 1 FROM {v} WHERE usc_code = '{B}')",
                &both,
            ),
            (
                "SELECT kwh, rank() OVER (ORDER BY kwh) FROM {v} WHERE usc_code = '{A}'",
                &one,
            ),
            (
                "SELECT kwh FROM public.\"v_power_month\" WHERE usc_code = 'it''s'",
                &["it's"],
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(named(&world, sql, vec![]).await.unwrap(), expected, "{sql}");
        }
    });
}

#[test]
fn parameters_are_keys_once_they_have_values() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let equal = "SELECT kwh FROM {v} WHERE usc_code = $1";
        assert_eq!(named(&world, equal, vec![given(A)]).await.unwrap(), [A]);
        let cast = "SELECT kwh FROM {v} WHERE usc_code = $1::varchar AND kwh > $2";
        assert_eq!(
            named(&world, cast, vec![given(A), given("5")]).await.unwrap(),
            [A]
        );
        let list = "SELECT kwh FROM {v} WHERE usc_code IN ($1, '{A}', $2)";
        assert_eq!(
            named(&world, list, vec![given(B), given(B)]).await.unwrap(),
            [A, B]
        );
        let declared = Parameter {
            text: Some("91433100".to_owned()),
            kind: Some(ParameterType::Int64),
        };
        let null = Parameter {
            text: None,
            kind: Some(ParameterType::Text),
        };
        for nothing in [null, declared] {
            let refused = named(&world, equal, vec![nothing]).await.unwrap_err();
            assert_eq!(refused.reason(), Reason::KeyRequired);
        }
    });
}

#[test]
fn only_rows_of_admitted_keys_leave_and_only_if_the_question_keeps_to_them() {
    on_query_threads(async {
        let rows = some_rows();
        let world = World::of(&rows).await;
        let count = |keys: &[&str]| {
            let ours = |row: &&Row| row.usc_code.as_deref().is_some_and(|code| keys.contains(&code));
            rows.iter().filter(ours).count().to_string()
        };
        let ask = async |admitted: &[&str], sql: &str| {
            let answered = world.ask(&[by_code(admitted)], &with_keys(sql)).await;
            answered
                .map(|answered| answered.cell())
                .map_err(|refusal| refusal.reason())
        };
        let one = "SELECT count(*) FROM {v} WHERE usc_code = '{A}'";
        let both = "SELECT count(*) FROM {v} WHERE usc_code IN ('{A}', '{B}')";
        assert_ne!(count(&[A]), "0");
        assert_eq!(ask(&[A], one).await, Ok(count(&[A])));
        assert_eq!(ask(&[A, B], one).await, Ok(count(&[A])));
        assert_eq!(ask(&[A, B], both).await, Ok(count(&[A, B])));
        let nobody = format!("SELECT count(*) FROM {{v}} WHERE usc_code = '{NOBODY}'");
        assert_eq!(ask(&[NOBODY], &nobody).await, Ok("0".to_owned()));
        // What was not paid for is not read, and half an answer is none.
        assert_eq!(ask(&[], one).await, Err(Reason::GrantInvalid));
        assert_eq!(ask(&[B], one).await, Err(Reason::GrantInvalid));
        assert_eq!(ask(&[A], both).await, Err(Reason::GrantInvalid));
        // The rest of the question meets no other row: every other one would fail here.
        let failing = "SELECT count(*) FROM {v} WHERE usc_code = '{A}' AND 1 / (CASE WHEN usc_code = '{A}' THEN 1 ELSE 0 END) = 1";
        assert_eq!(ask(&[A], failing).await, Ok(count(&[A])));
    });
}

#[test]
fn a_plan_costs_no_key_and_tells_nothing_of_the_rows() {
    on_query_threads(async {
        let worlds = [
            World::of(&some_rows()).await,
            World::of(&[Row::new(7, "433101", "202501")]).await,
        ];
        for sql in [
            "SELECT kwh FROM {v} WHERE usc_code = '{A}'",
            "SELECT a.kwh FROM {v} AS a JOIN (VALUES ('x'), ('y')) AS b(k) ON a.month = b.k WHERE a.usc_code = '{A}'",
            "SELECT a.kwh FROM {v} AS a JOIN {v} AS b ON a.month = b.month WHERE a.usc_code = '{A}' AND b.usc_code IN ('{A}', '{B}')",
        ] {
            let sql = with_keys(sql);
            let mut told = BTreeSet::new();
            for world in &worlds {
                for admitted in [&[][..], &[A, B]] {
                    let mut task = world.task(&[by_code(admitted)], &sql);
                    task.explain = true;
                    told.insert(world.run(task).await.unwrap().text());
                    let explain = format!("EXPLAIN {sql}");
                    told.insert(world.ask(&[by_code(admitted)], &explain).await.unwrap().text());
                }
            }
            assert_eq!(told.len(), 1, "{told:#?}");
        }
        // A plan of a question that would be refused is refused; columns are in the catalogue anyway.
        let bare = "SELECT kwh FROM v_power_month";
        let refused = worlds[0].ask(&[by_code(&[])], &format!("EXPLAIN {bare}")).await;
        assert_eq!(refused.unwrap_err().reason(), Reason::KeyRequired);
        let described = worlds[0]
            .engine()
            .describe(worlds[0].task(&[by_code(&[])], bare))
            .await;
        assert_eq!(described.unwrap().columns.fields().len(), 1);
    });
}

#[test]
fn keys_do_not_lift_masks_and_a_key_column_must_be_a_text_of_the_view() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let sql = with_keys("SELECT DISTINCT customer_name FROM {v} WHERE usc_code = '{A}'");
        let names = world.ask(&[by_code(&[A])], &sql).await.unwrap();
        assert!(
            names
                .rows
                .iter()
                .flatten()
                .flatten()
                .all(|name| name.ends_with('*'))
        );
        for column in ["kwh", "nosuch"] {
            let condition = Condition::Keyed {
                column: column.to_owned(),
                daily_max: 5,
            };
            let grant = GrantSpec::new("v_power_month", &[("kwh", Treatment::Clear)], condition);
            let refused = world
                .ask(&[grant], "SELECT kwh FROM v_power_month WHERE kwh = 1")
                .await;
            assert_eq!(refused.unwrap_err().reason(), Reason::GrantUnusable, "{column}");
        }
    });
}
