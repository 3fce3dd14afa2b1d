//! Which slots there are to look at: ended periods, the units that owe them, and those that reported unasked.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake::Slot;
use registry::SlotFacts;
use schemas::{Contract, FeedId, Period, PeriodKind, RegionCode, owing};

/// Periods of one feed that are looked at. Eight years of days.
const PERIODS_MAX: usize = 3_000;
/// Earlier periods that say what is usual.
const USUAL_PERIODS: usize = 6;

/// Periods that end on or after `since` and are over. The last day counts as over: that is when month-end exports are made.
pub(super) fn ended(kind: PeriodKind, since: NaiveDate, today: NaiveDate) -> impl Iterator<Item = Period> {
    let first = Period::containing(kind, since).ok();
    std::iter::successors(first, |period| period.next().ok())
        .take_while(move |period| period.end() <= today)
        .take(PERIODS_MAX)
}

/// The slots of one period, with whether each is owed: those of the units that owe it, and those of other units of the
/// contract to which something was sent.
pub(super) fn of_period(
    contract: &Contract,
    period: &Period,
    seen: &BTreeMap<&Slot, &SlotFacts>,
) -> Vec<(Slot, bool)> {
    let slot = |unit: &RegionCode| Slot::new(contract.id().clone(), period, unit.clone());
    let reported = |unit: &RegionCode| seen.get(&slot(unit)).is_some_and(|facts| facts.held.is_some());
    let owed = owing(contract.owed_by(), contract.units(), &reported);
    let units = contract
        .units()
        .iter()
        .map(|unit| (slot(unit), owed.contains(&unit)));
    units
        .filter(|(slot, owed)| *owed || seen.contains_key(slot))
        .collect()
}

/// For each slot that was sent to or comes after one, the rows that the same unit usually reports: the middle one of the
/// earlier periods, zero reports left out.
pub(super) fn usual_rows(seen: &BTreeMap<&Slot, &SlotFacts>) -> Usual {
    let mut by_unit: BTreeMap<(&FeedId, &RegionCode), Vec<(&str, u64)>> = BTreeMap::new();
    // In the order of periods: labels of one kind sort like their days.
    for (slot, facts) in seen {
        if let Some(held) = facts.held.as_ref().filter(|held| !held.zero) {
            let unit = by_unit.entry((&slot.feed, &slot.unit)).or_default();
            unit.push((slot.period.as_str(), held.committed));
        }
    }
    let owned = by_unit.into_iter().map(|((feed, unit), rows)| {
        let rows = rows.into_iter().map(|(period, rows)| (period.to_owned(), rows));
        ((feed.clone(), unit.clone()), rows.collect())
    });
    Usual(owned.collect())
}

/// Rows by period, for each feed and unit.
pub(super) struct Usual(BTreeMap<(FeedId, RegionCode), Vec<(String, u64)>>);

impl Usual {
    pub(super) fn get(&self, slot: &Slot) -> Option<u64> {
        let rows = self.0.get(&(slot.feed.clone(), slot.unit.clone()))?;
        let earlier = rows.partition_point(|(period, _)| period.as_str() < slot.period.as_str());
        let from = earlier.saturating_sub(USUAL_PERIODS);
        let mut rows: Vec<u64> = rows.get(from..earlier)?.iter().map(|(_, rows)| *rows).collect();
        rows.sort_unstable();
        rows.get(rows.len() / 2).copied()
    }
}
