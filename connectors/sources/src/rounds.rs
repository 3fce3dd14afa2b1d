//! Goes round all sources, each in a task of its own, when they are due or when somebody asks. A source in trouble holds
//! up no other; at most a few rounds run at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use crate::counter::Counter;
use crate::ledger::Ledger;
use crate::round::Round;
use crate::settings::Settings;
use crate::source::Source;

/// Clocks jump; nobody sleeps longer than this without looking at the clock again.
const SLEEP_MAX: Duration = Duration::from_secs(60);
/// How long a round may go on after the hub was asked to stop. What it was doing is in the ledger.
const STOP_MAX: Duration = Duration::from_secs(10);

/// One source with its name and its settings.
#[derive(Clone)]
pub struct Road {
    pub name: String,
    pub settings: Settings,
    pub source: Arc<dyn Source>,
}

/// The running rounds.
pub struct Rounds {
    bells: BTreeMap<String, Arc<Notify>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

struct Shared {
    ledger: Arc<dyn Ledger>,
    counter: Arc<dyn Counter>,
    clock: fn() -> DateTime<Utc>,
    turns: Semaphore,
}

impl Rounds {
    pub fn start(
        roads: Vec<Road>,
        ledger: Arc<dyn Ledger>,
        counter: Arc<dyn Counter>,
        clock: fn() -> DateTime<Utc>,
        at_once: usize,
    ) -> Rounds {
        let shared = Arc::new(Shared {
            ledger,
            counter,
            clock,
            turns: Semaphore::new(at_once.max(1)),
        });
        let (stop, _) = watch::channel(false);
        let mut rounds = Rounds {
            bells: BTreeMap::new(),
            stop,
            tasks: JoinSet::new(),
        };
        for road in roads {
            let bell = Arc::new(Notify::new());
            rounds.bells.insert(road.name.clone(), Arc::clone(&bell));
            let span = tracing::info_span!("source", source.name = road.name.as_str());
            let keeping = keep(road, Arc::clone(&shared), bell, rounds.stop.subscribe());
            rounds.tasks.spawn(keeping.instrument(span));
        }
        rounds
    }

    /// Asks for a round now. False if there is no such source.
    pub fn ring(&self, name: &str) -> bool {
        match self.bells.get(name) {
            Some(bell) => {
                bell.notify_one();
                true
            }
            None => false,
        }
    }

    /// Begins no round any more and waits a little for those under way.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = timeout(STOP_MAX, async {
            while self.tasks.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

async fn keep(road: Road, shared: Arc<Shared>, bell: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut due = match shared.ledger.source(&road.name).await {
        Ok(record) => record.and_then(|record| record.next_at),
        Err(_) => None,
    };
    loop {
        let asked_for = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = bell.notified() => true,
            () = until(due, shared.clock) => false,
        };
        let Ok(_turn) = shared.turns.acquire().await else {
            return;
        };
        if *stop.borrow() {
            return;
        }
        let round = Round {
            road: &road,
            ledger: &*shared.ledger,
            counter: &*shared.counter,
            clock: shared.clock,
            asked_for,
        };
        // Without its ledger a source does nothing: it would bring the same parcels again and again.
        due = match round.run().await {
            Ok(next) => Some(next),
            Err(error) => {
                tracing::error!(%error, "a round could not be written down");
                Some(
                    road.settings
                        .schedule
                        .next((shared.clock)())
                        .max((shared.clock)() + SLEEP_MAX),
                )
            }
        };
    }
}

async fn until(due: Option<DateTime<Utc>>, clock: fn() -> DateTime<Utc>) {
    let Some(due) = due else {
        return;
    };
    loop {
        let Ok(left) = (due - clock()).to_std() else {
            return;
        };
        if left.is_zero() {
            return;
        }
        sleep(left.min(SLEEP_MAX)).await;
    }
}
