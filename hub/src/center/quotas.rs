//! How much a department may send on a civil day: submissions and bytes. Whoever sends too much is told when the count
//! begins anew; nobody else waits for it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use audit::{ActKind, Closing, Outcome};
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
        let today = policy::today(now);
        let mut days = self.days.lock().await;
        let known = days.get(department).filter(|known| known.day == today);
        let day = match known {
            Some(known) => Arc::clone(known),
            None => {
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
                fresh
            }
        };
        if day.submissions.load(Ordering::SeqCst) >= self.submissions_max {
            return Err(self.refused("intake.quota_submissions", self.submissions_max, now));
        }
        if day.bytes.load(Ordering::SeqCst) >= self.bytes_max {
            return Err(self.refused("intake.quota_bytes", self.bytes_max, now));
        }
        let one = SentOnDay {
            submissions: 1,
            bytes: 0,
        };
        registry
            .add_sent(today, department, one)
            .await
            .map_err(uncounted)?;
        day.submissions.fetch_add(1, Ordering::SeqCst);
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
        let department = caller.signed_in.principal().department();
        match self.quotas.enter(&self.registry, department, Utc::now()).await {
            Err(problem) if problem.status == 429 => Err(self.over_quota(caller, subject, problem).await),
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
        Err(self.over_quota(caller, subject, problem).await)
    }

    async fn over_quota(&self, caller: &Caller, subject: &Value, problem: Problem) -> Problem {
        let act = act_of(ActKind::Denial, caller, subject.clone());
        let closing = Closing::new(Outcome::Denied, json!({"code": problem.code}));
        match self.books.record(act, closing).await {
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
mod tests {
    use futures::TryStreamExt;
    use futures::stream;

    use super::*;

    fn quotas(submissions_max: u64, bytes_max: u64) -> Quotas {
        Quotas {
            submissions_max,
            bytes_max,
            days: Mutex::default(),
        }
    }

    fn body(pieces: &[&'static [u8]]) -> Body {
        let pieces: Vec<io::Result<Bytes>> =
            pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        Box::pin(stream::iter(pieces))
    }

    async fn registry(folder: &std::path::Path) -> Registry {
        Registry::open(&folder.join("registry.db")).await.unwrap()
    }

    /// 23:00 in China on the 10th.
    fn evening() -> DateTime<Utc> {
        "2026-03-10T15:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_department_that_sends_too_often_waits_for_midnight_and_others_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let registry = registry(folder.path()).await;
        let (pow, tax) = ("pow".parse().unwrap(), "tax".parse().unwrap());
        let desk = quotas(2, 1000);
        for _ in 0..2 {
            assert!(desk.enter(&registry, &pow, evening()).await.is_ok());
        }
        let refused = desk.enter(&registry, &pow, evening()).await.err().unwrap();
        assert_eq!(
            (refused.status, refused.code.as_str()),
            (429, "intake.quota_submissions")
        );
        assert_eq!(refused.retry_after_s, Some(3600));
        assert!(desk.enter(&registry, &tax, evening()).await.is_ok());
        // A restart forgets nothing, and midnight does.
        assert!(quotas(2, 1000).enter(&registry, &pow, evening()).await.is_err());
        let tomorrow = evening() + chrono::TimeDelta::hours(1);
        assert!(desk.enter(&registry, &pow, tomorrow).await.is_ok());
    }

    #[tokio::test]
    async fn bytes_are_counted_while_they_arrive_and_two_uploads_share_the_day() {
        let folder = tempfile::tempdir().unwrap();
        let registry = registry(folder.path()).await;
        let pow = "pow".parse().unwrap();
        let desk = quotas(10, 10);
        let (one, two) = (
            desk.enter(&registry, &pow, evening()).await.unwrap(),
            desk.enter(&registry, &pow, evening()).await.unwrap(),
        );
        let whole: Vec<Bytes> = one.through(body(&[b"1234", b"567"])).try_collect().await.unwrap();
        assert_eq!(whole.concat(), b"1234567");
        let cut: io::Result<Vec<Bytes>> = two.through(body(&[b"123", b"4"])).try_collect().await;
        assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
        assert_eq!(
            (one.over.load(Ordering::SeqCst), two.over.load(Ordering::SeqCst)),
            (0, 1)
        );
        let refused = desk.enter(&registry, &pow, evening()).await.err().unwrap();
        assert_eq!(refused.code, "intake.quota_bytes");
    }
}
