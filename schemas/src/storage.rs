//! What a feed table physically holds. `check` produces these columns, `lake` writes them, `engine` reads them.

use serde::{Deserialize, Serialize};

use crate::contract::{Contract, DataClass, FieldType, Level};

/// Feed tables are partitioned by these, in this order.
pub const PARTITION_COLUMNS: [&str; 2] = ["period", "reporting_unit"];

/// Physical type of a stored column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageType {
    Utf8,
    /// Precision and scale of a 128-bit decimal.
    Decimal(u8, i8),
    Int64,
    /// Days since 1970-01-01, 32 bits.
    Date,
    Boolean,
}

/// One stored column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageColumn {
    pub name: String,
    pub kind: StorageType,
    pub nullable: bool,
    /// May min and max of this column be written into the table's log?
    pub statistics: bool,
    /// The column holds keyed tokens, never the raw value.
    pub token: bool,
    pub level: Level,
    pub class: DataClass,
}

impl StorageColumn {
    /// Can its value differ between two rows of one submission?
    pub fn varies(&self) -> bool {
        !SUBMISSION_COLUMNS.contains(&self.name.as_str())
    }
}

/// Columns every feed table has after the contract's own; no contract may use these names.
/// (name, type, nullable, statistics, level)
const TECHNICAL: [(&str, StorageType, bool, bool, Level); 11] = [
    ("period", StorageType::Utf8, false, true, Level::L1),
    ("period_start", StorageType::Date, false, true, Level::L1),
    ("period_end", StorageType::Date, false, true, Level::L1),
    ("reporting_unit", StorageType::Utf8, false, true, Level::L1),
    ("region_code", StorageType::Utf8, false, true, Level::L1),
    ("county_code", StorageType::Utf8, true, true, Level::L1),
    // A credit code tells who: it stays out of the statistics like the field it came from.
    ("entity_key", StorageType::Utf8, true, false, Level::L3),
    ("match_tier", StorageType::Utf8, false, true, Level::L1),
    ("_submission_id", StorageType::Utf8, false, true, Level::L1),
    ("_row_no", StorageType::Int64, false, true, Level::L1),
    ("_contract_version", StorageType::Utf8, false, true, Level::L1),
];

/// Columns with one value in all rows of a submission. Whoever takes the submission knows them, so a check does not say
/// them row by row; the lake writes them.
const SUBMISSION_COLUMNS: [&str; 6] = [
    "period",
    "period_start",
    "period_end",
    "reporting_unit",
    "_submission_id",
    "_contract_version",
];

/// The storage columns that differ from row to row: what a check gives, in the table's order.
pub fn row_columns(contract: &Contract) -> Vec<StorageColumn> {
    let mut columns = storage_columns(contract);
    columns.retain(StorageColumn::varies);
    columns
}

/// Is the name taken by a technical column?
pub fn is_technical(name: &str) -> bool {
    name.starts_with('_') || TECHNICAL.iter().any(|column| column.0 == name)
}

/// The columns of the feed's table: the contract's fields in order, then the technical ones.
// INVARIANT (contract-first): no column reaches the lake but through this list, and every column in it is a contract's
// field or one of ours.
pub fn storage_columns(contract: &Contract) -> Vec<StorageColumn> {
    let promised = contract.fields().iter().map(|field| StorageColumn {
        name: field.name.clone(),
        kind: if field.is_token() {
            StorageType::Utf8
        } else {
            storage_type(&field.kind)
        },
        nullable: !field.required,
        statistics: field.statistics_allowed(),
        token: field.is_token(),
        level: field.level,
        class: field.class,
    });
    let technical = TECHNICAL
        .iter()
        .map(|(name, kind, nullable, statistics, level)| StorageColumn {
            name: (*name).to_owned(),
            kind: *kind,
            nullable: *nullable,
            statistics: *statistics,
            token: false,
            level: *level,
            class: DataClass::Organisation,
        });
    promised.chain(technical).collect()
}

/// How a field type is stored when it is not a token.
pub fn storage_type(kind: &FieldType) -> StorageType {
    match kind {
        FieldType::Text { .. } | FieldType::Code { .. } => StorageType::Utf8,
        FieldType::Decimal { precision, scale } => StorageType::Decimal(*precision, *scale),
        FieldType::Integer => StorageType::Int64,
        FieldType::Date => StorageType::Date,
        FieldType::Boolean => StorageType::Boolean,
    }
}
