//! Memory, rows, bytes, time and depth: what reaches a limit ends with a reason, and the process goes on.

use std::time::{Duration, Instant};

use futures::StreamExt;
use policy::Condition;

use super::by_hand::some_rows;
use super::world::{GrantSpec, World, on_query_threads};
use crate::refusal::Reason;

#[test]
fn a_query_gets_the_memory_it_may_use_and_no_more() {
    on_query_threads(async {
        let mut world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        let sql =
            "SELECT a.account_no, b.account_no, c.kwh FROM v_power_month a, v_power_month b, v_power_month c
            ORDER BY a.kwh, b.fee, c.kwh";
        world.limits.memory_bytes = 4 << 20;
        world.limits.rows_max = u64::MAX;
        world.limits.bytes_max = u64::MAX;
        let refusal = world.ask(&grant, sql).await.unwrap_err();
        assert_eq!((refusal.reason(), refusal.sqlstate()), (Reason::Memory, "53200"));
        assert_eq!(
            world
                .ask(&grant, "SELECT count(*) FROM v_power_month")
                .await
                .unwrap()
                .cell(),
            "137"
        );
    });
}

#[test]
fn rows_and_bytes_are_capped_by_the_task_and_by_the_grant() {
    on_query_threads(async {
        let mut world = World::of(&some_rows()).await;
        let sql = "SELECT * FROM v_power_month";
        let refused = async |world: &World, grant: GrantSpec| world.ask(&[grant], sql).await.unwrap_err();
        let grant = GrantSpec::month(Condition::All);
        let refusal = refused(
            &world,
            GrantSpec {
                rows_max: 100,
                ..grant.clone()
            },
        )
        .await;
        assert_eq!(
            (refusal.reason(), refusal.args()[0].1.as_str()),
            (Reason::RowsLimit, "100")
        );
        let refusal = refused(
            &world,
            GrantSpec {
                bytes_max: 5_000,
                ..grant.clone()
            },
        )
        .await;
        assert_eq!(refusal.reason(), Reason::BytesLimit);
        world.limits.rows_max = 136;
        assert_eq!(refused(&world, grant.clone()).await.reason(), Reason::RowsLimit);
        world.limits.rows_max = 137;
        assert_eq!(world.ask(&[grant], sql).await.unwrap().rows.len(), 137);
    });
}

#[test]
fn a_query_that_does_not_end_is_ended() {
    on_query_threads(async {
        let mut world = World::of(&some_rows()).await;
        world.limits.seconds_max = 1;
        world.limits.rows_max = u64::MAX;
        world.limits.bytes_max = u64::MAX;
        let grant = [GrantSpec::month(Condition::All)];
        for sql in [
            "WITH RECURSIVE r AS (SELECT CAST(1 AS BIGINT) n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
            "SELECT count(*) FROM v_power_month a, v_power_month b, v_power_month c, v_power_month d, v_power_month e WHERE a.kwh + b.kwh + c.kwh + d.kwh + e.kwh < 0",
        ] {
            let started = Instant::now();
            let refusal = world.ask(&grant, sql).await.unwrap_err();
            assert_eq!(
                (refusal.reason(), refusal.sqlstate()),
                (Reason::Deadline, "57014"),
                "{sql}"
            );
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "{sql}: {:?}",
                started.elapsed()
            );
        }
    });
}

#[test]
fn the_deepest_allowed_statement_is_planned_and_run() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = [GrantSpec::month(Condition::All)];
        for sql in [
            format!("SELECT {}", vec!["1"; 190].join(" + ")),
            format!(
                "SELECT count(*) FROM v_power_month WHERE {}",
                vec!["kwh = 1"; 190].join(" OR ")
            ),
            format!(
                "SELECT count(*) FROM v_power_month WHERE {} kwh > 1",
                "NOT ".repeat(190)
            ),
            format!(
                "SELECT {}",
                vec!["month"; 190].join(" || ") + " FROM v_power_month LIMIT 1"
            ),
            format!(
                "SELECT count(*) FROM v_power_month WHERE month IN ({})",
                vec!["'202501'"; 3_500].join(",")
            ),
            format!(
                "SELECT count(*) FROM {}",
                (0..20)
                    .map(|n| format!("(SELECT 1) t{n}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            format!("{} SELECT 1 {}", "SELECT * FROM (".repeat(40), ") x".repeat(40)),
        ] {
            let answered = world.ask(&grant, &sql).await;
            assert!(answered.is_ok(), "{sql:.80}: {answered:?}");
        }
    });
}

#[test]
fn dropping_the_rows_stops_the_query() {
    on_query_threads(async {
        let mut world = World::of(&some_rows()).await;
        world.limits.rows_max = u64::MAX;
        world.limits.bytes_max = u64::MAX;
        let sql = "SELECT a.kwh FROM v_power_month a, v_power_month b, v_power_month c, v_power_month d";
        let (_, mut rows) = world
            .engine()
            .answer(world.task(&[GrantSpec::month(Condition::All)], sql))
            .await
            .unwrap();
        assert!(rows.next().await.unwrap().is_ok());
        drop(rows);
        assert_eq!(world.ask(&[], "SELECT 1").await.unwrap().cell(), "1");
    });
}

#[test]
fn after_an_error_nothing_follows() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let grant = GrantSpec {
            rows_max: 5,
            ..GrantSpec::month(Condition::All)
        };
        let (_, mut rows) = world
            .engine()
            .answer(world.task(&[grant], "SELECT kwh FROM v_power_month"))
            .await
            .unwrap();
        let mut errors = 0;
        while let Some(batch) = rows.next().await {
            assert_eq!(errors, 0, "something after an error");
            errors += usize::from(batch.is_err());
        }
        assert_eq!(errors, 1);
    });
}
