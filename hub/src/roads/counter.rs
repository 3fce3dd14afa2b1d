//! Where parcels become submissions: through intake, like a file that somebody sent. The sender is the department whose
//! feed it is, named after the source; which source may bring which feed is the administrator's setting.
//!
//! INVARIANT (no-second-identity): a source is nobody. It has no principal and no grant, and reaches nothing but intake.

use std::sync::Weak;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use intake::{Act, Arrival, ErrorKind, IntakeError, Received, Sender, Standing, SubmissionStore};
use schemas::{Contract, FeedId, RegionCode, SubmissionId, texts};
use serde::Serialize;
use serde_json::json;
use sources::{Answer, Body, Counter, Parcel, SlotWords, Taken, Wanted};

use super::periods;
use crate::center::{Center, NotTaken};
use crate::front::Problem;

/// The role under which a source's submissions are recorded. No account can have it.
const ROLE: &str = "source";

pub struct RoadCounter {
    pub center: Weak<Center>,
    pub clock: fn() -> DateTime<Utc>,
}

#[async_trait]
impl Counter for RoadCounter {
    fn wanted(&self, feeds: &[String], units: &[String], periods_back: u32) -> Vec<Wanted> {
        let Some(center) = self.center.upgrade() else {
            return Vec::new();
        };
        let today = policy::today((self.clock)());
        let mut wanted = Vec::new();
        for feed in feeds {
            let contract = FeedId::parse(feed).ok().and_then(|feed| center.contract(&feed));
            let Some(contract) = contract else {
                continue;
            };
            for period in periods::over(contract.period_kind(), today, periods_back) {
                wanted.extend(units.iter().map(|unit| Wanted {
                    slot: SlotWords {
                        feed: feed.clone(),
                        period: period.label().to_owned(),
                        unit: unit.clone(),
                    },
                    first_day: period.start(),
                    last_day: period.end(),
                }));
            }
        }
        wanted
    }

    async fn take(&self, source: &str, parcel: &Parcel, key: &str, body: Option<Body>) -> Taken {
        let not_now = |code: &str| Taken::NotNow {
            code: code.to_owned(),
            wait: None,
        };
        let Some(center) = self.center.upgrade() else {
            return not_now("intake.unavailable");
        };
        let refused = |code: &str| Taken::Refused {
            code: code.to_owned(),
        };
        let Ok(feed) = FeedId::parse(&parcel.slot.feed) else {
            return refused("intake.feed_unknown");
        };
        let Some(contract) = center.contract(&feed) else {
            return refused("intake.feed_unknown");
        };
        let Ok(unit) = RegionCode::parse(&parcel.slot.unit) else {
            return refused("intake.unit_not_owed");
        };
        let Ok(sender) = sender(&center, source, &contract).await else {
            return not_now("registry.unavailable");
        };
        let arrival = Arrival {
            feed,
            period: parcel.slot.period.clone(),
            unit,
            // What lies there now is the whole of the slot; mending and adding are for people.
            act: Act::Whole,
            sender,
            file_name: Some(parcel.name.clone()),
            idempotency_key: Some(key.to_owned()),
            body: match body {
                None => intake::Body::Zero,
                Some(body) => intake::Body::Bytes(body.into_parts().0),
            },
        };
        match center.take_parcel(arrival).await {
            Ok(Received::Settled { receipt, .. }) => Taken::Settled {
                submission: receipt.submission.to_string(),
                verdict: word(receipt.verdict),
            },
            Ok(Received::Waiting(intent)) => Taken::Settled {
                submission: intent.submission.to_string(),
                verdict: word(intent.report.verdict),
            },
            Err(NotTaken::Uncounted(problem)) => uncounted(problem),
            Err(NotTaken::Intake(error)) => not_taken(&error),
        }
    }

    async fn answer(&self, submission: &str) -> Option<Answer> {
        let center = self.center.upgrade()?;
        let id = SubmissionId::parse(submission).ok()?;
        match center.submissions().standing(&id).await.ok()?? {
            Standing::Settled(record) => Some(Answer {
                settled: true,
                document: record.receipt.to_json().ok()?.into_bytes(),
            }),
            Standing::Aborted { code, .. } => Some(Answer {
                settled: false,
                document: self.refusal(&code),
            }),
            Standing::Open(_) | Standing::Waiting(_) => None,
        }
    }

    fn refusal(&self, code: &str) -> Vec<u8> {
        let message = texts::render(code, &[]);
        json!({ "refused": true, "code": code, "zh": message.zh, "en": message.en })
            .to_string()
            .into_bytes()
    }
}

async fn sender(center: &Center, source: &str, contract: &Contract) -> Result<Sender, policy::PolicyError> {
    Ok(Sender {
        person: format!("source:{source}"),
        department: contract.department().clone(),
        role: ROLE.to_owned(),
        policy_epoch: center.policy_epoch().await?,
        client: None,
        request_id: None,
    })
}

/// As it is written in JSON.
fn word(verdict: impl Serialize) -> String {
    let word = serde_json::to_value(verdict).ok();
    word.and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn uncounted(problem: Problem) -> Taken {
    // Told in whole seconds; one more, so that the new day has begun.
    let seconds = problem
        .retry_after_s
        .and_then(|s| i64::try_from(s).ok()?.checked_add(1));
    Taken::NotNow {
        code: problem.code,
        wait: seconds.map(TimeDelta::seconds),
    }
}

fn not_taken(error: &IntakeError) -> Taken {
    let code = error.code().to_owned();
    match error.kind() {
        ErrorKind::Conflict if code == "intake.idempotency_conflict" => Taken::KeyTaken,
        ErrorKind::NotFound | ErrorKind::NotAllowed | ErrorKind::Refused | ErrorKind::TooLarge => {
            Taken::Refused { code }
        }
        ErrorKind::Conflict
        | ErrorKind::Broken
        | ErrorKind::Busy
        | ErrorKind::Pending
        | ErrorKind::Unavailable => Taken::NotNow { code, wait: None },
    }
}
