//! PostgreSQL's words on the syntax tree: what is measured and decided is what is planned, and it is no longer than what was
//! written.

use super::clients::CLIENTS;
use crate::statements::{StatementLimits, classify};

#[test]
fn a_statement_that_was_put_into_plain_words_stays_as_it_is() {
    let limits = StatementLimits::default();
    let statements = CLIENTS
        .iter()
        .flat_map(|(_, statements)| statements.split("\n----").skip(1));
    for statement in statements {
        let (_, sql) = statement.split_once('\n').unwrap();
        let once = classify(&sql.replace("{oid}", "16390"), &limits)
            .unwrap()
            .remove(0);
        let twice = classify(&once.sql, &limits).unwrap().remove(0);
        assert_eq!(twice.sql, once.sql);
        assert_eq!(
            (twice.relations, twice.parameters),
            (once.relations, once.parameters)
        );
        assert!(once.describes, "{sql}");
    }
}

#[test]
fn no_statement_grows_by_being_put_into_plain_words() {
    let limits = StatementLimits::default();
    let nested = |inside: &str, times: usize| {
        let mut sql = "1".to_owned();
        for _ in 0..times {
            sql = inside.replace("{}", &sql);
        }
        format!("SELECT {sql}")
    };
    for (inside, times) in [
        ("ARRAY(SELECT {} FROM pg_am ORDER BY 1)", 40),
        ("ARRAY(SELECT a.oid FROM pg_am a WHERE a.oid = {} ORDER BY 1)", 40),
        ("(SELECT {} FROM pg_class c WHERE c.oid = 1)", 40),
        ("(1 = ANY (ARRAY(SELECT 1 WHERE {} = 1)))", 40),
        ("CAST({} AS regclass)", 150),
        (
            "(SELECT x.oid FROM (SELECT a.oid, a.*, {} FROM pg_am a, pg_index i) x)",
            30,
        ),
    ] {
        let sql = nested(inside, times);
        if let Ok(read) = classify(&sql, &limits) {
            assert!(
                read[0].sql.len() < 8 * sql.len(),
                "{inside}: {}",
                read[0].sql.len()
            );
        }
    }
}
