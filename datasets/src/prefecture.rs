//! The whole prefecture: every feed that has a contract, reported by its department for its months, out of one
//! population. The same seed and scale give the same files, cases and truth.

mod cases;
mod rejected;
mod slots;

use std::io::{self, Write};

use schemas::{Contract, Period, feeds};

pub use cases::PlantedCase;
pub use slots::Slot;

use crate::calendar::Month;
use crate::feeds::{FEEDS, Feed, Request};
use crate::file::GeneratedFile;
use crate::population::{Kind, Population};
use crate::scale::Scale;
use crate::sheet::{Habit, Sheet, SheetPlan};
use crate::truth::Truth;

/// Rows of a thousand that are damaged.
const DAMAGED_PER_MILLE: u16 = 20;

/// Enough that nobody plays two parts in one month.
const GRANTEES_MAX: usize = 600;
/// Enough that nobody plays two parts in one quarter.
const SUPPLIERS_MAX: usize = 4_000;

/// The invented prefecture.
#[derive(Debug, Clone)]
pub struct Prefecture {
    pub(crate) population: Population,
    pub(crate) months: Vec<Month>,
    /// Companies that buy land.
    grantees: Vec<u64>,
    /// Companies that win contracts. Nobody does both, so that a payment of stamp duty has one cause.
    suppliers: Vec<u64>,
    contracts: Vec<Contract>,
    per_mille: u16,
}

impl Prefecture {
    /// Asks no clock and reads no file; the contracts are those that ship.
    pub fn new(seed: u64, scale: Scale) -> Self {
        let population = Population::new(seed, scale);
        let companies = |odd: u64, count| {
            let all = population
                .businesses()
                .filter(move |one| one.kind == Kind::Company && one.index % 2 == odd);
            all.map(|one| one.index).take(count).collect()
        };
        Self {
            grantees: companies(1, GRANTEES_MAX),
            suppliers: companies(0, SUPPLIERS_MAX),
            population,
            months: scale.months(),
            contracts: feeds::embedded().unwrap_or_default(),
            per_mille: DAMAGED_PER_MILLE,
        }
    }

    /// The same prefecture with this many damaged rows of a thousand; 0 for none.
    pub fn with_damage(mut self, per_mille: u16) -> Self {
        self.per_mille = per_mille;
        self
    }

    pub fn population(&self) -> &Population {
        &self.population
    }

    /// The contract of a feed.
    pub fn contract(&self, feed: &str) -> Option<&Contract> {
        self.contracts
            .iter()
            .find(|contract| contract.id().as_str() == feed)
    }

    /// The file for a slot, in memory. A slot that is none of [`Prefecture::slots`] gives an empty file.
    pub fn file(&self, slot: &Slot) -> GeneratedFile {
        let mut bytes = Vec::new();
        // Writing into memory cannot fail.
        let truth = self.write(slot, &mut bytes).unwrap_or_default();
        let charset = self
            .feed(slot)
            .map(|feed| feed.charset_of(&slot.unit))
            .unwrap_or_default();
        GeneratedFile {
            bytes,
            charset,
            truth,
        }
    }

    /// Writes the file for a slot in pieces of a quarter of a megabyte.
    ///
    /// # Errors
    /// Of the writer.
    pub fn write(&self, slot: &Slot, out: &mut dyn Write) -> io::Result<Truth> {
        let (Some(feed), Some(contract)) = (self.feed(slot), self.contract(slot.feed.as_str())) else {
            return Ok(Truth::default());
        };
        let Ok(period) = Period::parse(contract.period_kind(), &slot.period) else {
            return Ok(Truth::default());
        };
        let request = Request {
            prefecture: self,
            month: Month::of(period.start()),
            label: period.label(),
            county: crate::place::county_of(&slot.unit),
        };
        let plan = SheetPlan {
            contract,
            period: &period,
            county: request.county.is_some(),
            habit: self.habit(feed, &slot.unit),
            charset: feed.charset_of(&slot.unit),
            per_mille: self.per_mille,
            turn: crate::dice::mixed(self.population.seed(), slots::stamp(slot)) % 64,
        };
        let mut sheet = Sheet::open(&plan, feed.fields, out)?;
        (feed.rows)(&request, &mut sheet)?;
        sheet.close()
    }

    /// A company that buys land; the same number is always the same company.
    pub(crate) fn grantee(&self, number: u64) -> u64 {
        one_of(&self.grantees, number)
    }

    /// A company that wins contracts.
    pub(crate) fn supplier(&self, number: u64) -> u64 {
        one_of(&self.suppliers, number)
    }

    /// How many companies win contracts.
    pub(crate) fn suppliers(&self) -> u64 {
        u64::try_from(self.suppliers.len()).unwrap_or(0)
    }

    /// Whether a business buys land or wins contracts.
    pub(crate) fn is_cast(&self, index: u64) -> bool {
        let members = if index.is_multiple_of(2) {
            &self.suppliers
        } else {
            &self.grantees
        };
        members.binary_search(&index).is_ok()
    }

    fn feed(&self, slot: &Slot) -> Option<&'static Feed> {
        FEEDS.iter().find(|feed| feed.id == slot.feed.as_str())
    }

    fn habit(&self, feed: &Feed, unit: &str) -> Habit {
        // Counties write as they please, the same way every month.
        let county = u64::from(unit.bytes().last().unwrap_or(0));
        Habit {
            aliases: feed.by_county && county.is_multiple_of(2),
            slashes: feed.by_county && county % 3 == 1,
            wan: feed.wan,
        }
    }
}

fn one_of(members: &[u64], number: u64) -> u64 {
    let count = u64::try_from(members.len()).unwrap_or(0).max(1);
    let at = usize::try_from(number % count).unwrap_or(0);
    members.get(at).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
