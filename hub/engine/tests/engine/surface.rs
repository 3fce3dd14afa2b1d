//! What can be named and called: the granted views, the listed functions, and nothing else, in words that never tell a
//! name that is not granted from one that does not exist.

use policy::Condition;
use schemas::Treatment;

use super::by_hand::some_rows;
use super::world::{GrantSpec, World, counties, given, on_query_threads};
use crate::refusal::Reason;
use crate::task::ParameterType;

#[test]
fn a_name_that_is_not_granted_does_not_exist() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        for relation in [
            "v_power_county_month", "v_nothing", "feeds.pow_usage", "taxhub.feeds.pow_usage", "pow_usage", "inside",
            "pg_catalog.pg_class", "information_schema.df_settings", "information_schema.views", "information_schema.routines",
            "other.public.v_power_month", "datafusion.public.v_power_month", "\"V_Power_Month\"", "\"public.v_power_month\"",
            "\"feeds/pow_usage/part-0000.parquet\"", "\"/etc/passwd\"", "\"taxhub-lake://lake/feeds\"",
        ] {
            let refusal = world.ask(&grant, &format!("SELECT * FROM {relation}")).await.unwrap_err();
            assert_eq!(refusal.reason(), Reason::UnknownRelation, "{relation}");
            assert_eq!(refusal.sqlstate(), "42P01");
            let described = world.engine().describe(world.task(&grant, &format!("SELECT * FROM {relation}"))).await;
            assert_eq!(described.unwrap_err(), refusal);
        }
        for relation in ["v_power_month", "V_POWER_MONTH", "public.v_power_month", "taxhub.public.v_power_month"] {
            assert!(world.ask(&grant, &format!("SELECT count(*) FROM {relation}")).await.is_ok(), "{relation}");
        }
    });
}

#[test]
fn a_column_without_a_treatment_is_absent_like_one_that_never_was() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let columns = [("month", Treatment::Clear), ("kwh", Treatment::Clear)];
        let grant = [GrantSpec::new("v_power_month", &columns, counties(&["433101"]))];
        for (column, as_told) in [("fee", "fee"), ("county_code", "county_code"), ("nobody", "nobody")] {
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
        let all = world.ask(&grant, "SELECT * FROM v_power_month a NATURAL JOIN v_power_month b LIMIT 1").await.unwrap();
        let names: Vec<&str> = all.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["month", "kwh"]);
    });
}

#[test]
fn the_information_schema_lists_what_is_granted() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let columns = [("month", Treatment::Clear), ("kwh", Treatment::Clear)];
        let grants = [GrantSpec::new("v_power_month", &columns, counties(&["433101"])), GrantSpec::county_month(5)];
        let tables = world.ask(&grants, "SELECT table_schema, table_name, table_type FROM information_schema.tables ORDER BY 2").await.unwrap();
        assert_eq!(tables.text(), "public|v_power_county_month|VIEW\npublic|v_power_month|VIEW");
        let sql = "SELECT column_name, data_type, numeric_precision FROM information_schema.columns
            WHERE table_name = 'v_power_month' ORDER BY ordinal_position";
        assert_eq!(world.ask(&grants, sql).await.unwrap().text(), "month|text|NULL\nkwh|numeric|18");
        let none = world.ask(&[], "SELECT count(*) FROM information_schema.tables").await.unwrap();
        assert_eq!(none.cell(), "0");
    });
}

#[test]
fn a_grant_opens_only_what_it_is_for() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let sql = "SELECT count(*) FROM v_power_month";
        let good = GrantSpec::month(Condition::All);
        let reason = async |grants: &[GrantSpec]| world.ask(grants, sql).await.unwrap_err().reason();
        let expired = GrantSpec { expires_at: chrono::Utc::now() - chrono::TimeDelta::seconds(1), ..good.clone() };
        assert_eq!(reason(&[expired]).await, Reason::GrantInvalid);
        let elsewhere = GrantSpec { query_id: "q2".to_owned(), ..good.clone() };
        assert_eq!(reason(&[elsewhere]).await, Reason::GrantInvalid);
        let forged = GrantSpec { key: "00".repeat(32), ..good.clone() };
        assert_eq!(reason(&[forged]).await, Reason::GrantInvalid);
        // One bad grant refuses all, even if the statement does not need it.
        let forged = GrantSpec { key: "00".repeat(32), ..GrantSpec::county_month(5) };
        assert_eq!(reason(&[good.clone(), forged]).await, Reason::GrantInvalid);
        assert_eq!(reason(&[good.clone(), good.clone()]).await, Reason::GrantUnusable);
    });
}

#[test]
fn a_grant_that_cannot_be_carried_out_releases_nothing() {
    use Treatment::*;
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let at_least = |column: &str| Condition::AtLeast { column: column.to_owned(), min: 5 };
        let is_in = |column: &str| Condition::In { column: column.to_owned(), values: vec!["1".to_owned()] };
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
            (vec![("month", Clear)], Condition::And(vec![counties(&["433101"]), is_in("nobody")])),
        ];
        for (columns, condition) in cases {
            let grant = GrantSpec::new("v_power_month", &columns, condition.clone());
            let refusal = world.ask(&[grant], "SELECT count(*) FROM v_power_month").await.unwrap_err();
            assert_eq!(refusal.reason(), Reason::GrantUnusable, "{columns:?} {condition:?}");
        }
        let mut task = world.task(&[GrantSpec::month(Condition::All)], "SELECT count(*) FROM v_power_month");
        task.views.clear();
        assert_eq!(world.run(task.clone()).await.unwrap_err().reason(), Reason::ViewUnusable);
        let mut task = world.task(&[GrantSpec::month(Condition::All)], "SELECT count(*) FROM v_power_month");
        task.snapshots.clear();
        assert_eq!(world.run(task).await.unwrap_err().reason(), Reason::ViewUnusable);
    });
}

#[test]
fn conditions_may_name_columns_the_reader_does_not_see() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let condition = Condition::And(vec![counties(&["433122"]), Condition::In { column: "use_class".to_owned(), values: vec!["2".to_owned(), "3".to_owned()] }]);
        let grant = [GrantSpec::new("v_power_month", &[("kwh", Treatment::Clear)], condition)];
        let wanted = some_rows().iter().filter(|row| row.county_code.as_deref() == Some("433122") && ["2", "3"].contains(&row.use_class.as_str())).count();
        assert_eq!(world.ask(&grant, "SELECT count(kwh) FROM v_power_month").await.unwrap().cell(), wanted.to_string());
        // A value that looks like SQL is only a value.
        let sly = Condition::In { column: "county_code".to_owned(), values: vec!["433122' OR '1'='1".to_owned(), "'; --".to_owned()] };
        let grant = [GrantSpec::new("v_power_month", &[("kwh", Treatment::Clear)], sly)];
        assert_eq!(world.ask(&grant, "SELECT count(*) FROM v_power_month").await.unwrap().cell(), "0");
    });
}

#[test]
fn parameters_are_typed_values() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        let ask = async |sql: &str, parameters: Vec<crate::task::Parameter>| {
            let mut task = world.task(&grant, sql);
            task.parameters = parameters;
            world.run(task).await
        };
        let sql = "SELECT count(*) FROM v_power_month WHERE month = $1 AND kwh > $2";
        let all = ask("SELECT count(*) FROM v_power_month WHERE month = '202501' AND kwh > 110.5", vec![]).await.unwrap();
        assert_eq!(ask(sql, vec![given("202501"), given("110.5")]).await.unwrap(), all);
        assert_eq!(ask(sql, vec![given("202501' OR '1'='1"), given("0")]).await.unwrap().cell(), "0");
        assert_eq!(ask(sql, vec![given("202501")]).await.unwrap_err().reason(), Reason::ParameterCount);
        assert_eq!(ask("SELECT 1", vec![given("1")]).await.unwrap_err().reason(), Reason::ParameterCount);
        let refusal = ask(sql, vec![given("202501"), given("张三")]).await.unwrap_err();
        assert_eq!((refusal.reason(), refusal.args()[0].1.as_str()), (Reason::ParameterInvalid, "2"));
        let mut null = given("");
        null.text = None;
        assert_eq!(ask(sql, vec![null, given("1")]).await.unwrap().cell(), "0");
        let mut typed = given("7");
        typed.kind = Some(ParameterType::Int64);
        assert_eq!(ask("SELECT $1 + 1", vec![typed]).await.unwrap().cell(), "8");
        assert_eq!(ask("SELECT count(*) FROM (SELECT 1 FROM v_power_month LIMIT $1) x", vec![given("2")]).await.unwrap().cell(), "2");

        let described = world.engine().describe(world.task(&grant, sql)).await.unwrap();
        let kinds: Vec<String> = described.parameters.iter().map(ToString::to_string).collect();
        assert_eq!((kinds.as_slice(), described.columns.fields().len()), (["Utf8View".to_owned(), "Decimal128(18, 2)".to_owned()].as_slice(), 1));
    });
}

#[test]
fn what_is_described_is_what_is_streamed() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(counties(&["433101"])), GrantSpec::county_month(5)];
        for sql in [
            "SELECT * FROM v_power_month",
            "SELECT customer_name || 'x', count(*), sum(kwh), NULL, 1.5, TRUE, DATE '2025-01-01', 'text' FROM v_power_month GROUP BY 1",
            "SELECT m.month, c.subjects_n FROM v_power_month m JOIN v_power_county_month c USING (county_code, month)",
            "VALUES (1, 'a'), (2, 'b')",
        ] {
            let described = world.engine().describe(world.task(&grant, sql)).await.unwrap();
            let (schema, rows) = world.engine().answer(world.task(&grant, sql)).await.unwrap();
            assert_eq!(described.columns, schema, "{sql}");
            let batches: Vec<_> = futures::TryStreamExt::try_collect::<Vec<_>>(rows).await.unwrap();
            assert!(batches.iter().all(|batch| batch.schema() == schema), "{sql}");
        }
    });
}

#[test]
fn mistakes_of_the_caller_have_codes_of_their_own_and_no_words_of_the_engine() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        for (sql, reason) in [
            ("SELECT nothing(kwh) FROM v_power_month", Reason::UnknownFunction),
            ("SELECT version()", Reason::UnknownFunction),
            ("SELECT make_array(1)", Reason::UnknownFunction),
            ("SELECT month, kwh FROM v_power_month GROUP BY month", Reason::Grouping),
            ("SELECT month + DATE '2025-01-01' FROM v_power_month", Reason::TypeMismatch),
            ("SELECT month FROM v_power_month a JOIN v_power_month b ON true", Reason::AmbiguousColumn),
            ("SELECT 1 / 0", Reason::DivisionByZero),
            ("SELECT kwh / (kwh - kwh) FROM v_power_month", Reason::DivisionByZero),
            ("SELECT CAST(customer_name AS INT) FROM v_power_month", Reason::NotConvertible),
            ("SELECT CAST(kwh AS DECIMAL(3, 2)) FROM v_power_month", Reason::OutOfRange),
            ("SELECT substr(month, 1, -1) FROM v_power_month", Reason::InvalidArgument),
            ("SELECT 1; SELECT 2", Reason::TooManyStatements),
            ("SET x = 1", Reason::StatementNotAllowed),
        ] {
            let refusal = world.ask(&grant, sql).await.unwrap_err();
            assert_eq!(refusal.reason(), reason, "{sql}: {refusal:?}");
            let told = format!("{:?} {:?}", refusal.args(), refusal.message());
            for word in ["张", "DataFusion", "Arrow", "v_power_month.", "Decimal"] {
                assert!(!told.contains(word), "{sql}: {told}");
            }
        }
    });
}
