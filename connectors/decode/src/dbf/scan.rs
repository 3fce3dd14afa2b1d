//! Reads records in runs that fit into memory.

use std::io::{Read, Seek, SeekFrom};

use super::header::Header;
use crate::error::DecodeError;
use crate::window::read_once;

/// A run of records takes no more bytes.
const RUN_BYTES_MAX: usize = 8 << 20;

/// A header that says less than the file holds was never brought up to date: rows would be lost without a word.
pub(super) fn more_than_said<R: Read + Seek>(
    reader: &mut R,
    header: &Header,
    bytes_total: u64,
) -> Result<(), DecodeError> {
    let end = header.bytes_with(header.records);
    let more = (bytes_total - end) / header.record_bytes.max(1) as u64;
    if more == 0 {
        return Ok(());
    }
    reader.seek(SeekFrom::Start(end))?;
    let mut next = Vec::new();
    next_records(reader, header, 1, usize::MAX, &mut next)?;
    let is_record = matches!(next.first(), Some(b' ' | b'*'));
    let is_filled = next.iter().any(|byte| !matches!(byte, b' ' | b'*' | 0 | 0x1A));
    if is_record && is_filled {
        let said = u64::from(header.records);
        return Err(DecodeError::RecordCount {
            said,
            found: said + more,
        });
    }
    Ok(())
}

/// Reads at most `records_max` records that fit into a frame and returns how many.
pub(super) fn next_records<R: Read>(
    reader: &mut R,
    header: &Header,
    left: u32,
    records_max: usize,
    records: &mut Vec<u8>,
) -> Result<u32, DecodeError> {
    let fitting = (RUN_BYTES_MAX / header.record_bytes.max(1)).max(1);
    let count = fitting
        .min(records_max.max(1))
        .min(usize::try_from(left).unwrap_or(usize::MAX));
    records.resize(count * header.record_bytes, 0);
    let mut filled = 0;
    while let Some(rest) = records.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match read_once(reader, rest)? {
            0 => return Err(DecodeError::Truncated),
            read => filled += read,
        }
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
