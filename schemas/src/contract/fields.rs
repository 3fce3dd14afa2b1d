//! Fields from their properties: names, types, sensitivity, and the headers they answer to.

use std::collections::{BTreeMap, BTreeSet};

use super::field;
use super::odcs::{self, FieldBlock, FieldRuleBlock, Property, Store};
use super::{Bilingual, Contract, ContractError, DataClass, Field, FieldType, Level, Treatment};
use crate::storage;
use crate::values::units;

const FIELDS_MAX: usize = 500;

/// Fills `contract.fields`; gives back each field's rule blocks, since rules may name fields that come later.
pub(super) fn fields(
    contract: &mut Contract,
    properties: Vec<Property>,
) -> Result<Vec<Vec<FieldRuleBlock>>, ContractError> {
    if properties.len() > FIELDS_MAX {
        return Err(ContractError::new(
            "contract.value_range",
            "schema[0].properties",
            properties.len().to_string(),
        ));
    }
    let mut names = BTreeSet::new();
    let mut rules = Vec::new();
    for property in properties {
        let place = format!("fields.{}", property.name);
        if !is_field_name(&property.name) {
            return Err(ContractError::new(
                "contract.name_malformed",
                place,
                property.name,
            ));
        }
        if storage::is_technical(&property.name) {
            return Err(ContractError::new("contract.name_reserved", place, property.name));
        }
        if !names.insert(property.name.clone()) {
            return Err(ContractError::new("contract.field_twice", place, property.name));
        }
        let (field, blocks) = one_field(contract, property, &place)?;
        contract.fields.push(field);
        rules.push(blocks);
    }
    Ok(rules)
}

fn one_field(
    contract: &Contract,
    mut property: Property,
    place: &str,
) -> Result<(Field, Vec<FieldRuleBlock>), ContractError> {
    let block: FieldBlock = odcs::extension(std::mem::take(&mut property.custom_properties), place)?;
    let kind = field_type(&property, &block, place)?;
    if let FieldType::Code { list } = &kind
        && contract.code_list(list).is_none()
    {
        return Err(ContractError::new("contract.code_list_unknown", place, list));
    }
    let level = match property.classification.as_str() {
        "L1" => Level::L1,
        "L2" => Level::L2,
        "L3" => Level::L3,
        "L4" => Level::L4,
        other => {
            return Err(ContractError::new(
                "contract.value_range",
                format!("{place}.classification"),
                other,
            ));
        }
    };
    let number = matches!(kind, FieldType::Decimal { .. } | FieldType::Integer);
    if let Some(unit) = &block.unit
        && !(number && units::is_known(unit))
    {
        return Err(ContractError::new("contract.unit_unknown", place, unit));
    }
    if !block.treatment.fits(&kind) {
        return Err(ContractError::new(
            "contract.treatment_type",
            place,
            property.name,
        ));
    }
    // What identifies a person at the highest level, and what others know only as
    // a token, never reaches a feed table raw. Intake's tokenising reads `is_token`, which is set here.
    let must_be_token =
        (block.class == DataClass::Identifying && level == Level::L4) || block.treatment == Treatment::Token;
    let token = block.store == Store::Token;
    if must_be_token && !token || token && !matches!(kind, FieldType::Text { .. }) {
        return Err(ContractError::new(
            "contract.token_required",
            place,
            property.name,
        ));
    }
    let field = Field {
        name: property.name,
        title: Bilingual {
            zh: property.business_name,
            en: block.title_en,
        },
        description: property.description,
        aliases: block.aliases,
        kind,
        required: property.required,
        class: block.class,
        level,
        treatment: block.treatment,
        rules: Vec::new(),
        unit: block.unit,
        money: block.money,
        derived: block.derived,
        token,
    };
    Ok((field, block.rules))
}

/// The physical type says it all; the logical type must agree, because ODCS tools read that one.
fn field_type(property: &Property, block: &FieldBlock, place: &str) -> Result<FieldType, ContractError> {
    let unknown = || ContractError::new("contract.type_unknown", place, &property.physical_type);
    let (name, arguments) = match property.physical_type.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')').ok_or_else(unknown)?),
        None => (property.physical_type.as_str(), ""),
    };
    let (logical, kind) = match (name, &block.codes) {
        ("varchar", Some(list)) => ("string", FieldType::Code { list: list.clone() }),
        ("varchar", None) => {
            let length_max = arguments
                .parse()
                .ok()
                .filter(|length| (1..=4000).contains(length))
                .ok_or_else(unknown)?;
            ("string", FieldType::Text { length_max })
        }
        ("decimal", None) => {
            let (precision, scale) = arguments.split_once(',').ok_or_else(unknown)?;
            let precision = precision
                .trim()
                .parse()
                .ok()
                .filter(|digits| (1..=38).contains(digits));
            let precision: u8 = precision.ok_or_else(unknown)?;
            let scale: i8 = scale.trim().parse().map_err(|_| unknown())?;
            if scale < 0 || scale.unsigned_abs() > precision {
                return Err(unknown());
            }
            ("number", FieldType::Decimal { precision, scale })
        }
        ("bigint", None) => ("integer", FieldType::Integer),
        ("date", None) => ("date", FieldType::Date),
        ("boolean", None) => ("boolean", FieldType::Boolean),
        _ => return Err(unknown()),
    };
    if property.logical_type == logical {
        Ok(kind)
    } else {
        Err(unknown())
    }
}

pub(super) fn headers(fields: &[Field]) -> Result<BTreeMap<String, usize>, ContractError> {
    let mut headers: BTreeMap<String, usize> = BTreeMap::new();
    let sent = |(_, field): &(usize, &Field)| field.derived.is_none();
    for (index, field) in fields.iter().enumerate().filter(sent) {
        let own = [&field.name, &field.title.zh, &field.title.en];
        for header in own.into_iter().chain(&field.aliases) {
            let folded = field::fold_header(header);
            if folded.is_empty()
                || headers
                    .insert(folded, index)
                    .is_some_and(|before| before != index)
            {
                return Err(ContractError::new(
                    "contract.alias_twice",
                    format!("fields.{}", field.name),
                    header,
                ));
            }
        }
    }
    Ok(headers)
}

fn is_field_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Names of the key's fields, in key order.
pub(super) fn key(properties: &[Property]) -> Result<Vec<String>, ContractError> {
    let mut parts: Vec<&Property> = properties
        .iter()
        .filter(|property| property.primary_key)
        .collect();
    parts.sort_by_key(|property| property.primary_key_position);
    if parts.is_empty() {
        return Err(ContractError::new("contract.key_missing", "schema[0]", ""));
    }
    if let Some(optional) = parts.iter().find(|property| !property.required) {
        return Err(ContractError::new(
            "contract.key_optional",
            format!("fields.{}", optional.name),
            "",
        ));
    }
    Ok(parts.into_iter().map(|property| property.name.clone()).collect())
}
