//! For rows that changed: which of their fields say something else.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::row::{RowConverter, SortField};

use super::Found;
use super::hashed::{Place, ROW_NUMBER, row_numbers, shape};
use crate::error::LakeError;
use crate::feed::FeedTable;
use crate::feed::slot_rows::SlotRows;

impl FeedTable {
    /// For each of the found: the fields that differ; none where a row came or went.
    pub(super) async fn fields_changed(
        &self,
        before: &SlotRows,
        after: &SlotRows,
        compared: &[&str],
        found: &[Found],
    ) -> Result<Vec<Vec<String>>, LakeError> {
        let mut fields = vec![Vec::new(); found.len()];
        let pairs: Vec<(usize, Place, Place)> = (0..)
            .zip(found)
            .filter_map(|(at, one)| Some((at, one.before?, one.after?)))
            .collect();
        let older = pairs.iter().map(|(_, before, _)| *before).collect();
        let newer = pairs.iter().map(|(_, _, after)| *after).collect();
        let older = self.some_rows(before, compared, &older).await?;
        let newer = self.some_rows(after, compared, &newer).await?;
        let (Some(older), Some(newer)) = (older, newer) else {
            return Ok(fields);
        };
        for name in compared {
            let columns = (older.batch.column_by_name(name), newer.batch.column_by_name(name));
            let (Some(old), Some(new)) = columns else {
                return Err(LakeError::Columns);
            };
            let kind = SortField::new(old.data_type().clone());
            let converter = RowConverter::new(vec![kind]).map_err(shape)?;
            let old = converter.convert_columns(from_ref(old)).map_err(shape)?;
            let new = converter.convert_columns(from_ref(new)).map_err(shape)?;
            for (at, before, after) in &pairs {
                let places = (older.places.get(before), newer.places.get(after));
                if let (Some(one), Some(other)) = places
                    && old.row(*one) != new.row(*other)
                    && let Some(fields) = fields.get_mut(*at)
                {
                    fields.push((*name).to_owned());
                }
            }
        }
        Ok(fields)
    }

    /// The rows at these places; `None` if there are none.
    async fn some_rows(
        &self,
        rows: &SlotRows,
        compared: &[&str],
        wanted: &BTreeSet<Place>,
    ) -> Result<Option<SomeRows>, LakeError> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let columns: Vec<&str> = compared.iter().copied().chain([ROW_NUMBER]).collect();
        let (mut parts, mut places) = (Vec::new(), BTreeMap::new());
        self.read_rows(rows, &columns, |file, batch| {
            let mut here = Vec::new();
            for (at, record) in (0_u32..).zip(row_numbers(batch)?) {
                let place = Place::new(file, *record).ok_or(LakeError::DataFile)?;
                if wanted.contains(&place) {
                    places.insert(place, places.len());
                    here.push(at);
                }
            }
            if !here.is_empty() {
                let here = UInt32Array::from(here);
                parts.push(take_record_batch(batch, &here).map_err(shape)?);
            }
            Ok(())
        })
        .await?;
        let Some(first) = parts.first() else {
            return Ok(None);
        };
        let batch = concat_batches(&first.schema(), &parts).map_err(shape)?;
        Ok(Some(SomeRows { batch, places }))
    }
}

/// A few rows whole, and where each of them stands.
struct SomeRows {
    batch: RecordBatch,
    places: BTreeMap<Place, usize>,
}
