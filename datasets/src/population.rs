//! Who does business in the prefecture. Everybody is worked out one by one from the seed, so a million of them need no
//! memory, and business 17 is the same in every scale and in every feed.

use chrono::NaiveDate;

use crate::calendar::Month;
use crate::dice::Dice;
use crate::place::{COUNTIES, County, SMALL_COUNTY, UseClass};
use crate::scale::Scale;
use crate::{codes, names};

/// In the small county exactly this many accounts are large industry, in every scale: too few to be shown in an
/// aggregate with a smallest group of five.
const FEW: u64 = 3;

/// Streams of dice per business.
const STREAMS: u64 = 8;
const NAME: u64 = 1;
const ADDRESS: u64 = 2;
const METER: u64 = 3;
const OWNER: u64 = 4;

/// What the second character of a credit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Company,
    SelfEmployed,
    Cooperative,
}

impl Kind {
    pub(crate) fn character(self) -> char {
        match self {
            Self::Company => '1',
            Self::SelfEmployed => '2',
            Self::Cooperative => '3',
        }
    }
}

/// How value added tax is levied, by the code of the tax side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VatType {
    General,
    Small,
    Fixed,
}

/// A company, a shop or a cooperative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Business {
    seed: u64,
    pub index: u64,
    pub kind: Kind,
    pub county: County,
    pub class: UseClass,
    /// Four digits of GB/T 4754-2017.
    pub industry: &'static str,
    pub(crate) vat: VatType,
    /// Fen in a month without season.
    pub(crate) turnover: u64,
    /// People insured; 0 for those who employ nobody.
    pub(crate) staff: u64,
    pub(crate) since: NaiveDate,
}

impl Business {
    fn of(seed: u64, index: u64) -> Self {
        let mut dice = Dice::new(seed, STREAMS * index);
        let (county, class) = if index < FEW {
            (SMALL_COUNTY, UseClass::LargeIndustry)
        } else {
            place(&mut dice)
        };
        let kind = match class {
            UseClass::LargeIndustry => Kind::Company,
            UseClass::Farming if dice.chance(280) => Kind::Cooperative,
            UseClass::Commercial | UseClass::Other if dice.chance(290) => Kind::Company,
            _ => Kind::SelfEmployed,
        };
        let median = match (class, kind) {
            (UseClass::LargeIndustry, _) => 220_000_000,
            (_, Kind::Company) => 32_000_000,
            (_, Kind::SelfEmployed) => 1_900_000,
            (_, Kind::Cooperative) => 3_500_000,
        };
        let turnover = dice.skewed(median);
        let vat = match kind {
            Kind::Company if turnover > 40_000_000 => VatType::General,
            Kind::SelfEmployed if dice.chance(700) => VatType::Fixed,
            _ => VatType::Small,
        };
        let staff = match kind {
            Kind::Company => 1 + turnover / 6_000_000,
            _ if dice.chance(30) => dice.between(1, 6),
            _ => 0,
        };
        Self {
            seed,
            index,
            kind,
            county,
            class,
            industry: dice.one_of(industries(class)).copied().unwrap_or("5212"),
            vat,
            turnover,
            staff,
            since: Month::new(2004, 1)
                .plus(i32::try_from(dice.between(0, 251)).unwrap_or(0))
                .day(dice.between(1, 28)),
        }
    }

    fn dice(&self, stream: u64) -> Dice {
        Dice::new(self.seed, STREAMS * self.index + stream)
    }

    /// Valid, with registrar 433199.
    pub fn credit_code(&self) -> String {
        codes::credit_code(self.kind.character(), self.index)
    }

    /// As registered.
    pub fn name(&self) -> String {
        names::business(&mut self.dice(NAME), &self.county, self.class, self.kind)
    }

    /// The domicile.
    pub fn address(&self) -> String {
        names::address(&mut self.dice(ADDRESS), &self.county)
    }

    /// Who acts for it.
    pub(crate) fn owner(&self) -> Person {
        Person::of(&mut self.dice(OWNER), &self.county)
    }

    /// The number the tax side files it under.
    pub(crate) fn file_number(&self) -> String {
        file_number(self.index)
    }
}

/// Twenty digits.
pub(crate) fn file_number(serial: u64) -> String {
    format!("10433199{serial:012}")
}

/// Somebody born in the 1880s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub name: String,
    pub number: String,
}

impl Person {
    pub fn of(dice: &mut Dice, county: &County) -> Self {
        Self {
            name: names::person(dice),
            number: codes::citizen_number(county.code, dice.between(0, 3_359_999)),
        }
    }
}

/// A power meter and whoever pays for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub index: u64,
    /// Ten digits; some begin with a zero, which spreadsheets like to lose.
    pub account_no: String,
    /// The name on the bill: often the landlord's.
    pub customer: String,
    pub business: Business,
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

    /// Every business, in order.
    pub fn businesses(&self) -> impl Iterator<Item = Business> + use<> {
        let seed = self.seed;
        (0..self.scale.businesses()).map(move |index| Business::of(seed, index))
    }

    /// The business with this index. It does not depend on the scale.
    pub fn business(&self, index: u64) -> Business {
        Business::of(self.seed, index)
    }

    /// Every account, in order.
    pub fn accounts(&self) -> impl Iterator<Item = Account> + '_ {
        (0..self.scale.accounts()).map(|index| self.account(index))
    }

    /// The account with this index. It does not depend on the scale.
    pub fn account(&self, index: u64) -> Account {
        // Every tenth account is the second meter of the business before it.
        let owner = if index % 10 == 9 { index - 1 } else { index };
        let business = self.business(owner);
        let mut dice = Dice::new(self.seed, STREAMS * index + METER);
        let county_part = business.county.code.get(4..6).unwrap_or("00");
        let missing = match business.class {
            UseClass::LargeIndustry => 20,
            UseClass::Commercial => 250,
            _ => 600,
        };
        let usual_kwh = dice.skewed(median_kwh(business.class));
        let small = business.kind == Kind::SelfEmployed;
        let customer = if small && dice.chance(180) {
            names::person(&mut dice)
        } else {
            names::variant(&mut dice, &business.name())
        };
        Account {
            index,
            account_no: format!("{county_part}{:08}", 10_000_000 + index * 7),
            customer,
            address: names::address(&mut dice, &business.county),
            knows_code: !dice.chance(missing),
            capacity: dice
                .chance(700)
                .then(|| usual_kwh / 200 + dice.between(500, 5_000)),
            usual_kwh,
            business,
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
        UseClass::Other => &["8010", "9011"],
    }
}

#[cfg(test)]
mod tests;
