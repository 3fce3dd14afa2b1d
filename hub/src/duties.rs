//! Duties (报送任务): which slots are owed, by when, and how each stands. Told anew whenever they are asked for, from
//! contracts, the calendar and the settled submissions, so that no state of a duty can be out of date. Not here: who may
//! see them (`center`), and reminders (`reminders`).

mod slots;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use intake::Slot;
use registry::{Held, SlotFacts};
use schemas::{Contract, DepartmentCode, Period, Workdays};
use serde::{Deserialize, Serialize};

use crate::contracts::Contracts;

/// How a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyState {
    /// The period is over, and there is time yet.
    Open,
    /// So few working days are left that a reminder is in order.
    DueSoon,
    /// The due day is over, and nothing usable has come.
    Late,
    /// Everything that came was rejected as a whole.
    Rejected,
    /// What was accepted was taken back; it is owed again.
    Withdrawn,
    /// Accepted by the due day.
    Received,
    /// Accepted after it.
    ReceivedLate,
    /// The unit has said that there is nothing to report.
    Zero,
}

impl DutyState {
    pub const ALL: [DutyState; 8] = [
        DutyState::Open,
        DutyState::DueSoon,
        DutyState::Late,
        DutyState::Rejected,
        DutyState::Withdrawn,
        DutyState::Received,
        DutyState::ReceivedLate,
        DutyState::Zero,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DutyState::Open => "open",
            DutyState::DueSoon => "due_soon",
            DutyState::Late => "late",
            DutyState::Rejected => "rejected",
            DutyState::Withdrawn => "withdrawn",
            DutyState::Received => "received",
            DutyState::ReceivedLate => "received_late",
            DutyState::Zero => "zero",
        }
    }

    /// The code of its name in the text catalogue.
    pub fn text(self) -> String {
        format!("duty.{}", self.as_str())
    }

    /// Does the slot hold what was owed?
    pub fn is_met(self) -> bool {
        matches!(
            self,
            DutyState::Received | DutyState::ReceivedLate | DutyState::Zero
        )
    }

    pub fn parse(text: &str) -> Option<DutyState> {
        DutyState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One slot and how it stands. Made by [`duties`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duty {
    pub slot: Slot,
    pub period: Period,
    pub department: DepartmentCode,
    /// Last day on which it is in time.
    pub due: NaiveDate,
    pub state: DutyState,
    /// False for a slot that was filled without being owed: a county's own file beside the prefecture's. It counts for
    /// nothing.
    pub owed: bool,
    /// The due day is over and the slot does not hold what is owed.
    pub overdue: bool,
    /// Overdue for so long that it counts as never reported.
    pub missing: bool,
    /// Working days from the due day to the day it came, or to today while it has not.
    pub late_workdays: u32,
    /// The civil day on which the first accepted submission came in.
    pub received_on: Option<NaiveDate>,
    pub held: Option<Held>,
    /// Accepted submissions, withdrawals among them.
    pub revisions: u32,
    /// Submissions rejected as a whole.
    pub refused: u32,
    /// Committed rows of the middle one among up to six earlier periods of the unit.
    pub rows_usual: Option<u64>,
    /// Required columns of the contract.
    pub required_fields: u64,
    /// False when the due day lies in a year without a notice on holidays: then only weekends were counted out.
    pub calendar_known: bool,
}

/// What duties depend on besides the submissions.
pub struct Calendar<'a> {
    pub contracts: &'a Contracts,
    pub workdays: &'a Workdays,
    /// A period that ends before this day is not owed here.
    pub since: NaiveDate,
    /// A duty with at most so many working days left is due soon.
    pub soon_workdays: u32,
    /// Days after the end of the period from which an overdue duty counts as never reported.
    pub missing_after_days: u32,
    /// The civil day in Asia/Shanghai.
    pub today: NaiveDate,
}

/// Every duty of this hub, by feed, period and unit.
pub fn duties(calendar: &Calendar<'_>, seen: &[SlotFacts]) -> Vec<Duty> {
    let seen: BTreeMap<&Slot, &SlotFacts> = seen.iter().map(|facts| (&facts.slot, facts)).collect();
    let usual = slots::usual_rows(&seen);
    let mut duties = Vec::new();
    for contract in calendar.contracts.values() {
        // What is asked and answered at once is not waited for.
        let Some(due) = contract.due() else { continue };
        for period in slots::ended(contract.period_kind(), calendar.since, calendar.today) {
            let due = due.day(&period, calendar.workdays);
            for (slot, owed) in slots::of_period(contract, &period, &seen) {
                let facts = seen.get(&slot).copied();
                let rows_usual = usual.get(&slot);
                let place = Place {
                    contract,
                    period: &period,
                    due,
                    slot,
                    owed,
                };
                duties.push(place.duty(calendar, facts, rows_usual));
            }
        }
    }
    duties.sort_by(|one, other| one.slot.cmp(&other.slot));
    duties
}

/// A slot that is looked at, before anything is known of it.
struct Place<'a> {
    contract: &'a Contract,
    period: &'a Period,
    due: NaiveDate,
    slot: Slot,
    owed: bool,
}

impl Place<'_> {
    fn duty(self, calendar: &Calendar<'_>, facts: Option<&SlotFacts>, rows_usual: Option<u64>) -> Duty {
        let (workdays, today, due) = (calendar.workdays, calendar.today, self.due);
        let held = facts.and_then(|facts| facts.held.clone());
        let received_on = facts.and_then(|facts| facts.received_at).map(policy::today);
        let state = match (&held, received_on, facts) {
            (Some(held), _, _) if held.zero => DutyState::Zero,
            (Some(_), Some(day), _) if day > due => DutyState::ReceivedLate,
            (Some(_), _, _) => DutyState::Received,
            (None, _, Some(facts)) if facts.withdrawn => DutyState::Withdrawn,
            (None, _, Some(facts)) if facts.refused > 0 => DutyState::Rejected,
            (None, _, _) if today > due => DutyState::Late,
            (None, _, _) if workdays.between(today, due) <= calendar.soon_workdays => DutyState::DueSoon,
            (None, _, _) => DutyState::Open,
        };
        let overdue = self.owed && !state.is_met() && today > due;
        let until = received_on
            .filter(|_| state.is_met())
            .or(overdue.then_some(today));
        let waited = today.signed_duration_since(self.period.end()).num_days();
        let required = self.contract.sent_fields().filter(|field| field.required);
        Duty {
            department: self.contract.department().clone(),
            period: self.period.clone(),
            missing: overdue && waited > i64::from(calendar.missing_after_days),
            late_workdays: until.map_or(0, |until| workdays.between(due, until)),
            calendar_known: workdays.knows(due),
            revisions: facts.map_or(0, |facts| facts.revisions),
            refused: facts.map_or(0, |facts| facts.refused),
            required_fields: u64::try_from(required.count()).unwrap_or(u64::MAX),
            slot: self.slot,
            owed: self.owed,
            due,
            state,
            overdue,
            received_on,
            held,
            rows_usual,
        }
    }
}
