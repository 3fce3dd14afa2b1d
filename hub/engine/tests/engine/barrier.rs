//! Attacks that read hidden rows or masked values out of plain views, asked in worlds that differ in nothing else:
//! rows, refusals, plans and schemas must be the same in all of them.

use policy::Condition;

use super::attacks::{questions, traps};
use super::by_hand::some_rows;
use super::world::{GrantSpec, Row, World, counties, on_query_threads};

/// Everything a caller can observe of one question.
pub(super) async fn observed(world: &World, grants: &[GrantSpec], sql: &str) -> String {
    let rows = match world.ask(grants, sql).await {
        Ok(answered) => {
            let ordered = sql.to_lowercase().contains("order by");
            let answered = if ordered { answered } else { answered.sorted() };
            format!("{:?}\n{}", answered.columns, answered.text())
        }
        Err(refusal) => format!("{refusal:?}"),
    };
    let described = match world.engine().describe(world.task(grants, sql)).await {
        Ok(described) => format!("{described:?}"),
        Err(refusal) => format!("{refusal:?}"),
    };
    let mut explain = world.task(grants, sql);
    explain.explain = true;
    let plan = match world.run(explain).await {
        Ok(answered) => answered.text(),
        Err(refusal) => format!("{refusal:?}"),
    };
    format!("{rows}\n{described}\n{plan}")
}

async fn same_in_all(worlds: &[World], grants: &[GrantSpec], questions: &[String]) {
    for sql in questions {
        let mut seen = vec![];
        for world in worlds {
            seen.push(observed(world, grants, sql).await);
        }
        for (number, other) in seen.iter().enumerate().skip(1) {
            assert_eq!(&seen[0], other, "world {number} differs\n{sql}");
        }
    }
}

async fn worlds_of_hidden_rows() -> Vec<World> {
    let visible: Vec<Row> = some_rows()
        .into_iter()
        .filter(|row| row.county_code.as_deref() == Some("433101"))
        .collect();
    let hidden = [
        traps(20, "secret-77x", 55_500),
        traps(20, "12", 1),
        vec![],
        traps(400, "zz", 55_500),
    ];
    let mut worlds = vec![];
    for hidden in hidden {
        let rows: Vec<Row> = visible.iter().cloned().chain(hidden).collect();
        worlds.push(World::of(&rows).await);
    }
    worlds
}

#[test]
fn worlds_that_differ_in_hidden_rows_look_the_same() {
    on_query_threads(async {
        let worlds = worlds_of_hidden_rows().await;
        same_in_all(&worlds, &[GrantSpec::month(counties(&["433101"]))], &questions()).await;
    });
}

#[test]
fn a_scope_that_releases_nothing_looks_the_same_over_anything() {
    on_query_threads(async {
        let worlds = worlds_of_hidden_rows().await;
        same_in_all(&worlds, &[GrantSpec::month(counties(&["433127"]))], &questions()).await;
        same_in_all(&worlds, &[GrantSpec::month(counties(&[]))], &questions()).await;
    });
}

#[test]
fn files_that_mix_released_and_hidden_rows_tell_no_more() {
    on_query_threads(async {
        let visible: Vec<Row> = some_rows()
            .into_iter()
            .filter(|row| row.county_code.as_deref() == Some("433101"))
            .collect();
        let mut worlds = vec![];
        for hidden in [
            traps(20, "secret-77x", 55_500),
            traps(20, "12", 1),
            traps(200, "zz", 55_500),
        ] {
            let rows: Vec<Row> = visible.iter().cloned().chain(hidden).collect();
            let months = ["202501", "202502", "202503"]
                .map(|month| rows.iter().filter(|row| row.month == month).collect());
            worlds.push(World::with_files(months.to_vec()).await);
        }
        same_in_all(&worlds, &[GrantSpec::month(counties(&["433101"]))], &questions()).await;
    });
}

#[test]
fn worlds_that_differ_in_masked_values_look_the_same() {
    on_query_threads(async {
        let rows = some_rows();
        let mut twin = rows.clone();
        for row in &mut twin {
            // The same first character, county and month; everything else of what is masked is different.
            let first: String = row.customer_name.chars().take(1).collect();
            row.customer_name = if first.is_empty() {
                first
            } else {
                format!("{first}{}", "隐".repeat(90))
            };
            row.address = format!(
                "{}号{}",
                if row.address.contains("吉首市") {
                    "吉首市"
                } else {
                    "无名"
                },
                "长".repeat(50)
            );
            row.read_date = row.read_date.map(|day| 20_120 - 20_120 % 28 + (day * 7) % 28);
        }
        for (row, twin) in rows.iter().zip(&mut twin) {
            twin.read_date = row.read_date.map(|day| {
                let date = chrono::NaiveDate::from_epoch_days(day).unwrap();
                use chrono::Datelike;
                date.with_day(1).unwrap().to_epoch_days() + (day * 7) % 28
            });
        }
        let worlds = [World::of(&rows).await, World::of(&twin).await];
        let mut questions = questions();
        questions.extend(
            [
                "SELECT customer_name, count(*) FROM v_power_month GROUP BY 1 ORDER BY 1",
                "SELECT count(*) FROM v_power_month WHERE customer_name LIKE '张三%'",
                "SELECT count(*) FROM v_power_month WHERE length(customer_name) > 2",
                "SELECT count(*) FROM v_power_month WHERE address LIKE '%乾州%'",
                "SELECT count(*) FROM v_power_month WHERE read_date = DATE '2025-01-15'",
                "SELECT a.kwh FROM v_power_month a JOIN v_power_month b ON a.customer_name = b.customer_name ORDER BY 1 LIMIT 3",
                "SELECT customer_name, kwh FROM v_power_month ORDER BY kwh DESC, customer_name LIMIT 4",
                "SELECT max(customer_name), min(address), max(read_date) FROM v_power_month WHERE kwh > 110",
                "SELECT CAST(customer_name AS INT) FROM v_power_month",
            ]
            .map(str::to_owned),
        );
        same_in_all(&worlds, &[GrantSpec::month(Condition::All)], &questions).await;
    });
}

#[test]
fn groups_below_the_smallest_size_leave_no_trace() {
    on_query_threads(async {
        let rows = some_rows();
        let visible: Vec<Row> = rows
            .iter()
            .filter(|row| row.county_code.as_deref() == Some("433101"))
            .cloned()
            .collect();
        let mut worlds = vec![];
        for (kwh, count) in [(55_500, 1), (1, 2), (9, 0), (55_500, 4)] {
            let few = (0..count).map(|number| Row {
                kwh,
                ..Row::new(7_000 + number * 6, "433130", "202501")
            });
            let rows: Vec<Row> = visible.iter().cloned().chain(few).collect();
            worlds.push(World::of(&rows).await);
        }
        let questions = [
            "SELECT * FROM v_power_county_month ORDER BY 1, 2, 3",
            "SELECT count(*), sum(kwh), max(subjects_n), min(subjects_n) FROM v_power_county_month",
            "SELECT count(*) FROM v_power_county_month WHERE 1 / (kwh - 555) > 0",
            "SELECT count(*) FROM v_power_county_month WHERE 1 / (subjects_n - 1) > 0",
            "SELECT * FROM v_power_county_month WHERE county_code = '433130'",
            "SELECT count(*) FROM v_power_county_month WHERE subjects_n < 5",
            "SELECT kwh FROM v_power_county_month ORDER BY 1 / (subjects_n - 2), kwh LIMIT 2",
            "SELECT a.month, sum(b.kwh) FROM v_power_county_month a JOIN v_power_county_month b ON a.month = b.month GROUP BY 1 ORDER BY 1",
            "EXPLAIN SELECT * FROM v_power_county_month WHERE month = '202501'",
        ]
        .map(str::to_owned);
        same_in_all(&worlds, &[GrantSpec::county_month(5)], &questions).await;
    });
}

#[test]
fn a_plan_shows_the_governed_leaf_and_nothing_behind_it() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        for (grant, view) in [
            (GrantSpec::month(counties(&["433101"])), "v_power_month"),
            (GrantSpec::month(Condition::All), "v_power_month"),
            (GrantSpec::county_month(5), "v_power_county_month"),
        ] {
            for sql in [
                format!("EXPLAIN SELECT kwh FROM {view} WHERE month = '202501' AND CAST(kwh AS INT) > 5"),
                format!(
                    "EXPLAIN VERBOSE SELECT a.kwh FROM {view} a JOIN {view} b USING (month) ORDER BY 1 LIMIT 3"
                ),
            ] {
                let plan = world
                    .ask(std::slice::from_ref(&grant), &sql)
                    .await
                    .unwrap()
                    .text();
                assert!(plan.contains(&format!("GovernedScanExec: view={view}")), "{plan}");
                for secret in [
                    "pow_usage",
                    "parquet",
                    "433101",
                    "DataSource",
                    "mask",
                    "feeds",
                    "subjects_n >=",
                    "taxhub-lake",
                    "statistics",
                    "inside",
                ] {
                    assert!(!plan.contains(secret), "{secret} in {plan}");
                }
            }
        }
    });
}
