//! What does not name a key, however clever.

use super::*;

#[test]
fn anything_else_names_no_key_and_is_refused() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        for sql in [
            "SELECT kwh FROM {v}",
            "SELECT count(*) FROM {v}",
            "SELECT kwh FROM {v} WHERE month = '202501'",
            "SELECT kwh FROM {v} WHERE usc_code = '{A}' OR TRUE",
            "SELECT kwh FROM {v} WHERE usc_code = '{A}' OR kwh > 5",
            "SELECT kwh FROM {v} WHERE (usc_code = '{A}' AND kwh > 5) OR (kwh < 5)",
            "SELECT kwh FROM {v} WHERE NOT usc_code = '{A}'",
            "SELECT kwh FROM {v} WHERE NOT (usc_code <> '{A}')",
            "SELECT kwh FROM {v} WHERE usc_code <> '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code NOT IN ('{A}')",
            "SELECT kwh FROM {v} WHERE usc_code LIKE '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code LIKE '9143%'",
            "SELECT kwh FROM {v} WHERE usc_code ~ '^9143'",
            "SELECT kwh FROM {v} WHERE usc_code >= '{A}' AND usc_code <= '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code BETWEEN '{A}' AND '{A}'",
            "SELECT kwh FROM {v} WHERE upper(usc_code) = '{A}'",
            "SELECT kwh FROM {v} WHERE substr(usc_code, 1, 18) = '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code || '' = '{A}'",
            "SELECT kwh FROM {v} WHERE CAST(usc_code AS VARCHAR) = '{A}'",
            "SELECT kwh FROM {v} WHERE coalesce(usc_code, '{A}') = '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code = upper('{A}')",
            "SELECT kwh FROM {v} WHERE usc_code = '{A}' || ''",
            "SELECT kwh FROM {v} WHERE usc_code IN ('{A}', '{B}' || '')",
            "SELECT kwh FROM {v} WHERE usc_code = customer_name",
            "SELECT kwh FROM {v} WHERE usc_code = usc_code",
            "SELECT kwh FROM {v} WHERE usc_code = NULL",
            "SELECT kwh FROM {v} WHERE usc_code IN (NULL)",
            "SELECT kwh FROM {v} WHERE usc_code IS NULL",
            "SELECT kwh FROM {v} WHERE usc_code IS NOT DISTINCT FROM '{A}'",
            "SELECT kwh FROM {v} WHERE (usc_code = '{A}') IS NOT FALSE",
            "SELECT kwh FROM {v} WHERE CASE WHEN usc_code = '{A}' THEN TRUE ELSE TRUE END",
            "SELECT kwh FROM {v} WHERE customer_name = '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code IN (SELECT usc_code FROM {v} WHERE usc_code = '{A}')",
            "SELECT kwh FROM {v} WHERE usc_code = (SELECT '{A}')",
            "SELECT kwh FROM {v} WHERE usc_code = (SELECT max(usc_code) FROM {v})",
            "SELECT a.kwh FROM {v} AS a JOIN (VALUES ('{A}'), ('{B}')) AS b(k) ON a.usc_code = b.k",
            "SELECT a.kwh FROM {v} AS a JOIN (VALUES ('{A}')) AS b(k) ON a.usc_code = b.k WHERE b.k = '{A}'",
            "SELECT a.kwh FROM {v} AS a JOIN {v} AS b ON a.usc_code = b.usc_code WHERE a.usc_code = '{A}'",
            "SELECT a.kwh FROM {v} AS a JOIN {v} AS b USING (usc_code) WHERE a.usc_code = '{A}'",
            "SELECT a.kwh FROM {v} AS a LEFT JOIN (VALUES (1)) AS b(k) ON a.usc_code = '{A}'",
            "SELECT a.kwh FROM (VALUES (1)) AS b(k) FULL JOIN {v} AS a ON a.usc_code = '{A}'",
            "SELECT kwh FROM {v} WHERE usc_code = '{A}' UNION SELECT kwh FROM {v}",
            "SELECT kwh FROM {v} WHERE usc_code = '{A}' AND kwh > (SELECT min(kwh) FROM {v})",
            "SELECT (SELECT max(kwh) FROM {v}) FROM {v} WHERE usc_code = '{A}'",
            "SELECT kwh FROM {v} AS o WHERE usc_code = '{A}' AND EXISTS (SELECT 1 FROM {v} AS i WHERE i.usc_code = o.usc_code)",
            "WITH t AS (SELECT * FROM {v}) SELECT a.kwh FROM t AS a, t AS b WHERE a.usc_code = '{A}'",
            "SELECT kwh FROM (SELECT * FROM {v} LIMIT 1) AS t WHERE usc_code = '{A}'",
            "SELECT kwh FROM (SELECT * FROM {v} ORDER BY kwh OFFSET 3) AS t WHERE usc_code = '{A}'",
            "SELECT n FROM (SELECT usc_code, count(*) OVER () AS n FROM {v}) AS t WHERE usc_code = '{A}'",
            "SELECT n FROM (SELECT '{A}' AS usc_code, count(*) AS n FROM {v}) AS t WHERE usc_code = '{A}'",
            "SELECT usc_code FROM (SELECT customer_name AS usc_code FROM {v}) AS t WHERE usc_code = '{A}'",
            "SELECT code FROM (SELECT usc_code || '' AS code FROM {v}) AS t WHERE code = '{A}'",
            "SELECT count(*) FILTER (WHERE usc_code = '{A}') FROM {v}",
            "SELECT usc_code, count(*) FROM {v} GROUP BY GROUPING SETS ((usc_code), ()) HAVING usc_code = '{A}'",
            "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, {v} WHERE n < 3) SELECT n FROM r",
            "SELECT kwh FROM {v} WHERE usc_code = 91433100",
        ] {
            match named(&world, sql, vec![]).await {
                Err(refusal) => {
                    assert_eq!(refusal.reason(), Reason::KeyRequired, "{sql}");
                    assert_eq!(refusal.sqlstate(), "42501");
                    assert_eq!(refusal.args()[0].1, "v_power_month");
                    assert_eq!(refusal.args()[1].1, "usc_code");
                }
                Ok(keys) => panic!("{sql} names {keys:?}"),
            }
            // Paid or not, it is not answered either.
            let refused = world.ask(&[by_code(&[A, B])], &with_keys(sql)).await.unwrap_err();
            assert_eq!(refused.reason(), Reason::KeyRequired, "{sql}");
        }
    });
}
