//! The sheet on which a workbook says something about itself: keys in its first column, values in its second. What they
//! mean is for others to say.

use std::collections::BTreeMap;

use super::book::CellStream;
use crate::error::DecodeError;

/// Rows that are read, and characters of a value; a sheet of notes is short.
const ROWS_MAX: u64 = 64;
const CHARS_MAX: usize = 256;

/// Keys and values in the order of the rows. Rows without a key are passed over.
pub(super) fn read(cells: &mut dyn CellStream) -> Result<Vec<(String, String)>, DecodeError> {
    let mut rows: BTreeMap<u64, [String; 2]> = BTreeMap::new();
    let mut text = String::new();
    while let Some(cell) = cells.next(&mut text)? {
        if cell.row_no > ROWS_MAX {
            break;
        }
        if let Some(place) = rows.entry(cell.row_no).or_default().get_mut(cell.column) {
            *place = text.trim().chars().take(CHARS_MAX).collect();
        }
        text.clear();
    }
    let notes = rows.into_values().filter(|[key, _]| !key.is_empty());
    Ok(notes.map(|[key, value]| (key, value)).collect())
}
