//! Scans of small lakes: what is pruned, what is believed, what is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::common::stats::Precision;
use datafusion::logical_expr::{Expr, col, lit};
use datafusion::prelude::SessionContext;
use lake::{FileEntry, Snapshot, Value};
use schemas::storage_columns;

use super::bounds::believed;
use super::files::within;
use super::{FeedTable, FileScope, ScopeColumn};

fn file(number: usize, period: &str, county: Option<&str>, nulls: u64) -> FileEntry {
    let bound = county.map(|county| Value::Utf8(county.to_owned()));
    let bounds = lake::Bounds {
        min: bound.clone(),
        max: bound,
        nulls: Some(nulls),
        exact: true,
    };
    FileEntry {
        path: format!("feeds/pow_usage/{number}.parquet"),
        size_bytes: 100,
        rows: 10,
        partition: BTreeMap::from([
            ("period".to_owned(), Some(period.to_owned())),
            ("reporting_unit".to_owned(), Some("433100".to_owned())),
        ]),
        bounds: BTreeMap::from([("county_code".to_owned(), bounds)]),
        county: county.filter(|_| nulls == 0).map(str::to_owned),
    }
}

fn snapshot(files: Vec<FileEntry>) -> Snapshot {
    let contract = schemas::feeds::embedded()
        .unwrap()
        .into_iter()
        .find(|contract| contract.id().as_str() == "pow_usage");
    Snapshot {
        feed: "pow_usage".parse().unwrap(),
        version: 1,
        root: "feeds/pow_usage".to_owned(),
        columns: storage_columns(&contract.unwrap()),
        files,
    }
}

fn scope(values: &[&str]) -> FileScope {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    FileScope::Columns(vec![ScopeColumn {
        column: "county_code".to_owned(),
        values,
    }])
}

#[test]
fn a_scope_leaves_the_files_that_may_hold_its_rows_and_knows_which_hold_nothing_else() {
    let own = || file(1, "202501", Some("433101"), 0);
    let other = || file(2, "202501", Some("433122"), 0);
    let nowhere = || file(3, "202501", None, 10);
    let mixed = || FileEntry {
        county: None,
        bounds: BTreeMap::new(),
        ..file(4, "202501", None, 0)
    };
    let partly = || file(5, "202501", Some("433101"), 4);
    type Case = (Vec<FileEntry>, FileScope, usize, bool, Option<u64>);
    let cases: Vec<Case> = vec![
        (
            vec![own(), other(), nowhere()],
            scope(&["433101"]),
            1,
            true,
            Some(10),
        ),
        (
            vec![own(), other()],
            scope(&["433101", "433122"]),
            2,
            true,
            Some(20),
        ),
        (vec![own(), mixed()], scope(&["433101"]), 2, false, None),
        (vec![own(), partly()], scope(&["433101"]), 2, false, None),
        (vec![own(), other()], scope(&[]), 0, true, Some(0)),
        (
            vec![own(), other(), nowhere(), mixed()],
            FileScope::All,
            4,
            true,
            Some(40),
        ),
        (vec![own(), other()], FileScope::Unknown, 2, false, None),
    ];
    for (files, scope, kept, released_only, rows) in cases {
        let snapshot = snapshot(files);
        let found = within(&snapshot, &scope);
        assert_eq!(
            (found.entries.len(), found.released_only, found.released_rows),
            (kept, released_only, rows),
            "{scope:?}"
        );
    }
}

#[test]
fn bounds_of_long_decimals_and_of_other_types_are_not_believed() {
    let known = |value: Value, exact: bool| lake::Bounds {
        min: Some(value.clone()),
        max: Some(value),
        nulls: Some(0),
        exact,
    };
    let field = |kind: DataType| Field::new("c", kind, true);
    let decimal = Value::Decimal {
        unscaled: 150,
        scale: 2,
    };
    let short = believed(&field(DataType::Decimal128(15, 2)), &known(decimal.clone(), true));
    assert_eq!(
        short.min_value,
        Precision::Exact(ScalarValue::Decimal128(Some(150), 15, 2))
    );
    let cut = believed(
        &field(DataType::Utf8View),
        &known(Value::Utf8("a".to_owned()), false),
    );
    assert_eq!(
        cut.max_value,
        Precision::Inexact(ScalarValue::Utf8View(Some("a".to_owned())))
    );
    for (kind, value) in [
        (DataType::Decimal128(16, 2), decimal.clone()),
        (DataType::Decimal128(15, 3), decimal),
        (DataType::Date32, Value::Int64(5)),
        (DataType::Int64, Value::Utf8("5".to_owned())),
    ] {
        assert_eq!(
            believed(&field(kind), &known(value, true)).min_value,
            Precision::Absent
        );
    }
}

#[test]
fn columns_without_statistics_have_none_even_if_the_log_says_some() {
    let mut entry = file(1, "202501", Some("433101"), 0);
    let secret = Value::Utf8("张三".to_owned());
    entry.bounds.insert(
        "customer_name".to_owned(),
        lake::Bounds {
            min: Some(secret.clone()),
            max: Some(secret),
            nulls: Some(0),
            exact: true,
        },
    );
    let snapshot = snapshot(vec![entry]);
    let (_, physical) = super::schemas_of(&snapshot.columns);
    let scanned = super::files::scan_file(&snapshot, &physical, &snapshot.files[0]).unwrap();
    let index = physical.table_schema().index_of("customer_name").unwrap();
    assert_eq!(
        scanned.statistics.unwrap().column_statistics[index].min_value,
        Precision::Absent
    );
}

#[test]
fn files_outside_the_table_and_without_their_partition_are_refused() {
    let (_, physical) = super::schemas_of(&snapshot(vec![]).columns);
    for spoil in [
        |file: &mut FileEntry| file.path = "vault/secret.parquet".to_owned(),
        |file: &mut FileEntry| file.path = "feeds/pow_usage_2/1.parquet".to_owned(),
        |file: &mut FileEntry| file.path = "feeds/pow_usage/../../vault/x".to_owned(),
        |file: &mut FileEntry| drop(file.partition.remove("period")),
    ] {
        let mut entry = file(1, "202501", Some("433101"), 0);
        spoil(&mut entry);
        let snapshot = snapshot(vec![entry]);
        assert!(
            super::files::scan_file(&snapshot, &physical, &snapshot.files[0]).is_err(),
            "{:?}",
            snapshot.files[0].path
        );
    }
}

/// A table as it is inside the barrier, without a store: only planning is looked at.
fn table(files: Vec<FileEntry>, scope: &FileScope) -> FeedTable {
    let snapshot = snapshot(files);
    let kept = within(&snapshot, scope);
    let (logical, physical) = super::schemas_of(&snapshot.columns);
    let files = kept
        .entries
        .iter()
        .map(|entry| super::files::scan_file(&snapshot, &physical, entry).unwrap())
        .collect();
    FeedTable {
        feed: snapshot.feed.clone(),
        logical,
        physical,
        files,
        released_only: kept.released_only,
        released_rows: kept.released_rows,
        open: true,
    }
}

async fn files_read(table: &FeedTable, filters: &[Expr]) -> String {
    let store = Arc::new(object_store::memory::InMemory::new());
    let runtime = crate::pins::runtime(store, crate::pins::footers(), 1 << 20, None).unwrap();
    let catalogs = Arc::new(datafusion::catalog::MemoryCatalogProviderList::new());
    let session = SessionContext::new_with_state(crate::pins::state(catalogs, runtime, 2).unwrap());
    let plan = table.scan(&session.state(), None, filters, None).await.unwrap();
    let text = datafusion::physical_plan::displayable(plan.as_ref())
        .one_line()
        .to_string();
    (1..=9)
        .filter(|number| text.contains(&format!("/{number}.parquet")))
        .map(|number| number.to_string())
        .collect()
}

#[tokio::test]
async fn a_predicate_skips_files_only_when_all_that_is_left_is_released() {
    let files = || {
        vec![
            file(1, "202501", Some("433101"), 0),
            file(2, "202502", Some("433101"), 0),
            file(3, "202501", Some("433122"), 0),
        ]
    };
    let text = |column: &str, value: &str| col(column).eq(lit(ScalarValue::Utf8View(Some(value.to_owned()))));
    let all = table(files(), &FileScope::All);
    assert_eq!(files_read(&all, &[]).await, "123");
    assert_eq!(files_read(&all, &[text("period", "202501")]).await, "13");
    assert_eq!(files_read(&all, &[text("county_code", "433122")]).await, "3");
    assert_eq!(
        files_read(&all, &[text("county_code", "433122"), text("period", "202502")]).await,
        ""
    );
    let own = table(files(), &scope(&["433101"]));
    assert_eq!(files_read(&own, &[]).await, "12");
    assert_eq!(files_read(&own, &[text("period", "202502")]).await, "2");
    // Which files hold groups of enough accounts is not known, so nothing of the caller's may skip one.
    let unknown = table(files(), &FileScope::Unknown);
    assert_eq!(
        files_read(
            &unknown,
            &[text("period", "202502"), text("county_code", "433122")]
        )
        .await,
        "123"
    );
}

#[tokio::test]
async fn a_closed_table_plans_but_does_not_scan() {
    let closed = FeedTable::closed("pow_usage".parse().unwrap(), &snapshot(vec![]).columns);
    let session = SessionContext::new();
    assert!(closed.scan(&session.state(), None, &[], None).await.is_err());
}
