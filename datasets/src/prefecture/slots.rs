//! Which department reports what for when: one file for the prefecture, or one from each of eight counties.

use schemas::{Contract, FeedId, PeriodKind};

use super::Prefecture;
use crate::calendar::Month;
use crate::feeds::{FEEDS, Feed};
use crate::place::{COUNTIES, SMALL_COUNTY};

/// The prefecture as a reporting unit.
const PREFECTURE: &str = "433100";

/// Months of payments that follow the last month reported, so that every comparison has waited long enough.
const MONTHS_OF_PAYMENT: i32 = 3;

/// One arrival.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub feed: FeedId,
    /// Label of the period.
    pub period: String,
    /// Code of the reporting unit.
    pub unit: String,
}

impl Slot {
    /// `<feed>/<feed>-<period>-<unit>.csv`
    pub fn path(&self) -> String {
        let Self { feed, period, unit } = self;
        format!("{feed}/{feed}-{period}-{unit}.csv")
    }
}

/// A number of its own for every slot.
pub(super) fn stamp(slot: &Slot) -> u64 {
    let text = slot.path();
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

impl Prefecture {
    /// Every file that arrives, feed by feed, then by period and unit.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.owed().filter(|(_, absent)| !absent).map(|(slot, _)| slot)
    }

    /// Files that are owed and never come: somewhere a county forgets a month.
    pub fn absent(&self) -> impl Iterator<Item = Slot> {
        self.owed().filter(|(_, absent)| *absent).map(|(slot, _)| slot)
    }

    fn owed(&self) -> impl Iterator<Item = (Slot, bool)> {
        let feeds = FEEDS
            .iter()
            .filter_map(|feed| Some((feed, self.contract(feed.id)?)));
        feeds.flat_map(|(feed, contract)| {
            let periods = self.periods(feed, contract);
            periods.into_iter().enumerate().flat_map(move |(at, period)| {
                units(feed, contract).into_iter().map(move |unit| {
                    let absent = feed.forgets && at == 1 && unit == SMALL_COUNTY.code;
                    let slot = Slot {
                        feed: contract.id().clone(),
                        period: period.clone(),
                        unit: unit.to_owned(),
                    };
                    (slot, absent)
                })
            })
        })
    }

    fn periods(&self, feed: &Feed, contract: &Contract) -> Vec<String> {
        let tail = if feed.tail { MONTHS_OF_PAYMENT } else { 0 };
        let last = self.months.last().copied();
        let more = (1..=tail).filter_map(|step| last.map(|last| last.plus(step)));
        let months = self.months.iter().copied().chain(more);
        let months: Vec<Month> = months.filter(|month| (feed.only)(*month)).collect();
        let mut labels: Vec<String> = match contract.period_kind() {
            PeriodKind::Month | PeriodKind::Snapshot => months.iter().map(|month| month.label()).collect(),
            PeriodKind::Quarter => months.iter().map(|month| month.quarter().label()).collect(),
            PeriodKind::Year => months.iter().map(|month| month.year().to_string()).collect(),
            PeriodKind::Day => Vec::new(),
        };
        labels.dedup();
        labels
    }
}

fn units(feed: &Feed, contract: &Contract) -> Vec<&'static str> {
    let owes = |code: &&str| contract.units().iter().any(|unit| unit.as_str() == *code);
    if feed.by_county {
        COUNTIES.iter().map(|county| county.code).filter(owes).collect()
    } else {
        vec![PREFECTURE]
    }
}
