//! The place a submission fills: one feed, one period, one reporting unit. Duty, duplicates, locks and
//! revisions are all counted per slot. Not here: when a slot is due.

use std::fmt;

use schemas::{FeedId, Period, RegionCode};
use serde::{Deserialize, Serialize};

/// `period` is the canonical label (`202501`, `2025Q1`, `2025`), so that two spellings are one slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    pub feed: FeedId,
    pub period: String,
    pub unit: RegionCode,
}

impl Slot {
    pub fn new(feed: FeedId, period: &Period, unit: RegionCode) -> Slot {
        Slot {
            feed,
            period: period.label().to_owned(),
            unit,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.feed, self.period, self.unit)
    }
}
