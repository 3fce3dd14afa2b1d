//! What a Parquet file says about itself, looked over before a parser believes it.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::DecodeResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};

use super::thrift;
use crate::error::DecodeError;

/// What the file says about itself.
const METADATA_BYTES_MAX: u64 = 16 << 20;

/// Of one page, unpacked.
const PAGE_BYTES_MAX: u64 = 64 << 20;

/// The parser is not ours, and a file is hostile until proved harmless: a panic says that it is damaged.
pub(super) fn trusted<T>(parse: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, DecodeError> {
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(parsed)) => Ok(parsed),
        Ok(Err(_)) | Err(_) => Err(DecodeError::ParquetDamaged),
    }
}

/// Reads the metadata at the end of the file.
pub(super) fn metadata<R: Read + Seek>(
    reader: &mut R,
    bytes_total: u64,
) -> Result<ParquetMetaData, DecodeError> {
    let footer_from = bytes_total.checked_sub(8).ok_or(DecodeError::Truncated)?;
    let footer = read_range(reader, &(footer_from..bytes_total))?;
    match footer.get(4..) {
        Some(b"PAR1") => {}
        Some(b"PARE") => return Err(DecodeError::Encrypted),
        _ => return Err(DecodeError::Truncated),
    }
    let length = footer.get(..4).and_then(|length| length.try_into().ok());
    let length = u64::from(length.map_or(0, u32::from_le_bytes));
    let from = footer_from.checked_sub(length).filter(|from| *from >= 4);
    let from = from.ok_or(DecodeError::ParquetDamaged)?;
    if length > METADATA_BYTES_MAX {
        return Err(DecodeError::ParquetTooLarge);
    }
    let bytes = read_range(reader, &(from..footer_from))?;
    // INVARIANT (bounded): no list makes more room than it has elements.
    if !thrift::is_sound(&bytes) {
        return Err(DecodeError::ParquetDamaged);
    }
    let decoded = trusted(|| {
        let mut decoder =
            ParquetMetaDataPushDecoder::try_new(bytes_total)?.with_page_index_policy(PageIndexPolicy::Skip);
        decoder.push_ranges(
            vec![from..footer_from, footer_from..bytes_total],
            vec![bytes, footer],
        )?;
        decoder.try_decode()
    })?;
    match decoded {
        DecodeResult::Data(metadata) => Ok(metadata),
        DecodeResult::NeedsData(_) | DecodeResult::Finished => Err(DecodeError::ParquetDamaged),
    }
}

/// Looks at the headers of the pages in a column chunk: none may unpack to more than a page should be.
pub(super) fn inspect(chunk: &[u8]) -> Result<(), DecodeError> {
    let mut rest = chunk;
    while !rest.is_empty() {
        let header = thrift::page_header(rest).ok_or(DecodeError::ParquetDamaged)?;
        if header.unpacked_bytes > PAGE_BYTES_MAX {
            return Err(DecodeError::ParquetTooLarge);
        }
        let length = usize::try_from(header.packed_bytes).ok();
        let end = length.and_then(|length| header.length.checked_add(length));
        rest = end
            .and_then(|end| rest.get(end..))
            .ok_or(DecodeError::ParquetDamaged)?;
    }
    Ok(())
}

/// So many bytes from a place in the file.
pub(super) fn read_range<R: Read + Seek>(reader: &mut R, range: &Range<u64>) -> Result<Bytes, DecodeError> {
    let length = range.end - range.start;
    reader.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    let read = reader.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length {
        Ok(bytes.into())
    } else {
        Err(DecodeError::Truncated)
    }
}
