//! Who draws power in the prefecture. Accounts are worked out one by one from the seed, so a million of them need
//! no memory, and account 17 is the same in every scale.

use crate::dice::Dice;
use crate::place::{COUNTIES, County, SMALL_COUNTY, UseClass};
use crate::scale::Scale;
use crate::{codes, names};

/// In the small county exactly this many accounts are large industry, in every scale: too few to be shown in an
/// aggregate with a smallest group of five.
const FEW: u64 = 3;

/// A company, a shop or a person behind one or two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub name: String,
    /// Valid, with registrar 433199.
    pub credit_code: String,
    /// Four digits of GB/T 4754-2017.
    pub industry: Option<&'static str>,
    pub county: County,
    pub class: UseClass,
}

/// A power meter and whoever pays for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub index: u64,
    /// Ten digits; some begin with a zero, which spreadsheets like to lose.
    pub account_no: String,
    pub entity: Entity,
    pub address: String,
    /// Whether the power company knows the credit code. In practice it often does not.
    pub knows_code: bool,
    /// Hundredths of kVA.
    pub capacity: Option<u64>,
    /// Hundredths of kWh in a month without season.
    pub usual_kwh: u64,
}

/// The invented prefecture of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    seed: u64,
    scale: Scale,
}

impl Population {
    pub fn new(seed: u64, scale: Scale) -> Self {
        Self { seed, scale }
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Every account, in order.
    pub fn accounts(&self) -> impl Iterator<Item = Account> + '_ {
        (0..self.scale.accounts()).map(|index| self.account(index))
    }

    /// The account with this index. It does not depend on the scale.
    pub fn account(&self, index: u64) -> Account {
        // Every tenth account is the second meter of the entity before it.
        let owner = if index % 10 == 9 { index - 1 } else { index };
        let entity = self.entity(owner);
        let mut dice = Dice::new(self.seed, 2 * index + 1);
        let county_part = entity.county.code.get(4..6).unwrap_or("00");
        let missing = match entity.class {
            UseClass::LargeIndustry => 20,
            UseClass::Commercial => 250,
            _ => 600,
        };
        let usual_kwh = dice.skewed(median_kwh(entity.class));
        Account {
            index,
            account_no: format!("{county_part}{:08}", 10_000_000 + index * 7),
            address: names::address(&mut dice, &entity.county),
            knows_code: !dice.chance(missing),
            capacity: dice
                .chance(700)
                .then(|| usual_kwh / 200 + dice.between(500, 5_000)),
            usual_kwh,
            entity,
        }
    }

    fn entity(&self, owner: u64) -> Entity {
        let mut dice = Dice::new(self.seed, 2 * owner);
        let (county, class) = if owner < FEW {
            (SMALL_COUNTY, UseClass::LargeIndustry)
        } else {
            place(&mut dice)
        };
        let kind = match class {
            UseClass::LargeIndustry => '1',
            UseClass::Farming if dice.chance(400) => '3',
            UseClass::Commercial | UseClass::Other if dice.chance(450) => '1',
            _ => '2',
        };
        let name = names::customer(&mut dice, &county, class, kind);
        Entity {
            name,
            credit_code: codes::credit_code(kind, owner),
            industry: dice.one_of(industries(class)).copied(),
            county,
            class,
        }
    }
}

fn place(dice: &mut Dice) -> (County, UseClass) {
    let counties = COUNTIES.map(|county| (county.weight, county));
    let county = dice.weighted(&counties).unwrap_or(SMALL_COUNTY);
    let class = dice.weighted(&[
        (3, UseClass::LargeIndustry),
        (58, UseClass::Commercial),
        (14, UseClass::Farming),
        (20, UseClass::Lighting),
        (5, UseClass::Other),
    ]);
    match (county == SMALL_COUNTY, class.unwrap_or(UseClass::Other)) {
        (true, UseClass::LargeIndustry) => (county, UseClass::Commercial),
        (_, class) => (county, class),
    }
}

/// Hundredths of kWh in the middle of the class.
fn median_kwh(class: UseClass) -> u64 {
    match class {
        UseClass::LargeIndustry => 14_000_000,
        UseClass::Commercial => 190_000,
        UseClass::Farming => 85_000,
        UseClass::Lighting => 60_000,
        UseClass::Other => 48_000,
    }
}

fn industries(class: UseClass) -> &'static [&'static str] {
    match class {
        UseClass::LargeIndustry => &["0820", "0912", "3011", "3140", "3212", "1530", "1512"],
        UseClass::Commercial => &["5211", "5212", "6110", "6210", "6220", "4710", "7010"],
        UseClass::Farming => &["0111", "0164", "0311", "0313"],
        UseClass::Lighting => &["8310", "8411", "5212"],
        UseClass::Other => &[],
    }
}

#[cfg(test)]
mod tests {
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
                        one.entity.county == SMALL_COUNTY && one.entity.class == UseClass::LargeIndustry
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
            .map(|account| (account.entity.county.code, account.entity.class.code()))
            .collect();
        assert!(cells.len() > 35, "{}", cells.len());
    }
}
