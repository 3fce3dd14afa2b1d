//! What the barrier costs: governed questions beside the same questions written by hand over the same files with the plain
//! engine. Reported, not asserted; run it with `--ignored --nocapture parity`.

use std::time::{Duration, Instant};

use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use futures::TryStreamExt;
use policy::Condition;
use url::Url;

use super::world::{GrantSpec, Row, World, counties, on_query_threads};
use crate::pins;

const ROWS: usize = 240_000;
const RUNS: usize = 25;
const COUNTIES: [&str; 8] = [
    "433101", "433122", "433123", "433124", "433125", "433126", "433127", "433130",
];

/// (question over `{v}`, the same by hand over the rows `{p}` that `WHERE {scope}` leaves).
const QUESTIONS: [(&str, &str); 9] = [
    (
        "SELECT count(*) FROM {v}",
        "SELECT count(*) FROM {p} WHERE {scope}",
    ),
    (
        "SELECT month, use_class, sum(kwh), sum(fee) FROM {v} GROUP BY month, use_class",
        "SELECT month, use_class, sum(kwh), sum(fee) FROM {p} WHERE {scope} GROUP BY month, use_class",
    ),
    (
        "SELECT count(*), max(fee) FROM {v} WHERE month = '202502' AND kwh > 500",
        "SELECT count(*), max(fee) FROM {p} WHERE {scope} AND month = '202502' AND kwh > 500",
    ),
    (
        "SELECT account_no, kwh FROM {v} ORDER BY kwh DESC, account_no LIMIT 10",
        "SELECT account_no, kwh FROM {p} WHERE {scope} ORDER BY kwh DESC, account_no LIMIT 10",
    ),
    (
        "SELECT count(*) FROM {v} a JOIN {v} b ON a.account_no = b.account_no WHERE a.month = '202501'",
        "SELECT count(*) FROM (SELECT * FROM {p} WHERE {scope}) a JOIN (SELECT * FROM {p} WHERE {scope}) b
            ON a.account_no = b.account_no WHERE a.month = '202501'",
    ),
    (
        "SELECT account_no, month, customer_name, kwh FROM {v} WHERE account_no = 'tok_account_00100'",
        "SELECT account_no, month, concat(substr(customer_name, 1, 1), '*'), kwh FROM {p}
            WHERE {scope} AND account_no = 'tok_account_00100'",
    ),
    (
        "SELECT industry_code, count(DISTINCT account_no) FROM {v} GROUP BY industry_code",
        "SELECT industry_code, count(DISTINCT account_no) FROM {p} WHERE {scope} GROUP BY industry_code",
    ),
    (
        "SELECT customer_name, count(*) FROM {v} GROUP BY customer_name",
        "SELECT concat(substr(customer_name, 1, 1), '*'), count(*) FROM {p} WHERE {scope} GROUP BY 1",
    ),
    (
        "SELECT avg(kwh), min(kwh), max(kwh) FROM {v} WHERE usc_code LIKE '914331%' AND use_class IN ('1', '2')",
        "SELECT avg(kwh), min(kwh), max(kwh) FROM {p}
            WHERE {scope} AND usc_code LIKE '914331%' AND use_class IN ('1', '2')",
    ),
];

/// The shortest of several runs: what else the machine does only ever adds.
fn shortest(times: Vec<Duration>) -> Duration {
    times.into_iter().min().unwrap()
}

#[test]
#[ignore = "a measurement"]
fn parity_with_sql_by_hand() {
    on_query_threads(async {
        let rows: Vec<Row> = (0..ROWS)
            .map(|number| {
                Row::new(
                    number / 3,
                    COUNTIES[number / 3 % 8],
                    ["202501", "202502", "202503"][number % 3],
                )
            })
            .collect();
        let world = World::of(&rows).await;
        drop(rows);
        for (released, condition, scope) in [
            ("every row", Condition::All, "TRUE"),
            (
                "one county of eight",
                counties(&["433101"]),
                "county_code IN ('433101')",
            ),
        ] {
            let grant = [GrantSpec::month(condition)];
            let mut ratios = vec![];
            for (governed, by_hand) in QUESTIONS {
                let governed = governed.replace("{v}", "v_power_month");
                let by_hand = by_hand.replace("{p}", "p").replace("{scope}", scope);
                let (mut ours, mut theirs) = (vec![], vec![]);
                for _ in 0..RUNS {
                    let task = world.task(&grant, &governed);
                    let started = Instant::now();
                    let (_, rows) = world.engine().answer(task).await.unwrap();
                    let got: usize = rows
                        .try_fold(0, async |sum, batch| Ok(sum + batch.num_rows()))
                        .await
                        .unwrap();
                    ours.push(started.elapsed());
                    let started = Instant::now();
                    let wanted = plain(&world, &by_hand).await;
                    theirs.push(started.elapsed());
                    assert_eq!(got, wanted, "{governed}");
                }
                let (ours, theirs) = (shortest(ours), shortest(theirs));
                let percent = ours.as_micros() * 100 / theirs.as_micros().max(1);
                ratios.push(percent);
                eprintln!("{released}: {percent:>4} %  {ours:>10.2?} {theirs:>10.2?}  {governed:.90}");
            }
            ratios.sort_unstable();
            eprintln!("{released}: median {} %", ratios[ratios.len() / 2]);
        }
    });
}

/// A session as fresh as the engine's own, so that both pay for footers and planning.
async fn plain(world: &World, sql: &str) -> usize {
    let config = pins::config(2)
        .unwrap()
        .with_create_default_catalog_and_schema(true);
    let runtime = RuntimeEnvBuilder::new().build_arc().unwrap();
    let session = SessionContext::new_with_config_rt(config, runtime);
    session.register_object_store(&Url::parse("memory://lake").unwrap(), world.store.clone());
    let options = ParquetReadOptions::default();
    session
        .register_parquet("p", "memory://lake/feeds/pow_usage/", options)
        .await
        .unwrap();
    let batches = session.sql(sql).await.unwrap().collect().await.unwrap();
    batches.iter().map(|batch| batch.num_rows()).sum()
}
