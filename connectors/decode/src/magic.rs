//! Tells what a file is by its first bytes, whatever its name says, and recognises what is no table at all.

use crate::DecodeError;
use crate::dbf;

/// How much of a file's beginning is looked at, and of its end.
pub(crate) const ENDS_BYTES: usize = 66 << 10;

/// How far into markup its outermost element and its namespaces are looked for.
const LEAD_BYTES: usize = 8 << 10;

/// The end-of-central-directory record of a zip stands within the last 64 KiB (it may carry a comment).
const ZIP_END: &[u8] = b"PK\x05\x06";

/// OLE2: .xls and WPS .et, and workbooks under a password.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// What an XML workbook of 2003 declares.
const SPREADSHEET_NAMESPACE: &[u8] = b"urn:schemas-microsoft-com:office:spreadsheet";

/// Elements that a web page, or a piece of one, begins with.
const HTML_ROOTS: [&[u8]; 10] = [
    b"html", b"head", b"body", b"meta", b"style", b"title", b"div", b"script", b"link", b"center",
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing else, so records of fields.
    Text,
    Json,
    Xml,
    /// A workbook as one XML document, as Excel 2003 wrote it.
    SpreadsheetXml,
    /// A web page; systems like to export one under the name .xls.
    Html,
    /// An archive, which an XLSX workbook is too.
    Zip,
    Gzip,
    /// OLE2: .xls, .et, and workbooks under a password.
    Ole,
    Parquet,
    /// Records of XLS without a container, as simple programs write them.
    Biff,
    /// dBase and FoxPro.
    Dbf,
}

impl Kind {
    /// Its parts are reached by their places, so that reading it from front to back is no way.
    pub fn is_read_from_many_places(self) -> bool {
        matches!(self, Self::Zip | Self::Ole | Self::Parquet)
    }
}

/// What a file with this beginning is, if nobody looks whether it is whole.
///
/// # Errors
/// As `kind`.
pub(crate) fn kind_of_beginning(head: &[u8]) -> Result<Kind, DecodeError> {
    kind(head, ZIP_END)
}

/// What a file with this beginning and this end is.
///
/// # Errors
/// It is no table, nor anything that holds one.
pub(crate) fn kind(head: &[u8], tail: &[u8]) -> Result<Kind, DecodeError> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(ZIP_END) {
        let whole = memchr::memmem::find(tail, ZIP_END).is_some();
        return if whole {
            Ok(Kind::Zip)
        } else {
            Err(DecodeError::Truncated)
        };
    }
    if head.starts_with(b"\x1F\x8B\x08") {
        return Ok(Kind::Gzip);
    }
    if head.starts_with(OLE) {
        return Ok(Kind::Ole);
    }
    if head.starts_with(b"PAR1") && head.contains(&0) {
        return Ok(Kind::Parquet);
    }
    // The first record of a stream, and how long it is.
    if head.starts_with(b"\x09\x08\x08\0") || head.starts_with(b"\x09\x08\x10\0") {
        return Ok(Kind::Biff);
    }
    if dbf::is_dbf(head) {
        return Ok(Kind::Dbf);
    }
    if let Some(refusal) = refusal(head) {
        return Err(refusal);
    }
    let lead = lead(head);
    let kind = match lead.as_slice() {
        [b'<', ..] => markup(&lead),
        lead if is_json(lead) => Kind::Json,
        _ => Kind::Text,
    };
    // A page or a document has its own way to tell its charset; text with NULs has none.
    nul_refusal(head).map_or(Ok(kind), Err)
}

/// Why these bytes are neither a table nor anything that holds one; `None` if they may be.
fn refusal(head: &[u8]) -> Option<DecodeError> {
    let starts = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
    let is_tar = head.get(257..262) == Some(b"ustar");
    if is_tar
        || starts(&[
            b"Rar!\x1A\x07",
            b"7z\xBC\xAF\x27\x1C",
            b"\x1F\x8B",
            b"\x1F\x9D",
            b"BZh",
            b"\xFD7zXZ\0",
            b"\x28\xB5\x2F\xFD",
        ])
    {
        return Some(DecodeError::Archive);
    }
    // A Parquet file whose very names are encrypted.
    if starts(&[b"PARE"]) && head.contains(&0) {
        return Some(DecodeError::Encrypted);
    }
    if starts(&[b"%PDF", b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"II*\0", b"MM\0*"]) {
        return Some(DecodeError::Document);
    }
    let other = starts(&[b"SQLite format 3\0", b"\x7FELF", b"MZ"]) && head.contains(&0);
    other.then_some(DecodeError::NotText)
}

/// The beginning of a text without byte order mark and white space, in bytes that are ASCII where the text is.
fn lead(head: &[u8]) -> Vec<u8> {
    let head = head.get(..head.len().min(LEAD_BYTES)).unwrap_or_default();
    let narrow = |from: usize| head.iter().skip(from).step_by(2).copied().collect();
    let text: Vec<u8> = match head {
        [0xFF, 0xFE, ..] => narrow(2),
        [0xFE, 0xFF, ..] => narrow(3),
        [0xEF, 0xBB, 0xBF, rest @ ..] | [0x84, 0x31, 0x95, 0x33, rest @ ..] | rest => rest.to_vec(),
    };
    text.trim_ascii_start().to_vec()
}

/// An object or an array of objects or arrays. A text table does not begin like one.
fn is_json(lead: &[u8]) -> bool {
    let next = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match lead {
        [b'[', rest @ ..] => matches!(next(rest), Some(b'{' | b'[' | b']')),
        [b'{', rest @ ..] => matches!(next(rest), Some(b'"' | b'}')),
        _ => false,
    }
}

fn markup(lead: &[u8]) -> Kind {
    let lower = lead.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    // What stands before the outermost element: declarations, comments, blanks.
    let root = loop {
        let Some(open) = memchr::memchr(b'<', rest) else {
            break [].as_slice();
        };
        let tag = rest.get(open + 1..).unwrap_or_default();
        match tag {
            [b'!', b'-', b'-', comment @ ..] => {
                let end = memchr::memmem::find(comment, b"-->").unwrap_or(comment.len());
                rest = comment.get(end..).unwrap_or_default();
            }
            [b'!', declaration @ ..] if declaration.starts_with(b"doctype html") => return Kind::Html,
            [b'!' | b'?', declaration @ ..] => {
                let end = memchr::memchr(b'>', declaration).unwrap_or(declaration.len());
                rest = declaration.get(end..).unwrap_or_default();
            }
            _ => break tag,
        }
    };
    let end = root
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let name = root.get(..end.unwrap_or(root.len())).unwrap_or_default();
    let local = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    let has = |words: &[u8]| memchr::memmem::find(&lower, words).is_some();
    if HTML_ROOTS.contains(&local) || (local == b"table" && has(b"<tr")) {
        Kind::Html
    } else if local == b"workbook" && has(SPREADSHEET_NAMESPACE) {
        Kind::SpreadsheetXml
    } else {
        Kind::Xml
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let kinds: [(&[u8], Kind); 14] = [
            ("户号,电量\n1,2\n".as_bytes(), Kind::Text),
            (b"[id],name\n1,x\n", Kind::Text),
            (b"{id},name\n", Kind::Text),
            (b" \n[ {\"id\": 1}]", Kind::Json),
            (b"\xEF\xBB\xBF{\"id\": 1}\n{\"id\": 2}\n", Kind::Json),
            (b"[[\"id\"],[1]]", Kind::Json),
            (b"\xFF\xFE{\0\"\0", Kind::Json),
            (
                b"<?xml version=\"1.0\"?><!-- <html> -->\n<rows><row/></rows>",
                Kind::Xml,
            ),
            (b"<table><row><id>1</id></row></table>", Kind::Xml),
            (b"<TABLE border=1><TR><TD>id", Kind::Html),
            (b"<!DOCTYPE html PUBLIC \"x\"><table>", Kind::Html),
            (b"<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", Kind::Html),
            (
                b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><ss:Workbook \
                  xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                Kind::SpreadsheetXml,
            ),
            (b"\x1F\x8B\x08\0", Kind::Gzip),
        ];
        for (bytes, expected) in kinds {
            assert_eq!(kind(bytes, bytes).unwrap(), expected, "{}", bytes.escape_ascii());
        }
    }
}
