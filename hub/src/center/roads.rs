//! The sources as people see them: how each is doing, what it brought, and a round that somebody asks for. An
//! administrator of the system sees all; a department sees those that bring its feeds; others see none.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use audit::{Act, ActKind};
use chrono::Utc;
use futures::StreamExt;
use intake::{Arrival, Body, IntakeError, Received, Sender};
use policy::{Action, PolicyError, Ruling};
use registry::Registry;
use schemas::{Contract, DepartmentCode, FeedId, texts};
use serde_json::{Value, json};
use sources::{Ledger, ParcelRecord, Road, Rounds, SourceRecord};
use tokio_util::io::{ReaderStream, StreamReader};

use super::Center;
use crate::front::{Caller, Problem, Sourcing, Submitted};
use crate::roads::RoadCounter;

/// Parcels shown with one source.
const PARCELS_SHOWN: u32 = 100;
/// Sources that are looked at in the same moment.
const ROUNDS_AT_ONCE: usize = 4;
const READ_BYTES: usize = 256 << 10;

/// Why a parcel was not taken.
pub(crate) enum NotTaken {
    /// What the department may send on a day is used up, or could not be counted.
    Uncounted(Problem),
    Intake(IntakeError),
}

#[async_trait]
impl Sourcing for Center {
    async fn sources(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        let mut seen = Vec::new();
        for road in self.roads.iter().filter(|road| self.may_see(caller, road)) {
            seen.push(self.source_shown(road).await?);
        }
        Ok(seen)
    }

    async fn source(&self, caller: &Caller, name: &str) -> Result<Value, Problem> {
        let road = self.road(caller, name)?;
        let mut shown = self.source_shown(road).await?;
        let parcels = self.registry.parcels(name, PARCELS_SHOWN).await;
        let parcels = parcels.map_err(Problem::internal)?;
        if let Some(shown) = shown.as_object_mut() {
            let items: Vec<Value> = parcels.iter().map(parcel).collect();
            shown.insert("parcels".to_owned(), Value::Array(items));
        }
        Ok(shown)
    }

    async fn run_source(&self, caller: &Caller, name: &str) -> Result<Value, Problem> {
        let road = self.road(caller, name)?;
        let subject = json!({"act": "run_source", "source": name});
        self.noted(caller, ActKind::System, subject).await?;
        if !self.ring(name) {
            return Err(Problem::new(503, "57P03", "hub.busy").retry_after(5));
        }
        self.source_shown(road).await
    }
}

impl Center {
    /// Begins to go round the sources. What they bring is settled like anything that is sent.
    pub fn start_rounds(self: &Arc<Self>) {
        if self.roads.is_empty() {
            return;
        }
        let counter = RoadCounter {
            center: Arc::downgrade(self),
            clock: Utc::now,
        };
        let rounds = Rounds::start(
            self.roads.clone(),
            Arc::new(self.registry.clone()),
            Arc::new(counter),
            Utc::now,
            ROUNDS_AT_ONCE,
        );
        *self.rounds.lock().unwrap_or_else(PoisonError::into_inner) = Some(rounds);
    }

    /// Begins no round any more and waits a little for those under way.
    pub async fn stop_rounds(&self) {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(rounds) = rounds {
            rounds.stop().await;
        }
    }

    /// Asks for a round of a source now. False if there is none of that name, or none are gone.
    pub(crate) fn ring(&self, name: &str) -> bool {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.as_ref().is_some_and(|rounds| rounds.ring(name))
    }

    pub(crate) fn contract(&self, feed: &FeedId) -> Option<Arc<Contract>> {
        self.contracts.get(feed).cloned()
    }

    pub(crate) fn submissions(&self) -> &Registry {
        &self.registry
    }

    pub(crate) async fn policy_epoch(&self) -> Result<u64, PolicyError> {
        self.policy.epoch().await
    }

    /// One parcel of a source, through the door of everything that is sent: it counts for the day of its department, and
    /// intake checks, settles and records it.
    pub(crate) async fn take_parcel(&self, mut arrival: Arrival) -> Result<Received, NotTaken> {
        let sender = arrival.sender.clone();
        let denial = || {
            let subject = json!({
                "act": "submit", "feed": arrival.feed, "period": arrival.period, "unit": arrival.unit,
            });
            denial_of(&sender, subject)
        };
        let counted = self.let_in(&sender.department, denial()).await;
        let counted = counted.map_err(NotTaken::Uncounted)?;
        let over = denial();
        arrival.body = match arrival.body {
            Body::Zero => Body::Zero,
            Body::Bytes(reader) => {
                let pieces = ReaderStream::with_capacity(reader, READ_BYTES).boxed();
                Body::bytes(StreamReader::new(counted.through(pieces)))
            }
        };
        let received = self.intake.receive(arrival).await;
        let kept = self.keep_count(&counted, || over).await;
        kept.map_err(NotTaken::Uncounted)?;
        let received = received.map_err(NotTaken::Intake)?;
        let (receipt, repeated, waits) = match &received {
            Received::Settled { receipt, repeated } => (serde_json::to_value(receipt), *repeated, false),
            Received::Waiting(_) => (Ok(Value::Null), false, true),
        };
        self.metrics.submission(&Submitted {
            receipt: receipt.unwrap_or_default(),
            repeated,
            waits,
        });
        Ok(received)
    }

    /// INVARIANT (same-silence): a source of others looks exactly like none.
    fn road(&self, caller: &Caller, name: &str) -> Result<&Road, Problem> {
        self.roads
            .iter()
            .find(|road| road.name == name && self.may_see(caller, road))
            .ok_or_else(|| Problem::new(404, "42704", "hub.no_such_source"))
    }

    fn may_see(&self, caller: &Caller, road: &Road) -> bool {
        let principal = caller.signed_in.principal();
        let may = |action| matches!(self.policy.authorize(principal, &action), Ruling::Granted(()));
        let own = |department: DepartmentCode| {
            *principal.department() == department && may(Action::Submit { department })
        };
        may(Action::ManageSystem) || self.sender_of(road).is_some_and(own)
    }

    fn sender_of(&self, road: &Road) -> Option<DepartmentCode> {
        let feed = FeedId::parse(road.settings.feeds.first()?).ok()?;
        Some(self.contracts.get(&feed)?.department().clone())
    }

    async fn source_shown(&self, road: &Road) -> Result<Value, Problem> {
        let record = self.registry.source(&road.name).await;
        let record = record.map_err(Problem::internal)?;
        let record = record.unwrap_or_else(|| SourceRecord::new(&road.name));
        let troubled: Vec<Value> = record
            .troubled
            .iter()
            .map(|(name, code)| said(json!({ "name": name }), Some(code)))
            .collect();
        let source = json!({
            "name": road.name,
            "kind": road.settings.kind(),
            "department": self.sender_of(road),
            "feeds": road.settings.feeds,
            "units": road.settings.units,
            "looked_at": record.looked_at,
            "succeeded_at": record.succeeded_at,
            "next_at": record.next_at,
            "failures": record.failures,
            "troubled": troubled,
        });
        Ok(said(source, record.code.as_deref()))
    }
}

/// The refusal of a sender that is nobody's caller.
fn denial_of(sender: &Sender, subject: Value) -> Act {
    Act {
        person: Some(sender.person.clone()),
        department: Some(sender.department.as_str().to_owned()),
        role: Some(sender.role.clone()),
        ..Act::new(ActKind::Denial, subject)
    }
}

fn parcel(record: &ParcelRecord) -> Value {
    let parcel = json!({
        "name": record.name,
        "version": record.version,
        "feed": record.slot.feed,
        "period": record.slot.period,
        "unit": record.slot.unit,
        "state": record.state,
        "tries": record.tries,
        "submission": record.submission,
        "verdict": record.verdict,
        "seen_at": record.seen_at,
        "changed_at": record.changed_at,
        "next_try_at": record.next_try_at,
    });
    said(parcel, record.code.as_deref())
}

/// With a code, and its sentence in both languages.
fn said(mut document: Value, code: Option<&str>) -> Value {
    if let (Some(fields), Some(code)) = (document.as_object_mut(), code) {
        let message = texts::render(code, &[]);
        fields.insert("code".to_owned(), json!(code));
        fields.insert(
            "message".to_owned(),
            json!({ "zh": message.zh, "en": message.en }),
        );
    }
    document
}
