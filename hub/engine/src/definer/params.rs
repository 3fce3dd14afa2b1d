//! The relations of schema `params`: figures, the calendar and duties, for views and models only. They hold nothing a
//! department reported, so they need no rights and no grant of their own; callers' SQL has no such schema.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::MemTable;
use schemas::{RATE_DIGITS, RATE_SCALE, Rates};

use crate::duties::DutyRows;
use crate::refusal::{self, Reason, Refusal};

/// The schema in which a view's SQL finds figures and the calendar.
pub(crate) const PARAMS_SCHEMA: &str = "params";
/// Its relations, as views name them.
pub(crate) const RELATIONS: [&str; 3] = [DUTIES, "params.months", "params.rates"];
/// The relation of duties.
pub(crate) const DUTIES: &str = "params.duties";
pub(crate) const DUTIES_TABLE: &str = "duties";

/// What the relations are filled from. What is left out is a relation that is not there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Params<'a> {
    pub rates: Option<&'a Rates>,
    pub duties: Option<&'a DutyRows>,
}

impl Params<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.rates.is_none() && self.duties.is_none()
    }
}

/// `params.rates`: key, value, first and last day, source, whether somebody confirmed it.
/// `params.months`: one row per month with its first and last day and those of its quarter; there whenever `rates` is.
/// `params.duties`: one row per duty; see [`DutyRows`].
pub(super) fn schema(params: Params<'_>) -> Result<Arc<dyn SchemaProvider>, Refusal> {
    let schema = MemorySchemaProvider::new();
    let mut batches = Vec::new();
    if let Some(rates) = params.rates {
        batches.push(("rates", rates_batch(rates)?));
        batches.push(("months", months_batch()?));
    }
    if let Some(duties) = params.duties {
        batches.push((DUTIES_TABLE, batch(duties.columns())?));
    }
    for (name, batch) in batches {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]);
        let table = Arc::new(table.map_err(|error| refusal::execution(&error))?);
        schema
            .register_table(name.to_owned(), table)
            .map_err(|error| refusal::execution(&error))?;
    }
    Ok(Arc::new(schema))
}

/// Figures for planning alone: the types are the same whatever a hub computes with.
pub(crate) fn planning_rates() -> Result<Rates, Refusal> {
    Rates::embedded().map_err(|error| {
        tracing::error!(%error, "the built-in rates cannot be read");
        Refusal::new(Reason::Internal)
    })
}

fn rates_batch(rates: &Rates) -> Result<RecordBatch, Refusal> {
    let all = rates.all();
    let broken = |_| Refusal::new(Reason::Internal);
    let values: Result<Vec<i128>, _> = all.iter().map(schemas::Rate::unscaled).collect();
    let values = Decimal128Array::from_iter_values(values.map_err(broken)?)
        .with_precision_and_scale(RATE_DIGITS, i8::try_from(RATE_SCALE).unwrap_or(i8::MAX))
        .map_err(|error| refusal::execution(&error.into()))?;
    // A join compares days with both ends, so an open end is a day beyond every period.
    let last = |rate: &schemas::Rate| rate.valid_to.unwrap_or(LAST_DAY).to_epoch_days();
    batch(vec![
        ("key", texts(all.iter().map(|rate| rate.key.clone()))),
        ("value", Arc::new(values)),
        (
            "valid_from",
            dates(all.iter().map(|rate| rate.valid_from.to_epoch_days())),
        ),
        ("valid_to", dates(all.iter().map(last))),
        (
            "source_doc",
            texts(all.iter().map(|rate| rate.source_doc.clone())),
        ),
        (
            "confirmed",
            Arc::new(BooleanArray::from_iter(
                all.iter().map(|rate| Some(!rate.unconfirmed)),
            )),
        ),
    ])
}

/// 9999-12-31.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Years of the calendar; periods before and after are in no quarter and compare with nothing.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

fn months_batch() -> Result<RecordBatch, Refusal> {
    let months: Vec<(i32, u32)> = YEARS
        .flat_map(|year| (1..=12).map(move |month| (year, month)))
        .collect();
    let quarter = |month: u32| (month - 1) / 3;
    let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).map_or(0, |day| day.to_epoch_days());
    batch(vec![
        (
            "month",
            texts(months.iter().map(|(year, month)| format!("{year}{month:02}"))),
        ),
        (
            "month_start",
            dates(months.iter().map(|(year, month)| first(*year, *month))),
        ),
        (
            "month_end",
            dates(months.iter().map(|(year, month)| last(*year, *month))),
        ),
        (
            "quarter",
            texts(
                months
                    .iter()
                    .map(|(year, month)| format!("{year}Q{}", quarter(*month) + 1)),
            ),
        ),
        (
            "quarter_start",
            dates(
                months
                    .iter()
                    .map(|(year, month)| first(*year, quarter(*month) * 3 + 1)),
            ),
        ),
        (
            "quarter_end",
            dates(
                months
                    .iter()
                    .map(|(year, month)| last(*year, quarter(*month) * 3 + 3)),
            ),
        ),
    ])
}

fn last(year: i32, month: u32) -> i32 {
    let next = match month {
        12 => NaiveDate::from_ymd_opt(year + 1, 1, 1),
        _ => NaiveDate::from_ymd_opt(year, month + 1, 1),
    };
    next.and_then(|day| day.checked_sub_days(Days::new(1)))
        .map_or(0, |day| day.to_epoch_days())
}

/// Days since 1970-01-01.
fn texts(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn dates(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values))
}

/// Texts are views inside the engine, as in feed tables.
fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Refusal> {
    let failed = |error: datafusion::arrow::error::ArrowError| refusal::execution(&error.into());
    let mut fields = vec![];
    let mut arrays = vec![];
    for (name, array) in columns {
        let array = match array.data_type() {
            DataType::Utf8 => {
                datafusion::arrow::compute::cast(&array, &DataType::Utf8View).map_err(failed)?
            }
            _ => array,
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_know_their_quarters() {
        let months = months_batch().unwrap();
        assert_eq!(months.num_rows(), 111 * 12);
        let text = datafusion::arrow::util::pretty::pretty_format_batches(&[months]).unwrap();
        let text = text.to_string();
        for line in [
            "| 202502 | 2025-02-01  | 2025-02-28 | 2025Q1  | 2025-01-01    | 2025-03-31  |",
            "| 202402 | 2024-02-01  | 2024-02-29 | 2024Q1  | 2024-01-01    | 2024-03-31  |",
            "| 202512 | 2025-12-01  | 2025-12-31 | 2025Q4  | 2025-10-01    | 2025-12-31  |",
        ] {
            assert!(text.contains(line), "{line}");
        }
    }
}
