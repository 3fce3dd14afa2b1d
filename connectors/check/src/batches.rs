//! Builds what a check hands on: accepted rows as the lake will store them, refused rows as they were sent.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, StringBuilder,
};
use arrow::compute::filter;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use schemas::entity::{self, MatchTier};
use schemas::{StorageColumn, row_columns};

use crate::CheckError;
use crate::memo::Memo;
use crate::plan::Plan;
use crate::read::arrow_type;
use crate::slot::Regions;

/// Builds batches of one file.
pub(crate) struct Batches {
    columns: Vec<StorageColumn>,
    accepted: SchemaRef,
    quarantined: SchemaRef,
    entities: Memo<(Option<String>, MatchTier)>,
}

/// A frame's columns by who reads them.
pub(crate) struct Columns<'a> {
    /// Per column of the file, as sent.
    pub raw: &'a [StringArray],
    /// Per contract field.
    pub typed: &'a [ArrayRef],
    pub regions: &'a Regions,
    pub row_no: &'a Int64Array,
}

impl Batches {
    pub fn new(plan: &Plan<'_>) -> Self {
        let columns = row_columns(plan.job.contract);
        let field =
            |column: &StorageColumn| Field::new(&column.name, arrow_type(column.kind), column.nullable);
        Self {
            accepted: Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>())),
            quarantined: Arc::new(quarantine_schema(&plan.header.titles)),
            columns,
            entities: Memo::default(),
        }
    }

    /// The rows for which `keep` is true, or none if there are none.
    pub fn accepted(
        &mut self,
        plan: &Plan<'_>,
        columns: &Columns<'_>,
        keep: &BooleanArray,
    ) -> Result<Option<RecordBatch>, CheckError> {
        let rows = keep.true_count();
        if rows == 0 {
            return Ok(None);
        }
        let kept = |array: &dyn Array| filter(array, keep).map_err(CheckError::engine);
        let (entity_key, match_tier) = self.entities(plan, columns, keep)?;
        let mut technical: BTreeMap<&str, ArrayRef> = BTreeMap::from([
            ("region_code", kept(&columns.regions.region)?),
            ("county_code", kept(&columns.regions.county)?),
            ("entity_key", entity_key),
            ("match_tier", match_tier),
            ("_row_no", kept(columns.row_no)?),
        ]);
        let mut arrays = Vec::with_capacity(self.columns.len());
        let mut fields = columns.typed.iter();
        for column in &self.columns {
            // INVARIANT (contract-first): a stored column is a contract field, in its order, or a technical one.
            let array = match technical.remove(column.name.as_str()) {
                Some(array) => array,
                None => match fields.next() {
                    Some(array) => kept(array)?,
                    None => return Err(CheckError::engine("a stored column that is no field")),
                },
            };
            arrays.push(array);
        }
        // Refuses nulls where the storage has none: a second guard of the `required` rules.
        RecordBatch::try_new(self.accepted.clone(), arrays)
            .map(Some)
            .map_err(CheckError::engine)
    }

    /// Keys and tiers of the kept rows.
    fn entities(
        &mut self,
        plan: &Plan<'_>,
        columns: &Columns<'_>,
        keep: &BooleanArray,
    ) -> Result<(ArrayRef, ArrayRef), CheckError> {
        let rows = keep.true_count();
        // A number that is stored as a token may be a person's or an organisation's. Only an organisation's becomes a key:
        // a person's must not come back in the clear.
        let field = plan.entity.and_then(|index| plan.fields.get(index));
        let key_of = match field {
            Some(field) if field.field.is_token() => entity::key_beside_token,
            _ => entity::entity_key,
        };
        let source = plan
            .entity
            .and_then(|field| columns.typed.get(field)?.as_string_opt::<i32>());
        let mut keys = StringBuilder::with_capacity(rows, rows * 18);
        let mut tiers = StringBuilder::with_capacity(rows, rows * 2);
        let source = source
            .map(|source| filter(source, keep))
            .transpose()
            .map_err(CheckError::engine)?;
        let texts = source.as_ref().and_then(|source| source.as_string_opt::<i32>());
        for row in 0..rows {
            let text = texts
                .filter(|texts| texts.is_valid(row))
                .map(|texts| texts.value(row));
            let (key, tier) = match text {
                Some(text) => {
                    let (key, tier) = self.entities.get(text, key_of);
                    (key.as_deref(), *tier)
                }
                None => (None, MatchTier::T0),
            };
            keys.append_option(key);
            tiers.append_value(tier.as_str());
        }
        Ok((Arc::new(keys.finish()), Arc::new(tiers.finish())))
    }

    /// The rows for which `keep` is true, as sent, each with the ids of the rules it broke.
    pub fn quarantined(
        &self,
        columns: &Columns<'_>,
        rules: StringArray,
        keep: &BooleanArray,
    ) -> Result<Option<RecordBatch>, CheckError> {
        if keep.true_count() == 0 {
            return Ok(None);
        }
        let kept = |array: &dyn Array| filter(array, keep).map_err(CheckError::engine);
        let mut arrays = vec![kept(columns.row_no)?, Arc::new(rules) as ArrayRef];
        for raw in columns.raw {
            arrays.push(kept(raw)?);
        }
        RecordBatch::try_new(self.quarantined.clone(), arrays)
            .map(Some)
            .map_err(CheckError::engine)
    }
}

/// Headers may be empty or repeat each other; column names may not.
fn quarantine_schema(titles: &[String]) -> Schema {
    let mut fields = vec![
        Field::new("_row_no", DataType::Int64, false),
        Field::new("_rules", DataType::Utf8, false),
    ];
    let mut taken: HashSet<String> = fields.iter().map(|field| field.name().clone()).collect();
    for (index, title) in titles.iter().enumerate() {
        let base = if title.is_empty() {
            format!("column_{}", index + 1)
        } else {
            title.clone()
        };
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        fields.push(Field::new(name, DataType::Utf8, false));
    }
    Schema::new(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_repeat_or_are_empty_get_names_of_their_own() {
        let titles = ["户号", "", "户号", "_rules", "户号_2"].map(str::to_owned);
        let schema = quarantine_schema(&titles);
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        assert_eq!(
            names,
            [
                "_row_no",
                "_rules",
                "户号",
                "column_2",
                "户号_2",
                "_rules_2",
                "户号_2_2"
            ]
        );
    }
}
