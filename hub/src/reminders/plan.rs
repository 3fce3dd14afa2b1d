//! Which reminders are to go out now, put together by who hears them. Pure: duties, contacts and what was sent before go
//! in, letters come out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};
use registry::{ReminderKey, ReminderState};
use schemas::Workdays;

use super::{Channel, Contacts, ReminderStage};
use crate::duties::Duty;

/// Seconds by which Asia/Shanghai is ahead; the zone has one offset.
const OFFSET_S: i32 = 8 * 3600;
/// First wait after a failure; each further one is twice as long.
const WAIT_FIRST: TimeDelta = TimeDelta::minutes(5);
const WAIT_LONGEST: TimeDelta = TimeDelta::hours(4);

/// When reminders go out, and how soon a duty is passed up.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub from: NaiveTime,
    pub until: NaiveTime,
    pub soon_workdays: u32,
    pub escalate_workdays: u32,
    pub attempts_max: u32,
}

/// What is said to one group of recipients, by one way, about duties at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter<'a> {
    pub channel: Channel,
    pub stage: ReminderStage,
    /// Mail addresses; empty for a program.
    pub recipients: BTreeSet<String>,
    /// By feed, period and unit.
    pub duties: Vec<&'a Duty>,
    /// Failed attempts of the one that failed most.
    pub attempts: u32,
}

impl Letter<'_> {
    pub(super) fn keys(&self) -> Vec<ReminderKey> {
        let keys = self.duties.iter().map(|duty| key(duty, self.stage, self.channel));
        keys.collect()
    }

    /// When to try again after one more failure; none when it is time to give up.
    pub(super) fn again_at(&self, rules: &Rules, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let failed = self.attempts.saturating_add(1);
        if failed >= rules.attempts_max {
            return None;
        }
        let doubled = 2_i32.checked_pow(failed.saturating_sub(1)).unwrap_or(i32::MAX);
        let wait = WAIT_FIRST
            .checked_mul(doubled)
            .unwrap_or(WAIT_LONGEST)
            .min(WAIT_LONGEST);
        Some(now + wait)
    }
}

/// Is this a time at which an office is open?
pub(super) fn may_send(rules: &Rules, workdays: &Workdays, now: DateTime<Utc>) -> bool {
    let Some(offset) = FixedOffset::east_opt(OFFSET_S) else {
        return false;
    };
    let local = now.with_timezone(&offset);
    let open = (rules.from..rules.until).contains(&local.time());
    open && workdays.is_workday(local.date_naive())
}

/// How far a duty is, if it is far enough to be reminded of. Only the last stage a duty has reached is told.
pub(super) fn stage(
    duty: &Duty,
    rules: &Rules,
    workdays: &Workdays,
    now: DateTime<Utc>,
) -> Option<ReminderStage> {
    if !duty.owed || duty.state.is_met() {
        return None;
    }
    if duty.overdue {
        let passed_up = duty.late_workdays >= rules.escalate_workdays;
        return Some(if passed_up {
            ReminderStage::Escalated
        } else {
            ReminderStage::Late
        });
    }
    let left = workdays.between(policy::today(now), duty.due);
    (left <= rules.soon_workdays).then_some(ReminderStage::Soon)
}

/// The letters of this moment.
pub(super) fn letters<'a>(
    duties: &'a [Duty],
    rules: &Rules,
    workdays: &Workdays,
    contacts: &Contacts,
    channels: &[Channel],
    before: &BTreeMap<ReminderKey, ReminderState>,
    now: DateTime<Utc>,
) -> Vec<Letter<'a>> {
    let mut groups: BTreeMap<(Channel, ReminderStage, BTreeSet<String>), Letter<'a>> = BTreeMap::new();
    for duty in duties {
        let Some(stage) = stage(duty, rules, workdays, now) else {
            continue;
        };
        for channel in channels {
            let attempts = match before.get(&key(duty, stage, *channel)) {
                None => 0,
                Some(ReminderState::Waiting { attempts, again_at }) if *again_at <= now => *attempts,
                Some(_) => continue,
            };
            let recipients = match channel {
                Channel::Mail => contacts.of(duty, stage),
                Channel::Webhook => BTreeSet::new(),
            };
            if *channel == Channel::Mail && recipients.is_empty() {
                continue;
            }
            let letter = groups.entry((*channel, stage, recipients.clone()));
            let letter = letter.or_insert_with(|| Letter {
                channel: *channel,
                stage,
                recipients,
                duties: Vec::new(),
                attempts: 0,
            });
            letter.attempts = letter.attempts.max(attempts);
            letter.duties.push(duty);
        }
    }
    groups.into_values().collect()
}

fn key(duty: &Duty, stage: ReminderStage, channel: Channel) -> ReminderKey {
    ReminderKey {
        slot: duty.slot.clone(),
        round: duty.revisions,
        stage: stage.as_str().to_owned(),
        channel: channel.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests;
