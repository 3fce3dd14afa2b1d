//! Those who take part and are no business of the prefecture: public bodies, companies from elsewhere, the one buyer of
//! leaf.

use crate::codes;
use crate::dice::{Dice, mixed};
use crate::names;
use crate::place::{COUNTIES, County, SMALL_COUNTY};
use crate::population::Business;
use crate::scale::Scale;

/// Serial numbers of codes beyond every business.
const OUTSIDERS: u64 = 600_000_000;
const LEAF_BUYER: u64 = 700_000_000;
const BODIES: u64 = 500_000_000;

/// Somebody who signs a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    pub name: String,
    /// Credit code; empty when the department does not know it.
    pub code: String,
    /// Number in the tax side's files, whether or not the tax side has it.
    pub file_number: String,
    /// Where registered: a county of the prefecture, or another place.
    pub home: &'static str,
    pub county: County,
    /// Half of stamp duty is waived.
    pub relief: bool,
}

impl Party {
    pub fn of(business: &Business) -> Self {
        Self {
            name: business.name(),
            code: business.credit_code(),
            file_number: business.file_number(),
            home: business.county.code,
            county: business.county,
            relief: business.vat != crate::population::VatType::General,
        }
    }
}

/// How many public bodies there are.
pub(crate) fn bodies(scale: Scale) -> u64 {
    (scale.businesses() / 150).max(64)
}

fn county(serial: u64) -> County {
    let at = usize::try_from(serial % 8).unwrap_or(0);
    COUNTIES.get(at).copied().unwrap_or(SMALL_COUNTY)
}

/// The public body with this number: a government organ or a public institution.
pub(crate) fn body(seed: u64, serial: u64) -> Party {
    let mut dice = Dice::new(mixed(seed, 11), serial);
    let county = county(serial);
    let organ = (serial / 8).is_multiple_of(2);
    Party {
        name: names::body(&mut dice, &county, organ),
        code: codes::code_of('1', if organ { '1' } else { '2' }, BODIES + serial),
        file_number: crate::population::file_number(BODIES + serial),
        home: county.code,
        county,
        relief: false,
    }
}

/// A company from elsewhere, unknown to the tax side here.
pub(crate) fn outsider(seed: u64, serial: u64) -> Party {
    let mut dice = Dice::new(mixed(seed, 12), serial);
    Party {
        name: names::outsider(&mut dice),
        code: codes::credit_code('1', OUTSIDERS + serial),
        file_number: crate::population::file_number(OUTSIDERS + serial),
        home: dice
            .one_of(&["430000", "500000", "520000"])
            .copied()
            .unwrap_or("430000"),
        county: county(serial),
        relief: false,
    }
}

/// The company that buys all leaf of the prefecture.
pub(crate) fn leaf_buyer() -> Party {
    let [county, ..] = COUNTIES;
    Party {
        name: "湘西云鹤坪烟叶有限公司".to_owned(),
        code: codes::credit_code('1', LEAF_BUYER),
        file_number: crate::population::file_number(LEAF_BUYER),
        home: county.code,
        county,
        relief: false,
    }
}
