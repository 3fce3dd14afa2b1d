//! A governed answer is what filtering and masking by hand gives.

use std::collections::{BTreeMap, BTreeSet};

use policy::Condition;
use schemas::Treatment;

use super::world::{Answered, GrantSpec, Row, World, counties, on_query_threads};

pub(super) fn some_rows() -> Vec<Row> {
    let mut rows = vec![];
    for (county, count) in [("433101", 40), ("433122", 25), ("433123", 3)] {
        for month in ["202501", "202502"] {
            let first = rows.len();
            rows.extend((first..first + count).map(|number| Row::new(number, county, month)));
        }
    }
    let mut nowhere = Row::new(900, "433101", "202501");
    nowhere.county_code = None;
    rows.push(nowhere);
    rows[1].address = "乾州街道无名小区3栋".to_owned();
    rows[2].customer_name = "吉首市某某商行".to_owned();
    rows[3].customer_name = String::new();
    rows[4].read_date = None;
    rows[5].kwh = -12_345;
    rows
}

fn money(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// The row as `GrantSpec::month` releases it.
fn masked(row: &Row) -> Vec<Option<String>> {
    let first: String = row.customer_name.chars().take(1).collect();
    let county = if row.address.contains("吉首市") {
        "吉首市"
    } else {
        "***"
    };
    let month = row.read_date.map(|day| {
        let date = chrono::NaiveDate::from_epoch_days(day).unwrap();
        date.format("%Y-%m-01").to_string()
    });
    vec![
        row.county_code.clone(),
        Some(row.month.clone()),
        Some(row.account_no.clone()),
        Some(format!("{first}*")),
        row.usc_code.clone(),
        row.id_no.clone(),
        Some(row.use_class.clone()),
        row.industry_code.clone(),
        Some(county.to_owned()),
        row.capacity_kva.map(money),
        Some(money(row.kwh)),
        Some(money(row.fee)),
        month,
    ]
}

fn expected<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<Vec<Option<String>>> {
    let mut rows: Vec<_> = rows.into_iter().map(masked).collect();
    rows.sort();
    rows
}

#[test]
fn every_row_and_mask_of_an_all_grant_is_as_by_hand() {
    on_query_threads(async {
        let rows = some_rows();
        let world = World::of(&rows).await;
        let got = world
            .ask(&[GrantSpec::month(Condition::All)], "SELECT * FROM v_power_month")
            .await
            .unwrap()
            .sorted();
        assert_eq!(got.rows, expected(&rows));
    });
}

#[test]
fn a_county_sees_its_own_rows_and_no_row_without_a_county() {
    on_query_threads(async {
        let rows = some_rows();
        let own = |row: &&Row| row.county_code.as_deref() == Some("433101");
        // Once with a file per county, once with all rows of a month in one file.
        let months = ["202501", "202502"].map(|month| rows.iter().filter(|row| row.month == month).collect());
        for world in [World::of(&rows).await, World::with_files(months.to_vec()).await] {
            let grant = GrantSpec::month(counties(&["433101"]));
            let got = world
                .ask(&[grant], "SELECT * FROM v_power_month")
                .await
                .unwrap()
                .sorted();
            assert_eq!(got.rows, expected(rows.iter().filter(own)));
        }
    });
}

#[test]
fn predicates_of_the_caller_mean_the_same_inside_and_outside_the_barrier() {
    on_query_threads(async {
        let rows = some_rows();
        let world = World::of(&rows).await;
        let grant = [GrantSpec::month(counties(&["433101", "433122"]))];
        let visible = |row: &Row| matches!(row.county_code.as_deref(), Some("433101" | "433122"));
        type Keep = fn(&Row) -> bool;
        let cases: [(&str, Keep); 9] = [
            ("month = '202502'", |row| row.month == "202502"),
            ("kwh > 1.5 AND kwh <= 150", |row| {
                row.kwh > 150 && row.kwh <= 15_000
            }),
            ("kwh > 120.005", |row| row.kwh >= 12_001),
            ("county_code IN ('433122', '433123')", |row| {
                row.county_code.as_deref() == Some("433122")
            }),
            ("industry_code IS NULL OR use_class = '3'", |row| {
                row.industry_code.is_none() || row.use_class == "3"
            }),
            ("NOT (use_class < '4')", |row| row.use_class.as_str() >= "4"),
            ("usc_code LIKE '91433100MA4%2'", |row| {
                row.usc_code.as_ref().is_some_and(|code| code.ends_with('2'))
            }),
            // Over masked values: not pushed, and meaning what the reader sees.
            ("customer_name = '张*'", |row| {
                row.customer_name.starts_with('张')
            }),
            ("address <> '***'", |row| row.address.contains("吉首市")),
        ];
        for (predicate, keep) in cases {
            let sql = format!("SELECT * FROM v_power_month WHERE {predicate}");
            let got = world.ask(&grant, &sql).await.unwrap().sorted();
            let wanted = expected(rows.iter().filter(|row| visible(row) && keep(row)));
            assert_eq!(got.rows, wanted, "{predicate}");
            assert!(!wanted.is_empty(), "{predicate} tests nothing");
        }
    });
}

#[test]
fn the_aggregate_view_suppresses_groups_of_few_accounts() {
    on_query_threads(async {
        let mut rows = some_rows();
        // The same account twice counts once.
        let mut again = rows[0].clone();
        again.kwh = 1;
        rows.push(again);
        let world = World::of(&rows).await;
        let got = world
            .ask(
                &[GrantSpec::county_month(5)],
                "SELECT * FROM v_power_county_month",
            )
            .await
            .unwrap()
            .sorted();

        type Key<'a> = (&'a Option<String>, &'a str, &'a str);
        let mut groups: BTreeMap<Key, (BTreeSet<&str>, i128, i128)> = BTreeMap::new();
        for row in &rows {
            let group = groups
                .entry((&row.county_code, &row.month, &row.use_class))
                .or_default();
            group.0.insert(&row.account_no);
            group.1 += row.kwh;
            group.2 += row.fee;
        }
        let mut wanted: Vec<Vec<Option<String>>> = groups
            .iter()
            .filter(|(_, (accounts, ..))| accounts.len() >= 5)
            .map(|((county, month, class), (accounts, kwh, fee))| {
                let texts = [
                    (*month).to_owned(),
                    (*class).to_owned(),
                    accounts.len().to_string(),
                    money(*kwh),
                    money(*fee),
                ];
                std::iter::once((*county).clone())
                    .chain(texts.map(Some))
                    .collect()
            })
            .collect();
        wanted.sort();
        assert!(wanted.len() > 3 && wanted.len() < groups.len());
        assert_eq!(got.rows, wanted);
    });
}

#[test]
fn counting_rows_needs_no_column() {
    on_query_threads(async {
        let rows = some_rows();
        let world = World::of(&rows).await;
        let visible = rows
            .iter()
            .filter(|row| row.county_code.as_deref() == Some("433101"))
            .count();
        for (condition, count) in [
            (Condition::All, rows.len()),
            (counties(&["433101"]), visible),
            (counties(&[]), 0),
        ] {
            let got = world
                .ask(
                    &[GrantSpec::month(condition)],
                    "SELECT count(*) FROM v_power_month",
                )
                .await
                .unwrap();
            assert_eq!(got.cell(), count.to_string());
        }
    });
}

#[test]
fn the_schema_is_that_of_the_grant_in_plain_types() {
    on_query_threads(async {
        let world = World::of(&some_rows()).await;
        let columns = [
            ("kwh", Treatment::Fixed),
            ("month", Treatment::Clear),
            ("read_date", Treatment::Null),
        ];
        let grant = [GrantSpec::new("v_power_month", &columns, Condition::All)];
        let Answered { columns, rows } = world
            .ask(&grant, "SELECT * FROM v_power_month LIMIT 1")
            .await
            .unwrap();
        let names: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("{name} {kind}"))
            .collect();
        assert_eq!(names, ["kwh Decimal128(18, 2)", "month Utf8", "read_date Date32"]);
        assert_eq!(
            (rows[0][0].as_deref(), rows[0][2].as_deref()),
            (Some("0.00"), None)
        );
    });
}
