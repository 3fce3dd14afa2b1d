//! The monthly power file keeps its promises: same bytes for a seed, valid codes, and a truth that counts right.

use super::*;
use crate::scale::Scale;
use schemas::PeriodKind;
use std::collections::{BTreeMap, BTreeSet};

fn january() -> Period {
    Period::parse(PeriodKind::Month, "202501").unwrap()
}

fn small() -> Population {
    Population::new(433_100, Scale::Small)
}

/// Rows without the header, as the generator quotes nothing in this feed.
fn rows(file: &GeneratedFile) -> Vec<Vec<String>> {
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

fn column(name: &str) -> usize {
    COLUMNS.iter().position(|(field, _)| *field == name).unwrap()
}

fn number(cell: &str) -> i64 {
    cell.replace('.', "").parse().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_month_gives_others() {
    let dirt = Dirt::Planted { per_mille: 20 };
    assert_eq!(
        month_file(&small(), &january(), dirt),
        month_file(&small(), &january(), dirt)
    );
    let february = Period::parse(PeriodKind::Month, "202502").unwrap();
    assert_ne!(
        month_file(&small(), &january(), Dirt::Clean).bytes,
        month_file(&small(), &february, Dirt::Clean).bytes
    );
}

#[test]
fn every_credit_code_passes_the_validator_of_the_contracts() {
    let file = month_file(&small(), &january(), Dirt::Clean);
    let codes: Vec<String> = rows(&file)
        .into_iter()
        .map(|row| row[column("usc_code")].clone())
        .filter(|code| !code.is_empty())
        .collect();
    assert!(codes.len() > 500);
    for code in codes {
        assert_eq!(
            schemas::validators::uscc::check(&code),
            schemas::validators::Outcome::Ok,
            "{code}"
        );
    }
}

#[test]
fn the_parts_of_the_day_add_up_and_the_fee_is_near_a_tariff() {
    for row in rows(&month_file(&small(), &january(), Dirt::Clean)) {
        let parts: i64 = ["kwh_peak", "kwh_flat", "kwh_valley"]
            .iter()
            .map(|name| number(&row[column(name)]))
            .sum();
        let kwh = number(&row[column("kwh")]);
        assert_eq!(parts, kwh);
        let fee = number(&row[column("fee")]);
        assert!(fee * 10 >= kwh * 2 && fee <= kwh * 2, "{row:?}");
    }
}

#[test]
fn the_truth_of_a_clean_file_is_that_every_row_is_committed() {
    let file = month_file(&small(), &january(), Dirt::Clean);
    assert_eq!((file.truth.rows, file.truth.committed), (2_000, 2_000));
    assert!(file.truth.planted.is_empty());
    let sum: i64 = rows(&file).iter().map(|row| number(&row[column("kwh")])).sum();
    assert_eq!(sum, file.truth.kwh_committed);
}

#[test]
fn the_truth_of_a_damaged_file_accounts_for_every_row() {
    let file = month_file(&small(), &january(), Dirt::Planted { per_mille: 30 });
    let truth = &file.truth;
    assert_eq!(truth.rows, truth.committed + truth.quarantined + truth.duplicate);
    assert_eq!(truth.rows, u64::try_from(rows(&file).len()).unwrap());
    let kinds: BTreeSet<Damage> = truth.planted.iter().map(|one| one.damage).collect();
    assert_eq!(kinds.len(), Damage::all().count());
    assert!(
        (60..140).contains(&truth.planted.len()),
        "{}",
        truth.planted.len()
    );
}

#[test]
fn planted_damage_is_where_the_truth_says() {
    let file = month_file(&small(), &january(), Dirt::Planted { per_mille: 30 });
    let rows = rows(&file);
    for one in &file.truth.planted {
        let row = &rows[usize::try_from(one.record_no).unwrap() - 2];
        let cell = one.damage.field().map(|field| row[column(field)].as_str());
        match one.damage {
            Damage::BadCheckCharacter => {
                let outcome = schemas::validators::uscc::check(cell.unwrap());
                assert!(
                    matches!(outcome, schemas::validators::Outcome::Bad { .. }),
                    "{cell:?}"
                );
            }
            Damage::MissingRequired => assert_eq!(cell, Some("")),
            Damage::LostDigits => assert_eq!(cell.unwrap().len(), 8),
            Damage::DuplicateRow => assert_eq!(row, &rows[usize::try_from(one.record_no).unwrap() - 3]),
            _ => assert_ne!(cell, None),
        }
    }
}

#[test]
fn the_small_cell_is_too_small_for_an_aggregate_of_five() {
    let mut cells: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for row in rows(&month_file(&small(), &january(), Dirt::Clean)) {
        let cell = (row[column("county")].clone(), row[column("use_class")].clone());
        cells
            .entry(cell)
            .or_default()
            .insert(row[column("account_no")].clone());
    }
    assert_eq!(cells[&("433126".to_owned(), "1".to_owned())].len(), 3);
    assert!(cells.values().filter(|accounts| accounts.len() >= 5).count() > 30);
}

#[test]
fn the_file_of_another_office_shares_no_column_with_the_feed() {
    let file = month_file(&small(), &january(), Dirt::WrongColumns);
    let text = String::from_utf8(file.bytes).unwrap();
    let header = text.lines().next().unwrap();
    assert!(
        COLUMNS
            .iter()
            .all(|(_, title)| header.split(',').all(|cell| cell != *title)),
        "{header}"
    );
}

#[test]
fn gb18030_holds_the_same_rows() {
    let plain = month_file(&small(), &january(), Dirt::Clean);
    let encoded = month_file_in(&small(), &january(), Dirt::Clean, Charset::Gb18030);
    assert_eq!(encoded.truth, plain.truth);
    assert_ne!(encoded.bytes, plain.bytes);
    let (text, _, bad) = encoding_rs::GB18030.decode(&encoded.bytes);
    assert!(!bad);
    assert_eq!(text.as_bytes(), plain.bytes);
}

#[test]
fn the_header_is_the_contracts_own_in_its_order() {
    let contracts = schemas::feeds::embedded().unwrap();
    let contract = contracts
        .iter()
        .find(|one| one.id().as_str() == "pow_usage")
        .unwrap();
    let wanted: Vec<(&str, &str)> = contract
        .fields()
        .iter()
        .map(|field| (field.name.as_str(), field.title.zh.as_str()))
        .collect();
    assert_eq!(wanted, COLUMNS);
}

#[test]
fn every_damage_sits_in_a_field_of_the_contract_and_names_a_rule() {
    let contracts = schemas::feeds::embedded().unwrap();
    let contract = contracts
        .iter()
        .find(|one| one.id().as_str() == "pow_usage")
        .unwrap();
    let text = contract.yaml();
    for damage in Damage::all() {
        if let Some(field) = damage.field() {
            assert!(text.contains(&format!("name: {field}")), "{damage:?}");
        }
        assert_eq!(damage.rule().is_some(), damage.field().is_some());
    }
}
