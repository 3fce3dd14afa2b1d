//! Land contracts, and the deed tax and stamp duty that were paid on them, or were not.

mod story;

use std::io;

use chrono::{Days, NaiveDate};

use self::story::{DECOY, Story, TRUE};
use super::Request;
use super::actors::{self, Party};
use crate::calendar::Month;
use crate::codes;
use crate::dice::{Dice, mixed};
use crate::money::{Payment, millionths, rounded, yuan};
use crate::place::{COUNTIES, County, SMALL_COUNTY};
use crate::population::{Person, file_number};
use crate::power::signed;
use crate::prefecture::{PlantedCase, Prefecture};
use crate::roles::{Cast, Role, told};
use crate::sheet::{Care, Sheet};

pub(super) const FIELDS: &[&str] = &[
    "contract_no",
    "e_supervise_no",
    "parcel_no",
    "unit_no",
    "supply_mode",
    "deal_mode",
    "grantee_name",
    "grantee_code",
    "land_use",
    "location",
    "area",
    "price",
    "other_cost",
    "sign_date",
    "deliver_date",
    "start_build_date",
    "finish_build_date",
    "plot_ratio",
    "paid_amount",
    "county",
];

/// Contracts in a month: 600 a year, as a prefecture of this size signs.
const PER_MONTH: u64 = 50;
const DEED: &str = "10119";
const STAMP: &str = "10111";
/// Millionths. The range is the law's, the value within it the province's.
const DEED_RATE: u64 = 40_000;
const STAMP_RATE: u64 = 500;

/// One contract and what became of its taxes.
pub(super) struct Grant {
    serial: u64,
    month: Month,
    story: Story,
    decoy: bool,
    party: Party,
    person: Option<Person>,
    county: County,
    price: u64,
    other_cost: u64,
    signed_on: NaiveDate,
}

fn cast(prefecture: &Prefecture) -> Cast {
    let all = PER_MONTH * u64::try_from(prefecture.months.len()).unwrap_or(0);
    let truths = if prefecture.months.len() > 3 { 50 } else { 40 };
    Cast {
        all,
        truths,
        decoys: truths * 2 + 10,
    }
}

impl Grant {
    fn of(prefecture: &Prefecture, position: u64, month: Month, within: u64) -> Self {
        let seed = prefecture.population.seed();
        let serial = position * PER_MONTH + within;
        let mut dice = Dice::new(mixed(seed, 21), serial);
        let role = cast(prefecture).role(serial);
        let story = match role {
            Role::True(number) => told(TRUE, number),
            Role::Decoy(number) => told(DECOY, number),
            Role::Plain => None,
        };
        let story = story.unwrap_or(Story::PaidInFull);
        let counties = COUNTIES.map(|county| (county.weight, county));
        let county = dice.weighted(&counties).unwrap_or(SMALL_COUNTY);
        let party = if story.is_exempt() {
            actors::body(
                seed,
                dice.between(0, actors::bodies(prefecture.population.scale()) - 1),
            )
        } else {
            // Within a month everybody comes once, so that payments belong to one contract.
            Party::of(
                &prefecture
                    .population
                    .business(prefecture.grantee(position * 17 + within)),
            )
        };
        let price = match story {
            Story::Allotted => 0,
            _ => rounded(dice.skewed(300_000_000).max(20_000_000)),
        };
        let other = story == Story::WithoutOtherCost || (price > 0 && dice.chance(300));
        Self {
            serial,
            month,
            story,
            decoy: matches!(role, Role::Decoy(_)),
            person: (story == Story::APersonsOwn).then(|| Person::of(&mut dice, &county)),
            party,
            county,
            price,
            other_cost: if other {
                rounded(price / dice.between(8, 20))
            } else {
                0
            },
            signed_on: month.day(dice.between(1, 28)),
        }
    }

    fn base(&self) -> u64 {
        self.price + self.other_cost
    }

    fn deed(&self) -> u64 {
        millionths(self.base(), DEED_RATE)
    }

    fn stamp(&self) -> u64 {
        millionths(
            self.base(),
            if self.party.relief {
                STAMP_RATE / 2
            } else {
                STAMP_RATE
            },
        )
    }

    /// Deed tax and stamp duty that are still due.
    fn due(&self) -> (u64, u64) {
        match self.story {
            Story::DeedUnpaid => (self.deed(), 0),
            Story::WithoutOtherCost => (self.deed() - millionths(self.price, DEED_RATE), 0),
            Story::StampUnpaid => (0, self.stamp()),
            Story::NothingPaid => (self.deed(), self.stamp()),
            Story::DeedRefunded => (self.deed() / 2, 0),
            _ => (0, 0),
        }
    }

    fn payments(&self) -> Vec<Payment> {
        let mut dice = Dice::new(self.serial, 22);
        let soon = dice.between(3, 25);
        let (deed, stamp) = (signed(self.deed()), signed(self.stamp()));
        let deeds: Vec<(&str, i64, u64)> = match self.story {
            Story::DeedUnpaid | Story::NothingPaid => vec![],
            exempt if exempt.is_exempt() => vec![],
            Story::WithoutOtherCost => vec![("1", signed(millionths(self.price, DEED_RATE)), soon)],
            Story::DeedRefunded => vec![("1", deed, soon), ("4", -(deed / 2), soon + 12)],
            Story::Instalments => vec![
                ("1", deed / 3, 2),
                ("1", deed / 3, 24),
                ("1", deed - deed / 3 * 2, 48),
            ],
            Story::PaidLater => vec![("1", deed, 52)],
            Story::LateFeeBeside => vec![("1", deed, 40), ("2", deed / 100, 40)],
            _ => vec![("1", deed, soon)],
        };
        let stamped =
            !matches!(self.story, Story::StampUnpaid | Story::NothingPaid) && !self.story.is_exempt();
        let stamps = stamped.then_some(("1", stamp, soon));
        let line = |tax: &'static str, (kind, amount, days): (&'static str, i64, u64)| Payment {
            taxpayer: self
                .person
                .as_ref()
                .map_or(&self.party.code, |person| &person.number)
                .clone(),
            file_number: match self.person {
                Some(_) => file_number(900_000_000 + self.serial),
                None => self.party.file_number.clone(),
            },
            county: self.county.code,
            tax,
            from: self.signed_on,
            to: self.signed_on,
            kind,
            amount,
            paid: self
                .signed_on
                .checked_add_days(Days::new(days))
                .unwrap_or(self.signed_on),
        };
        let deeds = deeds.into_iter().map(|one| line(DEED, one));
        deeds
            .chain(stamps.into_iter().map(|one| line(STAMP, one)))
            .collect()
    }

    fn write(&self, sheet: &mut Sheet<'_>, care: Care) -> io::Result<()> {
        let mut dice = Dice::new(self.serial, 23);
        let spare = care == Care::Spare;
        let serial = if spare { self.serial + 90_000 } else { self.serial };
        let (mode, deal) = match self.story {
            Story::Allotted => ("1", None),
            Story::Authorised => ("5", None),
            Story::ShareInKind => ("4", None),
            _ => ("2", dice.one_of(&["1", "2", "3", "3", "3", "4"]).copied()),
        };
        let uses = match self.story {
            Story::Allotted | Story::PublicBody => ["0803", "0801", "0804"],
            _ => ["0601", "0701", "0501"],
        };
        let row = sheet.row();
        row.text(&format!(
            "{}（{}）第{serial:04}号",
            self.county.short,
            self.month.year()
        ))
        .text(&format!("433199{}{serial:06}", self.month.label()))
        .text(&format!("{}-{serial:05}", self.county.code))
        .text(&codes::unit_number(self.county.code, serial, None))
        .text(mode)
        .maybe(deal);
        match &self.person {
            Some(person) => row.text(&person.name).person(&person.number),
            None => row.text(&self.party.name).text(&self.party.code),
        };
        let area = self.price / 30_000 * dice.between(60, 140) / 100 * 100;
        row.text(dice.one_of(&uses).copied().unwrap_or("0601"))
            .text(&crate::names::address(&mut dice, &self.county))
            .number(signed(area.max(200_000)))
            .number(signed(self.price))
            .maybe_number((self.other_cost > 0).then(|| signed(self.other_cost)))
            .day(self.signed_on)
            .maybe_day(self.signed_on.checked_add_days(Days::new(60)))
            .maybe_day(self.signed_on.checked_add_days(Days::new(180)))
            .maybe_day(self.signed_on.checked_add_days(Days::new(910)))
            .number(signed(dice.between(8, 35) * 1_000))
            .number(signed(self.price / dice.between(1, 3)))
            .text(self.county.code);
        sheet.push(care)
    }
}

fn grants(prefecture: &Prefecture) -> impl Iterator<Item = Grant> {
    (0..).zip(&prefecture.months).flat_map(move |(position, month)| {
        (0..PER_MONTH).map(move |within| Grant::of(prefecture, position, *month, within))
    })
}

/// Contracts signed in the month.
pub(super) fn rows(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for grant in grants(request.prefecture).filter(|grant| grant.month == request.month) {
        grant.write(sheet, Care::Kept)?;
        if grant.serial.is_multiple_of(7) {
            grant.write(sheet, Care::Spare)?;
        }
    }
    Ok(())
}

/// What grantees paid on a day of the month.
pub(super) fn payments(prefecture: &Prefecture, month: Month) -> Vec<Payment> {
    let paid = grants(prefecture).flat_map(|grant| grant.payments());
    paid.filter(|payment| Month::of(payment.paid) == month).collect()
}

pub(crate) fn cases(prefecture: &Prefecture) -> Vec<PlantedCase> {
    let mut found = Vec::new();
    for grant in grants(prefecture) {
        let case = |tax: &'static str, due: u64| PlantedCase {
            model: "M05",
            story: grant.story.name(),
            taxpayer: grant
                .person
                .as_ref()
                .map_or(&grant.party.code, |person| &person.number)
                .clone(),
            county: grant.county.code.to_owned(),
            period: grant.month.label(),
            tax_code: tax,
            expected: yuan(due),
            decoy: grant.decoy,
        };
        let (deed, stamp) = grant.due();
        found.extend((deed > 0).then(|| case(DEED, deed)));
        found.extend((stamp > 0).then(|| case(STAMP, stamp)));
        found.extend(grant.decoy.then(|| case(DEED, 0)));
    }
    found
}
