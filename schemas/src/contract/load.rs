//! From document to contract, or the first fault with its place. The checks follow the document: the whole
//! here, then `fields`, then `compile` for the rules.

use std::collections::BTreeMap;

use super::odcs::{self, CodeBlock, Document, FeedBlock};
use super::{
    Bilingual, Contract, ContractError, Field, FieldType, RegionRule, compile, fields, files, fixed, parts,
};
use crate::codelists::{CodeEntry, CodeList};
use crate::due::Due;
use crate::names::{DepartmentCode, FeedId, RegionCode};

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
    let due = due(block.due_day, block.due)?;
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
        key: fields::key(&object.properties)?,
        period_kind: block.period.kind,
        period_field: block.period.field,
        period_rather: block.period.rather,
        units,
        zero_report_allowed: block.zero_report_allowed,
        due,
        owed_by: block.owed_by,
        intake: files::rules(block.files)?,
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
    let rule_blocks = fields::fields(&mut contract, object.properties)?;
    for (name, place) in [
        (&contract.period_field, "intake.period.field"),
        (&contract.region.field, "intake.region.field"),
        (&contract.entity_field, "intake.entity"),
    ] {
        if let Some(name) = name {
            known_field(&contract, name, place)?;
        }
    }
    parts::check(&contract)?;
    contract.headers = fields::headers(&contract.fields)?;
    period_rather(&contract)?;
    refused_columns(&contract)?;
    fixed::check(&contract)?;
    compile::rules(&mut contract, rule_blocks, block.rules)?;
    Ok(contract)
}

/// Only a date beside a date can take its place.
fn period_rather(contract: &Contract) -> Result<(), ContractError> {
    let Some(rather) = &contract.period_rather else {
        return Ok(());
    };
    let place = "intake.period.rather";
    let is_date = |name: &str| Ok(known_field(contract, name, place)?.kind == FieldType::Date);
    let beside = contract.period_field.as_deref().map_or(Ok(false), is_date)?;
    if beside && is_date(rather)? && contract.period_field.as_ref() != Some(rather) {
        Ok(())
    } else {
        Err(ContractError::new("contract.rule_field_kind", place, rather))
    }
}

/// A column cannot be promised and refused at once.
fn refused_columns(contract: &Contract) -> Result<(), ContractError> {
    let promised = |header: &&String| contract.match_header(header).is_some() || header.trim().is_empty();
    match contract.intake.refused_columns.iter().find(promised) {
        Some(header) => Err(ContractError::new(
            "contract.alias_twice",
            "intake.files.refused_columns",
            header,
        )),
        None => Ok(()),
    }
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

/// `due_day: 10` is short for `due: { day: 10 }`; both at once would be two answers.
fn due(day: Option<u8>, due: Option<Due>) -> Result<Option<Due>, ContractError> {
    let fault = |place, value: String| Err(ContractError::new("contract.value_range", place, value));
    match (day, due) {
        (Some(day), Some(_)) => fault("intake.due", day.to_string()),
        (Some(day), None) if !(Due::Monthly { day }).is_sound() => fault("intake.due_day", day.to_string()),
        (None, Some(due)) if !due.is_sound() => fault("intake.due", format!("{due:?}")),
        (Some(day), None) => Ok(Some(Due::Monthly { day })),
        (None, due) => Ok(due),
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
