//! A run of consecutive records as columns of text, each record with its number, its bytes and what it is.

use std::ops::Range;

/// What a record is. Exactly one of these is true of every record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    Data,
    /// Nothing but white space, or what the file itself says is no row: a record marked as deleted, a closing record.
    Blank,
    /// Before the header: a title, a unit line.
    Preamble,
    /// The header, each row of it, and where it is repeated.
    Header,
    /// A total or a signature line under the table (合计, 填表人, …), or a remark between its rows.
    Total,
}

/// What is wrong with a record as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefectKind {
    /// Bytes that are no character; `offset` is the absolute position in the file of the first of them.
    Undecodable {
        offset: u64,
    },
    TooFewFields {
        found: usize,
        expected: usize,
    },
    TooManyFields {
        found: usize,
        expected: usize,
    },
    /// A quote that opens and never closes; the record was cut at the end of its line.
    UnclosedQuote {
        offset: u64,
    },
    /// Text after a closing quote: `"a"b`.
    StrayQuote {
        offset: u64,
    },
    /// NUL, or a carriage return inside an unquoted field.
    ControlCharacter {
        offset: u64,
    },
    FieldTooLong {
        column: usize,
    },
    RecordTooLong,
    /// A record of JSON that is no object, or no JSON at all.
    Malformed {
        offset: u64,
    },
    /// A record that names one field twice.
    Twice {
        column: usize,
    },
    /// A value that is bytes and no text, in a format that has both.
    NotText {
        column: usize,
    },
    /// A float so large that not every whole number near it is one.
    FloatDigits {
        column: usize,
    },
    /// A formula of a workbook that came to an error, such as `#REF!`.
    CellError {
        column: usize,
    },
    /// A number of more than fifteen digits in a workbook: the program that wrote it has lost the rest.
    DigitsLost {
        column: usize,
    },
    /// A character that its sender drew and nobody else can read. The row may be used.
    PrivateUse {
        column: usize,
    },
}

impl DefectKind {
    /// Must the row not be used?
    pub const fn refuses_row(&self) -> bool {
        !matches!(self, Self::PrivateUse { .. })
    }
}

/// What a workbook calls a cell: column 0 of row 5 is `A5`.
pub fn cell_address(column: usize, row_no: u64) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{}{row_no}", letters.into_iter().rev().collect::<String>())
}

/// A defect of the row with index `row` of its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDefect {
    pub row: usize,
    pub kind: DefectKind,
}

/// The texts of one column in one buffer. `offsets` has one more entry than there are rows, starts with 0 and
/// never falls; `values` is UTF-8 and so is every slice of it between two offsets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    pub offsets: Vec<i32>,
    pub values: Vec<u8>,
}

impl TextColumn {
    pub(crate) fn new() -> Self {
        Self {
            offsets: vec![0],
            values: Vec::new(),
        }
    }

    /// Ends the cell that was written to `values`.
    pub(crate) fn close_cell(&mut self) {
        // A frame closes long before 2 GiB of text, see `table::FRAME_BYTES_MAX`.
        self.offsets
            .push(i32::try_from(self.values.len()).unwrap_or(i32::MAX));
    }

    /// The text of a row; `None` beyond the last row.
    pub fn cell(&self, row: usize) -> Option<&str> {
        let start = usize::try_from(*self.offsets.get(row)?).ok()?;
        let end = usize::try_from(*self.offsets.get(row + 1)?).ok()?;
        std::str::from_utf8(self.values.get(start..end)?).ok()
    }
}

/// What a record has behind the last column, with the index of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    pub row: usize,
    pub fields: Vec<String>,
}

/// Consecutive records. All vectors but `columns`, `defects` and `beyond` have one entry per record; `bytes` is empty in frames of
/// workbooks, DBF tables and Parquet files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// One per header column. A field that a record does not have is the empty text, and the record has a defect.
    pub columns: Vec<TextColumn>,
    /// 1-based record number in the file; in a workbook the number of the row, so that there may be gaps.
    pub row_no: Vec<u64>,
    /// Where the record is in the file, its line end included. Over all frames the ranges tile the file.
    pub bytes: Vec<Range<u64>>,
    pub kind: Vec<RowKind>,
    /// In row order; a row may have several.
    pub defects: Vec<RowDefect>,
    /// In row order; of text tables only.
    pub beyond: Vec<Beyond>,
}

impl Frame {
    pub fn rows(&self) -> usize {
        self.row_no.len()
    }

    /// The text of a cell; `None` outside the frame.
    pub fn cell(&self, column: usize, row: usize) -> Option<&str> {
        self.columns.get(column)?.cell(row)
    }
}
