//! How a text table is written: what a contract may prescribe, what may be found out, and how far a file may go.

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

/// What a contract prescribes. `None` means "find out".
#[derive(Debug, Clone)]
pub struct Dialect {
    /// An ASCII byte.
    pub delimiter: Option<u8>,
    /// An ASCII byte.
    pub quote: Option<u8>,
    pub encoding: Option<Charset>,
    /// The header is looked for in this many records.
    pub header_rows_max: usize,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: None,
            quote: None,
            encoding: None,
            header_rows_max: 10,
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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            field_bytes_max: 64 << 10,
            record_bytes_max: 1 << 20,
            columns_max: 1024,
            // Row numbers are kept in 32 bits where there is one per key.
            rows_max: 4_000_000_000,
        }
    }
}

/// What was found out about a file, for the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub charset: Charset,
    pub how: CharsetProof,
    pub bom: bool,
    pub delimiter: u8,
    pub quote: u8,
    /// 1-based record number of the header; in a workbook the number of its row.
    pub header_row_no: u64,
    /// Whether `is_header` recognised it. If not, the header is the first record that looks like one.
    pub header_matched: bool,
    pub bytes_total: u64,
    /// Where the rows stand, if the file is a workbook; charset, delimiter and quote then mean nothing.
    pub sheet: Option<SheetEvidence>,
}

impl Evidence {
    /// How the file is written, for receipts: the label of its charset, or `xlsx`.
    pub const fn label(&self) -> &'static str {
        match self.sheet {
            Some(_) => "xlsx",
            None => self.charset.label(),
        }
    }
}

/// What was found out about a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetEvidence {
    pub name: String,
    /// Other sheets that hold something, hidden ones included; the first twenty.
    pub ignored: Vec<String>,
    /// Rows of the sheet that are hidden; they are read like the others.
    pub hidden_rows: u64,
}
