//! What may be asked and how it is read: one line of SQL, one expectation.

use super::{Kind, StatementLimits, classify, normalised};
use crate::refusal::Reason;

fn relations(sql: &str) -> Vec<String> {
    let statements = classify(sql, &StatementLimits::default()).unwrap();
    assert_eq!(statements.len(), 1, "{sql}");
    statements.into_iter().next().unwrap().relations
}

fn kinds(sql: &str) -> Vec<Kind> {
    classify(sql, &StatementLimits::default()).unwrap().into_iter().map(|statement| statement.kind).collect()
}

fn reason(sql: &str) -> Reason {
    match classify(sql, &StatementLimits::default()) {
        Err(refusal) => refusal.reason(),
        Ok(statements) => panic!("accepted {sql:.60}: {:?}", statements[0].kind),
    }
}

#[test]
fn relations_are_listed_folded_once_and_without_the_names_of_common_table_expressions() {
    let cases: [(&str, &[&str]); 12] = [
        ("SELECT 1", &[]),
        ("select * from V_Power_Month", &["v_power_month"]),
        ("select * from \"V_Power_Month\"", &["V_Power_Month"]),
        ("select * from public.v_a, v_b x join v_a y on true", &["public.v_a", "v_a", "v_b"]),
        ("with v as (select * from v_a) select * from v", &["v_a"]),
        // Not recursive: inside its own body the name is the one outside.
        ("with v_a as (select * from v_a) select * from v_a", &["v_a"]),
        ("with a as (select * from b), b as (select 1) select * from a, b", &["b"]),
        ("with recursive r as (select 1 n union all select n + 1 from r, v_a where n < 3) select * from r", &["v_a"]),
        ("select * from (with x as (select 1) select * from x) y, x", &["x"]),
        ("select (select max(k) from v_b) from v_a where k in (select k from v_c) or exists (select 1 from v_d)",
            &["v_a", "v_b", "v_c", "v_d"]),
        ("select * from v_a union all (select * from v_b except select * from v_c)", &["v_a", "v_b", "v_c"]),
        // A quoted dot is part of one name, not a schema.
        ("select * from \"public.v_a\"", &["\"public.v_a\""]),
    ];
    for (sql, wanted) in cases {
        assert_eq!(relations(sql), wanted, "{sql}");
    }
}

#[test]
fn only_questions_and_the_small_talk_of_clients_are_statements() {
    let set = |name: &str, value: Option<&str>| Kind::Set { name: name.to_owned(), value: value.map(str::to_owned) };
    let cases = [
        ("select 1;", Kind::Query),
        ("values (1), (2)", Kind::Query),
        ("explain select 1", Kind::Explain),
        ("explain verbose select 1", Kind::Explain),
        ("set taxhub.purpose = 'tax_risk'", set("taxhub.purpose", Some("tax_risk"))),
        ("set TimeZone to default", set("timezone", None)),
        ("set extra_float_digits = 3", set("extra_float_digits", Some("3"))),
        ("set time zone 'Asia/Shanghai'", set("timezone", Some("Asia/Shanghai"))),
        ("set client_encoding to utf8", set("client_encoding", Some("utf8"))),
        ("reset all", Kind::Reset { name: None }),
        ("show server_version", Kind::Show { name: "server_version".to_owned() }),
        ("show transaction isolation level", Kind::Show { name: "transaction isolation level".to_owned() }),
        ("begin", Kind::Begin),
        ("start transaction read only", Kind::Begin),
        ("commit", Kind::Commit),
        ("rollback", Kind::Rollback),
        ("discard all", Kind::Discard),
        ("deallocate all", Kind::Deallocate { name: None }),
        ("deallocate p1", Kind::Deallocate { name: Some("p1".to_owned()) }),
        ("-- nothing", Kind::Empty),
        ("", Kind::Empty),
    ];
    for (sql, wanted) in cases {
        assert_eq!(kinds(sql), [wanted], "{sql}");
    }
    assert_eq!(kinds("begin; select 1; commit"), [Kind::Begin, Kind::Query, Kind::Commit]);
}

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
        "rollback to savepoint s",
        "describe v_a",
        "show tables",
        "analyze v_a",
        "load 'x'",
    ] {
        let found = reason(sql);
        assert!(matches!(found, Reason::StatementNotAllowed | Reason::Syntax | Reason::ClauseNotAllowed), "{sql}: {found:?}");
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
        "select 1 = any(array[1])",
        "with t as (insert into v_a select 1 returning *) select * from t",
        "with t as (delete from v_a) select 1",
        "select * from v_a where k in (select k from v_b for update)",
        "table v_a",
        "select k collate \"C\" from v_a",
        "select $0",
        "select $70000",
        "select * from v_a group by all",
    ] {
        let found = reason(sql);
        assert!(matches!(found, Reason::ClauseNotAllowed | Reason::Syntax | Reason::StatementNotAllowed), "{sql}: {found:?}");
    }
}

#[test]
fn limits_are_counted_before_anything_is_planned() {
    let cases: Vec<(String, Reason)> = vec![
        (format!("select '{}'", "x".repeat(70_000)), Reason::SqlTooLong),
        (format!("select {}", vec!["1"; 4_100].join("+")), Reason::TooManyTokens),
        (format!("select {}", vec!["1"; 3_000].join("+")), Reason::TooDeep),
        (format!("select * from v_a where {}", vec!["k = 1"; 500].join(" or ")), Reason::TooDeep),
        (format!("select {}1{}", "(".repeat(1_000), ")".repeat(1_000)), Reason::TooDeep),
        (format!("select {}1", "- ".repeat(3_000)), Reason::TooDeep),
        (format!("{} select 1 {}", "select * from (".repeat(300), ") x".repeat(300)), Reason::TooDeep),
        (format!("select * from {}", vec!["v_a"; 40].join(", ")), Reason::TooManyJoins),
        (vec!["select 1"; 400].join(" union all "), Reason::TooComplex),
        (vec!["select 1"; 40].join("; "), Reason::TooManyStatements),
        ("select 1 from v_a group by cube (a, b, c, d, e, f, g, h, i)".to_owned(), Reason::TooComplex),
        ("select 1 from v_a group by cube (a, b, c, d), cube (e, f, g, h)".to_owned(), Reason::TooComplex),
    ];
    for (sql, wanted) in cases {
        assert_eq!(reason(&sql), wanted, "{sql:.60}");
    }
    let list = StatementLimits { list_max: 10, ..StatementLimits::default() };
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
    assert!(matches!(found, Reason::TooComplex | Reason::TooManyJoins), "{found:?}");
    // WITH inside WITH, which the planner resolves in exponential time.
    let nested = format!("{} select 1 {}", "with a as (".repeat(12), ") select * from a".repeat(12));
    assert_eq!(reason(&nested), Reason::TooDeep);
}

#[test]
fn a_long_list_and_an_ordinary_question_pass() {
    let list: Vec<String> = (0..3_900).map(|number| number.to_string()).collect();
    let sql = format!("select count(*) from v_a where k in ({})", list.join(","));
    assert!(classify(&sql, &StatementLimits::default()).is_ok());
    let sql = "select a.month, sum(kwh) filter (where fee > 0), rank() over (partition by month order by sum(kwh) desc)
        from v_a a left join v_b b using (k) where extract(year from read_date) = 2025 and name like '张%'
        group by rollup (a.month) having count(*) > 1 order by 1 nulls last limit 10 offset 5";
    assert!(classify(sql, &StatementLimits::default()).is_ok());
}

#[test]
fn mistakes_are_told_with_their_place_and_nothing_else() {
    let refusal = classify("select *\nfrom v_a wher 张三 = 1", &StatementLimits::default()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.position()), (Reason::Syntax, Some(24)));
    assert!(refusal.args().is_empty());
    let refusal = classify("select 'abc", &StatementLimits::default()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.position()), (Reason::Syntax, Some(8)));
}

#[test]
fn parameters_are_counted_by_their_highest_number() {
    let count = |sql: &str| classify(sql, &StatementLimits::default()).unwrap()[0].parameters;
    assert_eq!(count("select * from v_a where k = $2 and m in ($1, $3)"), 3);
    assert_eq!(count("select 1 limit $1"), 1);
    assert_eq!(count("select '$5'"), 0);
}

#[test]
fn what_is_decided_on_is_what_runs() {
    let written = classify("select/*x*/1 -- y\n from V_A;;", &StatementLimits::default()).unwrap();
    assert_eq!(written[0].sql, "SELECT 1 FROM V_A");
    let again = classify(&written[0].sql, &StatementLimits::default()).unwrap();
    assert_eq!(again, written);
}

#[test]
fn the_audit_form_has_no_constants() {
    let cases = [
        ("select * from v_a where name = '张三' and n > 15.5", "select * from v_a where name = ? and n > ?"),
        ("SELECT  a,b\nFROM v_a -- 张三\n WHERE x IN (1, 2,'y')", "SELECT a, b FROM v_a WHERE x IN (?, ?, ?)"),
        ("select E'a\\'b', $$secret$$, X'1F', N'z', 1e5", "select ?, ?, ?, ?, ?"),
        ("select \"name\", \"张三\" from v_a where k = $1", "select \"name\", \"?\" from v_a where k = $1"),
        ("select date '2025-01-01', -5", "select date ?, - ?"),
        ("select 'unclosed", "?"),
    ];
    for (sql, wanted) in cases {
        assert_eq!(normalised(sql), wanted, "{sql}");
    }
}
