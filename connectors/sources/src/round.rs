//! One round of one source: look, carry each new parcel to the counter, write down what became of it. Not here: when
//! (`rounds`).

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::body::Told;
use crate::counter::{Counter, Taken};
use crate::ledger::{Ledger, LedgerError, ParcelRecord, ParcelState, SourceRecord};
use crate::parcel::{Answer, Parcel, SlotWords};
use crate::rounds::Road;
use crate::source::Seen;
use crate::trouble::{Patience, Trouble};

const LOOK_MAX: Duration = Duration::from_secs(600);
/// Parcels carried in one round; the others wait for the next.
const CARRIED_MAX: usize = 1_000;
const TROUBLED_MAX: usize = 20;
const WAIT_LEAST_SECONDS: i64 = 60;
const WAIT_MOST_SECONDS: i64 = 3_600;

/// What a round works with.
pub(crate) struct Round<'a> {
    pub(crate) road: &'a Road,
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) counter: &'a dyn Counter,
    pub(crate) clock: fn() -> DateTime<Utc>,
    /// Somebody asked for it: parcels that wait for their next try do not wait.
    pub(crate) asked_for: bool,
}

impl Round<'_> {
    /// Does the round and keeps the record of the source; when the next one is due.
    pub(crate) async fn run(&self) -> Result<DateTime<Utc>, LedgerError> {
        let name = &self.road.name;
        let mut record = self
            .ledger
            .source(name)
            .await?
            .unwrap_or_else(|| SourceRecord::new(name));
        let seen = self.look().await;
        let mut now = (self.clock)();
        record.looked_at = Some(now);
        let next = match seen {
            Ok(seen) => {
                record.succeeded_at = Some(now);
                (record.failures, record.code) = (0, None);
                record.troubled = troubled(&seen);
                let retry = self.carry_all(seen.parcels).await?;
                now = (self.clock)();
                let due = self.road.settings.schedule.next(now);
                retry.map_or(due, |retry| retry.min(due))
            }
            Err(trouble) => {
                record.failures = record.failures.saturating_add(1);
                record.code = Some(trouble.code().to_owned());
                tracing::warn!(
                    source.name = name.as_str(),
                    code = trouble.code(),
                    "a source is in trouble"
                );
                let due = self.road.settings.schedule.next(now);
                match trouble.patience() {
                    Patience::Soon => due.min(now + wait(record.failures)),
                    Patience::Later | Patience::Never => due.max(now + wait(u32::MAX)),
                }
            }
        };
        record.next_at = Some(next);
        self.ledger.put_source(&record).await?;
        Ok(next)
    }

    async fn look(&self) -> Result<Seen, Trouble> {
        let settings = &self.road.settings;
        let wanted = match self.road.source.pulls() {
            true => self
                .counter
                .wanted(&settings.feeds, &settings.units, settings.periods_back),
            false => Vec::new(),
        };
        timeout(LOOK_MAX, self.road.source.look(&wanted))
            .await
            .unwrap_or(Err(Trouble::Slow))
    }

    /// The earliest instant at which a parcel wants to be tried again.
    async fn carry_all(&self, parcels: Vec<Parcel>) -> Result<Option<DateTime<Utc>>, LedgerError> {
        let mut retry: Option<DateTime<Utc>> = None;
        // A later parcel must not overtake an earlier one of its slot: the older content would win in the end.
        let mut held: BTreeSet<SlotWords> = BTreeSet::new();
        let mut carried = 0;
        for parcel in parcels {
            if held.contains(&parcel.slot) {
                continue;
            }
            if carried == CARRIED_MAX {
                return Ok(Some((self.clock)()));
            }
            let known = self
                .ledger
                .parcel(&self.road.name, &parcel.name, &parcel.version)
                .await?;
            if let Some(record) = known.as_ref().filter(|record| record.state.is_over()) {
                if self.road.source.clears() {
                    self.answer(&parcel, record).await;
                }
                continue;
            }
            carried += 1;
            let record = self.carry(&parcel, known).await?;
            if !record.state.is_over() {
                retry = [retry, record.next_try_at].into_iter().flatten().min();
                held.insert(parcel.slot);
            }
        }
        Ok(retry)
    }

    async fn carry(&self, parcel: &Parcel, known: Option<ParcelRecord>) -> Result<ParcelRecord, LedgerError> {
        let now = (self.clock)();
        let mut record = known.unwrap_or_else(|| first_seen(&self.road.name, parcel, now));
        if record.state == ParcelState::Waiting
            && !self.asked_for
            && record.next_try_at.is_some_and(|next| next > now)
        {
            return Ok(record);
        }
        // INVARIANT (one-ledger): a parcel is written down as claimed before its first byte is asked for.
        record.state = ParcelState::Claimed;
        record.tries = record.tries.saturating_add(1);
        record.changed_at = now;
        self.ledger.put_parcel(&record).await?;
        self.hand_in(parcel, &mut record).await?;
        if record.state.is_over() {
            self.answer(parcel, &record).await;
        }
        Ok(record)
    }

    async fn hand_in(&self, parcel: &Parcel, record: &mut ParcelRecord) -> Result<(), LedgerError> {
        let (mut taken, mut trouble) = self.once(parcel, record).await;
        if taken == Taken::KeyTaken {
            // The source changed what it gives without changing its mark. These bytes are another submission.
            record.turn = record.turn.saturating_add(1);
            (taken, trouble) = self.once(parcel, record).await;
        }
        let now = (self.clock)();
        record.changed_at = now;
        record.next_try_at = None;
        match taken {
            Taken::Settled { submission, verdict } => {
                record.state = ParcelState::Settled;
                (record.submission, record.verdict, record.code) = (Some(submission), Some(verdict), None);
            }
            Taken::Refused { code } => {
                record.state = ParcelState::Refused;
                record.code = Some(code);
            }
            Taken::NotNow { .. } | Taken::KeyTaken => self.put_off(record, &taken, trouble, now),
        }
        self.ledger.put_parcel(record).await
    }

    fn put_off(
        &self,
        record: &mut ParcelRecord,
        taken: &Taken,
        trouble: Option<Trouble>,
        now: DateTime<Utc>,
    ) {
        let code = match (trouble, taken) {
            (Some(trouble), _) => trouble.code(),
            (None, Taken::NotNow { code, .. }) => code,
            (None, _) => Trouble::Changed.code(),
        };
        tracing::warn!(
            source.name = self.road.name.as_str(),
            code,
            tries = record.tries,
            "a parcel did not arrive"
        );
        record.code = Some(code.to_owned());
        let patience = trouble.map_or(Patience::Soon, Trouble::patience);
        // Only what the parcel itself is to blame for uses up its tries.
        let used_up = trouble.is_some() && record.tries >= self.road.settings.tries_max;
        record.state = match patience {
            Patience::Never => ParcelState::Refused,
            Patience::Soon if used_up => ParcelState::Refused,
            Patience::Soon | Patience::Later => ParcelState::Waiting,
        };
        if record.state == ParcelState::Waiting {
            let tries = match patience {
                Patience::Later => u32::MAX,
                _ => record.tries,
            };
            record.next_try_at = Some(now + wait(tries).max(taken.wait()));
        }
    }

    /// Carries the parcel to the counter once.
    async fn once(&self, parcel: &Parcel, record: &ParcelRecord) -> (Taken, Option<Trouble>) {
        let key = key(record);
        let (body, told) = match parcel.zero {
            true => (None, Told::default()),
            false => match self.road.source.open(parcel).await {
                Ok(body) => {
                    let told = body.told();
                    (Some(body), told)
                }
                Err(trouble) => {
                    let code = trouble.code().to_owned();
                    return (Taken::NotNow { code, wait: None }, Some(trouble));
                }
            },
        };
        let taken = self.counter.take(&self.road.name, parcel, &key, body).await;
        // A counter that stopped reading is no trouble of the source.
        let trouble = told.trouble().filter(|trouble| *trouble != Trouble::NotWanted);
        (taken, trouble)
    }

    /// Failing here costs nothing: the next look finds the parcel again and its record says that it is over.
    async fn answer(&self, parcel: &Parcel, record: &ParcelRecord) {
        let answer = match &record.submission {
            Some(submission) => self.counter.answer(submission).await,
            None => {
                let code = record.code.as_deref().unwrap_or(Trouble::NotWanted.code());
                Some(Answer {
                    settled: false,
                    document: self.counter.refusal(code),
                })
            }
        };
        let Some(answer) = answer else {
            return;
        };
        if let Err(trouble) = self.road.source.done(parcel, &answer).await {
            tracing::warn!(
                source.name = self.road.name.as_str(),
                code = trouble.code(),
                "an answer could not be left"
            );
        }
    }
}

fn first_seen(source: &str, parcel: &Parcel, now: DateTime<Utc>) -> ParcelRecord {
    ParcelRecord {
        source: source.to_owned(),
        name: parcel.name.clone(),
        version: parcel.version.clone(),
        slot: parcel.slot.clone(),
        state: ParcelState::Claimed,
        tries: 0,
        turn: 0,
        code: None,
        submission: None,
        verdict: None,
        seen_at: now,
        changed_at: now,
        next_try_at: None,
    }
}

/// The key by which the counter knows this parcel, also after a crash between its receipt and our record of it.
fn key(record: &ParcelRecord) -> String {
    let mut hash = Sha256::new();
    for part in [&record.source, &record.name, &record.version] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(record.turn.to_be_bytes());
    format!("source-{}", hex::encode(hash.finalize()))
}

/// One minute, doubled with each failure, at most an hour.
fn wait(failures: u32) -> TimeDelta {
    let doubled = WAIT_LEAST_SECONDS
        .checked_shl(failures.saturating_sub(1).min(16))
        .unwrap_or(WAIT_MOST_SECONDS);
    TimeDelta::seconds(doubled.clamp(WAIT_LEAST_SECONDS, WAIT_MOST_SECONDS))
}

fn troubled(seen: &Seen) -> Vec<(String, String)> {
    seen.troubled
        .iter()
        .take(TROUBLED_MAX)
        .map(|(name, trouble)| (name.clone(), trouble.code().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
