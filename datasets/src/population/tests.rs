//! Everybody is the same in every scale, and the places are filled as they should be.

use super::*;
use std::collections::HashSet;

#[test]
fn an_account_is_the_same_in_every_scale() {
    let small = Population::new(5, Scale::Small);
    let large = Population::new(5, Scale::Prefecture);
    assert!((0..2_000).all(|index| small.account(index) == large.account(index)));
    assert_ne!(small.account(20), Population::new(6, Scale::Small).account(20));
}

#[test]
fn the_small_county_has_three_large_industry_accounts_in_any_seed_and_scale() {
    for seed in [1, 2, 433_100] {
        for scale in [Scale::Small, Scale::Accounts(9_000)] {
            let few = Population::new(seed, scale)
                .accounts()
                .filter(|one| {
                    one.business.county == SMALL_COUNTY && one.business.class == UseClass::LargeIndustry
                })
                .count();
            assert_eq!(few, 3);
        }
    }
}

#[test]
fn account_numbers_are_distinct_and_some_begin_with_a_zero() {
    let numbers: Vec<String> = Population::new(1, Scale::Small)
        .accounts()
        .map(|account| account.account_no)
        .collect();
    assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 2_000);
    assert!(numbers.iter().all(|number| number.len() == 10));
    assert!(numbers.iter().any(|number| number.starts_with('0')));
}

#[test]
fn every_county_and_class_occurs() {
    let cells: HashSet<(&str, &str)> = Population::new(1, Scale::Small)
        .accounts()
        .map(|account| (account.business.county.code, account.business.class.code()))
        .collect();
    assert!(cells.len() > 35, "{}", cells.len());
}

#[test]
fn a_business_has_one_name_and_code_whoever_asks() {
    let population = Population::new(3, Scale::Small);
    for index in 0..200 {
        let (one, again) = (population.business(index), population.business(index));
        assert_eq!(
            (one.name(), one.credit_code()),
            (again.name(), again.credit_code())
        );
    }
}

#[test]
fn most_are_self_employed_and_few_are_cooperatives() {
    let count = |kind| {
        let businesses = Population::new(1, Scale::Small).businesses();
        businesses.filter(|one| one.kind == kind).count()
    };
    assert!(
        (170..300).contains(&count(Kind::Company)),
        "{}",
        count(Kind::Company)
    );
    assert!(count(Kind::SelfEmployed) > 600);
    assert!(
        (15..80).contains(&count(Kind::Cooperative)),
        "{}",
        count(Kind::Cooperative)
    );
}
