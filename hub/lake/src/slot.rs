//! The place of a submission in a feed table: one period of one reporting unit, which is one Delta partition.

use std::collections::BTreeMap;

use schemas::{Period, RegionCode};
use serde::{Deserialize, Serialize};

/// One partition of a feed table. A commit replaces all of it, or adds to it, and touches nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    period: Period,
    unit: RegionCode,
}

impl Slot {
    /// The slot of a period and a reporting unit.
    pub fn new(period: &Period, unit: &RegionCode) -> Slot {
        Slot {
            period: period.clone(),
            unit: unit.clone(),
        }
    }

    /// The period.
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// The reporting unit.
    pub fn unit(&self) -> &RegionCode {
        &self.unit
    }

    /// Values of the partition columns, by name, as the Delta log writes them.
    pub(crate) fn partition(&self) -> BTreeMap<String, Option<String>> {
        let [period, unit] = schemas::PARTITION_COLUMNS;
        BTreeMap::from([
            (period.to_owned(), Some(self.period.label().to_owned())),
            (unit.to_owned(), Some(self.unit.as_str().to_owned())),
        ])
    }
}
