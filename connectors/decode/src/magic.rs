//! Recognises files that are not text tables by their first and last bytes, whatever their names say.

use crate::DecodeError;

/// How many bytes `refusal` wants from either end.
pub(crate) const ENDS_BYTES: usize = 66 << 10;

/// The end-of-central-directory record of a zip stands within the last 64 KiB (it may carry a comment).
const ZIP_END: &[u8] = b"PK\x05\x06";

/// Why these bytes are no text table; `None` if they may be one.
pub(crate) fn refusal(head: &[u8], tail: &[u8]) -> Option<DecodeError> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(ZIP_END) {
        if memchr::memmem::find(tail, ZIP_END).is_none() {
            return Some(DecodeError::Truncated);
        }
        let workbook = memchr::memmem::find(head, b"[Content_Types].xml").is_some()
            || memchr::memmem::find(head, b"xl/").is_some();
        return Some(if workbook {
            DecodeError::Workbook
        } else {
            DecodeError::Archive
        });
    }
    let starts = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
    // OLE2: .xls and WPS .et.
    if starts(&[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]) {
        return Some(DecodeError::Workbook);
    }
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
