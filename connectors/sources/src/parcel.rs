//! One thing that a source offers, and the words around it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The slot a parcel is for, as the source wrote it. Whether there is such a slot is not known here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SlotWords {
    pub feed: String,
    pub period: String,
    pub unit: String,
}

/// A slot that a pulling source should fill, with its days (both included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub slot: SlotWords,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
}

/// One thing a source offers; it becomes at most one submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// How people and the source itself call it: a file name, a slot. Unique within what one look finds.
    pub name: String,
    /// What the source says about the content without reading it: size and time, a tag, a count and the highest key.
    /// The same name in another version is another parcel.
    pub version: String,
    pub slot: SlotWords,
    /// The source says that there is nothing to report.
    pub zero: bool,
    /// The days of a wanted slot, for sources that ask for them.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// What became of a parcel, for whoever waits at the other end of the road.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// False if the parcel could not be judged at all.
    pub settled: bool,
    /// A JSON document: the signed receipt, or the refusal in both languages.
    pub document: Vec<u8>,
}
