//! What can be named: the granted views and their columns, in words that never tell a name that is not granted from one
//! that does not exist.

use policy::Condition;
use schemas::Treatment;

use super::by_hand::some_rows;
use super::world::{GrantSpec, World, counties, on_query_threads};
use crate::refusal::Reason;

#[test]
fn a_name_that_is_not_granted_does_not_exist() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        for relation in [
            "v_power_county_month",
            "v_nothing",
            "feeds.pow_usage",
            "taxhub.feeds.pow_usage",
            "pow_usage",
            "inside",
            "pg_catalog.pg_stats",
            "pg_catalog.pg_authid",
            "information_schema.df_settings",
            "information_schema.routine_privileges",
            "other.public.v_power_month",
            "datafusion.public.v_power_month",
            "\"V_Power_Month\"",
            "\"public.v_power_month\"",
            "\"feeds/pow_usage/part-0000.parquet\"",
            "\"/etc/passwd\"",
            "\"taxhub-lake://lake/feeds\"",
        ] {
            let refusal = world
                .ask(&grant, &format!("SELECT * FROM {relation}"))
                .await
                .unwrap_err();
            assert_eq!(refusal.reason(), Reason::UnknownRelation, "{relation}");
            assert_eq!(refusal.sqlstate(), "42P01");
            let described = world
                .engine()
                .describe(world.task(&grant, &format!("SELECT * FROM {relation}")))
                .await;
            assert_eq!(described.unwrap_err(), refusal);
        }
        for relation in [
            "v_power_month",
            "V_POWER_MONTH",
            "public.v_power_month",
            "taxhub.public.v_power_month",
        ] {
            assert!(
                world
                    .ask(&grant, &format!("SELECT count(*) FROM {relation}"))
                    .await
                    .is_ok(),
                "{relation}"
            );
        }
    });
}

#[test]
fn a_column_without_a_treatment_is_absent_like_one_that_never_was() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let columns = [("month", Treatment::Clear), ("kwh", Treatment::Clear)];
        let grant = [GrantSpec::new("v_power_month", &columns, counties(&["433101"]))];
        for (column, as_told) in [
            ("fee", "fee"),
            ("county_code", "county_code"),
            ("nobody", "nobody"),
        ] {
            for sql in [
                format!("SELECT {column} FROM v_power_month"),
                format!("SELECT month FROM v_power_month WHERE {column} IS NULL"),
                format!("SELECT month FROM v_power_month ORDER BY {column}"),
                format!("SELECT count({column}) FROM v_power_month"),
                format!("SELECT month FROM v_power_month a JOIN v_power_month b USING ({column})"),
            ] {
                let refusal = world.ask(&grant, &sql).await.unwrap_err();
                assert_eq!(refusal.reason(), Reason::UnknownColumn, "{sql}");
                assert!(refusal.args()[0].1.ends_with(as_told), "{sql}: {refusal:?}");
            }
        }
        // A whole row is no way around a missing column.
        for sql in [
            "SELECT v FROM v_power_month v",
            "SELECT count(v) FROM v_power_month v",
            "SELECT v_power_month FROM v_power_month",
        ] {
            assert_eq!(
                world.ask(&grant, sql).await.unwrap_err().reason(),
                Reason::UnknownColumn,
                "{sql}"
            );
        }
        let all = world
            .ask(
                &grant,
                "SELECT * FROM v_power_month a NATURAL JOIN v_power_month b LIMIT 1",
            )
            .await
            .unwrap();
        let names: Vec<&str> = all.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["month", "kwh"]);
    });
}

#[test]
fn the_information_schema_lists_what_is_granted() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let columns = [("month", Treatment::Clear), ("kwh", Treatment::Clear)];
        let grants = [
            GrantSpec::new("v_power_month", &columns, counties(&["433101"])),
            GrantSpec::county_month(5),
        ];
        let tables = world
            .ask(
                &grants,
                "SELECT table_schema, table_name, table_type FROM information_schema.tables ORDER BY 2",
            )
            .await
            .unwrap();
        assert_eq!(
            tables.text(),
            "public|v_power_county_month|VIEW\npublic|v_power_month|VIEW"
        );
        let sql = "SELECT column_name, data_type, numeric_precision FROM information_schema.columns
            WHERE table_name = 'v_power_month' ORDER BY ordinal_position";
        assert_eq!(
            world.ask(&grants, sql).await.unwrap().text(),
            "month|text|NULL\nkwh|numeric|18"
        );
        let none = world
            .ask(&[], "SELECT count(*) FROM information_schema.tables")
            .await
            .unwrap();
        assert_eq!(none.cell(), "0");
    });
}
