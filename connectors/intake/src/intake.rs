//! The only road into the lake: an arrival goes in, a receipt comes out. What happens in between is in `take`.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use audit::{Log, Opened, Signer};
use check::Verdict;
use chrono::{DateTime, Utc};
use lake::Lake;
use schemas::{Contract, FeedId, SubmissionId};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::arrival::Arrival;
use crate::checker::Checker;
use crate::door::admit;
use crate::error::{ErrorKind, IntakeError};
use crate::limits::IntakeLimits;
use crate::locks::SlotLocks;
use crate::receipt::Receipt;
use crate::spool::Spool;
use crate::step::Steps;
use crate::store::{Intent, SubmissionStore};

/// What intake is made of. The lake, the log and the store belong to this process alone.
pub struct Parts {
    pub lake: Lake,
    pub log: Log,
    pub store: Arc<dyn SubmissionStore>,
    pub checker: Arc<dyn Checker>,
    pub signer: Signer,
    /// A folder for bodies on their way; what earlier starts left in it is removed by `recover`.
    pub spool: PathBuf,
    pub contracts: Vec<Contract>,
    /// Feeds whose submissions a second person signs.
    pub signed: BTreeSet<FeedId>,
    pub limits: IntakeLimits,
    pub clock: fn() -> DateTime<Utc>,
}

/// What became of an arrival.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    /// `repeated`: the receipt was issued earlier for the same content.
    Settled { receipt: Receipt, repeated: bool },
    /// Checked and kept; nothing is visible before a colleague signs it.
    Waiting(Box<Intent>),
}

/// Clones share everything.
#[derive(Clone)]
pub struct Intake(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) lake: Lake,
    pub(crate) log: Log,
    pub(crate) store: Arc<dyn SubmissionStore>,
    pub(crate) checker: Arc<dyn Checker>,
    pub(crate) signer: Signer,
    pub(crate) spool: Spool,
    pub(crate) contracts: HashMap<FeedId, Arc<Contract>>,
    pub(crate) signed: BTreeSet<FeedId>,
    pub(crate) limits: IntakeLimits,
    pub(crate) clock: fn() -> DateTime<Utc>,
    pub(crate) steps: Steps,
    pub(crate) slots: SlotLocks,
    pub(crate) bodies: Semaphore,
    pub(crate) settling: Semaphore,
    /// Submissions that may have files in the lake and no intent yet.
    working: Mutex<BTreeSet<SubmissionId>>,
    /// Audit entries of submissions whose outcome is not known yet.
    waiting: Mutex<HashMap<SubmissionId, Opened>>,
    swept_at: Mutex<Instant>,
    /// Whether the entries that a crash left open have been told their end.
    pub(crate) told: AtomicBool,
}

impl Intake {
    /// Call [`Intake::recover`] before the first [`Intake::receive`].
    pub fn new(parts: Parts) -> Result<Intake, IntakeError> {
        let unavailable = || IntakeError::new(ErrorKind::Unavailable, "intake.unavailable");
        let spool = Spool::open(&parts.spool).map_err(|error| {
            tracing::error!(%error, "the spool cannot be opened");
            unavailable()
        })?;
        let steps = Steps::from_env().map_err(|text| {
            tracing::error!(text, "TAXHUB_DIE_AT is not `<step>:<n>`");
            unavailable()
        })?;
        let contracts = parts
            .contracts
            .into_iter()
            .map(|contract| (contract.id().clone(), Arc::new(contract)));
        Ok(Intake(Arc::new(Inner {
            lake: parts.lake,
            log: parts.log,
            store: parts.store,
            checker: parts.checker,
            signer: parts.signer,
            spool,
            contracts: contracts.collect(),
            signed: parts.signed,
            clock: parts.clock,
            steps,
            slots: SlotLocks::default(),
            bodies: Semaphore::new(parts.limits.bodies_max),
            settling: Semaphore::new(parts.limits.settling_max),
            limits: parts.limits,
            working: Mutex::default(),
            waiting: Mutex::default(),
            swept_at: Mutex::new(Instant::now()),
            told: AtomicBool::new(false),
        })))
    }

    /// Takes one arrival to its end. The work goes on if the caller stops waiting: a sender who hangs up must not
    /// leave a half-settled submission.
    ///
    /// INVARIANT (findings-not-failures): a file that breaks rules gets a receipt that says so; an error means that
    /// the arrival could not be judged.
    pub async fn receive(&self, arrival: Arrival) -> Result<Received, IntakeError> {
        let inner = self.0.clone();
        let taking = async move {
            let taken = inner.take(arrival).await;
            let left_files = match &taken {
                Ok(Received::Settled { receipt, .. }) => receipt.verdict == Verdict::Rejected,
                Ok(Received::Waiting(_)) => false,
                Err(_) => true,
            };
            if left_files && inner.sweep_is_due() {
                let intake = Intake(inner);
                tokio::spawn(async move { intake.sweep().await });
            }
            taken
        }
        .in_current_span();
        tokio::spawn(taking).await.map_err(|error| {
            tracing::error!(%error, "taking an arrival failed");
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        })?
    }

    /// Whether an arrival like this would be let in now. Its body is not looked at.
    pub fn admits(&self, arrival: &Arrival) -> Result<(), IntakeError> {
        let contract = self.0.contracts.get(&arrival.feed);
        admit(arrival, contract, (self.0.clock)()).map(drop)
    }

    /// For tests: whoever reaches the step stays there for ever. The returned bell rings when somebody does.
    #[cfg(debug_assertions)]
    #[doc(hidden)]
    pub fn halt_at(&self, step: crate::step::Step) -> Arc<tokio::sync::Notify> {
        self.0.steps.halt.at(step)
    }
}

impl Inner {
    pub(crate) fn work_on(&self, submission: &SubmissionId) -> Working<'_> {
        self.working().insert(submission.clone());
        Working {
            inner: self,
            submission: submission.clone(),
        }
    }

    /// True at most once per `sweep_seconds_min`, however many files come to nothing.
    fn sweep_is_due(&self) -> bool {
        let mut swept_at = self.swept_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = swept_at.elapsed().as_secs() >= self.limits.sweep_seconds_min;
        if due {
            *swept_at = Instant::now();
        }
        due
    }

    // A panic while one of these was held cannot leave it half-changed: every use is a single call.
    pub(crate) fn working(&self) -> MutexGuard<'_, BTreeSet<SubmissionId>> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn waiting(&self) -> MutexGuard<'_, HashMap<SubmissionId, Opened>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the sweep away from a submission's files until it has an intent or is over.
pub(crate) struct Working<'a> {
    inner: &'a Inner,
    submission: SubmissionId,
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.inner.working().remove(&self.submission);
    }
}
