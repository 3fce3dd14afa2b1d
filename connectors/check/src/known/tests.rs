//! Keys in memory and on the disk are known alike.

use std::collections::HashMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::keys;

fn keys_held(held_max: usize) -> KeySet {
    KeySet::new(held_max, std::env::temp_dir())
}

#[test]
fn the_first_row_of_a_key_is_remembered() {
    let mut keys = keys_held(100);
    assert_eq!(keys.meet(1, 10, 2).unwrap(), Met::New);
    assert_eq!(keys.meet(1, 10, 3).unwrap(), Met::Same(2));
    assert_eq!(keys.meet(1, 11, 4).unwrap(), Met::Other(2));
    assert_eq!(keys.meet(2, 11, 5).unwrap(), Met::New);
}

#[test]
fn keys_on_the_disk_are_known_like_those_in_memory() {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    // Every eighth of the runs is merged twice over: 100 × 8 × 8 keys and some.
    let mut keys = keys_held(100);
    let mut truth: HashMap<u64, (u32, u32)> = HashMap::new();
    for row_no in 0..40_000_u32 {
        let key = keys::text(&random.random_range(0..20_000_u32).to_string());
        let content = random.random_range(0..2_u32);
        let expected = match truth.get(&key) {
            None => Met::New,
            Some((known, first)) if *known == content => Met::Same(*first),
            Some((_, first)) => Met::Other(*first),
        };
        assert_eq!(keys.meet(key, content.into(), row_no).unwrap(), expected);
        truth.entry(key).or_insert((content, row_no));
        assert!(keys.newest.len() <= 100);
    }
    let runs: Vec<usize> = keys.runs.iter().map(Vec::len).collect();
    assert!(runs.len() >= 3, "{runs:?}");
    assert!(runs.iter().all(|runs| *runs < RUNS_OF_A_SIZE), "{runs:?}");
}

#[test]
fn the_smallest_and_the_largest_key_are_found_again() {
    let mut keys = keys_held(1);
    for (row_no, key) in [0, u64::MAX, 1, u64::MAX - 1, 1 << 63].into_iter().enumerate() {
        assert_eq!(keys.meet(key, 7, row_no as u32).unwrap(), Met::New);
    }
    for (row_no, key) in [0, u64::MAX, 1, u64::MAX - 1, 1 << 63].into_iter().enumerate() {
        assert_eq!(keys.meet(key, 7, 99).unwrap(), Met::Same(row_no as u32));
    }
}

#[test]
fn a_scratch_folder_that_takes_nothing_is_an_error_and_no_verdict() {
    let mut keys = KeySet::new(1, "/nonexistent/scratch".into());
    assert_eq!(keys.meet(1, 1, 1).unwrap(), Met::New);
    assert!(keys.meet(2, 1, 2).is_err());
}

#[test]
fn of_absent_keys_few_seem_to_be_there() {
    let mut sieve = sieve::Sieve::for_keys(100_000);
    for number in 0..100_000_u32 {
        sieve.put(keys::text(&number.to_string()));
    }
    let may = |numbers: std::ops::Range<u32>| {
        numbers
            .filter(|number| sieve.may_hold(keys::text(&number.to_string())))
            .count()
    };
    assert_eq!(may(0..100_000), 100_000);
    let wrong = may(100_000..200_000);
    assert!(wrong < 3_000, "{wrong}");
}
