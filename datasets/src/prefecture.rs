//! The whole prefecture: every feed that has a contract, reported by its department for its months, out of one
//! population. The same seed and scale give the same files, cases and truth.

mod cases;
mod slots;

use std::io::{self, Write};

use schemas::{Contract, Period, feeds};

pub use cases::PlantedCase;
pub use slots::Slot;

use crate::calendar::Month;
use crate::feeds::{FEEDS, Feed, Request};
use crate::file::GeneratedFile;
use crate::population::Population;
use crate::scale::Scale;
use crate::sheet::{Habit, Sheet, SheetPlan};
use crate::truth::Truth;

/// Rows of a thousand that are damaged.
const DAMAGED_PER_MILLE: u16 = 20;

/// The invented prefecture.
#[derive(Debug, Clone)]
pub struct Prefecture {
    pub(crate) population: Population,
    pub(crate) months: Vec<Month>,
    contracts: Vec<Contract>,
    per_mille: u16,
}

impl Prefecture {
    /// Asks no clock and reads no file; the contracts are those that ship.
    pub fn new(seed: u64, scale: Scale) -> Self {
        Self {
            population: Population::new(seed, scale),
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

#[cfg(test)]
mod tests;
