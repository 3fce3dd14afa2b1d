//! Views over typed inputs: what opens, what is not total once types are known, and where columns come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::execution::SessionState;
use schemas::{
    Contract, DataClass, FeedId, Level, Rates, StorageColumn, StorageType, feeds, storage_columns,
};

use super::fit::classified;
use super::samples::{column, view};
use super::{Origin, Params, origin, over, session, shape};
use crate::catalog::view_types;
use crate::duties::DutyRows;
use crate::pins;
use crate::views::{View, ViewError, embedded};

fn planned(columns: BTreeMap<FeedId, Vec<StorageColumn>>) -> SessionState {
    let store = Arc::new(object_store::memory::InMemory::new());
    let runtime = pins::runtime(store, pins::footers(), 1 << 20, None).unwrap();
    over(
        &session(runtime, 2).unwrap(),
        &columns,
        Params {
            rates: Some(&Rates::embedded().unwrap()),
            duties: Some(&DutyRows::default()),
        },
    )
    .unwrap()
}

fn stored(contracts: &[Contract]) -> BTreeMap<FeedId, Vec<StorageColumn>> {
    contracts
        .iter()
        .map(|contract| (contract.id().clone(), storage_columns(contract)))
        .collect()
}

async fn typed(sql: &str) -> Result<(), ViewError> {
    use StorageType::*;
    let columns = vec![
        column("k", Utf8),
        column("text", Utf8),
        column("small", Decimal(12, 2)),
        column("money", Decimal(28, 2)),
        column("wide", Decimal(38, 10)),
        column("n", Int64),
        column("day", Date),
    ];
    let state = planned(BTreeMap::from([("tst_a".parse().unwrap(), columns)]));
    shape(&view(sql), &state).await.map(|_| ())
}

#[tokio::test]
async fn casts_that_widen_and_sums_with_room_are_total() {
    for sql in [
        "SELECT k, CAST(small AS DECIMAL(28, 2)) AS v FROM feeds.tst_a",
        "SELECT k, SUM(CAST(small AS DECIMAL(28, 2))) AS v FROM feeds.tst_a GROUP BY k",
        "SELECT k, SUM(money) AS v FROM feeds.tst_a GROUP BY k",
        "SELECT k, TRY_CAST(text AS DATE) AS v FROM feeds.tst_a",
        "SELECT k, small * small AS v FROM feeds.tst_a",
        "SELECT k, small / NULLIF(small, 0) AS v FROM feeds.tst_a",
        "SELECT k, COALESCE(text, 'none') AS v FROM feeds.tst_a WHERE small > 0 AND n >= 5",
        "SELECT k, COUNT(DISTINCT text) AS v FROM feeds.tst_a GROUP BY k",
        "SELECT k, day >= CURRENT_DATE - INTERVAL '12' MONTH AS v FROM feeds.tst_a",
        "SELECT a.k, b.text AS v FROM feeds.tst_a AS a LEFT JOIN feeds.tst_a AS b ON a.k = b.k",
    ] {
        assert_eq!(typed(sql).await, Ok(()), "{sql}");
    }
}

#[tokio::test]
async fn casts_that_can_fail_and_numbers_that_can_overflow_are_not() {
    for sql in [
        "SELECT k, CAST(money AS DECIMAL(12, 2)) AS v FROM feeds.tst_a",
        "SELECT k, CAST(text AS DECIMAL(12, 2)) AS v FROM feeds.tst_a",
        "SELECT k, SUM(wide) AS v FROM feeds.tst_a GROUP BY k",
        "SELECT k, SUM(n) AS v FROM feeds.tst_a GROUP BY k",
        "SELECT k, wide * wide AS v FROM feeds.tst_a",
        "SELECT k, wide + wide AS v FROM feeds.tst_a",
        "SELECT k, n + n AS v FROM feeds.tst_a",
        "SELECT k, day - INTERVAL '12' MONTH AS v FROM feeds.tst_a",
        "SELECT k, n / NULLIF(n, 0) AS v FROM feeds.tst_a",
        // The planner would cast the text to a number to compare it.
        "SELECT k, text AS v FROM feeds.tst_a WHERE text > 5",
        "SELECT k, CASE WHEN text = 5 THEN 1 ELSE 0 END AS v FROM feeds.tst_a",
        "SELECT a.k, b.text AS v FROM feeds.tst_a AS a JOIN feeds.tst_a AS b ON a.text = b.n",
    ] {
        assert!(
            matches!(typed(sql).await, Err(ViewError::NotTotal(_))),
            "{sql}: {:?}",
            typed(sql).await
        );
    }
}

#[tokio::test]
async fn columns_are_traced_to_what_they_are() {
    let contracts = feeds::embedded().unwrap();
    let state = planned(stored(&contracts));
    let mut views = embedded().unwrap();
    views.retain(|view| view.name().as_str().starts_with("v_power_"));
    let found = |view: usize, column: usize| (shape(&views[view], &state), column);
    let (plan, _) = found(1, 0);
    let plan = plan.await.unwrap();
    for (index, column) in views[1].columns().iter().enumerate() {
        let wanted = Origin {
            feed: "pow_usage".to_owned(),
            column: column.name.clone(),
            through_rows: true,
        };
        assert_eq!(origin(&plan, index), Some(wanted));
    }
    let plan = found(0, 0).0.await.unwrap();
    let origins: Vec<_> = (0..6)
        .map(|index| origin(&plan, index).map(|origin| origin.column))
        .collect();
    assert_eq!(
        origins,
        [
            Some("county_code".to_owned()),
            Some("month".to_owned()),
            Some("use_class".to_owned()),
            None,
            None,
            None
        ]
    );
    let renamed =
        view("SELECT x.b AS k, x.a AS v FROM (SELECT k AS b, text AS a FROM feeds.tst_a WHERE n > 1) AS x");
    let state = planned(BTreeMap::from([(
        "tst_a".parse().unwrap(),
        vec![
            column("k", StorageType::Utf8),
            column("text", StorageType::Utf8),
            column("n", StorageType::Int64),
        ],
    )]));
    let plan = shape(&renamed, &state).await.unwrap();
    assert_eq!(origin(&plan, 1).unwrap().column, "text");
}

#[tokio::test]
async fn a_column_is_as_sensitive_as_what_it_is_made_from_unless_its_provider_lowered_it() {
    let mut columns = vec![
        column("k", StorageType::Utf8),
        column("text", StorageType::Utf8),
        column("money", StorageType::Decimal(18, 2)),
    ];
    columns[1].class = DataClass::Identifying;
    columns[2].level = Level::L3;
    let columns = BTreeMap::from([("tst_a".parse().unwrap(), columns)]);
    let state = planned(columns.clone());
    let found = async |header: &str, sql: &str| {
        let text = view(sql).text().replace("-- owner: pow\n", header);
        let view = View::parse(&text).unwrap();
        let plan = shape(&view, &state).await.unwrap();
        classified(&view, &plan, &columns)
    };
    let low = || Err(ViewError::TooLow("v".to_owned()));
    let sum = "SELECT k, SUM(CAST(money AS DECIMAL(28, 2))) AS v FROM feeds.tst_a GROUP BY k";
    for sql in [
        "SELECT k, text AS v FROM feeds.tst_a",
        "SELECT k, money AS v FROM feeds.tst_a",
        "SELECT k, COALESCE(k, text) AS v FROM feeds.tst_a",
        "SELECT k, CASE WHEN money > 0 THEN 'y' ELSE 'n' END AS v FROM feeds.tst_a",
        "SELECT a.k, b.v FROM feeds.tst_a AS a JOIN (SELECT k, MIN(text) AS v FROM feeds.tst_a GROUP BY k) AS b ON a.k = b.k",
        "SELECT k, k AS v FROM feeds.tst_a UNION ALL SELECT k, text AS v FROM feeds.tst_a",
        "SELECT DISTINCT k, text AS v FROM feeds.tst_a",
        sum,
    ] {
        assert_eq!(found("-- owner: pow\n", sql).await, low(), "{sql}");
    }
    for sql in [
        "SELECT k, k AS v FROM feeds.tst_a",
        "SELECT k, COUNT(*) AS v FROM feeds.tst_a GROUP BY k",
        // What rows were chosen by is not in the values.
        "SELECT k, MAX(k) AS v FROM feeds.tst_a WHERE money > 0 GROUP BY k",
    ] {
        assert_eq!(found("-- owner: pow\n", sql).await, Ok(()), "{sql}");
    }
    let lowered = "-- owner: pow\n-- lowered: v | 汇总 | a sum\n";
    assert_eq!(found(lowered, sum).await, Ok(()));
}

#[test]
fn the_views_of_the_product_fit_its_contracts() {
    let columns = stored(&feeds::embedded().unwrap());
    let views = embedded().unwrap();
    let views: Vec<&View> = views.iter().collect();
    view_types(&views, &columns)
        .map_err(|unfit| unfit.to_string())
        .unwrap();
    let land: FeedId = "nrp_land_grant".parse().unwrap();
    // A contract that grew stricter stops the view that did not follow.
    let mut stricter = columns.clone();
    let mut of_land = stricter.get_mut(&land).unwrap().iter_mut();
    of_land.find(|column| column.name == "area").unwrap().level = Level::L4;
    let unfit = view_types(&views, &stricter).unwrap_err();
    assert!(matches!(unfit.error, ViewError::TooLow(_)), "{unfit}");
    let mut fewer = columns;
    fewer
        .get_mut(&land)
        .unwrap()
        .retain(|column| column.name != "area");
    let unfit = view_types(&views, &fewer).unwrap_err();
    assert_eq!(unfit.error, ViewError::NotPlanned);
}

#[tokio::test]
async fn what_is_most_sensitive_is_not_joined_with_another_feed() {
    let columns = vec![column("k", StorageType::Utf8), column("v", StorageType::Utf8)];
    let both = ["tst_a", "tst_b"].map(|feed| (feed.parse().unwrap(), columns.clone()));
    let columns = BTreeMap::from(both);
    let joined = view("SELECT a.k, a.v FROM feeds.tst_a AS a")
        .text()
        .replace("| L1 | 值", "| L4 | 值");
    let alone = View::parse(&joined).unwrap();
    let joined =
        joined.replace("inputs: tst_a", "inputs: tst_a, tst_b") + " JOIN feeds.tst_b AS b ON b.k = a.k";
    let joined = View::parse(&joined).unwrap();
    let state = planned(columns.clone());
    let plan = shape(&alone, &state).await.unwrap();
    assert_eq!(classified(&alone, &plan, &columns), Ok(()));
    let plan = shape(&joined, &state).await.unwrap();
    let refused = Err(ViewError::MostSensitive("v".to_owned()));
    assert_eq!(classified(&joined, &plan, &columns), refused);
}
