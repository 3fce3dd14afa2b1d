//! A changed contract tried out on what was accepted under the old one: every original of the feed's slots is checked
//! again, nothing is committed, and what would have been refused is counted by unit and by rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use check::{Report, Verdict};
use schemas::{Contract, FeedId, Period, SubmissionId};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::act::{Act, ActKind};
use crate::checker::{CheckEvent, CheckFailure, CheckRequest};
use crate::error::{ErrorKind, IntakeError};
use crate::examine::check_failed;
use crate::intake::{Inner, Intake};
use crate::mending::{Earlier, Reason};
use crate::settle::store_failed;
use crate::store::{Standing, SubmissionFilter, SubmissionRecord};

/// Slots that one rehearsal looks at, newest first: three years of a monthly feed of nine units, and some.
const SLOTS_MAX: usize = 400;
/// Supplements to supplements that are looked at in one slot.
const LAYERS_MAX: usize = 50;
const PAGE: u32 = 500;

/// What the new contract would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rehearsal {
    pub feed: String,
    pub old_version: String,
    pub new_version: String,
    /// Originals that were checked again; a supplement is one of its own, and a file with its mended rows is one.
    pub submissions: u64,
    /// Originals that could not be read again.
    pub unread: u64,
    /// Data rows in them.
    pub rows: u64,
    /// Rows that the old contract refused, and the new one would.
    pub refused_before: u64,
    pub refused_now: u64,
    /// Originals that would have been refused whole.
    pub files_refused: u64,
    /// By reporting unit; those first of which most rows would be refused anew.
    pub units: Vec<UnitEffect>,
    /// By rule, how many findings more (or fewer) there would be; rules that change nothing are left out.
    pub rules: BTreeMap<String, RuleEffect>,
}

/// What the new contract means for one reporting unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnitEffect {
    pub unit: String,
    pub submissions: u64,
    pub rows: u64,
    pub refused_before: u64,
    pub refused_now: u64,
    pub files_refused: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RuleEffect {
    pub before: u64,
    pub now: u64,
}

impl Intake {
    /// Tries a contract of a known feed. Reads originals, so the caller has asked whether the person may, and has
    /// recorded it. Other submissions go on meanwhile; one original is checked at a time.
    ///
    /// # Errors
    /// The feed has no contract yet, or the registry failed. An original that cannot be read is counted.
    pub async fn rehearse(&self, contract: Contract) -> Result<Rehearsal, IntakeError> {
        let inner = &self.0;
        let known = inner
            .contracts
            .get(contract.id())
            .ok_or_else(|| IntakeError::without_contract(contract.id()))?;
        let mut rehearsal = Rehearsal {
            feed: contract.id().to_string(),
            old_version: known.version().to_owned(),
            new_version: contract.version().to_owned(),
            ..Rehearsal::default()
        };
        let contract = Arc::new(contract);
        for record in inner.originals(contract.id()).await? {
            match inner.checked_again(&contract, &record).await {
                Ok(now) => rehearsal.take(&record.report, &now),
                Err(error) => {
                    tracing::warn!(submission.id = %record.receipt.submission, code = error.code(), "not rehearsed");
                    rehearsal.unread += 1;
                }
            }
        }
        rehearsal.units.sort_by(|one, other| {
            let anew = |unit: &UnitEffect| unit.refused_now.saturating_sub(unit.refused_before);
            anew(other)
                .cmp(&anew(one))
                .then_with(|| one.unit.cmp(&other.unit))
        });
        rehearsal.rules.retain(|_, effect| effect.before != effect.now);
        Ok(rehearsal)
    }
}

impl Inner {
    /// What the slots of a feed hold that came as a file, and below supplements what they added their rows to.
    async fn originals(&self, feed: &FeedId) -> Result<Vec<SubmissionRecord>, IntakeError> {
        let mut filter = SubmissionFilter {
            feed: Some(feed.clone()),
            count_max: PAGE,
            ..SubmissionFilter::default()
        };
        let mut held: Vec<SubmissionRecord> = Vec::new();
        while held.len() < SLOTS_MAX {
            let page = self.store.submissions(&filter).await.map_err(store_failed)?;
            let Some(last) = page.last() else { break };
            filter.before = Some(last.receipt.submission.clone());
            held.extend(page.into_iter().filter(|record| record.current));
        }
        held.truncate(SLOTS_MAX);
        let mut originals = Vec::with_capacity(held.len());
        for record in held {
            let mut layer = Some(record);
            for _ in 0..LAYERS_MAX {
                let Some(record) = layer.take() else { break };
                if let Act::Supplement { of } = &record.receipt.act
                    && let Some(Standing::Settled(below)) =
                        self.store.standing(of).await.map_err(store_failed)?
                {
                    layer = Some(*below);
                }
                if !record.receipt.zero && !record.receipt.act.is_withdrawal() {
                    originals.push(record);
                }
            }
        }
        Ok(originals)
    }

    /// Checks the original of a settled submission against another contract, with the mended rows that were laid over it.
    /// Rows and findings are thrown away.
    async fn checked_again(
        &self,
        contract: &Arc<Contract>,
        record: &SubmissionRecord,
    ) -> Result<Report, IntakeError> {
        let kept = Earlier {
            store: &*self.store,
            lake: &self.lake,
            spool: &self.spool,
            slot: &record.slot,
            current: None,
        };
        let submission = record.receipt.submission.clone();
        let chain = match record.receipt.act.kind() {
            ActKind::Supplement => vec![submission],
            _ => kept.below(submission).await?.map_err(gone)?,
        };
        let files = kept.fetch(&chain, &SubmissionId::new().to_string()).await?;
        let files = files.map_err(gone)?;
        let Some((newest, earlier)) = files.split_last() else {
            return Err(gone("check.answer_original_gone"));
        };
        let period = Period::parse(contract.period_kind(), &record.slot.period)
            .map_err(|_| IntakeError::new(ErrorKind::Refused, "intake.period_malformed"))?;
        let request = CheckRequest {
            contract: contract.clone(),
            period,
            unit: record.slot.unit.clone(),
            path: newest.path().to_owned(),
            earlier: earlier.iter().map(|file| file.path().to_owned()).collect(),
        };
        let (sender, mut events) = mpsc::channel::<CheckEvent>(2);
        let forgetting = async move { while events.recv().await.is_some() {} };
        let checking = tokio::time::timeout(self.limits.check(), self.checker.check(request, sender));
        let (checked, ()) = tokio::join!(checking, forgetting);
        checked
            .unwrap_or(Err(CheckFailure::TimedOut))
            .map_err(check_failed)
    }
}

fn gone(reason: Reason) -> IntakeError {
    IntakeError::new(ErrorKind::NotFound, reason)
}

impl Rehearsal {
    fn take(&mut self, before: &Report, now: &Report) {
        let rows = now.committed + now.quarantined + now.duplicate;
        let refused = u64::from(now.verdict == Verdict::Rejected);
        self.submissions += 1;
        self.rows += rows;
        self.refused_before += before.quarantined;
        self.refused_now += now.quarantined;
        self.files_refused += refused;
        let known = self.units.iter().position(|unit| unit.unit == now.unit);
        let at = known.unwrap_or_else(|| {
            self.units.push(UnitEffect {
                unit: now.unit.clone(),
                ..UnitEffect::default()
            });
            self.units.len() - 1
        });
        if let Some(unit) = self.units.get_mut(at) {
            unit.submissions += 1;
            unit.rows += rows;
            unit.refused_before += before.quarantined;
            unit.refused_now += now.quarantined;
            unit.files_refused += refused;
        }
        for (rule, count) in &before.findings_by_rule {
            self.rules.entry(rule.clone()).or_default().before += count;
        }
        for (rule, count) in &now.findings_by_rule {
            self.rules.entry(rule.clone()).or_default().now += count;
        }
    }
}
