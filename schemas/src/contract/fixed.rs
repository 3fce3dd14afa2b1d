//! Files whose fields stand at fixed bytes (定长文件): where each field is in a record, and what the closing record says.
//! Positions are bytes of the file's charset, as the systems that write such files count them; a Chinese character of
//! GBK takes two.

use std::ops::Range;

use serde::Deserialize;

use super::{Contract, ContractError, FileEncoding};

/// No record is longer.
const RECORD_BYTES_MAX: usize = 64 << 10;
/// An amount has no more digits behind its point.
const DECIMALS_MAX: u8 = 6;

/// The layout of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedFile {
    /// In the order of their bytes.
    pub columns: Vec<FixedField>,
    /// Of a whole record, where records may follow each other without line ends.
    pub record_bytes: Option<usize>,
    /// The sender's system drops blanks at line ends.
    pub blanks_cut: bool,
    /// What records before the table begin with.
    pub leader: Option<String>,
    pub trailer: Option<FixedTrailer>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedField {
    /// A header of the field it is.
    pub header: String,
    /// Its bytes, from 0.
    pub at: Range<usize>,
    /// Digits behind a point that is not written.
    pub decimals: u8,
}

/// The closing record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedTrailer {
    pub begins: String,
    /// Where the number of rows stands.
    pub count: Option<Range<usize>>,
    /// Sums of columns, by index.
    pub sums: Vec<(usize, Range<usize>, u8)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FixedBlock {
    columns: Vec<FixedColumnBlock>,
    record_bytes: Option<usize>,
    #[serde(default)]
    blanks_cut: bool,
    leader: Option<String>,
    trailer: Option<TrailerBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedColumnBlock {
    header: String,
    /// The first byte, counted from 1; behind the column before it if left out.
    from: Option<usize>,
    bytes: usize,
    #[serde(default)]
    decimals: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrailerBlock {
    begins: String,
    count: Option<PlaceBlock>,
    #[serde(default)]
    sums: Vec<FixedColumnBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceBlock {
    from: usize,
    bytes: usize,
}

const PLACE: &str = "intake.files.fixed";

fn out_of_range<T>(what: &str, value: impl ToString) -> Result<T, ContractError> {
    Err(ContractError::new(
        "contract.value_range",
        format!("{PLACE}.{what}"),
        value.to_string(),
    ))
}

/// Bytes of a record, given by the first of them, from 1, and their number.
fn range(what: &str, from: usize, bytes: usize) -> Result<Range<usize>, ContractError> {
    let end = from.saturating_add(bytes).saturating_sub(1);
    if from == 0 || bytes == 0 || end > RECORD_BYTES_MAX {
        return out_of_range(what, format!("{from}+{bytes}"));
    }
    Ok(from - 1..end)
}

pub(super) fn file(block: FixedBlock) -> Result<FixedFile, ContractError> {
    let mut columns: Vec<FixedField> = Vec::new();
    for column in block.columns {
        let end = columns.last().map_or(0, |last| last.at.end);
        let at = range(&column.header, column.from.unwrap_or(end + 1), column.bytes)?;
        if at.start < end || column.decimals > DECIMALS_MAX {
            return out_of_range(&column.header, column.from.unwrap_or_default());
        }
        columns.push(FixedField {
            header: column.header,
            at,
            decimals: column.decimals,
        });
    }
    let end = columns.last().map_or(0, |last| last.at.end);
    if let Some(bytes) = block
        .record_bytes
        .filter(|bytes| !(end..=RECORD_BYTES_MAX).contains(bytes))
    {
        return out_of_range("record_bytes", bytes);
    }
    // What begins such a record is compared with its bytes, so it is the same in every charset.
    let is_mark = |mark: &str| !mark.is_empty() && mark.is_ascii();
    if let Some(leader) = block.leader.as_deref().filter(|leader| !is_mark(leader)) {
        return out_of_range("leader", leader);
    }
    let mut trailer = None;
    if let Some(block) = block.trailer {
        if !is_mark(&block.begins) {
            return out_of_range("trailer.begins", block.begins);
        }
        let count = block
            .count
            .map(|place| range("trailer.count", place.from, place.bytes));
        let mut sums = Vec::new();
        for sum in block.sums {
            let Some(index) = columns.iter().position(|column| column.header == sum.header) else {
                let place = format!("{PLACE}.trailer.sums");
                return Err(ContractError::new("contract.unknown_field", place, sum.header));
            };
            let at = range("trailer.sums", sum.from.unwrap_or_default(), sum.bytes)?;
            if sum.decimals > DECIMALS_MAX {
                return out_of_range("trailer.sums", sum.decimals);
            }
            sums.push((index, at, sum.decimals));
        }
        trailer = Some(FixedTrailer {
            begins: block.begins,
            count: count.transpose()?,
            sums,
        });
    }
    Ok(FixedFile {
        columns,
        record_bytes: block.record_bytes,
        blanks_cut: block.blanks_cut,
        leader: block.leader,
        trailer,
    })
}

/// Every column is a field, no field stands twice, and what is required is there.
pub(super) fn check(contract: &Contract) -> Result<(), ContractError> {
    let Some(file) = &contract.intake.fixed else {
        return Ok(());
    };
    if contract.intake.encoding == Some(FileEncoding::Utf16Le) {
        return out_of_range("columns", "utf-16le");
    }
    let mut found = Vec::new();
    for column in &file.columns {
        let place = || format!("{PLACE}.columns");
        let field = contract
            .match_header(&column.header)
            .ok_or_else(|| ContractError::new("contract.unknown_field", place(), &column.header))?;
        if found.contains(&&field.field.name) {
            return Err(ContractError::new(
                "contract.field_twice",
                place(),
                &column.header,
            ));
        }
        found.push(&field.field.name);
    }
    match contract
        .sent_fields()
        .find(|field| field.required && !found.contains(&&field.name))
    {
        Some(missing) => out_of_range("columns", &missing.name),
        None => Ok(()),
    }
}
