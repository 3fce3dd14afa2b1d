//! The keyed scope: a consumer names the keys it asks about, and each costs one of the day's quota. What an honest
//! desk needs is a few hundred; what somebody who wants the whole list needs is all of them.
//! Not here: finding the keys in a query (`engine`), and keeping the count (`registry`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use schemas::{DepartmentCode, ViewName};

use crate::civil_day::today;
use crate::decide::Policy;
use crate::denial::{Denial, Ruling};
use crate::error::PolicyError;
use crate::grant::Grant;
use crate::identity::Principal;

/// Keys to be counted. The quota is the department's: its other people, roles, purposes and agreements on the same
/// view draw on it too, so a second agreement does not double it and a successor does not renew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCharge {
    pub department: DepartmentCode,
    pub view: ViewName,
    /// In Asia/Shanghai.
    pub day: NaiveDate,
    /// One per key: a keyed hash of it. The store never sees a key.
    pub marks: BTreeSet<String>,
    pub daily_max: u32,
}

impl KeyCharge {
    /// What follows if the day holds `asked` keys already and `fresh` of these are not among them.
    pub fn balance(&self, asked: usize, fresh: usize) -> KeyBalance {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let left = self.daily_max.saturating_sub(count(asked));
        let fresh = count(fresh);
        match left.checked_sub(fresh) {
            Some(left) => KeyBalance::Charged { fresh, left },
            // Keys that were paid for stay free, even if a successor allows fewer.
            None if fresh == 0 => KeyBalance::Charged { fresh, left },
            None => KeyBalance::Exceeded { fresh, left },
        }
    }
}

/// The outcome of a charge. `fresh` keys were new on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyBalance {
    /// `left` more may be named today.
    Charged { fresh: u32, left: u32 },
    /// Nothing was charged; `left` is what there is.
    Exceeded { fresh: u32, left: u32 },
}

impl KeyBalance {
    pub fn is_charged(self) -> bool {
        matches!(self, KeyBalance::Charged { .. })
    }
}

/// A grant that releases the keys it was asked for, and what they cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    pub grant: Grant,
    pub fresh: u32,
    pub left: u32,
}

impl Policy {
    /// Opens the keyed grants of one query for the keys it names, once all of them are charged. Each key comes with its
    /// mark. `now` is the instant of the decision, so that a query belongs to one day.
    ///
    /// INVARIANT (keys-are-charged): keys enter a grant here and nowhere else, after the store has counted them. The
    /// second guard is the engine, which releases no row of a keyed view but those of the keys in the grant.
    pub async fn admit(
        &self,
        principal: &Principal,
        asked: Vec<(Grant, BTreeMap<String, String>)>,
        now: DateTime<Utc>,
    ) -> Result<Ruling<Vec<Admitted>>, PolicyError> {
        let mut charges = Vec::new();
        for (grant, keys) in &asked {
            match charge(principal, grant, keys, today(now)) {
                Ok(charge) => charges.push(charge),
                Err(denial) => return Ok(Ruling::Denied(denial)),
            }
        }
        let balances = self.store.charge_keys(&charges).await?;
        let mut admitted = Vec::new();
        for ((mut grant, keys), (charge, balance)) in asked.into_iter().zip(charges.iter().zip(balances)) {
            match balance {
                KeyBalance::Charged { fresh, left } => {
                    grant.body.admitted = keys.into_keys().collect();
                    admitted.push(Admitted { grant, fresh, left });
                }
                KeyBalance::Exceeded { fresh, left } => {
                    return Ok(Ruling::Denied(exceeded(charge, fresh, left)));
                }
            }
        }
        Ok(Ruling::Granted(admitted))
    }
}

fn charge(
    principal: &Principal,
    grant: &Grant,
    keys: &BTreeMap<String, String>,
    day: NaiveDate,
) -> Result<KeyCharge, Denial> {
    let Some((column, daily_max)) = grant.condition().keyed() else {
        return Err(Denial::new("denial.error"));
    };
    if keys.is_empty() {
        return Err(Denial::new("denial.keyed_required")
            .with("view", grant.view())
            .with("column", column));
    }
    let charge = KeyCharge {
        department: principal.department().clone(),
        view: grant.view().clone(),
        day,
        marks: keys.values().cloned().collect(),
        daily_max,
    };
    // Two keys of one mark would cost one.
    if charge.marks.len() == keys.len() {
        Ok(charge)
    } else {
        Err(Denial::new("denial.error"))
    }
}

fn exceeded(charge: &KeyCharge, fresh: u32, left: u32) -> Denial {
    let denial = Denial {
        sqlstate: "53400",
        ..Denial::new("denial.quota")
    };
    denial
        .with("view", &charge.view)
        .with("daily_max", charge.daily_max)
        .with("fresh", fresh)
        .with("left", left)
}
