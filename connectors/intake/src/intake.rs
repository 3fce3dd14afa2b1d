//! The only road into the lake: an arrival goes in, a receipt comes out.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audit::{Log, Opened, Outcome, Signer};
use chrono::{DateTime, Utc};
use lake::Lake;
use schemas::{Contract, FeedId, SubmissionId};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument;

use crate::arrival::{Arrival, Body, Sender};
use crate::checker::Checker;
use crate::door::{Admitted, admit, tidy_file_name};
use crate::error::{ErrorKind, IntakeError};
use crate::examine::{Desk, Examined, lake_failed};
use crate::limits::IntakeLimits;
use crate::locks::SlotLocks;
use crate::receipt::Receipt;
use crate::record::{Record, arrival as subject, settled, submission as full_subject};
use crate::settle::{Ready, store_failed};
use crate::spool::{Spool, Spooled};
use crate::step::{Step, Steps};
use crate::store::{Current, Intent, SubmissionStore};
use crate::zero;

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
    pub limits: IntakeLimits,
    pub clock: fn() -> DateTime<Utc>,
}

/// The receipt of an arrival, and whether it was issued earlier for the same content.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub receipt: Receipt,
    pub repeated: bool,
}

/// Clones share everything.
#[derive(Clone)]
pub struct Intake(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) lake: Lake,
    pub(crate) log: Log,
    pub(crate) store: Arc<dyn SubmissionStore>,
    checker: Arc<dyn Checker>,
    pub(crate) signer: Signer,
    pub(crate) spool: Spool,
    pub(crate) contracts: HashMap<FeedId, Arc<Contract>>,
    limits: IntakeLimits,
    pub(crate) clock: fn() -> DateTime<Utc>,
    pub(crate) steps: Steps,
    pub(crate) slots: SlotLocks,
    bodies: Semaphore,
    settling: Semaphore,
    /// Submissions that may have files in the lake and no intent yet.
    working: Mutex<BTreeSet<SubmissionId>>,
    /// Audit entries of submissions whose outcome is not known yet.
    waiting: Mutex<HashMap<SubmissionId, Opened>>,
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
            clock: parts.clock,
            steps,
            slots: SlotLocks::default(),
            bodies: Semaphore::new(parts.limits.bodies_max),
            settling: Semaphore::new(parts.limits.settling_max),
            limits: parts.limits,
            working: Mutex::default(),
            waiting: Mutex::default(),
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
        let taking = async move { inner.take(arrival).await }.in_current_span();
        tokio::spawn(taking).await.map_err(|error| {
            tracing::error!(%error, "taking an arrival failed");
            IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
        })?
    }
}

impl Inner {
    async fn take(&self, arrival: Arrival) -> Result<Received, IntakeError> {
        let named = json!({ "feed": arrival.feed, "unit": arrival.unit });
        let mut record = Record::new(&self.log, &arrival.sender, named);
        let taken = self.take_recorded(arrival, &mut record).await;
        if let Err(error) = &taken {
            tracing::info!(code = error.code(), "an arrival got no receipt");
            record.fail(error).await;
        }
        taken
    }

    async fn take_recorded(&self, arrival: Arrival, record: &mut Record) -> Result<Received, IntakeError> {
        let received_at = (self.clock)();
        let submission = SubmissionId::new();
        let admitted = admit(&arrival, self.contracts.get(&arrival.feed), received_at)?;
        let Arrival {
            sender,
            file_name,
            idempotency_key,
            body,
            ..
        } = arrival;
        record.says(subject(&submission, &admitted.slot, None));
        let spooled = self.spool_body(&submission, body).await?;
        let sha256 = spooled
            .as_ref()
            .map_or_else(zero::sha256_of_nothing, |spooled| spooled.sha256.clone());
        record.says(subject(&submission, &admitted.slot, Some(&sha256)));
        self.steps.reached(Step::Received).await;

        // INVARIANT (once): from here to the receipt nobody else touches the slot.
        let _slot = self.turn(self.slots.lock(&admitted.slot)).await?;
        self.settle_earlier(&admitted.slot).await?;
        let current = self.store.current(&admitted.slot).await.map_err(store_failed)?;
        let content = Content {
            admitted: &admitted,
            sender: &sender,
            sha256: &sha256,
            zero: spooled.is_none(),
        };
        if let Some(receipt) = self
            .same_as_before(&content, idempotency_key.as_deref(), current.as_ref())
            .await?
        {
            let detail =
                json!({ "repeated": true, "submission": receipt.submission, "receipt": settled(&receipt) });
            record.end(Outcome::Done, detail).await?;
            return Ok(Received {
                receipt,
                repeated: true,
            });
        }

        let _turn: SemaphorePermit<'_> = self.turn(self.settling.acquire()).await?.map_err(closed)?;
        let _working = self.work_on(&submission);
        let table = self.lake.feed(&admitted.contract).await.map_err(lake_failed)?;
        let desk = Desk {
            lake: &self.lake,
            table: &table,
            checker: &*self.checker,
            limits: &self.limits,
        };
        let examined = match &spooled {
            Some(spooled) => desk.examine(&admitted, &submission, spooled).await?,
            None => desk.examine_zero(&admitted, &submission).await?,
        };
        self.steps.reached(Step::Staged).await;
        self.steps.reached(Step::Checked).await;
        let Examined {
            report,
            staged,
            quarantine,
            findings,
        } = examined;
        let mut intent = Intent {
            submission,
            contract_version: admitted.contract.version().to_owned(),
            slot: admitted.slot,
            period: admitted.period,
            sender,
            file_name: file_name.as_deref().and_then(tidy_file_name),
            idempotency_key,
            zero: spooled.is_none(),
            size_bytes: spooled.as_ref().map_or(0, |spooled| spooled.size_bytes),
            report,
            findings_kept: findings.len() as u64,
            staged: None,
            revision_before: current.map_or(0, |current| current.revision),
            received_at,
        };
        intent.staged = intent.is_accepted().then_some(staged);
        record.says(full_subject(&intent, false));
        let receipt = self
            .settle(
                Ready {
                    intent,
                    spooled,
                    quarantine,
                    findings,
                },
                &table,
                record,
            )
            .await?;
        Ok(Received {
            receipt,
            repeated: false,
        })
    }

    async fn spool_body(
        &self,
        submission: &SubmissionId,
        body: Body,
    ) -> Result<Option<Spooled>, IntakeError> {
        let Body::Bytes(reader) = body else {
            return Ok(None);
        };
        let _place = self
            .bodies
            .try_acquire()
            .map_err(|_| IntakeError::new(ErrorKind::Busy, "intake.busy"))?;
        self.spool
            .receive(submission, reader, &self.limits)
            .await
            .map(Some)
    }

    /// Waits for something that other arrivals hold, but not for ever.
    async fn turn<T>(&self, waiting: impl Future<Output = T>) -> Result<T, IntakeError> {
        tokio::time::timeout(self.limits.turn(), waiting)
            .await
            .map_err(|_| IntakeError::new(ErrorKind::Busy, "intake.busy"))
    }

    /// The receipt that this content has already. A re-sent file is the same submission only while its slot still holds
    /// it: after A, B, A the department means A again. An idempotency key means the same submission for ever.
    async fn same_as_before(
        &self,
        content: &Content<'_>,
        key: Option<&str>,
        current: Option<&Current>,
    ) -> Result<Option<Receipt>, IntakeError> {
        let department = &content.sender.department;
        if let Some(key) = key
            && let Some(used) = self
                .store
                .by_idempotency_key(department, key)
                .await
                .map_err(store_failed)?
        {
            let same = used.slot == content.admitted.slot
                && used.sha256 == content.sha256
                && used.zero == content.zero;
            return match (same, used.receipt) {
                (true, Some(receipt)) => Ok(Some(receipt)),
                (true, None) => {
                    Err(IntakeError::new(ErrorKind::Pending, "intake.pending").of(&used.submission))
                }
                (false, _) => Err(IntakeError::new(
                    ErrorKind::Conflict,
                    "intake.idempotency_conflict",
                )),
            };
        }
        let Some(current) = current.filter(|held| held.sha256 == content.sha256 && held.zero == content.zero)
        else {
            return Ok(None);
        };
        if let Some(key) = key {
            // The key now stands for this receipt, also when the slot has moved on.
            self.store
                .put_idempotency_key(department, key, &current.submission)
                .await
                .map_err(store_failed)?;
        }
        Ok(Some(current.receipt.clone()))
    }

    fn work_on(&self, submission: &SubmissionId) -> Working<'_> {
        self.working().insert(submission.clone());
        Working {
            inner: self,
            submission: submission.clone(),
        }
    }

    // A panic while one of these was held cannot leave it half-changed: every use is a single call.
    pub(crate) fn working(&self) -> MutexGuard<'_, BTreeSet<SubmissionId>> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn waiting(&self) -> MutexGuard<'_, HashMap<SubmissionId, Opened>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes two arrivals the same.
struct Content<'a> {
    admitted: &'a Admitted,
    sender: &'a Sender,
    sha256: &'a str,
    zero: bool,
}

/// Keeps the sweep away from a submission's files until it has an intent or is over.
struct Working<'a> {
    inner: &'a Inner,
    submission: SubmissionId,
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.inner.working().remove(&self.submission);
    }
}

fn closed(_: tokio::sync::AcquireError) -> IntakeError {
    IntakeError::new(ErrorKind::Unavailable, "intake.unavailable")
}
