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
