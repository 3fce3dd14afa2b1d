//! A folder with a lake, a log and a registry, opened as often as a test wants; and what can be seen in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::{ActKind, Entry, Filter, Log, Signer};
use chrono::{DateTime, TimeZone, Utc};
use futures::StreamExt;
use intake::{
    Arrival, Checker, Intake, IntakeError, IntakeLimits, Intent, Parts, Receipt, Received, SubmissionStore,
};
use lake::{KeyRing, Lake, LakeSettings};
use registry::Registry;
use schemas::{Contract, SubmissionId};
use tempfile::TempDir;
use url::Url;

use crate::checker::MeterChecker;
pub use crate::sent::*;

pub const METERS: &str = include_str!("meters.yaml");

pub struct World {
    dir: PathBuf,
    /// Removes the folder at the end, if it is ours.
    _guard: Option<TempDir>,
}

/// Everything opened. Dropping it is what a stop of the process leaves behind.
pub struct House {
    pub intake: Intake,
    pub registry: Registry,
    pub lake: Lake,
    pub signer: Signer,
    pub audit_dir: PathBuf,
    pub spool: PathBuf,
    pub contract: Contract,
}

/// An arrival that has a receipt.
#[derive(Debug, PartialEq)]
pub struct Answered {
    pub receipt: Receipt,
    pub repeated: bool,
}

/// What a test changes about a house before it is opened.
pub struct Plan {
    pub checker: Arc<dyn Checker>,
    pub limits: IntakeLimits,
    pub contract: Contract,
    /// Submissions wait for a second person.
    pub signed: bool,
    /// Put between intake and the registry.
    pub store: fn(Registry) -> Arc<dyn SubmissionStore>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            checker: Arc::new(MeterChecker::default()),
            limits: IntakeLimits::default(),
            contract: Contract::from_yaml(METERS).unwrap(),
            signed: false,
            store: |registry| Arc::new(registry),
        }
    }
}

impl World {
    pub fn new() -> World {
        let guard = tempfile::tempdir().unwrap();
        World {
            dir: guard.path().to_owned(),
            _guard: Some(guard),
        }
    }

    pub fn at(dir: &Path) -> World {
        World {
            dir: dir.to_owned(),
            _guard: None,
        }
    }

    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Parquet files in the lake, named by a log or not.
    pub fn data_files(&self) -> BTreeSet<PathBuf> {
        let (mut folders, mut files) = (vec![self.dir.join("lake")], BTreeSet::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "parquet") {
                    files.insert(path);
                }
            }
        }
        files
    }

    pub async fn open(&self) -> House {
        self.open_as(Plan::default()).await
    }

    pub async fn open_as(&self, plan: Plan) -> House {
        let at = |name: &str| self.dir.join(name);
        let signer = Signer::load_or_create(&at("receipts.key")).unwrap();
        let settings = LakeSettings {
            url: Url::from_directory_path(at("lake")).unwrap(),
            options: BTreeMap::new(),
        };
        let lake = Lake::open(&settings, KeyRing::load_or_create(&at("keys")).unwrap())
            .await
            .unwrap();
        let registry = Registry::open(&at("registry.db")).await.unwrap();
        let parts = Parts {
            lake: lake.clone(),
            log: Log::open(&at("audit"), signer.clone()).unwrap(),
            store: (plan.store)(registry.clone()),
            checker: plan.checker,
            signer: signer.clone(),
            spool: at("spool"),
            contracts: vec![plan.contract.clone()],
            signed: (plan.signed.then(|| plan.contract.id().clone()))
                .into_iter()
                .collect(),
            limits: plan.limits,
            clock: now,
        };
        let intake = Intake::new(parts).unwrap();
        House {
            intake,
            registry,
            lake,
            signer,
            audit_dir: at("audit"),
            spool: at("spool"),
            contract: plan.contract,
        }
    }
}

pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 6, 15, 2, 0, 0).unwrap()
}

impl House {
    pub async fn send(&self, arrival: Arrival) -> Result<Answered, IntakeError> {
        match self.intake.receive(arrival).await? {
            Received::Settled { receipt, repeated } => Ok(Answered { receipt, repeated }),
            Received::Waiting(intent) => panic!("{} waits for a signature", intent.submission),
        }
    }

    /// Sends to a feed whose submissions are signed.
    pub async fn held(&self, arrival: Arrival) -> Intent {
        match self.intake.receive(arrival).await.unwrap() {
            Received::Waiting(intent) => *intent,
            Received::Settled { receipt, .. } => panic!("{} did not wait", receipt.submission),
        }
    }

    pub async fn sign(&self, submission: &SubmissionId, person: &str) -> Result<Answered, IntakeError> {
        match self.intake.sign(submission.clone(), colleague(person)).await? {
            Received::Settled { receipt, repeated } => Ok(Answered { receipt, repeated }),
            Received::Waiting(intent) => panic!("{} still waits", intent.submission),
        }
    }

    pub async fn settled(&self, arrival: Arrival) -> Receipt {
        let received = self.send(arrival).await.unwrap();
        assert!(!received.repeated);
        received.receipt
    }

    /// Rows an analyst could see in the slot of these tests.
    pub async fn rows(&self) -> u64 {
        let snapshot = self
            .lake
            .feed(&self.contract)
            .await
            .unwrap()
            .snapshot()
            .await
            .unwrap();
        snapshot.rows()
    }

    pub async fn version(&self) -> i64 {
        self.lake
            .feed(&self.contract)
            .await
            .unwrap()
            .snapshot()
            .await
            .unwrap()
            .version
    }

    pub async fn original(&self, submission: &SubmissionId) -> Vec<u8> {
        let mut stream = self
            .lake
            .vault()
            .get(submission, self.contract.id())
            .await
            .unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        bytes
    }

    pub async fn keeps_original(&self, submission: &SubmissionId) -> bool {
        let vault = self.lake.vault();
        vault.get(submission, self.contract.id()).await.is_ok()
    }

    pub fn entries(&self) -> Vec<Entry> {
        let submissions = Filter {
            kind: Some(ActKind::Submission),
            ..Filter::default()
        };
        audit::read(&self.audit_dir, &submissions).unwrap()
    }

    /// Outcomes of all closed entries as the log writes them, oldest first.
    pub fn outcomes(&self) -> Vec<String> {
        let outcome = |entry: &Entry| match &entry.closing {
            Some(closing) => serde_json::to_value(closing.outcome)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned(),
            None => "open".to_owned(),
        };
        self.entries().iter().map(outcome).collect()
    }

    /// Nothing begun is left lying about: no open intent, no body in the spool.
    pub async fn assert_tidy(&self) {
        assert_eq!(self.registry.open_intents().await.unwrap(), Vec::new());
        let mut bodies = Vec::new();
        for start in std::fs::read_dir(&self.spool).unwrap() {
            bodies.extend(
                std::fs::read_dir(start.unwrap().path())
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name()),
            );
        }
        assert!(bodies.is_empty(), "{bodies:?}");
    }
}
