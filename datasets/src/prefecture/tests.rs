//! The prefecture as a whole: the same every time, and nobody in it exists.

use super::*;
use std::collections::BTreeSet;

fn small() -> Prefecture {
    Prefecture::new(7, Scale::Small)
}

#[test]
fn the_same_seed_gives_the_same_files_and_another_seed_others() {
    let (one, again, other) = (small(), small(), Prefecture::new(8, Scale::Small));
    for slot in one.slots() {
        let file = one.file(&slot);
        assert!(file.truth.rows > 0, "{slot:?}");
        assert_eq!(file, again.file(&slot), "{slot:?}");
        assert_ne!(file.bytes, other.file(&slot).bytes, "{slot:?}");
    }
}

#[test]
fn every_slot_is_there_once_and_has_a_file_name_of_its_own() {
    let slots: Vec<Slot> = small().slots().collect();
    let paths: BTreeSet<String> = slots.iter().map(Slot::path).collect();
    assert_eq!(paths.len(), slots.len());
    assert_eq!(
        slots
            .iter()
            .filter(|slot| slot.feed.as_str() == "pow_usage")
            .count(),
        3
    );
}

#[test]
fn every_field_the_generator_writes_is_one_of_the_contract_and_none_required_is_missing() {
    let prefecture = small();
    for feed in FEEDS {
        let contract = prefecture.contract(feed.id).unwrap();
        for name in feed.fields {
            assert!(contract.field(name).is_some(), "{}: {name}", feed.id);
        }
        for field in contract.fields().iter().filter(|field| field.required) {
            assert!(
                feed.fields.contains(&field.name.as_str()),
                "{}: {}",
                feed.id,
                field.name
            );
        }
    }
}

#[test]
fn the_truth_accounts_for_every_row() {
    let prefecture = small();
    for slot in prefecture.slots() {
        let truth = prefecture.file(&slot).truth;
        assert_eq!(
            truth.rows,
            truth.committed + truth.quarantined + truth.duplicate,
            "{slot:?}"
        );
    }
}

#[test]
fn there_are_cases_enough_for_every_model_and_twice_as_many_decoys() {
    for scale in [Scale::Small, Scale::Medium] {
        let cases = Prefecture::new(7, scale).cases();
        let count = |model: &str, decoy: bool| {
            cases
                .iter()
                .filter(|case| case.model == model && case.decoy == decoy)
                .count()
        };
        for model in ["M05", "M26"] {
            let (truths, decoys) = (count(model, false), count(model, true));
            assert!((40..=64).contains(&truths), "{model}: {truths}");
            assert!(decoys * 10 >= truths * 17, "{model}: {decoys} decoys of {truths}");
        }
        let cells = if scale == Scale::Small { 24 } else { 32 };
        assert_eq!((count("M35", false), count("M35", true)), (cells / 4, cells / 2));
        println!(
            "{scale:?}: {:?}",
            ["M05", "M26", "M35"].map(|model| (count(model, false), count(model, true)))
        );
    }
}

#[test]
fn a_true_case_is_worth_more_than_any_tolerance_and_a_decoy_nothing() {
    for case in small().cases() {
        let fen: u64 = case.expected.replace('.', "").parse().unwrap();
        assert_eq!(fen == 0, case.decoy, "{case:?}");
        assert!(case.decoy || fen > 300, "{case:?}");
    }
}

#[test]
fn nobody_has_a_true_case_and_a_decoy_in_one_row_of_a_model() {
    let cases = small().cases();
    let row = |case: &PlantedCase| {
        (
            case.model,
            case.taxpayer.clone(),
            case.county.clone(),
            case.period.clone(),
            case.tax_code,
        )
    };
    let truths: Vec<_> = cases.iter().filter(|case| !case.decoy).map(row).collect();
    let distinct: BTreeSet<_> = truths.iter().collect();
    assert_eq!(distinct.len(), truths.len());
    for decoy in cases.iter().filter(|case| case.decoy).map(row) {
        assert!(!distinct.contains(&decoy), "{decoy:?}");
    }
}

#[test]
fn most_of_what_a_contract_forbids_happens_somewhere() {
    let prefecture = small();
    let planted = prefecture
        .slots()
        .flat_map(|slot| prefecture.file(&slot).truth.planted);
    let kinds: BTreeSet<&str> = planted.map(|one| one.damage).collect();
    for kind in [
        "bad_check_character",
        "fifteen_digits",
        "wrong_date",
        "unknown_code",
        "duplicate_row",
        "unit_error",
        "other_period",
    ] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}

#[test]
fn the_small_prefecture_has_twenty_to_thirty_thousand_rows() {
    let prefecture = small();
    let mut rows = std::collections::BTreeMap::new();
    for slot in prefecture.slots() {
        *rows.entry(slot.feed.to_string()).or_insert(0) += prefecture.file(&slot).truth.rows;
    }
    let all: u64 = rows.values().sum();
    assert!((20_000..=32_000).contains(&all), "{all}: {rows:?}");
}

#[test]
fn a_county_that_sends_much_also_sends_rows_of_another() {
    let prefecture = Prefecture::new(7, Scale::Accounts(9_000));
    let water = prefecture
        .slots()
        .filter(|slot| slot.feed.as_str() == "wat_supply");
    let mut planted = water.flat_map(|slot| prefecture.file(&slot).truth.planted);
    assert!(planted.any(|one| one.damage == "other_county"));
}
