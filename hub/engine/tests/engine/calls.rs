//! Parameters, descriptions and mistakes: what a caller gives and what it is told.

use chrono::{TimeDelta, Utc};
use policy::Condition;

use super::by_hand::some_rows;
use super::world::{GrantSpec, World, counties, given, on_query_threads};
use crate::refusal::Reason;
use crate::task::ParameterType;

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
        let all = ask(
            "SELECT count(*) FROM v_power_month WHERE month = '202501' AND kwh > 110.5",
            vec![],
        )
        .await
        .unwrap();
        assert_eq!(
            ask(sql, vec![given("202501"), given("110.5")]).await.unwrap(),
            all
        );
        assert_eq!(
            ask(sql, vec![given("202501' OR '1'='1"), given("0")])
                .await
                .unwrap()
                .cell(),
            "0"
        );
        assert_eq!(
            ask(sql, vec![given("202501")]).await.unwrap_err().reason(),
            Reason::ParameterCount
        );
        assert_eq!(
            ask("SELECT 1", vec![given("1")]).await.unwrap_err().reason(),
            Reason::ParameterCount
        );
        let refusal = ask(sql, vec![given("202501"), given("张三")]).await.unwrap_err();
        assert_eq!(
            (refusal.reason(), refusal.args()[0].1.as_str()),
            (Reason::ParameterInvalid, "2")
        );
        let mut null = given("");
        null.text = None;
        assert_eq!(ask(sql, vec![null, given("1")]).await.unwrap().cell(), "0");
        let mut typed = given("7");
        typed.kind = Some(ParameterType::Int64);
        assert_eq!(ask("SELECT $1 + 1", vec![typed]).await.unwrap().cell(), "8");
        assert_eq!(
            ask(
                "SELECT count(*) FROM (SELECT 1 FROM v_power_month LIMIT $1) x",
                vec![given("2")]
            )
            .await
            .unwrap()
            .cell(),
            "2"
        );

        let described = world.engine().describe(world.task(&grant, sql)).await.unwrap();
        let kinds: Vec<String> = described.parameters.iter().map(ToString::to_string).collect();
        assert_eq!(
            (kinds.as_slice(), described.columns.fields().len()),
            (
                ["Utf8View".to_owned(), "Decimal128(18, 2)".to_owned()].as_slice(),
                1
            )
        );
    });
}

#[test]
fn today_is_the_day_where_the_departments_are() {
    on_query_threads(async {
        let world = World::of(&[]).await;
        let before = (Utc::now() + TimeDelta::hours(8)).date_naive();
        let told = world.ask(&[], "SELECT current_date").await.unwrap().cell();
        let after = (Utc::now() + TimeDelta::hours(8)).date_naive();
        assert!(told == before.to_string() || told == after.to_string(), "{told}");
        let age = "SELECT count(*) WHERE now() BETWEEN TIMESTAMP '2020-01-01' AND TIMESTAMP '2200-01-01'";
        assert_eq!(world.ask(&[], age).await.unwrap().cell(), "1");
    });
}

#[test]
fn what_is_described_is_what_is_streamed() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [
            GrantSpec::month(counties(&["433101"])),
            GrantSpec::county_month(5),
        ];
        for sql in [
            "SELECT * FROM v_power_month",
            "SELECT customer_name || 'x', count(*), sum(kwh), NULL, 1.5, TRUE, DATE '2025-01-01', 'text' FROM v_power_month GROUP BY 1",
            "SELECT m.month, c.subjects_n FROM v_power_month m JOIN v_power_county_month c USING (county_code, month)",
            "VALUES (1, 'a'), (2, 'b')",
            "EXPLAIN SELECT month FROM v_power_month",
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
            ("SELECT txid_current()", Reason::UnknownFunction),
            ("SELECT \"pg_sleep\"(1)", Reason::UnknownFunction),
            (
                "SELECT \"input_file_name\"() FROM v_power_month",
                Reason::UnknownFunction,
            ),
            ("SELECT pg_catalog.pg_read_file('x')", Reason::UnknownFunction),
            ("SELECT make_array(1)", Reason::UnknownFunction),
            (
                "SELECT month, kwh FROM v_power_month GROUP BY month",
                Reason::Grouping,
            ),
            (
                "SELECT month + DATE '2025-01-01' FROM v_power_month",
                Reason::TypeMismatch,
            ),
            (
                "SELECT month FROM v_power_month a JOIN v_power_month b ON true",
                Reason::AmbiguousColumn,
            ),
            ("SELECT 1 / 0", Reason::DivisionByZero),
            (
                "SELECT kwh / (kwh - kwh) FROM v_power_month",
                Reason::DivisionByZero,
            ),
            (
                "SELECT CAST(customer_name AS INT) FROM v_power_month",
                Reason::NotConvertible,
            ),
            (
                "SELECT CAST(kwh AS DECIMAL(3, 2)) FROM v_power_month",
                Reason::OutOfRange,
            ),
            (
                "SELECT substr(month, 1, -1) FROM v_power_month",
                Reason::InvalidArgument,
            ),
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
