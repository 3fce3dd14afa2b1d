//! Deals and procurement contracts, supplier by supplier and quarter by quarter, and the stamp duty on them.

mod story;

use std::io;

use chrono::{Days, NaiveDate};

pub(super) use self::story::Story;
use self::story::{DECOY, STRANGERS, TRUE};
use super::Request;
use super::actors::{self, Party};
use super::contracts::{Contract, Door};
use crate::calendar::{Month, Quarter};
use crate::dice::{Dice, mixed};
use crate::money::{Payment, yuan};
use crate::names;
use crate::power::signed;
use crate::prefecture::{PlantedCase, Prefecture};
use crate::roles::told;
use crate::sheet::{Care, Sheet};

const STAMP: &str = "10111";

/// How many suppliers a quarter has, by part.
struct Roster {
    truths: u64,
    decoys: u64,
    strangers: u64,
    plain: u64,
}

fn roster(prefecture: &Prefecture) -> Roster {
    let plain = prefecture.population.scale().businesses() / 250;
    let wanted = if prefecture.months.len() > 3 {
        Roster {
            truths: 14,
            decoys: 18,
            strangers: 12,
            plain: plain.max(60),
        }
    } else {
        Roster {
            truths: 48,
            decoys: 54,
            strangers: 42,
            plain: 12,
        }
    };
    // Nobody plays two parts in a quarter.
    let companies = prefecture.suppliers();
    let truths = wanted.truths.min(companies);
    let decoys = wanted.decoys.min(companies - truths);
    Roster {
        truths,
        decoys,
        plain: wanted.plain.min(companies - truths - decoys),
        ..wanted
    }
}

/// One supplier in one quarter.
pub(super) struct Supplier {
    quarter: Quarter,
    serial: u64,
    pub story: Story,
    truth: bool,
    decoy: bool,
    pub party: Party,
    pub contracts: Vec<Contract>,
}

impl Supplier {
    fn of(prefecture: &Prefecture, quarter: Quarter, at: u64, roster: &Roster) -> Self {
        let seed = prefecture.population.seed();
        let number = |value: u64| usize::try_from(value).unwrap_or(0);
        let serial = quarter.stamp() % 1_000 * 100_000 + at;
        let mut dice = Dice::new(mixed(seed, 31), serial);
        let (truth, played) = (at < roster.truths, roster.truths + roster.decoys);
        let stranger = (played..played + roster.strangers).contains(&at);
        let story = if truth {
            told(TRUE, number(at))
        } else if at < played {
            told(DECOY, number(at - roster.truths))
        } else if stranger {
            told(STRANGERS, number(at - played))
        } else {
            None
        };
        let story = story.unwrap_or(Story::PaidOnceAQuarter);
        let party = match story {
            Story::Outsider => actors::outsider(seed, serial),
            Story::PublicBody => actors::body(seed, dice.between(0, 63)),
            Story::CodeUnknown => {
                let party = actors::outsider(seed, serial);
                Party {
                    name: names::person(&mut dice),
                    code: String::new(),
                    ..party
                }
            }
            _ => {
                let place = if at < played { at } else { at - roster.strangers };
                Party::of(
                    &prefecture
                        .population
                        .business(prefecture.supplier(quarter.stamp() * 37 + place)),
                )
            }
        };
        let count = if story == Story::OneForgotten {
            dice.between(2, 4)
        } else {
            dice.between(1, 4)
        };
        let mut supplier = Self {
            quarter,
            serial,
            story,
            truth,
            decoy: !truth && at < played + roster.strangers,
            party,
            contracts: Vec::new(),
        };
        for nth in 0..count {
            let contract = Contract::of(prefecture, &supplier, serial * 10 + nth, quarter, nth);
            supplier.contracts.extend(contract);
        }
        supplier
    }

    pub fn key(&self) -> u64 {
        self.serial
    }

    /// Whether somebody compares this supplier's contracts with anything.
    pub fn matters(&self) -> bool {
        self.truth || self.decoy
    }

    /// Stamp duty on everything that is owed, and the part that is not paid.
    fn due(&self) -> (u64, u64) {
        let owed = self.contracts.iter().filter(|one| one.counts());
        let all: u64 = owed.clone().map(|one| one.stamp(self.party.relief)).sum();
        let short = match self.story {
            Story::NothingPaid => all,
            Story::OneForgotten => owed.map(|one| one.stamp(self.party.relief)).max().unwrap_or(0),
            Story::TenthPaid => all - all / 10,
            _ => 0,
        };
        (all, short)
    }

    fn payments(&self) -> Vec<Payment> {
        if self.party.code.is_empty() || self.party.home != self.party.county.code {
            return Vec::new();
        }
        let (all, short) = self.due();
        let (from, to) = (self.quarter.first_day(), self.quarter.last_day());
        let line = |amount: u64, from: NaiveDate, to: NaiveDate, days: u64| Payment {
            taxpayer: self.party.code.clone(),
            file_number: self.party.file_number.clone(),
            county: self.party.county.code,
            tax: STAMP,
            from,
            to,
            kind: "1",
            amount: signed(amount),
            paid: to.checked_add_days(Days::new(days)).unwrap_or(to),
        };
        match self.story {
            Story::NothingPaid | Story::PublicBody | Story::RateDeals | Story::LandDeals => Vec::new(),
            Story::PaidByContract => {
                let owed = self.contracts.iter().filter(|one| one.counts());
                owed.map(|one| line(one.stamp(self.party.relief), one.day, one.day, 9))
                    .collect()
            }
            Story::PaidLate => vec![line(all, from, to, 27)],
            _ => vec![line(all - short, from, to, 5 + self.serial % 10)],
        }
    }

    fn case(&self) -> PlantedCase {
        PlantedCase {
            model: "M26",
            story: self.story.name(),
            taxpayer: self.party.code.clone(),
            county: self.party.county.code.to_owned(),
            period: self.quarter.label(),
            tax_code: STAMP,
            expected: yuan(self.due().1),
            decoy: self.decoy,
        }
    }
}

/// Companies from elsewhere that the tax side knows because they reported work here: every second one.
pub(super) fn reported_from_elsewhere(
    prefecture: &Prefecture,
    quarter: Quarter,
) -> impl Iterator<Item = Party> {
    let outsiders = suppliers(prefecture, quarter).filter(|one| one.story == Story::Outsider);
    outsiders.step_by(2).map(|one| one.party)
}

/// Everybody of a quarter.
pub(super) fn suppliers(prefecture: &Prefecture, quarter: Quarter) -> impl Iterator<Item = Supplier> {
    let roster = roster(prefecture);
    let all = roster.truths + roster.decoys + roster.strangers + roster.plain;
    (0..all).map(move |at| Supplier::of(prefecture, quarter, at, &roster))
}

fn quarters(prefecture: &Prefecture) -> Vec<Quarter> {
    let mut quarters: Vec<Quarter> = prefecture.months.iter().map(|month| month.quarter()).collect();
    quarters.dedup();
    quarters
}

/// Deals closed in the month.
pub(super) fn deals(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    written(request, sheet, Door::Deal)
}

/// Procurement contracts signed in the month.
pub(super) fn procurement(request: &Request<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    written(request, sheet, Door::Procurement)?;
    // Every county buys something every month, were it from somebody without a credit code.
    let everywhere = (0..).zip(crate::place::COUNTIES);
    for (at, county) in everywhere.filter(|(_, one)| request.county.is_none_or(|county| county == *one)) {
        let mut dice = Dice::new(mixed(request.seed(), 34), request.month.stamp() * 10 + at);
        let supplier = names::person(&mut dice);
        let contract = Contract::small(request, request.month.stamp() % 1_000 * 10 + at, county);
        contract.procurement("", &supplier, sheet, "");
        sheet.push(Care::Kept)?;
    }
    Ok(())
}

fn written(request: &Request<'_>, sheet: &mut Sheet<'_>, door: Door) -> io::Result<()> {
    for supplier in suppliers(request.prefecture, request.month.quarter()) {
        for contract in supplier.contracts.iter().filter(|one| one.comes_through(door)) {
            let here = request.county.is_none_or(|county| county == contract.county);
            if here && Month::of(contract.day) == request.month {
                contract.write(request, &supplier, sheet, door)?;
            }
        }
    }
    Ok(())
}

/// What suppliers paid on a day of the month.
pub(super) fn payments(prefecture: &Prefecture, month: Month) -> Vec<Payment> {
    let near = [month.quarter(), month.quarter().before()];
    let reported = quarters(prefecture);
    let near = near.into_iter().filter(|quarter| reported.contains(quarter));
    let paid = near
        .flat_map(|quarter| suppliers(prefecture, quarter))
        .flat_map(|one| one.payments());
    paid.filter(|payment| Month::of(payment.paid) == month).collect()
}

pub(crate) fn cases(prefecture: &Prefecture) -> Vec<PlantedCase> {
    let all = quarters(prefecture)
        .into_iter()
        .flat_map(|quarter| suppliers(prefecture, quarter));
    all.filter(Supplier::matters).map(|one| one.case()).collect()
}
