//! Views that load, and texts that do not with the reason.

mod reference;

use policy::ScopeKind;

use super::{View, ViewError, embedded};

const SMALL: &str = "-- name: v_small
-- title_zh: 小
-- title_en: small
-- owner: pow
-- basis: 无
-- grain_zh: 每户一行
-- grain_en: one row per account
-- inputs: pow_usage
-- column: k | organisation | L1 | 键 | key
-- column: v | organisation | L2 | 值 | value
";

fn with(sql: &str) -> Result<View, ViewError> {
    View::parse(&format!("{SMALL}{sql}"))
}

#[test]
fn the_views_of_the_product_load_and_survive_a_journey() {
    let views = embedded().unwrap();
    let models: Vec<&str> = views
        .iter()
        .filter_map(View::model)
        .map(|model| model.id.as_str())
        .collect();
    assert_eq!(models, ["M26", "M05", "M35"]);
    let contracts = schemas::feeds::embedded().unwrap();
    let joins = |view: &&View| {
        let of_input = |contract: &&schemas::Contract| view.inputs().contains(contract.id());
        let departments = contracts
            .iter()
            .filter(of_input)
            .map(|contract| contract.department());
        departments.collect::<std::collections::BTreeSet<_>>().len() > 1
    };
    assert!(views.len() >= 20, "{}", views.len());
    assert!(views.iter().filter(joins).count() >= 8);
    for view in views {
        let text = serde_json::to_string(&view).unwrap();
        assert_eq!(serde_json::from_str::<View>(&text).unwrap(), view);
        assert!(!view.basis().is_empty() && !view.grain().zh.is_empty());
    }
    assert!(serde_json::from_str::<View>("\"SELECT 1\"").is_err());
}

#[test]
fn a_view_says_by_which_scopes_it_may_be_shared() {
    let sql = "SELECT k, v FROM feeds.pow_usage";
    assert_eq!(with(sql).unwrap().scopes(), &ScopeKind::EVERY.into());
    let scoped = |words: &str| View::parse(&format!("-- scopes: {words}\n{SMALL}{sql}"));
    assert_eq!(scoped("keyed").unwrap().scopes(), &[ScopeKind::Keyed].into());
    let two = [ScopeKind::OwnCounty, ScopeKind::Keyed].into();
    assert_eq!(scoped("keyed, own_county").unwrap().scopes(), &two);
    for words in ["key", "keyed all", "keyed,,all", "*"] {
        assert_eq!(
            scoped(words),
            Err(ViewError::HeaderLine("scopes".to_owned())),
            "{words}"
        );
    }
}

#[test]
fn total_sql_is_a_view() {
    for sql in [
        "SELECT p.a AS k, p.b AS v FROM feeds.pow_usage AS p",
        "SELECT k, v FROM feeds.pow_usage WHERE k <> 'x' AND (v IS NULL OR v IN ('1', '2'))",
        "SELECT k, COALESCE(TRY_CAST(v AS INT), 0) AS v FROM feeds.pow_usage",
        "SELECT k, v / NULLIF(w, 0) AS v FROM feeds.pow_usage",
        "SELECT k, CASE WHEN v > 1 THEN 'a' ELSE 'b' END AS v FROM feeds.pow_usage",
        "SELECT k, SUM(CAST(v AS DECIMAL(28, 2))) AS v FROM feeds.pow_usage GROUP BY k HAVING COUNT(*) > 1",
        "WITH x AS (SELECT k, v FROM feeds.pow_usage) SELECT a.k, b.v FROM x AS a LEFT JOIN x AS b ON a.k = b.k",
        "SELECT k, v FROM feeds.pow_usage UNION ALL SELECT v AS k, k AS v FROM feeds.pow_usage",
    ] {
        assert!(with(sql).is_ok(), "{sql}: {:?}", with(sql));
    }
}

#[test]
fn sql_that_could_fail_on_a_row_is_not() {
    for sql in [
        "SELECT k, CAST(v AS INT) AS v FROM feeds.pow_usage",
        "SELECT k, v::date AS v FROM feeds.pow_usage",
        "SELECT k, v / w AS v FROM feeds.pow_usage",
        "SELECT k, v / COALESCE(w, 0) AS v FROM feeds.pow_usage",
        "SELECT k, v / NULLIF(w, 1) AS v FROM feeds.pow_usage",
        "SELECT k, v % 2 AS v FROM feeds.pow_usage",
        "SELECT k, substr(v, 1, -1) AS v FROM feeds.pow_usage",
        "SELECT k, regexp_like(v, '(') AS v FROM feeds.pow_usage",
        "SELECT k, now() AS v FROM feeds.pow_usage",
        "SELECT k, row_number() OVER (ORDER BY v) AS v FROM feeds.pow_usage",
        "SELECT k, SUM(v) OVER () AS v FROM feeds.pow_usage",
        "SELECT k, -v AS v FROM feeds.pow_usage",
        "SELECT k, (SELECT MAX(v) FROM feeds.pow_usage) AS v FROM feeds.pow_usage",
        "SELECT k, v FROM feeds.pow_usage WHERE k IN (SELECT k FROM feeds.pow_usage)",
        "SELECT k, v FROM feeds.pow_usage WHERE v LIKE 'x%'",
        "SELECT k, v FROM feeds.pow_usage LIMIT 10",
        "SELECT k, v FROM feeds.pow_usage ORDER BY k",
        "SELECT k, $1 AS v FROM feeds.pow_usage",
        "SELECT k, string_agg(v, ',') AS v FROM feeds.pow_usage GROUP BY k",
        "SELECT k, SUM(v ORDER BY v) AS v FROM feeds.pow_usage GROUP BY k",
    ] {
        assert!(
            matches!(with(sql), Err(ViewError::NotTotal(_))),
            "{sql}: {:?}",
            with(sql).err()
        );
    }
}

#[test]
fn a_view_says_what_it_reads_and_what_it_gives() {
    let from = |sql: &str| with(sql).unwrap_err();
    assert_eq!(
        from("SELECT k, v FROM feeds.tax_declaration"),
        ViewError::NotAnInput("feeds.tax_declaration".to_owned())
    );
    assert_eq!(
        from("SELECT k, v FROM pow_usage"),
        ViewError::NotAnInput("pow_usage".to_owned())
    );
    assert_eq!(from("SELECT v, k FROM feeds.pow_usage"), ViewError::ColumnsDiffer);
    assert_eq!(from("SELECT k FROM feeds.pow_usage"), ViewError::ColumnsDiffer);
    assert_eq!(
        from("SELECT k, v FROM feeds.pow_usage; SELECT 1"),
        ViewError::Syntax
    );
    assert_eq!(from("DELETE FROM feeds.pow_usage"), ViewError::Syntax);
    assert!(matches!(
        from("SELECT * FROM feeds.pow_usage"),
        ViewError::NotTotal(_)
    ));
    let two = SMALL.replace("inputs: pow_usage", "inputs: pow_usage, tax_declaration");
    assert_eq!(
        View::parse(&format!("{two}SELECT k, v FROM feeds.pow_usage")).unwrap_err(),
        ViewError::InputUnused
    );
}

#[test]
fn every_line_of_a_header_is_understood_or_refused() {
    let good = "SELECT k, v FROM feeds.pow_usage";
    for (line, broken) in [
        ("-- owner: pow\n", ""),
        ("-- owner: pow\n", "-- owner: Pow!\n"),
        ("-- owner: pow\n", "-- owner: pow\n-- owner: tax\n"),
        ("-- owner: pow\n", "-- owner: pow\n-- freetext\n"),
        ("-- owner: pow\n", "-- owner: pow\n-- colour: red\n"),
        ("-- basis: 无\n", ""),
        ("| L2 |", "| L5 |"),
        ("| L2 | 值 | value", "| L2 | 值"),
        ("-- column: v |", "-- column: k |"),
        ("-- inputs: pow_usage", "-- inputs: "),
        ("-- title_zh: 小\n", "-- title_zh:\n"),
        ("-- owner: pow\n", "-- owner: pow\n-- unlisted: maybe\n"),
        ("-- owner: pow\n", "-- owner: pow\n-- lowered: w | 无 | none\n"),
    ] {
        let text = format!("{SMALL}{good}").replacen(line, broken, 1);
        assert!(View::parse(&text).is_err(), "{line:?} -> {broken:?}");
    }
    assert!(with(good).is_ok());
}

#[test]
fn a_model_says_what_it_compares_and_has_the_columns_of_a_lead() {
    let models: Vec<View> = embedded()
        .unwrap()
        .into_iter()
        .filter(|view| view.model().is_some())
        .collect();
    for model in &models {
        assert!(model.reads_params(), "{}", model.name());
        let text = model.text();
        for (line, broken) in [
            ("-- model: M", "-- model: X"),
            ("-- model: M", "-- model: M1"),
            ("-- paradigm: ", "-- paradigm: guess_"),
            ("-- taxes: 1", "-- taxes: 9"),
            ("-- name: v_lead_", "-- name: v_"),
            (
                "| L1 | 触发规则 | rule that noticed",
                "| L1 | 触发规则 | rule that noticed\n-- column: more | organisation | L1 | 多 | more",
            ),
        ] {
            assert!(text.contains(line), "{line}");
            assert!(
                View::parse(&text.replacen(line, broken, 1)).is_err(),
                "{line} -> {broken}"
            );
        }
        for key in ["model", "paradigm", "taxes"] {
            let without: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with(&format!("-- {key}: ")))
                .collect();
            assert!(View::parse(&without.join("\n")).is_err(), "{key}");
        }
    }
    let stray = with("SELECT key AS k, value AS v FROM params.rates");
    assert_eq!(stray.unwrap_err(), ViewError::InputUnused);
    let unknown = with("SELECT p.k, p.v FROM feeds.pow_usage AS p JOIN params.secrets AS s ON s.key = p.k");
    assert_eq!(
        unknown.unwrap_err(),
        ViewError::NotAnInput("params.secrets".to_owned())
    );
}
