//! What an act changes against the submission it acts on, counted before it is settled so that its receipt can say it;
//! and what any revision changed against the one before it, for whoever asks later.

use check::Verdict;
use lake::{ChangeCounts, ChangeKind, Changes, FeedTable, LakeError, PlainStream, SlotRows, Staged};
use schemas::{FeedId, Period, SubmissionId};

use crate::act::ActKind;
use crate::door::Admitted;
use crate::error::{ErrorKind, IntakeError};
use crate::examine::lake_failed;
use crate::intake::{Inner, Intake};
use crate::receipt::ReceiptFacts;
use crate::store::Current;
use crate::take::closed;

impl Inner {
    /// `None` for an act that names no submission, and for a file that is refused: it changes nothing.
    pub(crate) async fn compare(
        &self,
        admitted: &Admitted,
        table: &FeedTable,
        current: Option<&Current>,
        verdict: Verdict,
        staged: &Staged,
    ) -> Result<Option<Changes>, IntakeError> {
        if admitted.act.of().is_none() || verdict == Verdict::Rejected {
            return Ok(None);
        }
        let before = match current.and_then(|current| current.receipt.table_version) {
            Some(version) => table.slot_rows(&admitted.place(), version).await,
            None => Ok(SlotRows::default()),
        };
        let before = before.map_err(lake_failed)?;
        let after = table.staged_rows(staged);
        let changes = table.changes(&before, &after, admitted.contract.key(), self.changes_kept());
        let changes = changes.await.map_err(lake_failed)?;
        match admitted.act.kind() {
            ActKind::Supplement => added(changes).map(Some),
            _ => Ok(Some(changes)),
        }
    }

    fn changes_kept(&self) -> usize {
        usize::try_from(self.limits.changes_kept_max).unwrap_or(usize::MAX)
    }
}

/// A supplement stands beside what is there, so what it does not name stays. It may only hold rows that are not there:
/// which of two rows with one key counts would be for somebody to say.
fn added(changes: Changes) -> Result<Changes, IntakeError> {
    let ChangeCounts {
        added,
        gone,
        changed,
        same,
    } = changes.counts;
    if changed + same > 0 {
        return Err(IntakeError::new(ErrorKind::Conflict, "intake.supplement_known")
            .with("changed", changed)
            .with("same", same));
    }
    let mut listed = changes.listed;
    listed.retain(|change| change.kind == ChangeKind::Added);
    let counts = ChangeCounts {
        added,
        same: gone,
        ..ChangeCounts::default()
    };
    Ok(Changes { counts, listed })
}

impl Intake {
    /// What a settled revision changed against an earlier one of its slot, or against an empty slot. Takes a place among
    /// those that are being settled: it reads as much.
    pub async fn differences(
        &self,
        before: Option<&ReceiptFacts>,
        after: &ReceiptFacts,
    ) -> Result<Changes, IntakeError> {
        let inner = &self.0;
        let Some(version) = after.table_version else {
            return Ok(Changes::default());
        };
        let unavailable = || IntakeError::new(ErrorKind::Unavailable, "intake.unavailable");
        let contract = inner.contracts.get(&after.slot.feed).ok_or_else(unavailable)?;
        let period = Period::parse(contract.period_kind(), &after.slot.period).map_err(|_| unavailable())?;
        let place = lake::Slot::new(&period, &after.slot.unit);
        let _turn = inner.turn(inner.settling.acquire()).await?.map_err(closed)?;
        let table = inner.lake.feed(contract).await.map_err(lake_failed)?;
        let earlier = before.and_then(|before| before.table_version).unwrap_or(0);
        let older = table.slot_rows(&place, earlier).await.map_err(lake_failed)?;
        let newer = table.slot_rows(&place, version).await.map_err(lake_failed)?;
        let changes = table.changes(&older, &newer, contract.key(), inner.changes_kept());
        changes.await.map_err(lake_failed)
    }

    /// The bytes as they arrived. `None` if none were kept. Whoever asks has asked the policy before.
    pub async fn original(
        &self,
        submission: &SubmissionId,
        feed: &FeedId,
    ) -> Result<Option<PlainStream>, IntakeError> {
        match self.0.lake.vault().get(submission, feed).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(LakeError::NotFound) => Ok(None),
            Err(error) => Err(lake_failed(error)),
        }
    }
}
