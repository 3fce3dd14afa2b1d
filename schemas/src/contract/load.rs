//! From document to contract, or the first fault with its place. The checks follow the document: the whole, its
//! fields, its rules.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{self, Field};
use super::odcs::{self, CodeBlock, Document, FeedBlock, FieldBlock, FilesBlock, Property, Store};
use super::{
    Bilingual, Contract, ContractError, DataClass, FieldType, IntakeRules, Level, RegionRule, Treatment,
    compile,
};
use crate::codelists::{CodeEntry, CodeList};
use crate::names::{DepartmentCode, FeedId, RegionCode};
use crate::storage;
use crate::values::units;

const FIELDS_MAX: usize = 500;

pub(super) fn contract(text: &str) -> Result<Contract, ContractError> {
    let document: Document = serde_yaml_ng::from_str(text).map_err(|error| {
        let place = error
            .location()
            .map_or(String::new(), |at| format!("line {}", at.line()));
        ContractError::new("contract.syntax", place, error.to_string())
    })?;
    if document.kind != "DataContract" || document.api_version != odcs::API_VERSION {
        let found = format!("{} {}", document.kind, document.api_version);
        return Err(ContractError::new("contract.not_odcs", "apiVersion", found));
    }
    let id = named(FeedId::parse(&document.id), "id", &document.id)?;
    let block: FeedBlock = odcs::extension(document.custom_properties, "customProperties")?;
    let [object] = <[_; 1]>::try_from(document.schema)
        .map_err(|found| ContractError::new("contract.schema_single", "schema", found.len().to_string()))?;

    let department = named(
        DepartmentCode::parse(&block.department),
        "intake.department",
        &block.department,
    )?;
    let units = reporting_units(&block.units)?;
    if block.basis.iter().all(|basis| basis.trim().is_empty()) {
        return Err(ContractError::new("contract.basis_missing", "intake.basis", ""));
    }
    if let Some(day) = block.due_day.filter(|day| !(1..=31).contains(day)) {
        return Err(ContractError::new(
            "contract.value_range",
            "intake.due_day",
            day.to_string(),
        ));
    }
    let mut contract = Contract {
        id,
        version: document.version,
        title: Bilingual {
            zh: document.name,
            en: block.title_en,
        },
        description: Bilingual {
            zh: document.description.purpose,
            en: block.description_en,
        },
        department,
        grain: block.grain,
        basis: block.basis,
        fields: Vec::new(),
        key: key(&object.properties)?,
        period_kind: block.period.kind,
        period_field: block.period.field,
        units,
        zero_report_allowed: block.zero_report_allowed,
        due_day: block.due_day,
        intake: files(block.files)?,
        region: RegionRule {
            field: block.region.field,
            fallback_unit: block.region.fallback_unit,
        },
        entity_field: block.entity,
        rules: Vec::new(),
        codelists: code_lists(block.codelists)?,
        headers: BTreeMap::new(),
        yaml: text.to_owned(),
    };
    let rule_blocks = fields(&mut contract, object.properties)?;
    for (name, place) in [
        (&contract.period_field, "intake.period.field"),
        (&contract.region.field, "intake.region.field"),
        (&contract.entity_field, "intake.entity"),
    ] {
        if let Some(name) = name {
            known_field(&contract, name, place)?;
        }
    }
    contract.headers = headers(&contract.fields)?;
    compile::rules(&mut contract, rule_blocks, block.rules)?;
    Ok(contract)
}

/// The field named `name`, or the fault that there is none.
pub(super) fn known_field<'a>(
    contract: &'a Contract,
    name: &str,
    place: &str,
) -> Result<&'a Field, ContractError> {
    contract
        .field(name)
        .ok_or_else(|| ContractError::new("contract.unknown_field", place, name))
}

fn named<T, E>(parsed: Result<T, E>, place: &str, text: &str) -> Result<T, ContractError> {
    parsed.map_err(|_| ContractError::new("contract.name_malformed", place, text))
}

fn reporting_units(texts: &[String]) -> Result<Vec<RegionCode>, ContractError> {
    let mut units = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let place = format!("intake.units[{index}]");
        let unit = named(RegionCode::parse(text), &place, text)?;
        if units.contains(&unit) {
            return Err(ContractError::new("contract.code_twice", place, text));
        }
        units.push(unit);
    }
    if units.is_empty() {
        return Err(ContractError::new("contract.units_missing", "intake.units", ""));
    }
    Ok(units)
}

fn files(block: FilesBlock) -> Result<IntakeRules, ContractError> {
    let rules = IntakeRules {
        delimiter: block.delimiter,
        quote: block.quote,
        encoding: block.encoding,
        header_rows_max: block.header_rows_max.unwrap_or(10),
        bad_rows_ppm_max: block.bad_rows_ppm_max.unwrap_or(50_000),
        rows_max: block.rows_max,
    };
    let out_of_range = |key: &str, value: String| {
        Err(ContractError::new(
            "contract.value_range",
            format!("intake.files.{key}"),
            value,
        ))
    };
    match &rules {
        IntakeRules { header_rows_max, .. } if !(1..=100).contains(header_rows_max) => {
            out_of_range("header_rows_max", header_rows_max.to_string())
        }
        IntakeRules { bad_rows_ppm_max, .. } if *bad_rows_ppm_max > 1_000_000 => {
            out_of_range("bad_rows_ppm_max", bad_rows_ppm_max.to_string())
        }
        IntakeRules {
            delimiter: Some(c), ..
        } if !c.is_ascii() || c.is_ascii_alphanumeric() => out_of_range("delimiter", c.to_string()),
        IntakeRules { quote: Some(c), .. } if !c.is_ascii() => out_of_range("quote", c.to_string()),
        _ => Ok(rules),
    }
}

fn code_lists(
    blocks: BTreeMap<String, BTreeMap<String, CodeBlock>>,
) -> Result<BTreeMap<String, CodeList>, ContractError> {
    let mut lists = BTreeMap::new();
    for (name, codes) in blocks {
        let entries = codes.into_iter().map(|(code, block)| CodeEntry {
            code,
            title: Bilingual {
                zh: block.zh,
                en: block.en,
            },
            aliases: block.aliases,
            historic: block.historic,
        });
        let list = CodeList::new(&name, "", "", entries.collect()).map_err(|twice| {
            ContractError::new("contract.code_twice", format!("intake.codelists.{name}"), twice)
        })?;
        lists.insert(name, list);
    }
    Ok(lists)
}

fn key(properties: &[Property]) -> Result<Vec<String>, ContractError> {
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

/// Fills `contract.fields`; gives back each field's rule blocks, since rules may name fields that come later.
fn fields(
    contract: &mut Contract,
    properties: Vec<Property>,
) -> Result<Vec<Vec<odcs::FieldRuleBlock>>, ContractError> {
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
) -> Result<(Field, Vec<odcs::FieldRuleBlock>), ContractError> {
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
    // INVARIANT (no-identifier-in-clear): what identifies a person at the highest level, and what others know only as
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

fn headers(fields: &[Field]) -> Result<BTreeMap<String, usize>, ContractError> {
    let mut headers: BTreeMap<String, usize> = BTreeMap::new();
    for (index, field) in fields.iter().enumerate() {
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
