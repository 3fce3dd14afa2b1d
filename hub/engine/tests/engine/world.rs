//! A small lake in memory: rows of `pow_usage` in Parquet files, the snapshot that lists them, and grants over views.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use hmac::{Hmac, Mac};
use lake::{Bounds, FileEntry, Snapshot, Value};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use policy::{BootKey, Condition, SealedGrant};
use schemas::{PARTITION_COLUMNS, StorageColumn, StorageType, Treatment, storage_columns};
use serde_json::json;
use sha2::Sha256;

use crate::refusal::Refusal;
use crate::run::{Engine, EngineSettings};
use crate::task::{Parameter, QueryLimits, Task};
use crate::views::{View, embedded};

pub(super) const KEY: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

/// One stored row of `pow_usage`. Identifiers are tokens, as in the lake.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub account_no: String,
    pub customer_name: String,
    pub usc_code: Option<String>,
    pub id_no: Option<String>,
    pub county_code: Option<String>,
    pub use_class: String,
    pub industry_code: Option<String>,
    pub address: String,
    pub capacity_kva: Option<i128>,
    pub kwh: i128,
    pub fee: i128,
    pub month: String,
    pub read_date: Option<i32>,
}

impl Row {
    /// An ordinary row; tests change what they are about.
    pub fn new(number: usize, county: &str, month: &str) -> Row {
        Row {
            account_no: format!("tok_account_{number:05}"),
            customer_name: format!("张三{number}"),
            usc_code: (number % 2 == 0).then(|| format!("91433100MA4{number:07}")),
            id_no: (number % 3 == 0).then(|| format!("tok_id_{number:05}")),
            county_code: Some(county.to_owned()),
            use_class: (1 + number % 6).to_string(),
            industry_code: (number % 5 != 0).then(|| format!("{:04}", 1000 + number % 7)),
            address: format!("湖南省湘西土家族苗族自治州吉首市乾州街道{number}号"),
            capacity_kva: (number % 4 != 0).then_some(number as i128 * 100),
            kwh: 10_000 + number as i128 * 137,
            fee: 6_000 + number as i128 * 81,
            month: month.to_owned(),
            read_date: Some(20_100 + number as i32 % 28),
        }
    }

    fn text(&self, column: &str) -> Option<String> {
        match column {
            "account_no" => Some(self.account_no.clone()),
            "customer_name" => Some(self.customer_name.clone()),
            "usc_code" | "entity_key" => self.usc_code.clone(),
            "id_no" => self.id_no.clone(),
            "county" | "county_code" => self.county_code.clone(),
            "region_code" => Some(self.county_code.clone().unwrap_or_else(|| "4331".to_owned())),
            "use_class" => Some(self.use_class.clone()),
            "industry_code" => self.industry_code.clone(),
            "address" => Some(self.address.clone()),
            "month" | "period" => Some(self.month.clone()),
            "reporting_unit" => Some("433100".to_owned()),
            "match_tier" => Some(if self.usc_code.is_some() { "T1" } else { "T0" }.to_owned()),
            "_submission_id" => Some("sub_0".to_owned()),
            "_contract_version" => Some("1.0.0".to_owned()),
            _ => None,
        }
    }
}

pub(super) fn columns() -> Vec<StorageColumn> {
    let contracts = schemas::feeds::embedded().unwrap();
    storage_columns(contracts.iter().find(|contract| contract.id().as_str() == "pow_usage").unwrap())
}

fn array(column: &StorageColumn, rows: &[&Row]) -> ArrayRef {
    let name = column.name.as_str();
    match column.kind {
        StorageType::Utf8 => Arc::new(rows.iter().map(|row| row.text(name)).collect::<StringArray>()),
        StorageType::Decimal(precision, scale) => {
            let number = |row: &&Row| match name {
                "capacity_kva" => row.capacity_kva,
                "kwh" => Some(row.kwh),
                "fee" => Some(row.fee),
                _ => None,
            };
            let numbers = rows.iter().map(number).collect::<Decimal128Array>();
            Arc::new(numbers.with_precision_and_scale(precision, scale).unwrap())
        }
        StorageType::Int64 => Arc::new(Int64Array::from_iter_values(0..rows.len() as i64)),
        StorageType::Date => {
            let day = |row: &&Row| if name == "read_date" { row.read_date } else { Some(20_089) };
            Arc::new(rows.iter().map(day).collect::<Date32Array>())
        }
        StorageType::Boolean => Arc::new(rows.iter().map(|_| None).collect::<BooleanArray>()),
    }
}

/// Bounds as `lake` writes them: only where statistics are allowed, decimals up to 15 digits.
fn bounds(column: &StorageColumn, rows: &[&Row]) -> Option<Bounds> {
    if !column.statistics {
        return None;
    }
    let values: Vec<Option<Value>> = match column.kind {
        StorageType::Utf8 => rows.iter().map(|row| row.text(&column.name).map(Value::Utf8)).collect(),
        StorageType::Decimal(..=15, scale) if column.name == "capacity_kva" => {
            let value = |unscaled: i128| Value::Decimal { unscaled: unscaled as i64, scale };
            rows.iter().map(|row| row.capacity_kva.map(value)).collect()
        }
        StorageType::Date if column.name == "read_date" => rows.iter().map(|row| row.read_date.map(Value::Date)).collect(),
        _ => return None,
    };
    let known: Vec<&Value> = values.iter().flatten().collect();
    Some(Bounds {
        min: known.iter().min().map(|value| (*value).clone()),
        max: known.iter().max().map(|value| (*value).clone()),
        nulls: Some((values.len() - known.len()) as u64),
        exact: true,
    })
}

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
            files.entry((row.month.clone(), row.county_code.clone())).or_default().push(row);
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
            let stored: Vec<&StorageColumn> =
                columns.iter().filter(|column| !PARTITION_COLUMNS.contains(&column.name.as_str())).collect();
            let arrays: Vec<ArrayRef> = stored.iter().map(|column| array(column, rows)).collect();
            let fields = stored.iter().zip(&arrays).map(|(column, array)| {
                Field::new(&column.name, array.data_type().clone(), true)
            });
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            let mut bytes = vec![];
            let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), None).unwrap();
            writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
            writer.close().unwrap();
            let counties: Vec<_> = rows.iter().map(|row| row.county_code.clone()).collect();
            let one = counties.first().cloned().flatten().filter(|first| counties.iter().all(|county| county.as_ref() == Some(first)));
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
        World { store, snapshot, settings: EngineSettings::default(), limits: QueryLimits::default(), breach: None }
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
            views: embedded().unwrap(),
            snapshots: vec![self.snapshot.clone()],
            limits: self.limits.clone(),
            explain: false,
        }
    }

    pub async fn ask(&self, grants: &[GrantSpec], sql: &str) -> Result<Answered, Refusal> {
        self.run(self.task(grants, sql)).await
    }

    pub async fn run(&self, task: Task) -> Result<Answered, Refusal> {
        let (schema, rows) = self.engine().answer(task).await?;
        let batches: Vec<RecordBatch> = rows.try_collect().await?;
        let columns = schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect();
        Ok(Answered { columns, rows: batches.iter().flat_map(cells).collect() })
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
        let line = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|");
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn cells(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    let options = FormatOptions::default();
    let formatters: Vec<_> = batch.columns().iter().map(|array| (array, ArrayFormatter::try_new(array, &options).unwrap())).collect();
    (0..batch.num_rows())
        .map(|row| formatters.iter().map(|(array, text)| (!array.is_null(row)).then(|| text.value(row).to_string())).collect())
        .collect()
}

/// What a test wants granted.
#[derive(Debug, Clone)]
pub(super) struct GrantSpec {
    pub view: String,
    pub columns: Vec<(String, Treatment)>,
    pub condition: Condition,
    pub rows_max: u64,
    pub bytes_max: u64,
    pub expires_at: DateTime<Utc>,
    pub query_id: String,
    pub key: String,
}

impl GrantSpec {
    pub fn new(view: &str, columns: &[(&str, Treatment)], condition: Condition) -> GrantSpec {
        GrantSpec {
            view: view.to_owned(),
            columns: columns.iter().map(|(name, treatment)| ((*name).to_owned(), *treatment)).collect(),
            condition,
            rows_max: u64::MAX,
            bytes_max: u64::MAX,
            expires_at: Utc::now() + TimeDelta::minutes(10),
            query_id: "q1".to_owned(),
            key: KEY.to_owned(),
        }
    }

    /// `v_power_month` with its usual treatments.
    pub fn month(condition: Condition) -> GrantSpec {
        use Treatment::*;
        let columns = [
            ("county_code", Clear), ("month", Clear), ("account_no", Token), ("customer_name", Name1), ("usc_code", Clear),
            ("id_no", Token), ("use_class", Clear), ("industry_code", Clear), ("address", AddressToCounty),
            ("capacity_kva", Clear), ("kwh", Clear), ("fee", Clear), ("read_date", Month),
        ];
        GrantSpec::new("v_power_month", &columns, condition)
    }

    /// `v_power_county_month` in the clear, groups of at least `min` accounts.
    pub fn county_month(min: i64) -> GrantSpec {
        let columns = ["county_code", "month", "use_class", "subjects_n", "kwh", "fee"].map(|name| (name, Treatment::Clear));
        let condition = Condition::AtLeast { column: "subjects_n".to_owned(), min };
        GrantSpec::new("v_power_county_month", &columns, condition)
    }

    /// As `policy::seal` does it. Grants are born in decisions only, so a test of the engine seals its own, with the key.
    pub fn sealed(&self) -> SealedGrant {
        let body = json!({
            "agreement": "agr_1", "revision": 1, "view": self.view, "columns": self.columns, "condition": self.condition,
            "limits": { "rows_max": self.rows_max, "bytes_max": self.bytes_max }, "epoch": 1, "expires_at": self.expires_at,
        });
        let text = body.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(&self.key).unwrap()).unwrap();
        mac.update(b"taxhub grant v1\0");
        mac.update(&(self.query_id.len() as u64).to_le_bytes());
        mac.update(self.query_id.as_bytes());
        mac.update(text.as_bytes());
        let seal = hex::encode(mac.finalize().into_bytes());
        serde_json::from_value(json!({ "grant": text, "seal": seal })).unwrap()
    }
}

/// `county_code IN (…)`.
pub(super) fn counties(codes: &[&str]) -> Condition {
    let values = codes.iter().map(|code| (*code).to_owned()).collect();
    Condition::In { column: "county_code".to_owned(), values }
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
    Parameter { text: Some(text.to_owned()), kind: None }
}

/// The view the crate carries.
pub(super) fn view(name: &str) -> View {
    embedded().unwrap().into_iter().find(|view| view.name().as_str() == name).unwrap()
}
