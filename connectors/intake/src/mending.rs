//! What an answer is to be laid over: the file that was sent first and the answers merged into it since, taken out of the
//! vault again. Not here: how rows are merged (`check`).

use check::{Answered, Report};
use futures::StreamExt;
use lake::{Lake, LakeError};
use schemas::SubmissionId;

use crate::act::Act;
use crate::error::{ErrorKind, IntakeError};
use crate::examine::lake_failed;
use crate::settle::store_failed;
use crate::slot::Slot;
use crate::spool::{Spool, Spooled};
use crate::store::{Current, Standing, SubmissionRecord, SubmissionStore};

/// Answers to answers. Who mends the same file more often than that sends it whole.
const CHAIN_MAX: usize = 16;

/// Why an answer cannot be laid over anything, as the code of a finding.
pub(crate) type Reason = &'static str;

/// Where earlier files of a slot are found.
pub(crate) struct Earlier<'a> {
    pub(crate) store: &'a dyn SubmissionStore,
    pub(crate) lake: &'a Lake,
    pub(crate) spool: &'a Spool,
    pub(crate) slot: &'a Slot,
    pub(crate) current: Option<&'a Current>,
}

impl Earlier<'_> {
    /// The files below an answer, oldest first, each in the spool until it is dropped.
    pub(crate) async fn files(
        &self,
        answered: &Answered,
        answer: &SubmissionId,
    ) -> Result<Result<Vec<Spooled>, Reason>, IntakeError> {
        let chain = match self.chain(answered).await? {
            Ok(chain) => chain,
            Err(reason) => return Ok(Err(reason)),
        };
        self.fetch(&chain, &answer.to_string()).await
    }

    /// Their files, each in the spool under this name and a number until it is dropped.
    pub(crate) async fn fetch(
        &self,
        chain: &[SubmissionId],
        name: &str,
    ) -> Result<Result<Vec<Spooled>, Reason>, IntakeError> {
        let mut files = Vec::with_capacity(chain.len());
        for (number, submission) in chain.iter().enumerate() {
            let original = match self.lake.vault().get(submission, &self.slot.feed).await {
                Ok(original) => original.map(|piece| piece.map_err(std::io::Error::other)),
                Err(LakeError::NotFound) => return Ok(Err("check.answer_original_gone")),
                Err(error) => return Err(lake_failed(error)),
            };
            files.push(self.spool.fetch(&format!("{name}.{number}"), original).await?);
        }
        Ok(Ok(files))
    }

    /// The submissions below an answer, oldest first.
    async fn chain(&self, answered: &Answered) -> Result<Result<Vec<SubmissionId>, Reason>, IntakeError> {
        let Ok(named) = SubmissionId::parse(&answered.submission) else {
            return Ok(Err("check.answer_submission_unknown"));
        };
        let Some(base) = self.settled(&named).await? else {
            return Ok(Err("check.answer_submission_unknown"));
        };
        if base.slot != *self.slot {
            return Ok(Err("check.answer_other_slot"));
        }
        if base.report.report_hash != answered.report_hash {
            return Ok(Err("check.answer_other_report"));
        }
        let Some(current) = self.current.filter(|current| current.submission != named) else {
            // An accepted submission that its slot no longer holds was taken back.
            return match self.current.is_none() && base.receipt.revision.is_some() {
                true => Ok(Err("check.answer_superseded")),
                false => self.below(named).await,
            };
        };
        // Numbers of submissions grow with time.
        let refused_later = base.receipt.revision.is_none() && named.as_str() > current.submission.as_str();
        if refused_later {
            return self.below(named).await;
        }
        // What the slot holds now may have come of this very submission, by another answer to it. Then both count.
        let chain = self.below(current.submission.clone()).await?;
        Ok(match chain {
            Ok(chain) if chain.contains(&named) => Ok(chain),
            _ => Err("check.answer_superseded"),
        })
    }

    /// A submission and those it was laid over, oldest first.
    pub(crate) async fn below(
        &self,
        newest: SubmissionId,
    ) -> Result<Result<Vec<SubmissionId>, Reason>, IntakeError> {
        let mut chain = vec![newest];
        loop {
            let Some(oldest) = chain.last() else {
                return Ok(Err("check.answer_submission_unknown"));
            };
            let Some(record) = self.settled(oldest).await? else {
                return Ok(Err("check.answer_submission_unknown"));
            };
            // Its file holds a few rows of the period; laid over it, the others would be gone.
            if matches!(record.receipt.act, Act::Supplement { .. }) {
                return Ok(Err("check.answer_superseded"));
            }
            match record
                .report
                .answered
                .filter(|answered| !answered.files.is_empty())
            {
                None => break,
                Some(answered) if chain.len() < CHAIN_MAX => {
                    match SubmissionId::parse(&answered.submission) {
                        Ok(earlier) => chain.push(earlier),
                        Err(_) => return Ok(Err("check.answer_submission_unknown")),
                    }
                }
                Some(_) => return Ok(Err("check.answer_too_often")),
            }
        }
        chain.reverse();
        Ok(Ok(chain))
    }

    async fn settled(&self, submission: &SubmissionId) -> Result<Option<SubmissionRecord>, IntakeError> {
        match self.store.standing(submission).await.map_err(store_failed)? {
            Some(Standing::Settled(record)) => Ok(Some(*record)),
            Some(Standing::Open(_) | Standing::Waiting(_) | Standing::Aborted { .. }) | None => Ok(None),
        }
    }
}

/// The answer for which this report asks for the files below it.
pub(crate) fn asked_for(report: &Report) -> Option<&Answered> {
    report
        .answered
        .as_ref()
        .filter(|answered| answered.files.is_empty())
}

/// The files an answer was laid over must be those that were fetched; otherwise the checker read something else.
pub(crate) fn compare(report: &Report, files: &[Spooled]) -> Result<(), IntakeError> {
    let Some(answered) = &report.answered else {
        // The answer itself could not be read, and nothing was laid over anything.
        return Ok(());
    };
    let same = answered.files.iter().eq(files.iter().map(|file| &file.sha256));
    if same {
        return Ok(());
    }
    tracing::error!("the files below an answer are not those that were checked");
    Err(IntakeError::new(ErrorKind::Unavailable, "intake.check_failed"))
}
