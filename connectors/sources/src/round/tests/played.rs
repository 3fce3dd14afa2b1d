//! A source and a counter that do what a test tells them to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeZone;
use tokio::io::AsyncReadExt;

use super::super::*;
use crate::body::Body;
use crate::memory::MemoryLedger;
use crate::parcel::Wanted;
use crate::settings::Settings;
use crate::source::Source;

pub(super) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, 1, 4, 0, 0).unwrap()
}

pub(super) fn later() -> DateTime<Utc> {
    noon() + TimeDelta::hours(2)
}

/// Offers its parcels until they are done; opening gives what the test has prepared.
#[derive(Default)]
pub(super) struct Played {
    pub(super) offers: Mutex<Vec<Parcel>>,
    pub(super) looks: Mutex<VecDeque<Trouble>>,
    pub(super) bodies: Mutex<VecDeque<Result<&'static str, Trouble>>>,
    pub(super) answers: Mutex<Vec<(String, bool, String)>>,
    pub(super) forgets: bool,
}

#[async_trait]
impl Source for Played {
    fn pulls(&self) -> bool {
        false
    }

    fn clears(&self) -> bool {
        true
    }

    async fn look(&self, _: &[Wanted]) -> Result<Seen, Trouble> {
        if let Some(trouble) = self.looks.lock().unwrap().pop_front() {
            return Err(trouble);
        }
        Ok(Seen {
            parcels: self.offers.lock().unwrap().clone(),
            troubled: vec![("strange.csv".to_owned(), Trouble::NameUnknown)],
        })
    }

    async fn open(&self, _: &Parcel) -> Result<Body, Trouble> {
        let next = self.bodies.lock().unwrap().pop_front().unwrap_or(Ok("rows"));
        Ok(Body::written(1_000, move |mut pen| async move {
            pen.write(next?.as_bytes()).await?;
            Ok(pen)
        }))
    }

    async fn done(&self, parcel: &Parcel, answer: &Answer) -> Result<(), Trouble> {
        let document = String::from_utf8(answer.document.clone()).unwrap();
        self.answers
            .lock()
            .unwrap()
            .push((parcel.name.clone(), answer.settled, document));
        if !self.forgets {
            self.offers.lock().unwrap().retain(|offer| offer != parcel);
        }
        Ok(())
    }
}

/// Takes what arrives whole, unless the test has prepared something else.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) says: Mutex<VecDeque<Taken>>,
    pub(super) came: Mutex<Vec<(String, String, String)>>,
}

#[async_trait]
impl Counter for Desk {
    fn wanted(&self, _: &[String], _: &[String], _: u32) -> Vec<Wanted> {
        Vec::new()
    }

    async fn take(&self, _: &str, parcel: &Parcel, key: &str, body: Option<Body>) -> Taken {
        let mut text = String::new();
        if let Some(body) = body {
            let (mut reader, _) = body.into_parts();
            if reader.read_to_string(&mut text).await.is_err() {
                return Taken::NotNow {
                    code: "intake.interrupted".to_owned(),
                    wait: None,
                };
            }
        }
        if let Some(said) = self.says.lock().unwrap().pop_front() {
            return said;
        }
        let mut came = self.came.lock().unwrap();
        came.push((parcel.name.clone(), text, key.to_owned()));
        Taken::Settled {
            submission: format!("sub_{}", came.len()),
            verdict: "accepted".to_owned(),
        }
    }

    async fn answer(&self, submission: &str) -> Option<Answer> {
        Some(Answer {
            settled: true,
            document: submission.as_bytes().to_vec(),
        })
    }

    fn refusal(&self, code: &str) -> Vec<u8> {
        code.as_bytes().to_vec()
    }
}

pub(super) fn parcel(name: &str, period: &str) -> Parcel {
    Parcel {
        name: name.to_owned(),
        version: "1".to_owned(),
        slot: SlotWords {
            feed: "pow_usage".to_owned(),
            period: period.to_owned(),
            unit: "433101".to_owned(),
        },
        zero: false,
        days: None,
    }
}

pub(super) struct World {
    pub(super) road: Road,
    pub(super) played: Arc<Played>,
    pub(super) ledger: MemoryLedger,
    pub(super) desk: Desk,
}

pub(super) fn world(offers: Vec<Parcel>, played: Played) -> World {
    let settings: Settings =
        toml::from_str("feeds = ['pow_usage']\nunits = ['433101']\ntries_max = 3\n[folder]\npath = 'x'\n")
            .unwrap();
    *played.offers.lock().unwrap() = offers;
    let played = Arc::new(played);
    World {
        road: Road {
            name: "drop".to_owned(),
            settings,
            source: played.clone(),
        },
        played,
        ledger: MemoryLedger::default(),
        desk: Desk::default(),
    }
}

impl World {
    pub(super) async fn round(&self, clock: fn() -> DateTime<Utc>, asked_for: bool) -> DateTime<Utc> {
        let round = Round {
            road: &self.road,
            ledger: &self.ledger,
            counter: &self.desk,
            clock,
            asked_for,
        };
        round.run().await.unwrap()
    }

    pub(super) async fn record(&self, name: &str) -> ParcelRecord {
        self.ledger.parcel("drop", name, "1").await.unwrap().unwrap()
    }

    pub(super) fn came(&self) -> Vec<String> {
        self.desk
            .came
            .lock()
            .unwrap()
            .iter()
            .map(|came| came.0.clone())
            .collect()
    }
}
