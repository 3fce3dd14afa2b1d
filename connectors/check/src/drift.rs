//! How the files of a department have moved away from the contract: columns it does not know, codes it has not got, texts
//! it is too short for; counted, with what the values look like and which missing column a new one may be. Evidence for
//! a changed contract; values of protected fields are never in it.

mod seen;

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use decode::DecodeError;
use schemas::contract::evolution::draft::Edit;
use schemas::{Contract, FieldType};
use serde::Serialize;

use crate::header::Header;
use crate::plan::Plan;
use crate::{CheckError, Finding, Job, file_rules, header, run};

use self::seen::Seen;

/// A draft leaves room above the longest text that was seen.
const ROOM: u32 = 50;

/// What was seen, over all data rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    pub rows: u64,
    /// Columns that the contract does not know.
    pub columns: Vec<ColumnDrift>,
    /// Known columns whose values have moved.
    pub fields: Vec<FieldDrift>,
}

/// A column that the contract does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnDrift {
    /// As it stands in the file.
    pub title: String,
    /// Rows that have a value.
    pub filled: u64,
    pub longest: u32,
    pub looks: Looks,
    /// The field that is missing and that this column seems to be, by its title or its values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
}

/// A known column whose values have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDrift {
    pub field: String,
    /// As it stands in the file.
    pub title: String,
    /// Values that are not in the list, and how often; without the values where the field is protected.
    pub unknown_codes: BTreeMap<String, u64>,
    pub unknown_codes_total: u64,
    /// Texts longer than the contract allows.
    pub longer: u64,
    pub longest: u32,
}

/// What nearly all values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Looks {
    Empty,
    CreditCode,
    CitizenId,
    Date,
    Integer,
    Decimal,
    Text,
}

/// Reads a file for what the contract does not say. A file that is no table is the finding that says so.
///
/// # Errors
/// `source` failed.
pub fn drift<R: Read + Seek + Send>(job: &Job<'_>, source: R) -> Result<Result<Drift, Finding>, CheckError> {
    let is_header = |cells: &[String]| header::is_header(job.contract, cells);
    let refused = |error| match error {
        DecodeError::Read(error) => Err(CheckError::Read(error)),
        refusal => Ok(file_rules::unreadable(&refusal)),
    };
    let mut reader = match decode::open(source, &run::dialect(job), &is_header, &job.limits.file) {
        Ok(reader) => reader,
        Err(error) => return refused(error).map(Err),
    };
    let header = Header::read(job.contract, reader.header(), reader.evidence().format);
    let about = file_rules::columns(job.contract, &header, reader.evidence());
    // What must not come proposes nothing; neither does another feed's file.
    let stops = |finding: &Finding| {
        crate::door::closes(&finding.rule) || matches!(finding.rule.as_str(), "F-header" | "F-feed")
    };
    if let Some(stop) = about.into_iter().find(stops) {
        return Ok(Err(stop));
    }
    let plan = Plan::new(job, header);
    let mut seen = Seen::new(&plan);
    loop {
        match reader.next_frame(job.limits.frame_rows) {
            Ok(Some(frame)) => seen.frame(&plan, &frame),
            Ok(None) => return Ok(Ok(seen.finish(&plan))),
            Err(error) => return refused(error).map(Err),
        }
    }
}

impl Drift {
    /// The edits of the contract that this evidence supports; a person decides.
    pub fn edits(&self, contract: &Contract) -> Vec<Edit> {
        let columns = self.columns.iter().filter(|column| column.looks != Looks::Empty);
        let columns = columns.map(|column| match &column.instead_of {
            Some(field) => Edit::Alias {
                field: field.clone(),
                header: column.title.clone(),
            },
            None => Edit::Field {
                title: column.title.clone(),
                kind: column.kind(),
            },
        });
        let longer = self.fields.iter().filter(|field| field.longer > 0);
        let longer = longer.filter_map(|drift| match contract.field(&drift.field)?.kind {
            FieldType::Text { .. } => Some(Edit::Longer {
                field: drift.field.clone(),
                length_max: rounded_up(drift.longest),
            }),
            _ => None,
        });
        columns.chain(longer).collect()
    }
}

impl ColumnDrift {
    fn kind(&self) -> FieldType {
        match self.looks {
            Looks::Date => FieldType::Date,
            Looks::Integer => FieldType::Integer,
            Looks::Decimal => FieldType::Decimal {
                precision: 18,
                scale: 2,
            },
            _ => FieldType::Text {
                length_max: rounded_up(self.longest),
            },
        }
    }
}

fn rounded_up(length: u32) -> u32 {
    length.div_ceil(ROOM).max(1).saturating_mul(ROOM)
}
