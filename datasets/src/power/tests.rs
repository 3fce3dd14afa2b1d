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
    FIELDS.iter().position(|field| *field == name).unwrap()
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
    assert!(file.truth.planted.is_empty() && file.truth.findings.is_empty());
    let sum: i64 = rows(&file).iter().map(|row| number(&row[column("kwh")])).sum();
    assert_eq!(i128::from(sum), file.truth.total("kwh"));
}

#[test]
fn the_truth_of_a_damaged_file_accounts_for_every_row() {
    let file = month_file(&small(), &january(), Dirt::Planted { per_mille: 30 });
    let truth = &file.truth;
    assert_eq!(truth.rows, truth.committed + truth.quarantined + truth.duplicate);
    assert_eq!(truth.rows, u64::try_from(rows(&file).len()).unwrap());
    let kinds: BTreeSet<&str> = truth.planted.iter().map(|one| one.damage).collect();
    assert!(kinds.len() >= 14, "{kinds:?}");
    assert!((40..80).contains(&truth.planted.len()), "{}", truth.planted.len());
}

#[test]
fn planted_damage_is_where_the_truth_says() {
    let file = month_file(&small(), &january(), Dirt::Planted { per_mille: 30 });
    let rows = rows(&file);
    for one in &file.truth.planted {
        let row = &rows[usize::try_from(one.record_no).unwrap() - 2];
        let cell = || row[column(&one.field)].as_str();
        match one.damage {
            "bad_check_character" => assert!(schemas::validators::uscc::check(cell()).is_bad()),
            "missing_required" => assert_eq!(cell(), ""),
            "lost_digits" => assert_eq!(cell().len(), 9),
            "duplicate_row" => assert_eq!(row, &rows[usize::try_from(one.record_no).unwrap() - 3]),
            "key_twice" => assert_eq!(row[0], rows[usize::try_from(one.record_no).unwrap() - 3][0]),
            _ => assert!(!cell().is_empty()),
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
fn the_file_of_another_office_has_the_name_and_nothing_else_of_the_feed() {
    let file = month_file(&small(), &january(), Dirt::WrongColumns);
    assert!(file.truth.rejected);
    let text = String::from_utf8(file.bytes).unwrap();
    let contract = contract().unwrap();
    let header = text.lines().next().unwrap();
    let known = header
        .split(',')
        .filter(|title| contract.match_header(title).is_some());
    assert_eq!(known.collect::<Vec<_>>(), ["用户名称"]);
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
