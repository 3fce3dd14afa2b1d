//! What can be said before the first byte of the body is read: is this a slot, and may this sender fill it now?

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use schemas::{Contract, Period, PeriodKind, RowRule, RowRuleKind};

use crate::act::Act;
use crate::arrival::Arrival;
use crate::error::{ErrorKind, IntakeError};
use crate::slot::Slot;

const KEY_LENGTH_MAX: usize = 128;
const FILE_NAME_CHARS_MAX: usize = 200;

/// An arrival whose slot exists. Made by [`admit`] only.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) contract: Arc<Contract>,
    pub(crate) period: Period,
    pub(crate) slot: Slot,
    pub(crate) act: Act,
}

impl Admitted {
    /// The slot as the lake knows it.
    pub(crate) fn place(&self) -> lake::Slot {
        lake::Slot::new(&self.period, &self.slot.unit)
    }
}

/// The gateway has asked the policy already; the department is compared once more because a mistake there would let
/// one department overwrite another's truth.
pub(crate) fn admit(
    arrival: &Arrival,
    contract: Option<&Arc<Contract>>,
    now: DateTime<Utc>,
) -> Result<Admitted, IntakeError> {
    let refused = |code| IntakeError::new(ErrorKind::Refused, code);
    let Some(contract) = contract else {
        return Err(IntakeError::without_contract(&arrival.feed));
    };
    if contract.department() != &arrival.sender.department {
        return Err(
            IntakeError::new(ErrorKind::NotAllowed, "denial.not_permitted_feed").with("feed", &arrival.feed),
        );
    }
    if !contract.units().contains(&arrival.unit) {
        return Err(refused("intake.unit_not_owed").with("unit", &arrival.unit));
    }
    let period = Period::parse(contract.period_kind(), &arrival.period)
        .map_err(|_| refused("intake.period_malformed").with("example", example(contract.period_kind())))?;
    // Its last day counts as over: that is when month-end exports are made.
    if period.end() > today(now) {
        return Err(refused("intake.period_open").with("period", &period));
    }
    let no_file = arrival.body.is_zero();
    if no_file && arrival.act.is_partial() {
        return Err(refused("intake.act_without_file"));
    }
    let looks_at_all = |rule: &RowRule| matches!(rule.kind, RowRuleKind::GroupSum { .. });
    if matches!(arrival.act, Act::Supplement { .. }) && contract.rules().iter().any(looks_at_all) {
        return Err(refused("intake.supplement_needs_whole"));
    }
    if no_file && !arrival.act.is_withdrawal() && !contract.zero_report_allowed() {
        return Err(refused("intake.zero_not_allowed"));
    }
    if !no_file && arrival.act.is_withdrawal() {
        return Err(refused("intake.withdrawal_with_file"));
    }
    if !arrival.idempotency_key.as_deref().is_none_or(is_key) {
        return Err(refused("intake.key_malformed").with("max", KEY_LENGTH_MAX));
    }
    let slot = Slot::new(arrival.feed.clone(), &period, arrival.unit.clone());
    Ok(Admitted {
        contract: contract.clone(),
        period,
        slot,
        act: arrival.act.clone(),
    })
}

fn example(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Month | PeriodKind::Snapshot => "202501",
        PeriodKind::Quarter => "2025Q1",
        PeriodKind::Year => "2025",
        PeriodKind::Day => "20250101",
    }
}

fn is_key(key: &str) -> bool {
    (1..=KEY_LENGTH_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The civil day in Asia/Shanghai, which has no summer time.
fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::hours(8)).date_naive()
}

/// A name as a person may read it: the last part of any path, without control characters, cut to a limit. It is never
/// used to open anything.
pub(crate) fn tidy_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Direction marks would let `gpj.exe` read as `exe.jpg`.
    let shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = last
        .trim()
        .chars()
        .filter(shown)
        .take(FILE_NAME_CHARS_MAX)
        .collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::{is_key, tidy_file_name, today};

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let before = Utc.with_ymd_and_hms(2025, 1, 31, 15, 59, 59).unwrap();
        let after = Utc.with_ymd_and_hms(2025, 1, 31, 16, 0, 0).unwrap();
        assert_eq!(today(before).to_string(), "2025-01-31");
        assert_eq!(today(after).to_string(), "2025-02-01");
    }

    #[test]
    fn a_file_name_loses_its_path_and_its_tricks() {
        assert_eq!(tidy_file_name("C:\\报送\\用电.csv").as_deref(), Some("用电.csv"));
        assert_eq!(tidy_file_name("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(
            tidy_file_name("a\u{202e}vsc.exe\0\n").as_deref(),
            Some("avsc.exe")
        );
        assert_eq!(tidy_file_name("../"), None);
        assert_eq!(
            tidy_file_name(&"长".repeat(900)).map(|name| name.chars().count()),
            Some(200)
        );
    }

    #[test]
    fn a_key_is_short_printable_and_not_empty() {
        assert!(is_key("2025-01/pow:7f3a"));
        for key in ["", "a b", "键", &"k".repeat(129)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
