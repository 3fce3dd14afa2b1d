//! Rows of `pow_usage` as a feed table stores them, with the bounds that `lake` would write.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray,
};
use lake::{Bounds, Value};
use schemas::{StorageColumn, StorageType, storage_columns};

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

    pub fn text(&self, column: &str) -> Option<String> {
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
    storage_columns(
        contracts
            .iter()
            .find(|contract| contract.id().as_str() == "pow_usage")
            .unwrap(),
    )
}

pub(super) fn array(column: &StorageColumn, rows: &[&Row]) -> ArrayRef {
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
            let day = |row: &&Row| {
                if name == "read_date" {
                    row.read_date
                } else {
                    Some(20_089)
                }
            };
            Arc::new(rows.iter().map(day).collect::<Date32Array>())
        }
        StorageType::Boolean => Arc::new(rows.iter().map(|_| None).collect::<BooleanArray>()),
    }
}

/// Bounds as `lake` writes them: only where statistics are allowed, decimals up to 15 digits.
pub(super) fn bounds(column: &StorageColumn, rows: &[&Row]) -> Option<Bounds> {
    if !column.statistics {
        return None;
    }
    let values: Vec<Option<Value>> = match column.kind {
        StorageType::Utf8 => rows
            .iter()
            .map(|row| row.text(&column.name).map(Value::Utf8))
            .collect(),
        StorageType::Decimal(..=15, scale) if column.name == "capacity_kva" => {
            let value = |unscaled: i128| Value::Decimal {
                unscaled: unscaled as i64,
                scale,
            };
            rows.iter().map(|row| row.capacity_kva.map(value)).collect()
        }
        StorageType::Date if column.name == "read_date" => {
            rows.iter().map(|row| row.read_date.map(Value::Date)).collect()
        }
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
