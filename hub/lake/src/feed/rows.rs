//! From the rows that `check` accepted to the rows of a data file: columns in the table's order, identifiers replaced
//! by tokens. What is the same in all rows is not among them; see `DataFile`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder, UInt32Array};
use arrow::compute::{cast, take_record_batch};
use arrow::datatypes::{DataType, SchemaRef};
use schemas::StorageColumn;

use super::columns::arrow_schema;
use crate::error::LakeError;
use crate::keys::{DomainTokenizer, TOKEN_LENGTH};
use crate::reveal::Pairs;

/// The column by which files are split.
pub(super) const COUNTY: &str = "county_code";

/// Brings rows of one submission into the table's form.
pub(super) struct Shaper {
    columns: Vec<StorageColumn>,
    schema: SchemaRef,
    tokens: BTreeMap<String, DomainTokenizer>,
    /// Token column → pairs not yet handed to the reveal store.
    pairs: BTreeMap<String, Pairs>,
}

impl Shaper {
    pub(super) fn new(all: &[StorageColumn], tokens: &BTreeMap<String, DomainTokenizer>) -> Shaper {
        let columns: Vec<_> = all.iter().filter(|column| column.varies()).cloned().collect();
        Shaper {
            schema: arrow_schema(&columns),
            columns,
            tokens: tokens.clone(),
            pairs: BTreeMap::new(),
        }
    }

    /// INVARIANT (contract-first): a batch with a column that the contract does not have, without one that it has, or
    /// of another type, is refused whole.
    pub(super) fn shape(&mut self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let schema = batch.schema();
        if batch.num_columns() != self.columns.len() {
            return Err(refused(
                "the number of columns is another one than the contract's",
            ));
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for (column, field) in self.columns.iter().zip(self.schema.fields()) {
            let given = schema
                .index_of(&column.name)
                .map_err(|_| refused("a column of the contract is missing"))?;
            let given = of_type(batch.column(given), field.data_type())?;
            arrays.push(match column.token {
                true => {
                    let tokenizer = self.tokens.get(&column.name).ok_or(LakeError::Columns)?;
                    let pairs = self.pairs.entry(column.name.clone()).or_default();
                    tokenize(given.as_string::<i32>(), tokenizer, pairs)
                }
                false => given,
            });
        }
        // Also refuses a null in a column that must have none.
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(refused)
    }

    /// Pairs of columns that hold at least `least` of them; `0` hands out all.
    pub(super) fn take_pairs(&mut self, least: usize) -> Vec<(String, Pairs)> {
        let full = self
            .pairs
            .iter_mut()
            .filter(|(_, pairs)| pairs.len() >= least.max(1));
        full.map(|(column, pairs)| (column.clone(), std::mem::take(pairs)))
            .collect()
    }
}

/// A batch by county; rows keep their order. Rows without a county are together under `None`.
pub(super) fn by_county(batch: &RecordBatch) -> Result<Vec<(Option<String>, RecordBatch)>, LakeError> {
    let county = batch
        .column_by_name(COUNTY)
        .ok_or_else(|| refused("no county column"))?;
    let county = county
        .as_string_opt::<i32>()
        .ok_or_else(|| refused("the county column is no text"))?;
    let mut groups: BTreeMap<Option<&str>, Vec<u32>> = BTreeMap::new();
    for (row, county) in (0u32..).zip(county.iter()) {
        groups.entry(county).or_default().push(row);
    }
    let whole = groups.len() == 1;
    let parts = groups.into_iter().map(|(county, rows)| {
        let part = match whole {
            true => batch.clone(),
            false => take_record_batch(batch, &UInt32Array::from(rows)).map_err(refused)?,
        };
        Ok((county.map(str::to_owned), part))
    });
    parts.collect()
}

/// Tokens for values; nulls stay nulls.
fn tokenize(values: &StringArray, tokenizer: &DomainTokenizer, pairs: &mut Pairs) -> ArrayRef {
    let mut tokens = StringBuilder::with_capacity(values.len(), values.len() * TOKEN_LENGTH);
    let mut token = String::with_capacity(TOKEN_LENGTH);
    for value in values {
        let Some(value) = value else {
            tokens.append_null();
            continue;
        };
        tokenizer.write_token(value, &mut token);
        tokens.append_value(&token);
        pairs.push(&token, value);
    }
    Arc::new(tokens.finish())
}

/// Texts come in three Arrow layouts; everything else must have the table's type already.
fn of_type(array: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, LakeError> {
    match (array.data_type(), wanted) {
        (given, wanted) if given == wanted => Ok(Arc::clone(array)),
        (DataType::LargeUtf8 | DataType::Utf8View, DataType::Utf8) => cast(array, wanted).map_err(refused),
        _ => Err(refused("a column has another type than the contract's")),
    }
}

fn refused(detail: impl std::fmt::Display) -> LakeError {
    LakeError::Rows.because("shape rows", detail)
}
