//! A small lake in memory: rows of `pow_usage` in Parquet files, the snapshot that lists them, and grants over views.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use lake::{FileEntry, Snapshot};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use policy::BootKey;
use schemas::{PARTITION_COLUMNS, StorageColumn};

pub(super) use super::granted::{GrantSpec, counties};
pub(super) use super::rows::Row;
use super::rows::{array, bounds, columns};
use crate::refusal::Refusal;
use crate::run::{Engine, EngineSettings};
use crate::statements::classify;
use crate::task::{Parameter, QueryLimits, Task};
use crate::views::{View, embedded};

pub(super) const KEY: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

/// The views over that feed. Read once: there are thousands of questions.
static POWER: LazyLock<Vec<View>> = LazyLock::new(|| {
    let mut views = embedded().unwrap();
    views.retain(|view| view.name().as_str().starts_with("v_power_"));
    views
});

/// A lake with one feed.
#[derive(Clone)]
pub(super) struct World {
    pub store: Arc<InMemory>,
    pub snapshot: Snapshot,
    pub settings: EngineSettings,
    pub limits: QueryLimits,
    pub breach: Option<crate::scan::breach::Breach>,
}

impl World {
    /// Writes the rows as `lake` does: a file per period and county.
    pub async fn of(rows: &[Row]) -> World {
        let mut files: BTreeMap<(String, Option<String>), Vec<&Row>> = BTreeMap::new();
        for row in rows {
            files
                .entry((row.month.clone(), row.county_code.clone()))
                .or_default()
                .push(row);
        }
        World::with_files(files.into_values().collect()).await
    }

    /// Writes each group of rows as one file. Rows of a group share their month.
    pub async fn with_files(files: Vec<Vec<&Row>>) -> World {
        let store = Arc::new(InMemory::new());
        let columns = columns();
        let mut entries = vec![];
        for (number, rows) in files.iter().enumerate() {
            let path = format!("feeds/pow_usage/part-{number:04}.parquet");
            let stored: Vec<&StorageColumn> = columns
                .iter()
                .filter(|column| !PARTITION_COLUMNS.contains(&column.name.as_str()))
                .collect();
            let arrays: Vec<ArrayRef> = stored.iter().map(|column| array(column, rows)).collect();
            let fields = stored
                .iter()
                .zip(&arrays)
                .map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true));
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            let mut bytes = vec![];
            let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), None).unwrap();
            writer
                .write(&RecordBatch::try_new(schema, arrays).unwrap())
                .unwrap();
            writer.close().unwrap();
            let counties: Vec<_> = rows.iter().map(|row| row.county_code.clone()).collect();
            let one = counties
                .first()
                .cloned()
                .flatten()
                .filter(|first| counties.iter().all(|county| county.as_ref() == Some(first)));
            entries.push(FileEntry {
                path: path.clone(),
                size_bytes: bytes.len() as u64,
                rows: rows.len() as u64,
                partition: BTreeMap::from([
                    ("period".to_owned(), rows.first().map(|row| row.month.clone())),
                    ("reporting_unit".to_owned(), Some("433100".to_owned())),
                ]),
                bounds: columns
                    .iter()
                    .filter_map(|column| Some((column.name.clone(), bounds(column, rows)?)))
                    .filter(|(name, _)| !PARTITION_COLUMNS.contains(&name.as_str()))
                    .collect(),
                county: one,
            });
            store.put(&Path::from(path), bytes.into()).await.unwrap();
        }
        let snapshot = Snapshot {
            feed: "pow_usage".parse().unwrap(),
            version: files.len() as i64,
            root: "feeds/pow_usage".to_owned(),
            columns,
            files: entries,
        };
        World {
            store,
            snapshot,
            settings: EngineSettings::default(),
            limits: QueryLimits::default(),
            breach: None,
        }
    }

    pub fn engine(&self) -> Engine {
        let store: Arc<dyn ObjectStore> = self.store.clone();
        let engine = Engine::new(store, BootKey::import(KEY).unwrap(), self.settings.clone());
        match self.breach {
            Some(breach) => engine.broken(breach),
            None => engine,
        }
    }

    pub fn task(&self, grants: &[GrantSpec], sql: &str) -> Task {
        Task {
            query_id: "q1".to_owned(),
            sql: sql.to_owned(),
            parameters: vec![],
            grants: grants.iter().map(GrantSpec::sealed).collect(),
            views: POWER.clone(),
            snapshots: vec![self.snapshot.clone()],
            rates: None,
            duties: None,
            limits: self.limits.clone(),
            shown: None,
            explain: false,
        }
    }

    pub async fn ask(&self, grants: &[GrantSpec], sql: &str) -> Result<Answered, Refusal> {
        // As the hub does it: what runs is what `classify` wrote out again.
        let written = match classify(sql, &self.settings.statements)?.as_slice() {
            [statement] if statement.kind.asks() => statement.sql.clone(),
            _ => sql.to_owned(),
        };
        self.run(self.task(grants, &written)).await
    }

    pub async fn run(&self, task: Task) -> Result<Answered, Refusal> {
        self.run_on(&self.engine(), task).await
    }

    pub async fn run_on(&self, engine: &Engine, task: Task) -> Result<Answered, Refusal> {
        let (schema, rows) = engine.answer(task).await?;
        let batches: Vec<RecordBatch> = rows.try_collect().await?;
        let columns = schema
            .fields()
            .iter()
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect();
        Ok(Answered {
            columns,
            rows: batches.iter().flat_map(cells).collect(),
        })
    }
}

/// An answer as texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answered {
    pub columns: Vec<(String, DataType)>,
    pub rows: Vec<Vec<Option<String>>>,
}

impl Answered {
    pub fn sorted(mut self) -> Answered {
        self.rows.sort();
        self
    }

    /// The one cell of the answer.
    pub fn cell(&self) -> String {
        assert_eq!((self.rows.len(), self.columns.len()), (1, 1), "{self:?}");
        self.rows[0][0].clone().unwrap_or_else(|| "NULL".to_owned())
    }

    pub fn text(&self) -> String {
        let line = |row: &Vec<Option<String>>| {
            row.iter()
                .map(|cell| cell.as_deref().unwrap_or("NULL"))
                .collect::<Vec<_>>()
                .join("|")
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

pub(super) fn cells(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    let options = FormatOptions::default();
    let formatters: Vec<_> = batch
        .columns()
        .iter()
        .map(|array| (array, ArrayFormatter::try_new(array, &options).unwrap()))
        .collect();
    (0..batch.num_rows())
        .map(|row| {
            formatters
                .iter()
                .map(|(array, text)| (!array.is_null(row)).then(|| text.value(row).to_string()))
                .collect()
        })
        .collect()
}

/// Runs an async test on a runtime with the stacks the product has.
pub(super) fn on_query_threads<T: Send + 'static>(test: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = crate::run::runtime(2).unwrap();
    let outcome = runtime.block_on(async move { tokio::spawn(test).await });
    // A query that was left behind does not hold up the test.
    runtime.shutdown_background();
    outcome.unwrap()
}

/// A value for `$n` without a declared type.
pub(super) fn given(text: &str) -> Parameter {
    Parameter {
        text: Some(text.to_owned()),
        kind: None,
    }
}
