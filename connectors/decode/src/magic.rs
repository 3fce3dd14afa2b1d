//! Recognises files that are not tables by their first and last bytes, whatever their names say.

use crate::DecodeError;

/// How many bytes `refusal` wants from either end.
pub(crate) const ENDS_BYTES: usize = 66 << 10;

/// The end-of-central-directory record of a zip stands within the last 64 KiB (it may carry a comment).
const ZIP_END: &[u8] = b"PK\x05\x06";

/// OLE2: .xls and WPS .et, and workbooks under a password.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Is the file an archive, as XLSX workbooks are?
pub(crate) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(ZIP_END)
}

/// Where the directory of an OLE2 file begins; `None` if this is none.
pub(crate) fn ole_directory(head: &[u8]) -> Option<u64> {
    let header = head.strip_prefix(OLE)?;
    let sector_shift = header
        .get(22..24)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u16::from_le_bytes);
    let sector = header
        .get(40..44)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes);
    let shift = sector_shift.filter(|shift| (9..=12).contains(shift)).unwrap_or(9);
    Some((u64::from(sector.unwrap_or_default()) + 1) << shift)
}

/// What an OLE2 file with this directory is refused as.
pub(crate) fn ole_refusal(directory: &[u8]) -> DecodeError {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    match memchr::memmem::find(directory, &name) {
        Some(_) => DecodeError::Encrypted,
        None => DecodeError::Workbook,
    }
}

/// Why these bytes are no table; `None` if they may be one.
pub(crate) fn refusal(head: &[u8], tail: &[u8]) -> Option<DecodeError> {
    if is_zip(head) {
        return memchr::memmem::find(tail, ZIP_END)
            .is_none()
            .then_some(DecodeError::Truncated);
    }
    let starts = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
    if starts(&[
        b"Rar!\x1A\x07",
        b"7z\xBC\xAF\x27\x1C",
        b"\x1F\x8B",
        b"BZh",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
    ]) {
        return Some(DecodeError::Archive);
    }
    if starts(&[b"%PDF", b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"II*\0", b"MM\0*"]) {
        return Some(DecodeError::Document);
    }
    if starts(&[b"PAR1", b"SQLite format 3\0", b"\x7FELF", b"MZ"]) && head.contains(&0) {
        return Some(DecodeError::NotText);
    }
    // Web systems like to export an HTML table under the name .xls or .csv.
    let text = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    let start = text
        .get(..text.len().min(9))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let markup: [&[u8]; 4] = [b"<html", b"<!doctype", b"<?xml", b"<table"];
    if markup.iter().any(|tag| start.starts_with(tag)) {
        return Some(DecodeError::Markup);
    }
    nul_refusal(head)
}

/// Text has no NULs, or a stray one. UTF-16 without its mark has one in every second byte of its ASCII.
fn nul_refusal(head: &[u8]) -> Option<DecodeError> {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return None;
    }
    let nuls_at = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (nuls_at(0), nuls_at(1));
    if (even + odd) * 20 <= head.len() {
        return None;
    }
    let lopsided = even.min(odd) * 20 <= even.max(odd);
    Some(if lopsided {
        DecodeError::Utf16WithoutBom
    } else {
        DecodeError::NotText
    })
}
