//! What is refused, and before anything is planned.

use super::reason;
use crate::refusal::Reason;
use crate::statements::{StatementLimits, classify};

#[test]
fn everything_else_is_refused_whatever_it_is_wrapped_in() {
    for sql in [
        "insert into v_a select 1",
        "update v_a set k = 1",
        "delete from v_a",
        "merge into v_a using v_b on true when matched then delete",
        "create table t (k int)",
        "create view v as select 1",
        "create external table t stored as parquet location '/etc'",
        "drop table v_a",
        "alter table v_a add column k int",
        "truncate v_a",
        "copy v_a to '/etc/x'",
        "copy (select 1) to 'x.parquet'",
        "prepare p as select 1",
        "execute p",
        "declare c cursor for select 1",
        "fetch 1 from c",
        "grant select on v_a to x",
        "explain analyze select 1",
        "explain (analyze) select 1",
        "explain (analyze, verbose) select 1",
        "explain insert into v_a select 1",
        "call f()",
        "vacuum",
        "listen x",
        "do $$ begin end $$",
        "set role admin",
        "set session authorization admin",
        "set (a, b) = (1, 2)",
        "set a = (select 1)",
        "describe v_a",
        "show tables",
        "analyze v_a",
        "load 'x'",
    ] {
        let found = reason(sql);
        assert!(
            matches!(
                found,
                Reason::StatementNotAllowed | Reason::Syntax | Reason::ClauseNotAllowed
            ),
            "{sql}: {found:?}"
        );
    }
}

#[test]
fn parts_of_a_question_that_are_not_offered_are_refused() {
    for sql in [
        "select * from v_a for update",
        "select * from v_a for share",
        "select 1 into t",
        "select * from generate_series(1, 10)",
        "select * from f(1)",
        "select * from table(f(1))",
        "select * from lateral f(1)",
        "select * from unnest(array[1, 2])",
        "select * from v_a tablesample bernoulli (10)",
        "select array[1, 2]",
        "select k[1] from v_a",
        "select 1 < any(array[1])",
        "with t as (insert into v_a select 1 returning *) select * from t",
        "with t as (delete from v_a) select 1",
        "select * from v_a where k in (select k from v_b for update)",
        "table v_a",
        "select k collate \"zh_CN\" from v_a",
        "select $0",
        "select $70000",
        "select * from v_a group by all",
    ] {
        let found = reason(sql);
        assert!(
            matches!(
                found,
                Reason::ClauseNotAllowed | Reason::Syntax | Reason::StatementNotAllowed
            ),
            "{sql}: {found:?}"
        );
    }
}

#[test]
fn limits_are_counted_before_anything_is_planned() {
    let cases: Vec<(String, Reason)> = vec![
        (format!("select '{}'", "x".repeat(70_000)), Reason::SqlTooLong),
        (
            format!("select {}", vec!["1"; 4_100].join("+")),
            Reason::TooManyTokens,
        ),
        (format!("select {}", vec!["1"; 3_000].join("+")), Reason::TooDeep),
        (
            format!("select * from v_a where {}", vec!["k = 1"; 500].join(" or ")),
            Reason::TooDeep,
        ),
        (
            format!("select {}1{}", "(".repeat(1_000), ")".repeat(1_000)),
            Reason::TooDeep,
        ),
        (format!("select {}1", "- ".repeat(3_000)), Reason::TooDeep),
        (
            format!("{} select 1 {}", "select * from (".repeat(300), ") x".repeat(300)),
            Reason::TooDeep,
        ),
        (
            format!("select * from {}", vec!["v_a"; 40].join(", ")),
            Reason::TooManyJoins,
        ),
        (vec!["select 1"; 400].join(" union all "), Reason::TooComplex),
        (vec!["select 1"; 40].join("; "), Reason::TooManyStatements),
        (
            "select 1 from v_a group by cube (a, b, c, d, e, f, g, h, i)".to_owned(),
            Reason::TooComplex,
        ),
        (
            "select 1 from v_a group by cube (a, b, c, d), cube (e, f, g, h)".to_owned(),
            Reason::TooComplex,
        ),
    ];
    for (sql, wanted) in cases {
        assert_eq!(reason(&sql), wanted, "{sql:.60}");
    }
    let list = StatementLimits {
        list_max: 10,
        ..StatementLimits::default()
    };
    let sql = format!("select * from v_a where k in ({})", vec!["1"; 11].join(", "));
    assert_eq!(classify(&sql, &list).unwrap_err().reason(), Reason::ListTooLong);
}

#[test]
fn common_table_expressions_count_as_often_as_they_are_used() {
    let doubling = |levels: usize| {
        let mut sql = "with c0 as (select 1 k)".to_owned();
        for level in 1..=levels {
            let last = level - 1;
            sql += &format!(", c{level} as (select * from c{last} union all select * from c{last})");
        }
        format!("{sql} select count(*) from c{levels}")
    };
    assert!(classify(&doubling(3), &StatementLimits::default()).is_ok());
    let found = reason(&doubling(18));
    assert!(
        matches!(found, Reason::TooComplex | Reason::TooManyJoins),
        "{found:?}"
    );
    // WITH inside WITH, which the planner resolves in exponential time.
    let nested = format!(
        "{} select 1 {}",
        "with a as (".repeat(12),
        ") select * from a".repeat(12)
    );
    assert_eq!(reason(&nested), Reason::TooDeep);
}
