//! Counts a sheet before it is read: its cells, what is hidden or merged in it, and whether its rows come in order. Most
//! writers put them in order; some put cells down as their authors thought of them.

use std::io::{Read, Seek};

use super::super::book::{CELLS_MAX, Facts, Merged};
use super::super::stream::u16_at;
use super::records::{self, Records};
use crate::error::DecodeError;

/// # Errors
/// The sheet is damaged, cut off, or has too many cells.
pub(super) fn sheet<R: Read + Seek>(records: &mut Records<R>, at: u64) -> Result<(Facts, bool), DecodeError> {
    records.seek(at);
    let mut facts = Facts::default();
    let (mut depth, mut last_row, mut in_order) = (0u32, 0, true);
    loop {
        let kind = records.next()?.ok_or(DecodeError::Truncated)?;
        let body = &records.body;
        match kind {
            // Charts in a sheet have records between a beginning and an end of their own.
            records::BEGIN => depth += 1,
            records::EOF if depth <= 1 => return Ok((facts, in_order)),
            records::EOF => depth -= 1,
            _ if depth == 0 => return Err(DecodeError::WorkbookDamaged),
            _ if depth > 1 => {}
            records::ROW => {
                if u16_at(body, 12) & 0x20 != 0 {
                    facts.hide(u64::from(u16_at(body, 0)) + 1);
                }
            }
            records::MERGED_CELLS => {
                let ranges = body.get(2..).unwrap_or_default().chunks_exact(8);
                for range in ranges.take(usize::from(u16_at(body, 0))) {
                    let row = |at: usize| u64::from(u16_at(range, at)) + 1;
                    let column = |at: usize| usize::from(u16_at(range, at));
                    facts.merge(Merged {
                        rows: (row(0), row(2)),
                        columns: (column(4), column(6)),
                    });
                }
            }
            records::FORMULA
            | records::MULTIPLE_RK
            | records::RICH_STRING
            | records::LABEL_SHARED
            | records::NUMBER
            | records::LABEL
            | records::BOOLEAN_OR_ERROR
            | records::RK => {
                let row = u16_at(body, 0);
                in_order &= row >= last_row;
                last_row = row;
                facts.cells += match kind {
                    records::MULTIPLE_RK => (body.len().saturating_sub(6) / 6) as u64,
                    _ => 1,
                };
                if facts.cells > CELLS_MAX {
                    return Err(DecodeError::WorkbookTooLarge);
                }
            }
            _ => {}
        }
    }
}
