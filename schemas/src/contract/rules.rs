//! The rules a row must keep, as data. `check` turns them into expressions; nothing here looks at rows.

use serde::{Deserialize, Serialize};

use crate::validators;
use crate::values::decimal::Decimal;

/// What breaking a rule means: the row is refused, or kept with a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Warning,
    Error,
}

/// A rule about one field's value. Rules never apply to a missing value; `required` speaks of that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldRule {
    /// `R-<field>-<kind>` unless the contract names it; unique in the contract.
    pub id: String,
    pub severity: Severity,
    pub kind: FieldRuleKind,
    /// Rows for which the rule is silent.
    pub unless: Option<Condition>,
    /// The text code of the finding, e.g. `check.range`.
    pub text: String,
}

/// The kinds of field rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRuleKind {
    /// Both ends included; on decimals and integers.
    Range {
        min: Option<Decimal>,
        max: Option<Decimal>,
    },
    /// The whole value matches. The pattern compiles and is anchored (`^…$`).
    Pattern(String),
    /// The whole value does not match: a kind of value that may not be sent.
    NotPattern(String),
    /// ASCII digits only, this many of them.
    Digits {
        min: u32,
        max: u32,
    },
    Validator(ValidatorKind),
    /// One of these canonical values.
    OneOf(Vec<String>),
    /// None of these canonical values: known codes whose rows may not be sent.
    NoneOf(Vec<String>),
}

/// Rules every feed has without writing them down. `check` applies them; here they get the ids that findings carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltinRule {
    /// A required value is there.
    Required,
    /// The value can be read as the field's type. Remarks on reading it (rounded, a spreadsheet date) carry this id as
    /// warnings.
    Type,
    /// A text is not too long. The length is that of the stored value, after a validator made it uniform.
    Length,
    /// A code is in its list.
    Code,
    /// The row belongs to the submission's period; on the contract's period field.
    Period,
    /// The object lies in the reporting unit; on the contract's region field.
    Region,
    /// No two rows of a file share a key; on the first field of the key.
    Key,
}

impl BuiltinRule {
    pub const ALL: [BuiltinRule; 7] = [
        BuiltinRule::Required,
        BuiltinRule::Type,
        BuiltinRule::Length,
        BuiltinRule::Code,
        BuiltinRule::Period,
        BuiltinRule::Region,
        BuiltinRule::Key,
    ];

    /// The rule's id on a field: `R-<field>-<kind>`.
    pub fn id(self, field: &str) -> String {
        format!("R-{field}-{}", self.kind())
    }

    fn kind(self) -> &'static str {
        match self {
            BuiltinRule::Required => "required",
            BuiltinRule::Type => "type",
            BuiltinRule::Length => "length",
            BuiltinRule::Code => "code",
            BuiltinRule::Period => "period",
            BuiltinRule::Region => "outside",
            BuiltinRule::Key => "key",
        }
    }
}

/// Names of the validators (see [`crate::validators`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidatorKind {
    Uscc,
    Org,
    CitizenId,
    TaxpayerId,
    Vin,
    Luhn,
    RealestateUnit,
    Region,
    Month,
    Quarter,
    Industry,
    OrganisationName,
}

impl ValidatorKind {
    /// The name in contracts and rule ids.
    pub fn name(self) -> &'static str {
        match self {
            ValidatorKind::Uscc => "uscc",
            ValidatorKind::Org => "org",
            ValidatorKind::CitizenId => "citizen_id",
            ValidatorKind::TaxpayerId => "taxpayer_id",
            ValidatorKind::Vin => "vin",
            ValidatorKind::Luhn => "luhn",
            ValidatorKind::RealestateUnit => "realestate_unit",
            ValidatorKind::Region => "region",
            ValidatorKind::Month => "month",
            ValidatorKind::Quarter => "quarter",
            ValidatorKind::Industry => "industry",
            ValidatorKind::OrganisationName => "organisation_name",
        }
    }

    /// Runs the validator on a raw value.
    pub fn check(self, text: &str) -> validators::Outcome {
        match self {
            ValidatorKind::Uscc => validators::uscc::check(text),
            ValidatorKind::Org => validators::org::check(text),
            ValidatorKind::CitizenId => validators::citizen_id::check(text),
            ValidatorKind::TaxpayerId => validators::taxpayer_id::check(text),
            ValidatorKind::Vin => validators::vin::check(text),
            ValidatorKind::Luhn => validators::luhn::check(text),
            ValidatorKind::RealestateUnit => validators::realestate_unit::check(text),
            ValidatorKind::Region => validators::region::check(text),
            ValidatorKind::Month => validators::month::check(text),
            ValidatorKind::Quarter => validators::quarter::check(text),
            ValidatorKind::Industry => validators::industry::check(text),
            ValidatorKind::OrganisationName => validators::organisation_name::check(text),
        }
    }
}

/// Holds where a field has this canonical value or, when no value is named, where it has any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub field: String,
    /// On text and code fields.
    pub is: Option<String>,
}
