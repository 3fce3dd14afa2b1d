//! Bounds of a file's columns: made of its footer's, kept in the log as Delta statistics, read back as data.
//!
//! Nothing of a column without `statistics` is looked at, so nothing of it can get into the log. Decimals above 15
//! digits have no bounds: Delta statistics are JSON numbers, which readers pass through a double, and a rounded bound
//! can exclude the very value it came from.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use schemas::{StorageColumn, StorageType};
use serde_json::{Map, Value as Json, json};

use crate::error::LakeError;
use crate::snapshot::{Bounds, Value};

/// Longest text that is kept whole as a bound.
const TEXT_CHARS_MAX: usize = 32;
/// Digits that survive the way through a double.
const DECIMAL_DIGITS_MAX: u8 = 15;

/// The file's statistics as the Delta protocol wants them.
pub(super) fn statistics(footer: &ParquetMetaData, columns: &[StorageColumn]) -> String {
    let (mut low, mut high, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (place, column) in columns.iter().enumerate() {
        if !column.statistics || column.token {
            continue;
        }
        let chunks = footer
            .row_groups()
            .iter()
            .filter_map(|group| group.columns().get(place));
        let chunks: Vec<&Statistics> = chunks.filter_map(|chunk| chunk.statistics()).collect();
        // A row group that says nothing makes the file say nothing.
        if chunks.len() < footer.num_row_groups() {
            continue;
        }
        if let Some(count) = chunks
            .iter()
            .map(|chunk| chunk.null_count_opt())
            .sum::<Option<u64>>()
        {
            nulls.insert(column.name.clone(), count.into());
        }
        let ranges = chunks.iter().filter_map(|chunk| range(chunk, column.kind));
        let range = ranges.reduce(|(low, high), (min, max)| (low.min(min), high.max(max)));
        let Some((min, max)) = range else { continue };
        if let Some(min) = lower(&min) {
            low.insert(column.name.clone(), min);
        }
        if let Some(max) = upper(&max) {
            high.insert(column.name.clone(), max);
        }
    }
    let rows = footer.file_metadata().num_rows();
    json!({ "numRecords": rows, "minValues": low, "maxValues": high, "nullCount": nulls }).to_string()
}

/// The least and the greatest value of a chunk; `None` if all are null or the type has no bounds in the log.
fn range(chunk: &Statistics, kind: StorageType) -> Option<(Value, Value)> {
    let pair = |min: Option<i64>, max: Option<i64>, value: &dyn Fn(i64) -> Option<Value>| {
        Some((value(min?)?, value(max?)?))
    };
    match (kind, chunk) {
        (StorageType::Utf8, Statistics::ByteArray(chunk)) => {
            let text = |bytes: &[u8]| {
                std::str::from_utf8(bytes)
                    .ok()
                    .map(str::to_owned)
                    .map(Value::Utf8)
            };
            Some((text(chunk.min_opt()?.data())?, text(chunk.max_opt()?.data())?))
        }
        (StorageType::Int64, Statistics::Int64(chunk)) => {
            Some((Value::Int64(*chunk.min_opt()?), Value::Int64(*chunk.max_opt()?)))
        }
        (StorageType::Date, Statistics::Int32(chunk)) => {
            Some((Value::Date(*chunk.min_opt()?), Value::Date(*chunk.max_opt()?)))
        }
        (StorageType::Boolean, Statistics::Boolean(chunk)) => Some((
            Value::Boolean(*chunk.min_opt()?),
            Value::Boolean(*chunk.max_opt()?),
        )),
        (StorageType::Decimal(precision, scale), chunk) if precision <= DECIMAL_DIGITS_MAX => {
            let value = |unscaled| Some(Value::Decimal { unscaled, scale });
            match chunk {
                Statistics::Int32(chunk) => pair(
                    chunk.min_opt().map(|n| i64::from(*n)),
                    chunk.max_opt().map(|n| i64::from(*n)),
                    &value,
                ),
                Statistics::Int64(chunk) => pair(chunk.min_opt().copied(), chunk.max_opt().copied(), &value),
                _ => None,
            }
        }
        _ => None,
    }
}

fn lower(value: &Value) -> Option<Json> {
    match value {
        // A prefix sorts before all texts that begin with it.
        Value::Utf8(text) => Some(text.chars().take(TEXT_CHARS_MAX).collect::<String>().into()),
        other => exact(other),
    }
}

fn upper(value: &Value) -> Option<Json> {
    const LAST: char = char::MAX;
    let Value::Utf8(text) = value else {
        return exact(value);
    };
    let Some(next) = text.chars().nth(TEXT_CHARS_MAX) else {
        return Some(text.as_str().into());
    };
    // The last of all characters, appended to a prefix, sorts after every text that goes on in another way.
    (next != LAST).then(|| {
        text.chars()
            .take(TEXT_CHARS_MAX)
            .chain([LAST])
            .collect::<String>()
            .into()
    })
}

fn exact(value: &Value) -> Option<Json> {
    match value {
        Value::Utf8(_) => None,
        Value::Int64(n) => Some((*n).into()),
        Value::Boolean(b) => Some((*b).into()),
        Value::Date(days) => Some(NaiveDate::from_epoch_days(*days)?.to_string().into()),
        Value::Decimal { unscaled, scale } => serde_json::from_str(&decimal_text(*unscaled, *scale)?).ok(),
    }
}

/// `-0.05` for (-5, 2).
fn decimal_text(unscaled: i64, scale: i8) -> Option<String> {
    let scale = usize::try_from(scale).ok()?;
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at_checked(digits.len() - scale)?;
    let sign = if unscaled < 0 { "-" } else { "" };
    Some(if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    })
}

/// Rows and bounds from a file's statistics in the log. Columns without statistics stay out even if the log has them.
pub(super) fn read(
    statistics: &str,
    columns: &[StorageColumn],
) -> Result<(u64, BTreeMap<String, Bounds>), LakeError> {
    let unreadable = || LakeError::Log.because("read file statistics", "not the lake's own");
    let statistics: Json = serde_json::from_str(statistics).map_err(|_| unreadable())?;
    let rows = statistics
        .get("numRecords")
        .and_then(Json::as_u64)
        .ok_or_else(unreadable)?;
    let mut bounds = BTreeMap::new();
    for column in columns.iter().filter(|column| column.statistics && !column.token) {
        let of = |what: &str| statistics.get(what).and_then(|all| all.get(&column.name));
        let nulls = of("nullCount").and_then(Json::as_u64);
        let min = of("minValues").and_then(|json| value(json, column.kind));
        let max = of("maxValues").and_then(|json| value(json, column.kind));
        let exact = min.as_ref().is_some_and(whole) && max.as_ref().is_some_and(whole);
        if nulls.is_some() || min.is_some() || max.is_some() {
            bounds.insert(
                column.name.clone(),
                Bounds {
                    min,
                    max,
                    nulls,
                    exact,
                },
            );
        }
    }
    Ok((rows, bounds))
}

/// Is the bound surely a value of the file?
fn whole(value: &Value) -> bool {
    match value {
        Value::Utf8(text) => text.chars().count() < TEXT_CHARS_MAX,
        _ => true,
    }
}

fn value(json: &Json, kind: StorageType) -> Option<Value> {
    match kind {
        StorageType::Utf8 => Some(Value::Utf8(json.as_str()?.to_owned())),
        StorageType::Int64 => json.as_i64().map(Value::Int64),
        StorageType::Boolean => json.as_bool().map(Value::Boolean),
        StorageType::Date => {
            let date: NaiveDate = json.as_str()?.parse().ok()?;
            Some(Value::Date(date.to_epoch_days()))
        }
        StorageType::Decimal(precision, _) if precision > DECIMAL_DIGITS_MAX => None,
        StorageType::Decimal(_, scale) => {
            // Fifteen digits come back from a double unharmed when printed with the column's scale.
            let text = format!("{:.*}", usize::try_from(scale).ok()?, json.as_f64()?);
            let unscaled = text.replace('.', "").parse().ok()?;
            Some(Value::Decimal { unscaled, scale })
        }
    }
}

/// The one value of all rows, if there is one.
pub(super) fn single(bounds: &Bounds) -> Option<&Value> {
    match (&bounds.min, &bounds.max, bounds.nulls) {
        (Some(min), Some(max), Some(0)) if bounds.exact && min.cmp(max) == Ordering::Equal => Some(min),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
