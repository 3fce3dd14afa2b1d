//! How much a department may send on a civil day: submissions and bytes. Whoever sends too much is told when the count
//! begins anew; nobody else waits for it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use audit::{Act, ActKind, Closing, Outcome};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures::StreamExt;
use registry::{Registry, RegistryError, SentOnDay};
use schemas::DepartmentCode;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Center;
use super::books::act_of;
use crate::config::Limits;
use crate::front::{Body, Caller, Problem};

pub(super) struct Quotas {
    submissions_max: u64,
    bytes_max: u64,
    /// What each department has sent today, uploads that are under way included. Read from the registry once a day.
    days: Mutex<BTreeMap<DepartmentCode, Arc<Day>>>,
}

struct Day {
    day: NaiveDate,
    submissions: AtomicU64,
    bytes: AtomicU64,
}

/// One submission that was let in, and what came of it so far.
pub(crate) struct Counted {
    department: DepartmentCode,
    day: Arc<Day>,
    bytes_max: u64,
    bytes: Arc<AtomicU64>,
    over: Arc<AtomicU64>,
}

impl Quotas {
    pub(super) fn new(limits: &Limits) -> Quotas {
        Quotas {
            submissions_max: limits.submissions_per_day,
            bytes_max: limits.submission_bytes_per_day,
            days: Mutex::default(),
        }
    }

    /// Counts one more submission of the department, or says which limit stands against it.
    async fn enter(
        &self,
        registry: &Registry,
        department: &DepartmentCode,
        now: DateTime<Utc>,
    ) -> Result<Counted, Problem> {
        // Held until it is counted, so that two that come at once are not both the last one.
        let mut days = self.days.lock().await;
        let day = day_of(&mut days, registry, department, now).await?;
        if day.submissions.load(Ordering::SeqCst) >= self.submissions_max {
            return Err(self.refused("intake.quota_submissions", self.submissions_max, now));
        }
        let counted = self.counted(department, day, now)?;
        let one = SentOnDay {
            submissions: 1,
            bytes: 0,
        };
        registry
            .add_sent(counted.day.day, department, one)
            .await
            .map_err(uncounted)?;
        counted.day.submissions.fetch_add(1, Ordering::SeqCst);
        Ok(counted)
    }

    /// Lets a further piece of a submission in that was counted when it began, perhaps on another day.
    async fn go_on(
        &self,
        registry: &Registry,
        department: &DepartmentCode,
        now: DateTime<Utc>,
    ) -> Result<Counted, Problem> {
        let mut days = self.days.lock().await;
        let day = day_of(&mut days, registry, department, now).await?;
        self.counted(department, day, now)
    }

    fn counted(
        &self,
        department: &DepartmentCode,
        day: Arc<Day>,
        now: DateTime<Utc>,
    ) -> Result<Counted, Problem> {
        if day.bytes.load(Ordering::SeqCst) >= self.bytes_max {
            return Err(self.refused("intake.quota_bytes", self.bytes_max, now));
        }
        Ok(Counted {
            department: department.clone(),
            day,
            bytes_max: self.bytes_max,
            bytes: Arc::default(),
            over: Arc::default(),
        })
    }

    fn refused(&self, code: &str, max: u64, now: DateTime<Utc>) -> Problem {
        let midnight = policy::day_end(policy::today(now));
        let wait = midnight.map_or(0, |midnight| midnight.signed_duration_since(now).num_seconds());
        let seconds = u64::try_from(wait).unwrap_or(0).max(1);
        Problem::new(429, "53400", code)
            .with("max", max)
            .retry_after(seconds)
    }
}

/// What the department has sent on the day of `now`.
async fn day_of(
    days: &mut BTreeMap<DepartmentCode, Arc<Day>>,
    registry: &Registry,
    department: &DepartmentCode,
    now: DateTime<Utc>,
) -> Result<Arc<Day>, Problem> {
    let today = policy::today(now);
    let known = days.get(department).filter(|known| known.day == today);
    if let Some(known) = known {
        return Ok(Arc::clone(known));
    }
    let sent = registry
        .sent_on(today, department)
        .await
        .map_err(Problem::internal)?;
    let fresh = Arc::new(Day {
        day: today,
        submissions: AtomicU64::new(sent.submissions),
        bytes: AtomicU64::new(sent.bytes),
    });
    days.insert(department.clone(), Arc::clone(&fresh));
    Ok(fresh)
}

impl Counted {
    /// The body, cut where the department's bytes of the day are used up.
    pub(crate) fn through(&self, body: Body) -> Body {
        let (day, bytes, over) = (
            Arc::clone(&self.day),
            Arc::clone(&self.bytes),
            Arc::clone(&self.over),
        );
        let most = self.bytes_max;
        Box::pin(body.map(move |piece: io::Result<Bytes>| -> io::Result<Bytes> {
            let piece = piece?;
            let more = piece.len() as u64;
            bytes.fetch_add(more, Ordering::SeqCst);
            if day.bytes.fetch_add(more, Ordering::SeqCst).saturating_add(more) > most {
                over.store(1, Ordering::SeqCst);
                return Err(io::ErrorKind::QuotaExceeded.into());
            }
            Ok(piece)
        }))
    }
}

impl Center {
    /// Lets one submission of the caller's department in, within what it may send on a day. A refusal is on record.
    pub(crate) async fn count_submission(
        &self,
        caller: &Caller,
        subject: &Value,
    ) -> Result<Counted, Problem> {
        let denial = act_of(ActKind::Denial, caller, subject.clone());
        self.let_in(caller.signed_in.principal().department(), denial)
            .await
    }

    /// Counts one submission of a department. `denial` is what goes on record if it is one too many.
    pub(super) async fn let_in(&self, department: &DepartmentCode, denial: Act) -> Result<Counted, Problem> {
        let entered = self.quotas.enter(&self.registry, department, Utc::now()).await;
        self.within_quota(entered, denial).await
    }

    /// Lets a piece of a submission in that was counted when it began. A refusal is on record.
    pub(crate) async fn count_piece(&self, caller: &Caller, subject: &Value) -> Result<Counted, Problem> {
        let department = caller.signed_in.principal().department();
        let entered = self.quotas.go_on(&self.registry, department, Utc::now()).await;
        self.within_quota(entered, act_of(ActKind::Denial, caller, subject.clone()))
            .await
    }

    async fn within_quota(&self, entered: Result<Counted, Problem>, denial: Act) -> Result<Counted, Problem> {
        match entered {
            Err(problem) if problem.status == 429 => Err(self.over_quota(denial, problem).await),
            entered => entered,
        }
    }

    /// Keeps what came of it for the rest of the day. If it was cut for its size, that is the problem to tell.
    pub(crate) async fn count_bytes(
        &self,
        caller: &Caller,
        subject: &Value,
        counted: &Counted,
    ) -> Result<(), Problem> {
        self.keep_count(counted, || act_of(ActKind::Denial, caller, subject.clone()))
            .await
    }

    pub(super) async fn keep_count(
        &self,
        counted: &Counted,
        denial: impl FnOnce() -> Act,
    ) -> Result<(), Problem> {
        let bytes = counted.bytes.load(Ordering::SeqCst);
        if bytes == 0 {
            return Ok(());
        }
        let sent = SentOnDay {
            submissions: 0,
            bytes,
        };
        let kept = self
            .registry
            .add_sent(counted.day.day, &counted.department, sent)
            .await;
        if let Err(error) = kept {
            // In memory the day is right; only a restart forgets these bytes.
            tracing::error!(%error, "what a department sent could not be counted");
        }
        if counted.over.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        let problem = self
            .quotas
            .refused("intake.quota_bytes", counted.bytes_max, Utc::now());
        Err(self.over_quota(denial(), problem).await)
    }

    async fn over_quota(&self, denial: Act, problem: Problem) -> Problem {
        let closing = Closing::new(Outcome::Denied, json!({"code": problem.code}));
        match self.books.record(denial, closing).await {
            Ok(_) => problem,
            Err(unrecorded) => unrecorded,
        }
    }
}

/// A full disk stops here before intake can say so, and is told in the same words.
fn uncounted(error: RegistryError) -> Problem {
    match error {
        RegistryError::Full => Problem::new(503, "58030", "intake.storage_full"),
        _ => Problem::internal(error),
    }
}

#[cfg(test)]
mod tests;
