//! Questions that read hidden rows out of plain views, and the rows they would read.

use super::rows::Row;

/// Questions over `v_power_month` that fall over a row with kwh 555.00 or a text that is no number.
pub(super) fn questions() -> Vec<String> {
    let big = "_".repeat(30_000);
    let mut questions: Vec<String> = [
        "SELECT * FROM v",
        "SELECT count(*) FROM v",
        "SELECT count(*) FROM v WHERE 1 / (kwh - 555) >= 0",
        "SELECT count(*) FROM v WHERE kwh = 555",
        "SELECT count(*) FROM v WHERE kwh < 200",
        "SELECT count(*) FROM v WHERE CASE WHEN usc_code LIKE '91%' THEN 0 ELSE CAST(usc_code AS INT) END = 0",
        "SELECT count(*) FROM v WHERE CAST(usc_code AS INT) > 0",
        "SELECT count(*) FROM v WHERE CAST(industry_code AS DATE) IS NULL",
        "SELECT count(*) FROM v WHERE usc_code LIKE '91%' AND CAST(substr(usc_code, 1, 2) AS INT) = 91",
        "SELECT kwh FROM v ORDER BY 1 / (kwh - 555), kwh LIMIT 1",
        "SELECT kwh, usc_code FROM v ORDER BY kwh DESC, usc_code LIMIT 3",
        "SELECT month FROM v ORDER BY CAST(usc_code AS INT) LIMIT 3",
        "SELECT count(*) FROM v a JOIN (SELECT 1 k) b ON 1 / (a.kwh - 555) = b.k",
        "SELECT count(*) FROM v a JOIN (VALUES ('1'), ('2')) b(k) ON a.use_class = b.k",
        "SELECT count(*) FROM v a JOIN (VALUES (101), (102)) b(k) ON CAST(a.usc_code AS INT) = b.k",
        "SELECT count(*) FROM v a JOIN (VALUES ('张*'), ('s*')) b(k) ON a.customer_name = b.k",
        "SELECT count(*) FROM v a JOIN v b ON a.kwh = b.kwh AND a.account_no = b.account_no",
        "SELECT a.kwh FROM v a LEFT JOIN v b ON a.kwh = b.fee AND 1 / (b.kwh - 555) > 0 ORDER BY 1 LIMIT 5",
        "SELECT min(kwh), max(kwh), count(*), sum(fee), count(DISTINCT use_class) FROM v",
        "SELECT min(customer_name), max(customer_name), min(read_date), count(usc_code) FROM v",
        "SELECT use_class, count(*), sum(kwh) FROM v GROUP BY use_class ORDER BY 1",
        "SELECT county_code, month, count(*) FROM v GROUP BY ROLLUP (county_code, month) ORDER BY 1, 2",
        "SELECT DISTINCT county_code FROM v ORDER BY 1",
        "SELECT count(*) FROM v WHERE usc_code LIKE '9143%1' AND kwh > 101",
        "SELECT count(*) FROM v WHERE kwh IN (SELECT max(kwh) FROM v)",
        "SELECT count(*) FROM v WHERE kwh > (SELECT avg(fee) FROM v)",
        "SELECT count(*) FROM v a WHERE EXISTS (SELECT 1 FROM v b WHERE b.kwh > a.kwh AND 1 / (b.kwh - 555) > 0)",
        "SELECT kwh, rank() OVER (ORDER BY kwh) FROM v ORDER BY 2, 1 LIMIT 3",
        "SELECT sum(1 / (kwh - 555)) OVER () FROM v LIMIT 1",
        "SELECT count(*) FROM v WHERE county_code = '433122'",
        "SELECT count(*) FROM v WHERE county_code IS NULL OR county_code <> '433101'",
        "SELECT count(*) FROM v WHERE month = '203001'",
        "SELECT * FROM (SELECT kwh FROM v UNION ALL SELECT 1 / (kwh - 555) FROM v) x ORDER BY 1 LIMIT 3",
        "SELECT kwh FROM v EXCEPT SELECT fee FROM v ORDER BY 1 LIMIT 3",
        "WITH RECURSIVE r AS (SELECT CAST(1 AS BIGINT) n UNION ALL SELECT n + 1 FROM r, v WHERE n < 3 AND v.kwh = 555) SELECT count(*) FROM r",
        "WITH RECURSIVE r AS (SELECT CAST(1 AS BIGINT) n UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT n, (SELECT count(*) FROM v) FROM r ORDER BY 1",
        "SELECT input_file_name() FROM v",
        "SELECT file_row_index() FROM v LIMIT 1",
        "SELECT regexp_like(usc_code, '(') FROM v",
        "SELECT * FROM v LIMIT 2 OFFSET 100000",
        "SELECT region_code FROM v",
        "SELECT \"v_power_month.kwh\" FROM v",
        "SELECT v.kwh.x FROM v",
        "SELECT nobody FROM v",
        "EXPLAIN SELECT customer_name FROM v WHERE kwh < 300",
        "EXPLAIN VERBOSE SELECT * FROM v a JOIN v b ON a.kwh = b.fee",
        "SELECT * FROM information_schema.columns ORDER BY table_name, ordinal_position",
    ]
    .map(str::to_owned)
    .to_vec();
    questions.push(format!("SELECT count(*) FROM v WHERE usc_code LIKE '{big}'"));
    questions.push(format!("SELECT count(*) FROM v WHERE usc_code LIKE '%a%{big}%'"));
    questions
        .into_iter()
        .map(|sql| {
            sql.replace("FROM v", "FROM v_power_month")
                .replace(", v ", ", v_power_month v ")
                .replace("JOIN v ", "JOIN v_power_month ")
        })
        .collect()
}

/// Rows of other counties, or of none, that would betray themselves.
pub(super) fn traps(count: usize, code: &str, kwh: i128) -> Vec<Row> {
    (0..count)
        .map(|number| {
            let mut row = Row::new(
                5_000 + number,
                ["433122", "433130"][number % 2],
                ["202501", "202503"][number / 2 % 2],
            );
            row.usc_code = Some(code.to_owned());
            row.industry_code = Some("xxxx".to_owned());
            row.kwh = kwh;
            if number % 5 == 4 {
                row.county_code = None;
            }
            row
        })
        .collect()
}
