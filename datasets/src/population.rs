//! Who draws power in the prefecture. Accounts are worked out one by one from the seed, so a million of them need
//! no memory, and account 17 is the same in every scale.

use crate::dice::Dice;
use crate::{codes, names};
use std::fmt;
use std::str::FromStr;

/// A county of the prefecture 433100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct County {
    /// Six digits of GB/T 2260.
    pub code: &'static str,
    pub name: &'static str,
    pub short: &'static str,
    weight: u64,
}

/// The eight counties, from the busiest office to the smallest.
pub const COUNTIES: [County; 8] = [
    County {
        code: "433101",
        name: "吉首市",
        short: "吉首",
        weight: 24,
    },
    County {
        code: "433122",
        name: "泸溪县",
        short: "泸溪",
        weight: 10,
    },
    County {
        code: "433123",
        name: "凤凰县",
        short: "凤凰",
        weight: 13,
    },
    County {
        code: "433124",
        name: "花垣县",
        short: "花垣",
        weight: 12,
    },
    County {
        code: "433125",
        name: "保靖县",
        short: "保靖",
        weight: 9,
    },
    SMALL_COUNTY,
    County {
        code: "433127",
        name: "永顺县",
        short: "永顺",
        weight: 13,
    },
    County {
        code: "433130",
        name: "龙山县",
        short: "龙山",
        weight: 15,
    },
];
const SMALL_COUNTY: County = County {
    code: "433126",
    name: "古丈县",
    short: "古丈",
    weight: 4,
};

/// In the small county exactly this many accounts are large industry, in every scale: too few to be shown in an
/// aggregate with a smallest group of five.
const FEW: u64 = 3;

/// 用电类别, the code list of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseClass {
    LargeIndustry,
    Commercial,
    /// Business behind a household meter; real households are left out by the provider.
    Residential,
    Farming,
    Lighting,
    Other,
}

impl UseClass {
    /// The code in the file, `1` to `6`.
    pub fn code(self) -> &'static str {
        match self {
            Self::LargeIndustry => "1",
            Self::Commercial => "2",
            Self::Residential => "3",
            Self::Farming => "4",
            Self::Lighting => "5",
            Self::Other => "6",
        }
    }
}

/// How many accounts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 2,000 accounts: seconds.
    Small,
    /// 40,000 accounts; three years of months are about 1.5 million rows.
    Medium,
    /// 300,000 accounts, as many as the prefecture has entities.
    Prefecture,
    /// Any number; at least ten are made.
    Accounts(u64),
}

impl Scale {
    pub fn accounts(self) -> u64 {
        match self {
            Self::Small => 2_000,
            Self::Medium => 40_000,
            Self::Prefecture => 300_000,
            Self::Accounts(count) => count.max(10),
        }
    }
}

/// The scale was none of `small`, `medium`, `prefecture` or a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScale;

impl fmt::Display for UnknownScale {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a scale is `small`, `medium`, `prefecture` or a number of accounts")
    }
}

impl std::error::Error for UnknownScale {}

impl FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(text: &str) -> Result<Self, UnknownScale> {
        match text {
            "small" => Ok(Self::Small),
            "medium" => Ok(Self::Medium),
            "prefecture" => Ok(Self::Prefecture),
            number => number.parse().map(Self::Accounts).map_err(|_| UnknownScale),
        }
    }
}

/// A company, a shop or a person behind one or two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub name: String,
    /// Valid, with registrar 433199. A person has none.
    pub credit_code: Option<String>,
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
        let person = class == UseClass::Residential;
        Entity {
            name,
            credit_code: (!person).then(|| codes::credit_code(kind, owner)),
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
        (52, UseClass::Commercial),
        (6, UseClass::Residential),
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
        UseClass::Residential => 120_000,
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
        UseClass::Residential | UseClass::Other => &[],
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
        assert!(cells.len() > 40, "{}", cells.len());
    }

    #[test]
    fn a_scale_is_read_from_text() {
        assert_eq!("small".parse(), Ok(Scale::Small));
        assert_eq!("12000".parse(), Ok(Scale::Accounts(12_000)));
        assert_eq!("tiny".parse::<Scale>(), Err(UnknownScale));
    }
}
