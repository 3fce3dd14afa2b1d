//! How a text table is written: what a contract may prescribe, what may be found out, and how far a file may go.

use crate::delimiter::Delimiter;
use crate::fixed::Layout;

/// A character set we can prove over a whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    Utf8,
    /// GB18030, and with it GBK and GB2312, which are subsets of it.
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Charset {
    /// The label used in receipts: `utf-8`, `gb18030`, `utf-16le`, `utf-16be`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// The charset of a label, in any case; `gbk`, `gb2312` and `utf8` are understood.
    pub fn from_label(label: &str) -> Option<Self> {
        match label.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Some(Self::Gb18030),
            "utf-16le" | "utf-16" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            _ => None,
        }
    }
}

/// Why we believe in a charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharsetProof {
    /// The file begins with a byte order mark.
    Bom,
    /// Prescribed by the contract and not contradicted by the bytes.
    Declared,
    /// Every byte of the file decodes.
    WholeFile,
    /// Some bytes do not decode; they are row defects. The other charsets fit worse.
    FewestDefects,
}

/// What a file is, told from its bytes and never from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Records of delimited fields.
    Text,
    /// Records whose fields stand at fixed bytes, where a contract says so.
    FixedWidth,
    Xlsx,
    /// BIFF records: XLS, and WPS .et.
    Xls,
    /// A page of tables, as a rule under the name .xls.
    Html,
    /// The XML of Excel 2003.
    SpreadsheetXml,
    /// dBase and FoxPro.
    Dbf,
    /// An array of objects, by itself or inside a document.
    Json,
    /// One object after another, as a rule one per line.
    JsonLines,
    /// A document in which one element is repeated.
    Xml,
    Parquet,
}

/// What a contract prescribes. `None` means "find out".
#[derive(Debug, Clone)]
pub struct Dialect {
    pub delimiter: Option<Delimiter>,
    /// An ASCII byte.
    pub quote: Option<u8>,
    pub encoding: Option<Charset>,
    /// The header is looked for in this many records.
    pub header_rows_max: usize,
    /// Where the records stand in JSON and XML: names from the outermost inwards, `data/rows`. In XML the last name is
    /// that of the repeated element.
    pub records: Option<String>,
    /// Which file of an archive is meant: its name without folders, with `*` for any characters, `*明细*.csv`.
    pub member: Option<String>,
    /// Where fields stand in records without delimiters. A file that has the header in delimited records all the same is
    /// read as such.
    pub layout: Option<Layout>,
    /// A sheet of this name, hidden or not, is read as notes of the workbook about itself.
    pub notes_sheet: Option<&'static str>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: None,
            quote: None,
            encoding: None,
            header_rows_max: 10,
            records: None,
            member: None,
            layout: None,
            notes_sheet: None,
        }
    }
}

/// How far a file may go. Fields and records beyond their limit are row defects; columns and rows beyond theirs
/// refuse the file.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of one field as written in the file.
    pub field_bytes_max: usize,
    /// Bytes of one record as written in the file; also how far an unclosed quote is followed.
    pub record_bytes_max: usize,
    pub columns_max: usize,
    /// Records, the header included.
    pub rows_max: u64,
    /// Bytes of one file of an archive, unpacked.
    pub unpacked_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            field_bytes_max: 64 << 10,
            record_bytes_max: 1 << 20,
            columns_max: 1024,
            // Row numbers are kept in 32 bits where there is one per key.
            rows_max: 4_000_000_000,
            unpacked_bytes_max: 16 << 30,
        }
    }
}

/// What was found out about a file, for the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub format: Format,
    pub charset: Charset,
    pub how: CharsetProof,
    pub bom: bool,
    pub delimiter: Delimiter,
    pub quote: u8,
    /// Takes its meaning from the character behind it, if the file has such a one.
    pub escape: Option<u8>,
    /// Lines that begin with `#` are remarks.
    pub remarks: bool,
    /// 1-based record number of the header's last row; in a workbook the number of its row. Without a header the number
    /// of the last record before the rows; 0 if there is none, or if names stand in the records themselves or apart
    /// from them.
    pub header_row_no: u64,
    /// Rows of the header: 0 if the file has none, and `Reader::header` then gives its first row.
    pub header_rows: u64,
    /// Whether `is_header` recognised it. If not, the header is the first record that looks like one.
    pub header_matched: bool,
    /// Of the table itself, which may be a file inside an archive.
    pub bytes_total: u64,
    /// Where the rows stand, if the file is a workbook.
    pub sheet: Option<SheetEvidence>,
    /// Which file of an archive was read, if the file is one.
    pub member: Option<MemberEvidence>,
}

impl Evidence {
    /// UTF-8 with commas, one header row, and nothing else known.
    pub(crate) const fn of(format: Format) -> Self {
        Self {
            format,
            charset: Charset::Utf8,
            how: CharsetProof::Declared,
            bom: false,
            delimiter: Delimiter::COMMA,
            quote: b'"',
            escape: None,
            remarks: false,
            header_row_no: 1,
            header_rows: 1,
            header_matched: false,
            bytes_total: 0,
            sheet: None,
            member: None,
        }
    }

    /// How the table is written, for receipts: the label of its charset, or of its format (`xlsx`, `json`, `ndjson`,
    /// `xml`, `parquet`).
    pub const fn label(&self) -> &'static str {
        match self.format {
            Format::Text | Format::FixedWidth => self.charset.label(),
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
            Format::Html => "html",
            Format::SpreadsheetXml => "xml-2003",
            Format::Dbf => "dbf",
            Format::Json => "json",
            Format::JsonLines => "ndjson",
            Format::Xml => "xml",
            Format::Parquet => "parquet",
        }
    }

    /// Do delimiter and quote mean anything?
    pub const fn is_delimited(&self) -> bool {
        matches!(self.format, Format::Text)
    }
}

/// What was found out about a workbook, or a table of dBase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetEvidence {
    pub name: String,
    /// Other sheets that hold something, hidden ones included; the first twenty.
    pub ignored: Vec<String>,
    /// Rows of the sheet that are hidden; they are read like the others.
    pub hidden_rows: u64,
    /// Their numbers, `5-8` or `12`; the first twenty runs.
    pub hidden: Vec<String>,
    /// Ranges under the header that are merged, `A5:A8`, so that all but their first cell are empty; the first twenty.
    pub merged: Vec<String>,
    /// Days are counted from 1904; they come out as the days they are.
    pub dates_1904: bool,
    /// Records that are marked as deleted; they are not read.
    pub deleted_rows: u64,
    /// Columns whose content stands in a file that did not come along; they are empty.
    pub columns_apart: Vec<String>,
    /// What the sheet of notes says, keys and values in order; see [`Dialect::notes_sheet`].
    pub notes: Vec<(String, String)>,
}

/// What packs files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    Zip,
    Gzip,
}

impl Container {
    /// The label used in receipts: `zip`, `gzip`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Gzip => "gzip",
        }
    }
}

/// What was found out about an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberEvidence {
    pub container: Container,
    /// The file that was read, with its folders; in an archive within an archive the inner one's name comes last, after
    /// a `!`. Empty if the archive does not name it.
    pub name: String,
    /// Other files that might be tables; the first twenty.
    pub ignored: Vec<String>,
}
