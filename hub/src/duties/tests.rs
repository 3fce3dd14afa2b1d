//! Duties of a small hub: one monthly feed of the power company, day by day.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemas::{RegionCode, SubmissionId, feeds};

use super::*;

/// The shipped contract, changed in one passage.
fn contracts(passage: &str, becomes: &str) -> Contracts {
    let power = feeds::embedded()
        .unwrap()
        .into_iter()
        .find(|contract| contract.id().as_str() == "pow_usage");
    let yaml = power.unwrap().yaml().replace(passage, becomes);
    let contract = Contract::from_yaml(&yaml).unwrap();
    [(contract.id().clone(), Arc::new(contract))].into()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn facts(period: &str, unit: &str, received_at: &str) -> SlotFacts {
    let period = Period::parse(schemas::PeriodKind::Month, period).unwrap();
    SlotFacts {
        slot: Slot::new(
            "pow_usage".parse().unwrap(),
            &period,
            RegionCode::parse(unit).unwrap(),
        ),
        received_at: Some(received_at.parse::<DateTime<Utc>>().unwrap()),
        held: Some(Held {
            submission: SubmissionId::new(),
            zero: false,
            rows_read: 100,
            committed: 90,
            quarantined: 10,
            required_missing: 4,
        }),
        revisions: 1,
        withdrawn: false,
        refused: 0,
    }
}

fn told(contracts: &Contracts, since: &str, today: &str, seen: &[SlotFacts]) -> Vec<Duty> {
    let workdays = Workdays::embedded().unwrap();
    let calendar = Calendar {
        contracts,
        workdays: &workdays,
        since: day(since),
        soon_workdays: 3,
        missing_after_days: 30,
        today: day(today),
    };
    duties(&calendar, seen)
}

/// Period, unit, state and late working days of each.
fn short(duties: &[Duty]) -> Vec<String> {
    let line = |duty: &Duty| {
        let Slot { period, unit, .. } = &duty.slot;
        format!("{period} {unit} {} {}", duty.state.as_str(), duty.late_workdays)
    };
    duties.iter().map(line).collect()
}

#[test]
fn a_duty_opens_when_its_period_ends_and_grows_late_in_working_days() {
    let contracts = contracts("", "");
    // September 2025 is due on Friday the 10th of October, after a holiday of eight days.
    for (today, state) in [
        // Two working days are left on the last day before the holiday.
        ("2025-09-30", "202509 433100 due_soon 0"),
        ("2025-10-08", "202509 433100 due_soon 0"),
        ("2025-10-10", "202509 433100 due_soon 0"),
        // Saturday the 11th is worked.
        ("2025-10-11", "202509 433100 late 1"),
        ("2025-10-12", "202509 433100 late 1"),
        ("2025-10-13", "202509 433100 late 2"),
    ] {
        assert_eq!(
            short(&told(&contracts, "2025-09-01", today, &[])),
            [state],
            "{today}"
        );
    }
    assert!(told(&contracts, "2025-09-01", "2025-09-29", &[]).is_empty());
    assert_eq!(
        short(&told(&contracts, "2025-08-01", "2025-09-04", &[])),
        ["202508 433100 open 0"]
    );
    assert_eq!(
        short(&told(&contracts, "2025-08-01", "2025-09-05", &[])),
        ["202508 433100 due_soon 0"]
    );
    let duty = &told(&contracts, "2025-09-01", "2025-10-31", &[])[0];
    assert!(
        duty.overdue && duty.missing,
        "31 days after the end of the period"
    );
    let duty = &told(&contracts, "2025-09-01", "2025-10-30", &[])[0];
    assert!(duty.overdue && !duty.missing);
}

#[test]
fn what_came_in_time_and_what_came_late_are_told_apart_by_the_day_in_china() {
    let contracts = contracts("", "");
    let state = |at: &str| {
        short(&told(
            &contracts,
            "2025-09-01",
            "2025-10-20",
            &[facts("202509", "433100", at)],
        ))
    };
    // 16:00 UTC is midnight there.
    assert_eq!(state("2025-10-10T15:59:59Z"), ["202509 433100 received 0"]);
    assert_eq!(state("2025-10-10T16:00:00Z"), ["202509 433100 received_late 1"]);
    assert_eq!(state("2025-10-14T02:00:00Z"), ["202509 433100 received_late 3"]);
}

#[test]
fn zero_rejected_and_withdrawn_are_states_of_their_own() {
    let contracts = contracts("", "");
    let mut zero = facts("202509", "433100", "2025-10-09T02:00:00Z");
    zero.held.as_mut().unwrap().zero = true;
    let refused = SlotFacts {
        held: None,
        received_at: None,
        revisions: 0,
        refused: 2,
        ..zero.clone()
    };
    let withdrawn = SlotFacts {
        withdrawn: true,
        revisions: 2,
        ..refused.clone()
    };
    for (facts, state, met) in [
        (zero, "202509 433100 zero 0", true),
        (refused, "202509 433100 rejected 2", false),
        (withdrawn, "202509 433100 withdrawn 2", false),
    ] {
        let duties = told(&contracts, "2025-09-01", "2025-10-13", &[facts]);
        assert_eq!(short(&duties), [state]);
        assert_eq!(
            (duties[0].state.is_met(), duties[0].overdue),
            (met, !met),
            "{state}"
        );
    }
}

#[test]
fn counties_that_report_for_themselves_owe_for_themselves() {
    let contracts = contracts("", "");
    let county = facts("202509", "433122", "2025-10-09T02:00:00Z");
    let duties = told(
        &contracts,
        "2025-09-01",
        "2025-10-13",
        std::slice::from_ref(&county),
    );
    assert_eq!(duties.len(), 8);
    assert_eq!(
        duties.iter().filter(|duty| duty.state == DutyState::Late).count(),
        7
    );
    // With the prefecture's file the county's own is beside the point, but seen.
    let both = [county, facts("202509", "433100", "2025-10-09T02:00:00Z")];
    let duties = told(&contracts, "2025-09-01", "2025-10-13", &both);
    assert_eq!(
        short(&duties),
        ["202509 433100 received 0", "202509 433122 received 0"]
    );
    assert_eq!(
        duties.iter().map(|duty| duty.owed).collect::<Vec<_>>(),
        [true, false]
    );
    let each = self::contracts("due_day: 10", "due_day: 10\n      owed_by: each");
    assert_eq!(told(&each, "2025-09-01", "2025-10-13", &[]).len(), 9);
}

#[test]
fn what_is_usual_is_the_middle_of_the_earlier_periods() {
    let contracts = contracts("", "");
    let seen: Vec<SlotFacts> = [("202501", 10), ("202502", 1000), ("202503", 90), ("202504", 80)]
        .into_iter()
        .map(|(period, rows)| {
            let mut facts = facts(period, "433100", "2025-05-09T02:00:00Z");
            facts.held.as_mut().unwrap().committed = rows;
            facts
        })
        .collect();
    let duties = told(&contracts, "2025-01-01", "2025-05-31", &seen);
    let usual: Vec<Option<u64>> = duties.iter().map(|duty| duty.rows_usual).collect();
    assert_eq!(usual, [None, Some(10), Some(1000), Some(90), Some(90)]);
    assert_eq!(duties[0].required_fields, 8);
}

#[test]
fn a_due_day_beyond_the_notices_says_so_and_a_feed_without_one_owes_nothing() {
    let contracts = contracts("", "");
    let duties = told(&contracts, "2026-11-01", "2027-01-31", &[]);
    let known: Vec<bool> = duties.iter().map(|duty| duty.calendar_known).collect();
    assert_eq!(known, [true, false, false]);
    let never = self::contracts("      due_day: 10\n", "");
    assert!(told(&never, "2025-01-01", "2025-12-31", &[]).is_empty());
}

#[test]
fn every_state_has_its_word_in_both_languages() {
    for state in DutyState::ALL {
        assert!(schemas::texts::get(&state.text()).is_some(), "{}", state.text());
        assert_eq!(DutyState::parse(state.as_str()), Some(state));
    }
}
