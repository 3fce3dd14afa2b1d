//! The counter at the end of every road, where parcels are handed in. The hub puts intake behind it, so that a parcel is
//! checked, settled and recorded like a file that somebody sent.

use async_trait::async_trait;
use chrono::TimeDelta;

use crate::body::Body;
use crate::parcel::{Answer, Parcel, Wanted};

/// What the counter says to a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It has a receipt, or was checked and waits for a colleague's signature. A rejected file has a receipt too.
    Settled { submission: String, verdict: String },
    /// It can never be taken: no such slot, not owed by this unit. `code` is a text of the catalogue.
    Refused { code: String },
    /// The key was used for other bytes.
    KeyTaken,
    /// Not now: busy, a full disk, a body that broke off, the department's day used up. `wait`: sooner is of no use.
    NotNow { code: String, wait: Option<TimeDelta> },
}

impl Taken {
    /// Before this time has passed another try is of no use.
    pub(crate) fn wait(&self) -> TimeDelta {
        match self {
            Taken::NotNow { wait, .. } => wait.unwrap_or_default(),
            _ => TimeDelta::zero(),
        }
    }
}

#[async_trait]
pub trait Counter: Send + Sync {
    /// The slots that are to be filled: the last `periods_back` periods that are over, oldest first, for each feed and unit.
    fn wanted(&self, feeds: &[String], units: &[String], periods_back: u32) -> Vec<Wanted>;

    /// Hands a parcel in. Two parcels with one `key` are one submission. Without a body it is a zero report.
    async fn take(&self, source: &str, parcel: &Parcel, key: &str, body: Option<Body>) -> Taken;

    /// What there is to say of a settled parcel: its receipt, or why it was declined. Nothing while it waits.
    async fn answer(&self, submission: &str) -> Option<Answer>;

    /// A refusal as JSON in both languages.
    fn refusal(&self, code: &str) -> Vec<u8>;
}
