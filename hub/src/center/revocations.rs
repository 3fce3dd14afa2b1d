//! Cuts running answers when their agreement ends. Every act on agreements raises the epoch; every running answer
//! hears of it and looks whether its own grants still hold.

use std::sync::Arc;

use arrow::array::RecordBatch;
use chrono::Utc;
use engine::{Reason, Refusal};
use futures::stream::{self, BoxStream, StreamExt};
use policy::{AgreementStore, Grant, today};
use tokio::sync::watch;

use super::admission::Place;

type Batches = BoxStream<'static, Result<RecordBatch, Refusal>>;

#[derive(Clone)]
pub struct Revocations {
    epoch: watch::Sender<u64>,
    agreements: Arc<dyn AgreementStore>,
}

/// How the agreement of a department with itself begins; see `policy::Policy::decide_own`.
const OWN: &str = "own/";

struct Guarded {
    batches: Batches,
    grants: Vec<Grant>,
    epoch: watch::Receiver<u64>,
    agreements: Arc<dyn AgreementStore>,
    over: bool,
    _place: Place,
}

impl Revocations {
    pub fn new(epoch: u64, agreements: Arc<dyn AgreementStore>) -> Revocations {
        Revocations {
            epoch: watch::Sender::new(epoch),
            agreements,
        }
    }

    /// Tells every running answer that agreements changed.
    pub fn raise(&self, epoch: u64) {
        self.epoch.send_replace(epoch);
    }

    /// Rows that end as soon as one of the grants no longer holds.
    pub fn guard(&self, batches: Batches, grants: Vec<Grant>, place: Place) -> Batches {
        let mut epoch = self.epoch.subscribe();
        // An act between the decision and this moment counts as news.
        epoch.mark_changed();
        let agreements = Arc::clone(&self.agreements);
        let guarded = Guarded {
            batches,
            grants,
            epoch,
            agreements,
            over: false,
            _place: place,
        };
        stream::unfold(guarded, |mut guarded| async move {
            Some((guarded.next().await?, guarded))
        })
        .boxed()
    }
}

impl Guarded {
    async fn next(&mut self) -> Option<Result<RecordBatch, Refusal>> {
        if self.over {
            return None;
        }
        loop {
            tokio::select! {
                biased;
                changed = self.epoch.changed() => {
                    if changed.is_err() || !hold(&self.grants, self.agreements.as_ref()).await {
                        self.over = true;
                        return Some(Err(Refusal::new(Reason::Cancelled)));
                    }
                }
                next = self.batches.next() => return next,
            }
        }
    }
}

/// INVARIANT (error-is-denial): an agreement that cannot be looked up does not hold.
async fn hold(grants: &[Grant], agreements: &dyn AgreementStore) -> bool {
    for grant in grants {
        // What a department has with itself is in no store and cannot be revoked; it ends with its grant.
        let holds = grant.agreement().starts_with(OWN) || {
            let newest = agreements.agreement(grant.agreement()).await;
            matches!(newest, Ok(Some(agreement))
                if agreement.revision == grant.revision() && agreement.holds_on(today(Utc::now())))
        };
        if !holds || grant.expires_at() <= Utc::now() {
            return false;
        }
    }
    true
}
