//! Why a file as a whole cannot be read as a table. A bad row is never an error (see `DefectKind`).

/// A refusal of the whole file. Carries no content of the file.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the file is empty")]
    Empty,
    /// A container whose end is missing: the transfer broke off.
    #[error("the file is truncated")]
    Truncated,
    /// The file says how many records it has, and has another number of them.
    #[error("the file says it has {said} records and has {found}")]
    RecordCount { said: u64, found: u64 },
    /// The closing record says another sum of the column with this title.
    #[error("the sum in the closing record is another one")]
    RecordSum(String),
    /// The file should end with a closing record.
    #[error("the file does not end with its closing record")]
    TrailerMissing,
    /// A workbook of a kind that is not read (XLSB, ODS, Excel 4), whatever its name ends in.
    #[error("the file is a workbook of a kind that is not read")]
    Workbook,
    #[error("the workbook is damaged")]
    WorkbookDamaged,
    /// Or claims to hold more than a parser should be asked for.
    #[error("the workbook holds too much")]
    WorkbookTooLarge,
    #[error("the workbook is protected by a password")]
    Encrypted,
    /// Of a kind that is not opened (RAR, 7z, tar), or packed in a way that is not read.
    #[error("the file is an archive of a kind that is not opened")]
    Archive,
    #[error("the archive is damaged")]
    ArchiveDamaged,
    /// Or unpacks to more than a table may be.
    #[error("the archive holds too much")]
    ArchiveTooLarge,
    #[error("there are archives within archives within the archive")]
    ArchiveNested,
    #[error("no file of the archive is a table")]
    NoTable,
    /// Files of an archive, or places in a document, that all have the header. These names are what the sender gave.
    #[error("there are several tables")]
    SeveralTables(Vec<String>),
    /// JSON or XML, at this byte.
    #[error("the document is broken")]
    Broken(u64),
    /// JSON or XML in which nothing is repeated.
    #[error("the document holds no records")]
    NoRecords,
    #[error("the document defines entities")]
    Entities,
    #[error("the Parquet file is damaged")]
    ParquetDamaged,
    /// Its metadata, a row group or a page goes beyond what is read at once.
    #[error("a part of the Parquet file is too large")]
    ParquetTooLarge,
    #[error("the file is a PDF or a picture, not a text table")]
    Document,
    #[error("the file is not text")]
    NotText,
    #[error("the file is UTF-16 without a byte order mark")]
    Utf16WithoutBom,
    #[error("the charset of the file cannot be told")]
    CharsetUnknown,
    #[error("the file has more than {0} columns")]
    TooManyColumns(usize),
    #[error("the file has more than {0} rows")]
    TooManyRows(u64),
    /// The transport broke; the only variant that says nothing about the file.
    #[error("the file could not be read")]
    Read(#[source] std::io::Error),
}

impl DecodeError {
    /// The code under which the message is in the text catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "decode.empty",
            Self::Truncated => "decode.truncated",
            Self::RecordCount { .. } => "decode.record_count",
            Self::RecordSum(_) => "decode.record_sum",
            Self::TrailerMissing => "decode.trailer_missing",
            Self::Workbook => "decode.workbook",
            Self::WorkbookDamaged => "decode.workbook_damaged",
            Self::WorkbookTooLarge => "decode.workbook_too_large",
            Self::Encrypted => "decode.encrypted",
            Self::Archive => "decode.archive",
            Self::ArchiveDamaged => "decode.archive_damaged",
            Self::ArchiveTooLarge => "decode.archive_too_large",
            Self::ArchiveNested => "decode.archive_nested",
            Self::NoTable => "decode.no_table",
            Self::SeveralTables(_) => "decode.several_tables",
            Self::Broken(_) => "decode.broken",
            Self::NoRecords => "decode.no_records",
            Self::Entities => "decode.entities",
            Self::ParquetDamaged => "decode.parquet_damaged",
            Self::ParquetTooLarge => "decode.parquet_too_large",
            Self::Document => "decode.document",
            Self::NotText => "decode.not_text",
            Self::Utf16WithoutBom => "decode.utf16_without_bom",
            Self::CharsetUnknown => "decode.charset_unknown",
            Self::TooManyColumns(_) => "decode.too_many_columns",
            Self::TooManyRows(_) => "decode.too_many_rows",
            Self::Read(_) => "decode.read",
        }
    }

    /// Arguments of the message.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooManyColumns(max) => vec![("max", max.to_string())],
            Self::TooManyRows(max) => vec![("max", max.to_string())],
            Self::RecordCount { said, found } => {
                vec![("said", said.to_string()), ("found", found.to_string())]
            }
            Self::RecordSum(column) => vec![("column", column.clone())],
            Self::SeveralTables(names) => vec![("names", names.join(", "))],
            Self::Broken(offset) => vec![("offset", offset.to_string())],
            _ => Vec::new(),
        }
    }
}

impl From<std::io::Error> for DecodeError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}
