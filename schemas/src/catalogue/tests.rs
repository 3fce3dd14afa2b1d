//! The catalogue as it ships: whole, without doubles, and of one mind with the contracts.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::codelists;
use crate::contract::Contract;
use crate::feeds;
use crate::period::PeriodKind;

fn contracts() -> BTreeMap<FeedId, Contract> {
    let contracts = feeds::embedded().unwrap().into_iter();
    contracts
        .map(|contract| (contract.id().clone(), contract))
        .collect()
}

#[test]
fn the_catalogue_has_seventy_two_feeds_and_loses_none() {
    for (path, text) in files() {
        let provider = read(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(path, format!("{}.toml", provider.code));
        for entry in &provider.entries {
            assert_eq!(entry.department().as_ref(), Some(&provider.code), "{}", entry.id);
        }
    }
    let mut numbers: Vec<u16> = entries().map(|entry| entry.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=72).collect::<Vec<_>>());
    let ids: BTreeSet<&FeedId> = entries().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), 72);
    let titles: BTreeSet<&str> = entries().map(|entry| entry.title.zh.as_str()).collect();
    assert_eq!(titles.len(), 72);
}

#[test]
fn an_entry_points_to_a_contract_or_says_for_itself_what_it_holds() {
    let contracts = contracts();
    for entry in entries() {
        let told = entry.grain.is_some() && !entry.items.is_empty();
        assert_eq!(entry.contract, contracts.contains_key(&entry.id), "{}", entry.id);
        assert_eq!(told, !entry.contract, "{}", entry.id);
        assert!(entry.contract || entry.basis().len() >= 2, "{}", entry.id);
        let names: BTreeSet<&str> = entry.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names.len(), entry.items.len(), "{}", entry.id);
    }
}

#[test]
fn contract_and_catalogue_say_the_same() {
    let contracts = contracts();
    for entry in entries() {
        let Some(contract) = contracts.get(&entry.id) else {
            continue;
        };
        let id = &entry.id;
        assert_eq!(&entry.title, contract.title(), "{id}");
        assert_eq!(entry.department().as_ref(), Some(contract.department()), "{id}");
        assert_eq!(entry.due, contract.due(), "{id}");
        let refreshes: &[Refresh] = match contract.period_kind() {
            PeriodKind::Month | PeriodKind::Snapshot => &[Refresh::Month, Refresh::Day],
            PeriodKind::Quarter => &[Refresh::Quarter],
            PeriodKind::Year => &[Refresh::Year],
            PeriodKind::Day => &[Refresh::Day],
        };
        assert!(refreshes.contains(&entry.refresh), "{id}");
        let counties = contract.units().iter().any(|unit| unit.is_county());
        assert_eq!(counties, entry.scope == Scope::County, "{id}");
    }
}

#[test]
fn taxes_are_those_of_the_code_list() {
    let taxes = codelists::shared("taxes").unwrap();
    for entry in entries() {
        for tax in entry.taxes.iter().filter(|tax| *tax != "all") {
            assert!(taxes.resolve(tax).is_some(), "{}: {tax}", entry.id);
        }
        assert!(
            !entry.taxes.iter().any(|tax| tax == "all") || entry.taxes.len() == 1,
            "{}",
            entry.id
        );
    }
}

#[test]
fn what_is_sensitive_says_what_may_never_come_and_is_never_free() {
    for entry in entries() {
        if entry.person == crate::DataClass::Sensitive {
            assert!(entry.refused.is_some(), "{}", entry.id);
        }
        if entry.person >= crate::DataClass::Identifying {
            assert_ne!(entry.share_type, ShareType::Unconditional, "{}", entry.id);
        }
    }
}

#[test]
fn every_entry_can_be_written_for_the_provincial_catalogue() {
    let contracts = contracts();
    for entry in entries() {
        let resource = entry.resource(contracts.get(&entry.id)).unwrap();
        assert!(
            !resource.items.is_empty() && !resource.summary.is_empty(),
            "{}",
            entry.id
        );
        assert!(
            !resource.provider_name.is_empty() && !resource.share_condition.is_empty(),
            "{}",
            entry.id
        );
        assert_eq!(resource.resource_code, None, "{}", entry.id);
        assert!(crate::texts::get(entry.refresh.text()).is_some());
    }
    let hotels = entry(&FeedId::parse("psb_hotel_stat").unwrap()).unwrap();
    let written = serde_json::to_value(hotels.resource(None).unwrap()).unwrap();
    assert_eq!(
        (&written["refresh_cycle"], &written["share_type"]),
        (&4.into(), &2.into())
    );
    assert_eq!(written["items"][2], "住宿人夜数");
}
