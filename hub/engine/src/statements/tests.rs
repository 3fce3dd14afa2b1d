//! What may be asked and how it is read: one line of SQL, one expectation.

mod refused;

use super::{Kind, StatementLimits, classify, normalised};
use crate::refusal::Reason;

fn relations(sql: &str) -> Vec<String> {
    let statements = classify(sql, &StatementLimits::default()).unwrap();
    assert_eq!(statements.len(), 1, "{sql}");
    statements.into_iter().next().unwrap().relations
}

fn kinds(sql: &str) -> Vec<Kind> {
    classify(sql, &StatementLimits::default())
        .unwrap()
        .into_iter()
        .map(|statement| statement.kind)
        .collect()
}

fn reason(sql: &str) -> Reason {
    match classify(sql, &StatementLimits::default()) {
        Err(refusal) => refusal.reason(),
        Ok(statements) => panic!("accepted {sql:.60}: {:?}", statements[0].kind),
    }
}

#[test]
fn relations_are_listed_folded_once_and_without_the_names_of_common_table_expressions() {
    let cases: [(&str, &[&str]); 13] = [
        ("SELECT 1", &[]),
        ("select * from V_Power_Month", &["v_power_month"]),
        ("select * from \"V_Power_Month\"", &["V_Power_Month"]),
        (
            "select * from public.v_a, v_b x join taxhub.public.v_a y on true join feeds.v_a z on true",
            &["feeds.v_a", "v_a", "v_b"],
        ),
        ("with v as (select * from v_a) select * from v", &["v_a"]),
        // Not recursive: inside its own body the name is the one outside.
        ("with v_a as (select * from v_a) select * from v_a", &["v_a"]),
        (
            "with a as (select * from b), b as (select 1) select * from a, b",
            &["b"],
        ),
        (
            "with recursive r as (select 1 n union all select n + 1 from r, v_a where n < 3) select * from r",
            &["v_a"],
        ),
        (
            "select * from (with x as (select 1) select * from x) y, x",
            &["x"],
        ),
        (
            "select (select max(k) from v_b) from v_a where k in (select k from v_c) or exists (select 1 from v_d)",
            &["v_a", "v_b", "v_c", "v_d"],
        ),
        (
            "select * from v_a union all (select * from v_b except select * from v_c)",
            &["v_a", "v_b", "v_c"],
        ),
        (
            "with v_a as (select 1 k) select * from v_a, public.v_a x",
            &["v_a"],
        ),
        // A quoted dot is part of one name, not a schema.
        ("select * from \"public.v_a\"", &["\"public.v_a\""]),
    ];
    for (sql, wanted) in cases {
        assert_eq!(relations(sql), wanted, "{sql}");
    }
}

#[test]
fn only_questions_and_the_small_talk_of_clients_are_statements() {
    let set = |name: &str, value: Option<&str>| Kind::Set {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    let cases = [
        ("select 1;", Kind::Query),
        ("values (1), (2)", Kind::Query),
        ("explain select 1", Kind::Explain),
        ("explain verbose select 1", Kind::Explain),
        (
            "set taxhub.purpose = 'tax_risk'",
            set("taxhub.purpose", Some("tax_risk")),
        ),
        ("set TimeZone to default", set("timezone", None)),
        ("set extra_float_digits = 3", set("extra_float_digits", Some("3"))),
        (
            "set time zone 'Asia/Shanghai'",
            set("timezone", Some("Asia/Shanghai")),
        ),
        (
            "set client_encoding to utf8",
            set("client_encoding", Some("utf8")),
        ),
        ("reset all", Kind::Reset { name: None }),
        (
            "show server_version",
            Kind::Show {
                name: "server_version".to_owned(),
            },
        ),
        (
            "show transaction isolation level",
            Kind::Show {
                name: "transaction isolation level".to_owned(),
            },
        ),
        ("begin", Kind::Begin),
        ("start transaction read only", Kind::Begin),
        ("commit", Kind::Commit),
        ("rollback", Kind::Rollback),
        ("discard all", Kind::Discard),
        ("deallocate all", Kind::Deallocate { name: None }),
        (
            "deallocate p1",
            Kind::Deallocate {
                name: Some("p1".to_owned()),
            },
        ),
        ("-- nothing", Kind::Empty),
        ("", Kind::Empty),
    ];
    for (sql, wanted) in cases {
        assert_eq!(kinds(sql), [wanted], "{sql}");
    }
    assert_eq!(
        kinds("begin; select 1; commit"),
        [Kind::Begin, Kind::Query, Kind::Commit]
    );
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
        (
            "select * from v_a where name = '张三' and n > 15.5",
            "select * from v_a where name = ? and n > ?",
        ),
        (
            "SELECT  a,b\nFROM v_a -- 张三\n WHERE x IN (1, 2,'y')",
            "SELECT a, b FROM v_a WHERE x IN (?, ?, ?)",
        ),
        (
            "select E'a\\'b', $$secret$$, X'1F', N'z', 1e5",
            "select ?, ?, ?, ?, ?",
        ),
        (
            "select \"name\", \"张三\" from v_a where k = $1",
            "select \"name\", \"?\" from v_a where k = $1",
        ),
        ("select date '2025-01-01', -5", "select date ?, - ?"),
        ("select 'unclosed", "?"),
    ];
    for (sql, wanted) in cases {
        assert_eq!(normalised(sql), wanted, "{sql}");
    }
}
