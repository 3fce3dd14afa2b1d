//! Every pin: that it is set, and what goes wrong without it where that can be shown.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::catalog::MemoryCatalogProviderList;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider};
use datafusion::common::config::ConfigOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use object_store::memory::InMemory;
use parquet::arrow::ArrowWriter;
use url::Url;

use super::{CATALOG, PINS, config, footers, runtime, state};

fn entry(options: &ConfigOptions, key: &str) -> Option<String> {
    options
        .entries()
        .into_iter()
        .find(|entry| entry.key == key)
        .and_then(|entry| entry.value)
}

#[test]
fn every_pin_is_a_setting_of_the_engine_and_is_set() {
    let config = config(2).unwrap();
    for (key, value) in PINS {
        let found = entry(config.options(), key).unwrap_or_default().to_lowercase();
        assert_eq!(found, *value, "{key}");
    }
    assert_eq!(config.target_partitions(), 2);
}

#[test]
fn the_dangerous_defaults_are_still_what_we_pin_against() {
    // When one of these fails, the engine has changed its mind: read its changes before deleting a pin.
    let defaults = ConfigOptions::default();
    for (key, value) in [
        (
            "datafusion.optimizer.enable_aggregate_dynamic_filter_pushdown",
            "true",
        ),
        ("datafusion.sql_parser.parse_float_as_decimal", "false"),
        ("datafusion.execution.parquet.pushdown_filters", "false"),
        ("datafusion.execution.parquet.reorder_filters", "false"),
    ] {
        assert_eq!(entry(&defaults, key).as_deref(), Some(value), "{key}");
    }
}

/// The first of `runs` in which min and max over a few small files came out wrong. All files but the first lie within its
/// bounds in `a` and `b`, so a filter built from those alone skips them, and with them the smallest `c`.
async fn first_wrong(runs: usize, session: impl Fn() -> SessionConfig) -> Option<usize> {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("1", [1_i64, 9], 100_i64, 50_i64),
        ("2", [5, 5], 10, 40),
        ("3", [5, 5], 10, 30),
        ("4", [5, 5], 10, 1),
    ];
    for (name, a, b, c) in files {
        let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as _;
        let columns = [
            ("a", column(a.to_vec())),
            ("b", column(vec![b; 2])),
            ("c", column(vec![c; 2])),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = vec![];
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        std::fs::write(dir.path().join(format!("{name}.parquet")), bytes).unwrap();
    }
    for run in 0..runs {
        let session = SessionContext::new_with_config(session());
        session
            .register_parquet("t", dir.path().to_str().unwrap(), ParquetReadOptions::default())
            .await
            .unwrap();
        let sql = "SELECT min(a), max(a), max(b), min(c + 1) FROM t";
        let batches = session.sql(sql).await.unwrap().collect().await.unwrap();
        let got: Vec<i64> = batches[0]
            .columns()
            .iter()
            .map(|column| column.as_primitive::<Int64Type>().value(0))
            .collect();
        if got != [1, 9, 100, 2] {
            return Some(run);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn min_and_max_over_small_files_are_right_three_hundred_times() {
    let pinned = || config(2).unwrap().with_create_default_catalog_and_schema(true);
    assert_eq!(first_wrong(300, pinned).await, None);
    // Without the pin the fault shows within a few runs; that it does is what makes the line above worth anything.
    let wrong = first_wrong(2_000, || SessionConfig::new().with_target_partitions(2)).await;
    assert!(
        wrong.is_some(),
        "the engine no longer shows the fault this pin is for: read its changes, then decide"
    );
}

#[tokio::test]
async fn numbers_with_a_point_are_decimals() {
    let runtime = runtime(Arc::new(InMemory::new()), footers(), 1 << 20, None).unwrap();
    let catalogs = MemoryCatalogProviderList::new();
    let session = SessionContext::new_with_state(state(Arc::new(catalogs), runtime, 1).unwrap());
    let frame = session.sql("SELECT 0.1 + 0.2 AS sum").await.unwrap();
    assert!(matches!(
        frame.schema().field(0).data_type(),
        DataType::Decimal128(..)
    ));
}

#[tokio::test]
async fn a_session_has_no_tables_files_functions_or_stores_of_its_own() {
    let runtime = runtime(Arc::new(InMemory::new()), footers(), 1 << 20, None).unwrap();
    for url in ["file:///etc", "http://example.invalid/", "s3://bucket/"] {
        assert!(
            runtime
                .object_store_registry
                .get_store(&Url::parse(url).unwrap())
                .is_err(),
            "{url}"
        );
    }
    let catalog = MemoryCatalogProvider::new();
    assert!(catalog.schema_names().is_empty());
    let catalogs = MemoryCatalogProviderList::new();
    let session = SessionContext::new_with_state(state(Arc::new(catalogs), runtime, 1).unwrap());
    assert!(session.catalog(CATALOG).is_none());
    for sql in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"x.parquet\"",
        "SELECT * FROM generate_series(1, 2)",
        "SELECT * FROM range(1, 2)",
        "SELECT * FROM information_schema.df_settings",
        "SELECT version()",
        "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/etc/t'",
    ] {
        assert!(session.sql(sql).await.is_err(), "{sql}");
    }
}
