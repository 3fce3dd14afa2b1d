//! A lake in memory with any feeds: rows are written as texts by column, the rest is filled in as intake would.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{Field, Schema};
use futures::TryStreamExt;
use lake::{FileEntry, Snapshot};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use policy::{BootKey, Condition};
use schemas::values::decimal::Decimal;
use schemas::{
    Contract, PARTITION_COLUMNS, Period, Rates, StorageColumn, StorageType, Treatment, storage_columns,
};

use super::granted::GrantSpec;
use super::world::{Answered, KEY, cells};
use crate::duties::DutyRows;
use crate::refusal::Refusal;
use crate::run::{Engine, EngineSettings};
use crate::task::{QueryLimits, Task};
use crate::views::{View, embedded};

/// Column and value of one row.
pub(super) type Row<'a> = Vec<(&'a str, &'a str)>;

pub(super) struct Feeds {
    store: Arc<InMemory>,
    contracts: Vec<Contract>,
    snapshots: BTreeMap<String, Snapshot>,
    pub rates: Option<Rates>,
    pub duties: Option<DutyRows>,
}

impl Feeds {
    pub fn new() -> Feeds {
        Feeds {
            store: Arc::new(InMemory::new()),
            contracts: schemas::feeds::embedded().unwrap(),
            snapshots: BTreeMap::new(),
            rates: Some(Rates::embedded().unwrap()),
            duties: Some(DutyRows::default()),
        }
    }

    fn contract(&self, feed: &str) -> &Contract {
        self.contracts
            .iter()
            .find(|contract| contract.id().as_str() == feed)
            .unwrap()
    }

    /// An empty table, as a feed has that nobody has reported yet.
    pub fn table(&mut self, feed: &str) -> &mut Snapshot {
        let columns = storage_columns(self.contract(feed));
        self.snapshots.entry(feed.to_owned()).or_insert_with(|| Snapshot {
            feed: feed.parse().unwrap(),
            version: 0,
            root: format!("feeds/{feed}"),
            columns,
            files: vec![],
        })
    }

    /// Rows of one period. `entity_key` and `county_code` are the row's own `entity_key` and `county`.
    pub async fn submit(&mut self, feed: &str, period: &str, rows: &[Row<'_>]) {
        self.submit_as(feed, period, "433100", rows).await;
    }

    /// As `submit`, for the reporting unit that sends them.
    pub async fn submit_as(&mut self, feed: &str, period: &str, unit: &str, rows: &[Row<'_>]) {
        let period = Period::parse(self.contract(feed).period_kind(), period).unwrap();
        let table = self.table(feed);
        let number = table.files.len();
        let (path, submission) = (
            format!("feeds/{feed}/part-{number}.parquet"),
            format!("sub_{feed}_{number}"),
        );
        let stored = |column: &&StorageColumn| !PARTITION_COLUMNS.contains(&column.name.as_str());
        let columns: Vec<&StorageColumn> = table.columns.iter().filter(stored).collect();
        let arrays: Vec<ArrayRef> = columns
            .iter()
            .map(|column| array(column, &period, &submission, rows))
            .collect();
        let fields = columns
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
        table.version += 1;
        table.files.push(FileEntry {
            path: path.clone(),
            size_bytes: bytes.len() as u64,
            rows: rows.len() as u64,
            partition: BTreeMap::from([
                ("period".to_owned(), Some(period.label().to_owned())),
                ("reporting_unit".to_owned(), Some(unit.to_owned())),
            ]),
            bounds: BTreeMap::new(),
            county: None,
        });
        self.store.put(&Path::from(path), bytes.into()).await.unwrap();
    }

    /// Asks one embedded view with everything granted in the clear.
    pub async fn ask(&mut self, view: &str, sql: &str) -> Result<Answered, Refusal> {
        self.ask_under(view, Condition::All, sql, false).await
    }

    /// Asks for the rows of one embedded view that hold to the condition, or how they would be found.
    pub async fn ask_under(
        &mut self,
        view: &str,
        condition: Condition,
        sql: &str,
        explain: bool,
    ) -> Result<Answered, Refusal> {
        let view: View = embedded()
            .unwrap()
            .into_iter()
            .find(|known| known.name().as_str() == view)
            .unwrap();
        for feed in view.inputs().to_vec() {
            self.table(feed.as_str());
        }
        let columns: Vec<(&str, Treatment)> = view
            .columns()
            .iter()
            .map(|column| (column.name.as_str(), Treatment::Clear))
            .collect();
        let grant = GrantSpec::new(view.name().as_str(), &columns, condition);
        let task = Task {
            query_id: "q1".to_owned(),
            sql: sql.to_owned(),
            parameters: vec![],
            grants: vec![grant.sealed()],
            views: vec![view],
            snapshots: self.snapshots.values().cloned().collect(),
            rates: self.rates.clone(),
            duties: self.duties.clone(),
            limits: QueryLimits::default(),
            shown: None,
            explain,
        };
        let store: Arc<dyn ObjectStore> = self.store.clone();
        let engine = Engine::new(store, BootKey::import(KEY).unwrap(), EngineSettings::default());
        let (schema, rows) = engine.answer(task).await?;
        let batches: Vec<RecordBatch> = rows.try_collect().await?;
        let columns = schema
            .fields()
            .iter()
            .map(|field| (field.name().clone(), field.data_type().clone()));
        Ok(Answered {
            columns: columns.collect(),
            rows: batches.iter().flat_map(cells).collect(),
        })
    }
}

fn array(column: &StorageColumn, period: &Period, submission: &str, rows: &[Row<'_>]) -> ArrayRef {
    let given = |name: &str, row: &Row<'_>| {
        row.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    };
    let value = |(number, row): (usize, &Row<'_>)| match column.name.as_str() {
        "period_start" => Some(period.start().to_string()),
        "period_end" => Some(period.end().to_string()),
        "county_code" | "region_code" => given("county", row),
        "match_tier" => Some(
            if given("entity_key", row).is_some() {
                "T1"
            } else {
                "T0"
            }
            .to_owned(),
        ),
        "_submission_id" => Some(submission.to_owned()),
        "_row_no" => Some((number + 2).to_string()),
        "_contract_version" => Some("1.0.0".to_owned()),
        name => given(name, row),
    };
    let values: Vec<Option<String>> = rows.iter().enumerate().map(value).collect();
    match column.kind {
        StorageType::Utf8 => Arc::new(values.into_iter().collect::<StringArray>()),
        StorageType::Decimal(precision, scale) => {
            let number = |text: String| {
                let number: Decimal = text.parse().unwrap();
                number.at_scale(u8::try_from(scale).unwrap()).unwrap()
            };
            let numbers: Decimal128Array = values.into_iter().map(|value| value.map(number)).collect();
            Arc::new(numbers.with_precision_and_scale(precision, scale).unwrap())
        }
        StorageType::Int64 => {
            let numbers = values
                .into_iter()
                .map(|value| value.map(|text| text.parse::<i64>().unwrap()));
            Arc::new(numbers.collect::<Int64Array>())
        }
        StorageType::Date => {
            let days = |text: String| {
                let day: chrono::NaiveDate = text.parse().unwrap();
                i32::try_from(day.signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap()
            };
            Arc::new(
                values
                    .into_iter()
                    .map(|value| value.map(days))
                    .collect::<Date32Array>(),
            )
        }
        StorageType::Boolean => {
            let truths = values.into_iter().map(|value| value.map(|text| text == "true"));
            Arc::new(truths.collect::<BooleanArray>())
        }
    }
}
