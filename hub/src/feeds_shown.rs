//! Feeds as the catalogue shows them: those that have a contract and are open, and those that are only catalogued. The
//! command line and `/v1/catalog/feeds` say the same.

use std::collections::BTreeMap;

use schemas::catalogue::{self, Entry};
use schemas::{Contract, Field, reference};
use serde_json::{Map, Value, json};

use crate::contracts::Contracts;

/// Every feed there is to read about, by id.
pub fn all(contracts: &Contracts) -> Vec<Value> {
    let mut shown = BTreeMap::new();
    for entry in catalogue::entries() {
        shown.insert(&entry.id, (Some(entry), contracts.get(&entry.id)));
    }
    for (id, contract) in contracts {
        shown.entry(id).or_insert((None, Some(contract)));
    }
    shown
        .into_values()
        .map(|(entry, contract)| feed(entry, contract.map(AsRef::as_ref)))
        .collect()
}

fn feed(entry: Option<&Entry>, contract: Option<&Contract>) -> Value {
    let mut shown = Map::new();
    if let Some(entry) = entry {
        put(&mut shown, catalogued(entry, contract));
    }
    if let Some(contract) = contract {
        put(&mut shown, open(contract));
    }
    Value::Object(shown)
}

/// What the contract says counts where both say something.
fn put(shown: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        shown.extend(more);
    }
}

fn catalogued(entry: &Entry, contract: Option<&Contract>) -> Value {
    json!({
        "id": entry.id,
        "state": "catalogued",
        "number": entry.number,
        "version": null,
        "title": entry.title,
        "department": entry.department(),
        "provider": entry.provider(),
        "grain": entry.grain,
        "basis": entry.basis(),
        "period_kind": null,
        "units": [],
        "zero_report_allowed": false,
        "refresh": entry.refresh,
        "due": entry.due,
        "scope": entry.scope,
        "person": entry.person,
        "refused": entry.refused,
        "share_type": entry.share_type,
        "share_note": entry.share_note,
        "taxes": entry.taxes,
        "note": entry.note,
        "fields": [],
        "resource": entry.resource(contract),
    })
}

fn open(contract: &Contract) -> Value {
    json!({
        "id": contract.id(),
        "state": "open",
        "version": contract.version(),
        "title": contract.title(),
        "department": contract.department(),
        "grain": contract.grain(),
        "basis": contract.basis(),
        "period_kind": contract.period_kind(),
        "units": contract.units(),
        "zero_report_allowed": contract.zero_report_allowed(),
        "due": contract.due(),
        "owed_by": contract.owed_by(),
        "fields": contract.fields().iter().map(field).collect::<Vec<_>>(),
    })
}

fn field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "title": field.title,
        "type": reference::kind(&field.kind),
        "unit": field.unit,
        "required": field.required,
        "class": field.class,
        "level": field.level,
        "description": field.description,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts;

    #[test]
    fn open_and_catalogued_feeds_are_told_apart_and_none_is_lost() {
        let shown = all(&contracts::load(None).unwrap());
        let named = |id: &str| shown.iter().find(|feed| feed["id"] == id).unwrap();
        let numbered = shown.iter().filter(|feed| feed["number"].is_u64()).count();
        assert_eq!(numbered, 72);
        let (power, hotels) = (named("pow_usage"), named("psb_hotel_stat"));
        assert_eq!((&power["state"], &power["number"]), (&json!("open"), &json!(50)));
        assert_eq!(power["grain"]["en"], "one row per account and month");
        assert_eq!(power["resource"]["share_type"], 2);
        assert_eq!(
            (&hotels["state"], &hotels["version"]),
            (&json!("catalogued"), &Value::Null)
        );
        assert_eq!(hotels["refused"]["en"], "lists of guests");
        assert_eq!(hotels["fields"], json!([]));
        assert_eq!(hotels["resource"]["items"][0], "旅馆编码");
    }

    #[test]
    fn a_feed_that_an_operator_opens_is_open_whether_the_catalogue_knows_it_or_not() {
        let mut contracts = contracts::load(None).unwrap();
        let power = contracts
            .values()
            .find(|contract| contract.id().as_str() == "pow_usage")
            .unwrap();
        let opened = |id: &str| {
            let yaml = power
                .yaml()
                .replace("id: pow_usage", &format!("id: {id}"))
                .replace("department: pow", "department: gas");
            std::sync::Arc::new(Contract::from_yaml(&yaml).unwrap())
        };
        let (known, own) = (opened("gas_usage"), opened("gas_bottles"));
        for contract in [known, own] {
            contracts.insert(contract.id().clone(), contract);
        }
        let shown = all(&contracts);
        let state = |id: &str| shown.iter().find(|feed| feed["id"] == id).unwrap()["state"].clone();
        assert_eq!(
            (state("gas_usage"), state("gas_bottles")),
            (json!("open"), json!("open"))
        );
        assert_eq!(state("tob_retail"), json!("catalogued"));
    }
}
