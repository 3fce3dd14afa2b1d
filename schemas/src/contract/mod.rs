//! The feed contract (报送规范): the versioned promise of a feed. A [`Contract`] is born in [`Contract::from_yaml`]
//! only, so whoever holds one need not ask whether its rules name fields that exist.

mod compile;
mod error;
pub mod evolution;
mod field;
mod fields;
mod files;
mod fixed;
mod load;
mod odcs;
mod parts;
mod row_rules;
mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use error::ContractError;
pub(crate) use field::fold_header;
pub use field::{DataClass, Derived, Field, FieldType, HeaderMatch, Level, MoneyRule, Part, Treatment};
pub use fixed::{FixedField, FixedFile, FixedTrailer};
pub use row_rules::{RowRule, RowRuleKind};
pub use rules::{BuiltinRule, Condition, FieldRule, FieldRuleKind, Severity, ValidatorKind};

use crate::codelists::{self, CodeList};
use crate::due::{Due, OwedBy};
use crate::names::{DepartmentCode, FeedId, RegionCode};
use crate::period::PeriodKind;

/// A text for people, Chinese first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

/// One feed's promise: fields, keys, rules, who reports what for which period.
#[derive(Debug, Clone)]
pub struct Contract {
    id: FeedId,
    version: String,
    title: Bilingual,
    description: Bilingual,
    department: DepartmentCode,
    grain: Bilingual,
    basis: Vec<String>,
    fields: Vec<Field>,
    key: Vec<String>,
    period_kind: PeriodKind,
    period_field: Option<String>,
    period_rather: Option<String>,
    units: Vec<RegionCode>,
    zero_report_allowed: bool,
    due: Option<Due>,
    owed_by: OwedBy,
    intake: IntakeRules,
    region: RegionRule,
    entity_field: Option<String>,
    rules: Vec<RowRule>,
    codelists: BTreeMap<String, CodeList>,
    headers: BTreeMap<String, usize>,
    yaml: String,
}

/// How the files of a feed are read. `None` means: found out from the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntakeRules {
    /// One to eight ASCII characters.
    pub delimiter: Option<String>,
    pub quote: Option<char>,
    pub encoding: Option<FileEncoding>,
    /// The header is looked for in this many records.
    pub header_rows_max: usize,
    /// More refused rows than this share of the data rows, in parts per million, and the whole file is refused.
    pub bad_rows_ppm_max: u32,
    /// More data rows than this and the file is refused.
    pub rows_max: Option<u64>,
    /// Words that stand for an empty cell, such as `N/A`; compared without regard to case.
    pub nulls: Vec<String>,
    /// Headers that tell of data the feed must not hold: a file with one of them is refused whole.
    pub refused_columns: Vec<String>,
    /// Where the fields stand in text files without delimiters.
    pub fixed: Option<FixedFile>,
    /// Where the records of JSON or XML stand, from the outermost name inwards: `data/rows`.
    pub records: Option<String>,
    /// Which file of an archive is the table: its name without folders, with `*` for any characters.
    pub member: Option<String>,
}

/// The character sets a contract may fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileEncoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "gb18030")]
    Gb18030,
    #[serde(rename = "utf-16le")]
    Utf16Le,
}

/// Where a row's region comes from. It follows where the object lies, never a credit code or an ID number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionRule {
    /// The field that holds the county of the object.
    pub field: Option<String>,
    /// A row without a usable county takes the reporting unit's region (with a finding) instead of being refused.
    pub fallback_unit: bool,
}

impl Contract {
    /// Parses and validates an ODCS 3.1 document whose `customProperties` carry an `intake` block.
    pub fn from_yaml(text: &str) -> Result<Contract, ContractError> {
        load::contract(text)
    }

    /// The text this contract came from, byte for byte.
    pub fn yaml(&self) -> &str {
        &self.yaml
    }

    pub fn id(&self) -> &FeedId {
        &self.id
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn title(&self) -> &Bilingual {
        &self.title
    }

    /// What the feed is and why the tax side needs it.
    pub fn description(&self) -> &Bilingual {
        &self.description
    }

    /// The department that provides the feed.
    pub fn department(&self) -> &DepartmentCode {
        &self.department
    }

    /// One row per what.
    pub fn grain(&self) -> &Bilingual {
        &self.grain
    }

    /// Articles and documents that oblige the department to report.
    pub fn basis(&self) -> &[String] {
        &self.basis
    }

    /// In the order of the document, which is the order of the stored columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that are columns of a file: all but the derived ones.
    pub fn sent_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.derived.is_none())
    }

    /// Field names that identify a row within a slot, in key order; all required.
    pub fn key(&self) -> &[String] {
        &self.key
    }

    pub fn period_kind(&self) -> PeriodKind {
        self.period_kind
    }

    /// The field that repeats the period in every row, if the feed has one; it must lie in the submission's period.
    pub fn period_field(&self) -> Option<&str> {
        self.period_field.as_deref()
    }

    /// The date that decides instead of the period field in rows that have it: a contract filed long ago belongs to the
    /// month it was cancelled in.
    pub fn period_rather(&self) -> Option<&str> {
        self.period_rather.as_deref()
    }

    /// The reporting units that may report the feed; which of them owe it, `owed_by` says.
    pub fn units(&self) -> &[RegionCode] {
        &self.units
    }

    pub fn zero_report_allowed(&self) -> bool {
        self.zero_report_allowed
    }

    /// By when the feed is due after a period; none if it is asked and answered at once.
    pub fn due(&self) -> Option<Due> {
        self.due
    }

    /// Which of the units owe a period.
    pub fn owed_by(&self) -> OwedBy {
        self.owed_by
    }

    pub fn intake(&self) -> &IntakeRules {
        &self.intake
    }

    pub fn region(&self) -> &RegionRule {
        &self.region
    }

    /// The field whose value becomes `entity_key` (see [`crate::entity::entity_key`]).
    pub fn entity_field(&self) -> Option<&str> {
        self.entity_field.as_deref()
    }

    /// Rules across fields of one row.
    pub fn rules(&self) -> &[RowRule] {
        &self.rules
    }

    /// A code list by the name a [`FieldType::Code`] uses: the contract's own first, then the shared ones.
    pub fn code_list(&self, name: &str) -> Option<&CodeList> {
        self.codelists.get(name).or_else(|| codelists::shared(name))
    }

    /// Finds the field a column header means: its title, name or alias, blind to width, blanks and case. A bracketed
    /// unit or filling note is understood; a bracket that is neither means no match, because guessing what a
    /// department meant by `电费（万元）` would be wrong by ten thousand.
    pub fn match_header(&self, header: &str) -> Option<HeaderMatch<'_>> {
        field::match_header(&self.headers, &self.fields, header)
    }

    /// Does the header tell of data that the feed must not hold? Blind to width, blanks and case, and to a note in
    /// brackets behind it.
    pub fn refuses_column(&self, header: &str) -> bool {
        let refused = |header: &str| {
            let known = self.intake.refused_columns.iter();
            known
                .map(|known| field::fold_header(known))
                .any(|known| known == header)
        };
        let folded = field::fold_header(header);
        refused(&folded)
            || folded
                .split_once(['(', '['])
                .is_some_and(|(title, _)| refused(title))
    }
}

#[cfg(test)]
mod tests;
