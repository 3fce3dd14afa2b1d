//! Feed contracts: what a department promised to report, field by field, and the pure rules that tell whether a
//! value keeps the promise. No lake, no network, no clock but for new submission ids; the only file access is
//! [`feeds::load_dir`].
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

pub mod catalogue;
pub mod codelists;
pub mod contract;
pub mod doors;
pub mod due;
pub mod entity;
pub mod feeds;
pub mod mark;
pub mod names;
pub mod period;
pub mod rates;
pub mod reference;
pub mod storage;
pub mod texts;
pub mod validators;
pub mod values;
pub mod workdays;

pub use contract::{
    Bilingual, BuiltinRule, Condition, Contract, ContractError, DataClass, Derived, Field, FieldRule,
    FieldRuleKind, FieldType, FileEncoding, FixedField, FixedFile, FixedTrailer, HeaderMatch, IntakeRules,
    Level, MoneyRule, Part, RegionRule, RowRule, RowRuleKind, Severity, Treatment, ValidatorKind,
};
pub use due::{Due, OwedBy, owing};
pub use names::{DepartmentCode, FeedId, NameError, PurposeCode, RegionCode, SubmissionId, ViewName};
pub use period::{Period, PeriodError, PeriodKind};
pub use rates::{RATE_DIGITS, RATE_SCALE, Rate, Rates, RatesError};
pub use storage::{PARTITION_COLUMNS, StorageColumn, StorageType, row_columns, storage_columns};
pub use workdays::{Workdays, WorkdaysError};
