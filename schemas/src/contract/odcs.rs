//! The document as it is written: the ODCS keys we read, and the `intake` blocks we add under `customProperties`. ODCS
//! keys we do not read are left to ODCS tools; inside our own blocks an unknown key is a fault.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_yaml_ng::Value;

use super::files::FilesBlock;
use super::{
    Bilingual, Condition, ContractError, DataClass, Derived, MoneyRule, Severity, Treatment, ValidatorKind,
};
use crate::due::{Due, OwedBy};
use crate::period::PeriodKind;

/// The ODCS version we read.
pub(super) const API_VERSION: &str = "v3.1.0";

/// The name of our block in `customProperties`.
const EXTENSION: &str = "intake";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub api_version: String,
    pub kind: String,
    pub id: String,
    pub name: String,
    pub version: String,
    #[serde(default)]
    pub description: Description,
    #[serde(default)]
    pub schema: Vec<SchemaObject>,
    #[serde(default)]
    pub custom_properties: Vec<CustomProperty>,
}

#[derive(Deserialize, Default)]
pub(super) struct Description {
    #[serde(default)]
    pub purpose: String,
}

#[derive(Deserialize)]
pub(super) struct SchemaObject {
    #[serde(default)]
    pub properties: Vec<Property>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    pub name: String,
    pub business_name: String,
    pub logical_type: String,
    pub physical_type: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub primary_key: bool,
    #[serde(default)]
    pub primary_key_position: i32,
    /// The level, L1 to L4.
    pub classification: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub custom_properties: Vec<CustomProperty>,
}

#[derive(Deserialize)]
pub(super) struct CustomProperty {
    pub property: String,
    pub value: Value,
}

/// Our block of the whole contract.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedBlock {
    pub title_en: String,
    pub description_en: String,
    pub department: String,
    pub grain: Bilingual,
    pub basis: Vec<String>,
    pub period: PeriodBlock,
    pub units: Vec<String>,
    #[serde(default)]
    pub zero_report_allowed: bool,
    /// Short for `due: { day }`.
    pub due_day: Option<u8>,
    pub due: Option<Due>,
    #[serde(default)]
    pub owed_by: OwedBy,
    #[serde(default)]
    pub files: FilesBlock,
    pub region: RegionBlock,
    pub entity: Option<String>,
    #[serde(default)]
    pub codelists: BTreeMap<String, BTreeMap<String, CodeBlock>>,
    #[serde(default)]
    pub rules: Vec<RowRuleBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodBlock {
    pub kind: PeriodKind,
    pub field: Option<String>,
    pub rather: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegionBlock {
    pub field: Option<String>,
    #[serde(default)]
    pub fallback_unit: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBlock {
    pub zh: String,
    pub en: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub historic: bool,
}

/// Our block of one field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldBlock {
    pub title_en: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub class: DataClass,
    pub treatment: Treatment,
    #[serde(default)]
    pub store: Store,
    /// The code list a text field takes its values from.
    pub codes: Option<String>,
    pub unit: Option<String>,
    /// The cells of a decimal field may say in what they are.
    pub money: Option<MoneyRule>,
    /// The field is no column of the file but a part of another field's cells.
    pub derived: Option<Derived>,
    #[serde(default)]
    pub rules: Vec<FieldRuleBlock>,
}

/// What a feed table holds in place of the raw value.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Store {
    #[default]
    Clear,
    Token,
}

/// A rule of one field: exactly one of the kinds below `text`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldRuleBlock {
    pub id: Option<String>,
    #[serde(default = "error")]
    pub severity: Severity,
    pub unless: Option<Condition>,
    pub text: Option<String>,
    pub range: Option<Bounds>,
    pub pattern: Option<String>,
    pub not_pattern: Option<String>,
    pub digits: Option<Digits>,
    pub validator: Option<ValidatorKind>,
    pub one_of: Option<Vec<String>>,
    pub none_of: Option<Vec<String>>,
}

/// A rule across fields: exactly one of the kinds below `text`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowRuleBlock {
    pub id: Option<String>,
    #[serde(default = "error")]
    pub severity: Severity,
    pub unless: Option<Condition>,
    pub text: Option<String>,
    pub sum: Option<SumBlock>,
    pub ratio: Option<RatioBlock>,
    pub order: Option<OrderBlock>,
    pub product: Option<ProductBlock>,
    pub implies: Option<ImpliesBlock>,
    pub group_sum: Option<GroupSumBlock>,
}

fn error() -> Severity {
    Severity::Error
}

/// Numbers are quoted in the document: a bare `0.2` would have passed through a float.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    pub min: Option<String>,
    pub max: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digits {
    pub min: u32,
    pub max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SumBlock {
    pub total: String,
    pub parts: Vec<String>,
    pub tolerance: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RatioBlock {
    pub num: String,
    pub den: String,
    pub min: Option<String>,
    pub max: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderBlock {
    pub first: String,
    pub then: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductBlock {
    pub total: String,
    pub factors: Vec<String>,
    pub within: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImpliesBlock {
    pub when: Condition,
    pub then: Condition,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupSumBlock {
    pub of: String,
    pub by: Vec<String>,
    pub is: String,
    pub tolerance: String,
}

/// Our block among the custom properties, read strictly.
pub(super) fn extension<T: DeserializeOwned>(
    properties: Vec<CustomProperty>,
    place: &str,
) -> Result<T, ContractError> {
    let value = properties
        .into_iter()
        .find(|property| property.property == EXTENSION)
        .ok_or_else(|| ContractError::new("contract.extension_missing", place, ""))?
        .value;
    serde_yaml_ng::from_value(value).map_err(|error| {
        ContractError::new(
            "contract.syntax",
            format!("{place}.{EXTENSION}"),
            error.to_string(),
        )
    })
}
