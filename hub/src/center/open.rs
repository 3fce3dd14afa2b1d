//! Opening and closing the house.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use audit::{Act, ActKind, Closing, Log, Outcome, Signer};
use intake::{Intake, IntakeLimits};
use lake::{KeyRing, Lake};
use policy::{AccountStore, AgreementStore, BootKey, Identity, Policy, system_clock};
use registry::Registry;
use serde_json::json;

use super::Center;
use super::admission::Admission;
use super::books::Books;
use super::disguise::identity_settings;
use super::first_sign_ins::FirstSignIns;
use super::quotas::Quotas;
use super::revocations::Revocations;
use super::shared;
use super::workers;
use crate::config::Config;
use crate::contracts;
use crate::folder::Folder;
use crate::lake_place::lake_settings;
use crate::lock::DataLock;
use crate::metrics::Metrics;
use crate::rates;
use crate::reminders::Post;
use crate::roads;
use crate::uploads::{UploadLimits, Uploads};
use crate::workdays;
use crate::worker::{QueryWorkers, WorkerChecker};

/// Why the house did not open: a code of the text catalogue. The detail is in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct OpenError {
    pub code: String,
    /// Safe words, such as a version or a probe.
    pub detail: String,
}

impl OpenError {
    pub(crate) fn new(code: impl Into<String>, detail: impl std::fmt::Display) -> OpenError {
        OpenError {
            code: code.into(),
            detail: detail.to_string(),
        }
    }

    pub(crate) fn from_problem(problem: crate::front::Problem) -> OpenError {
        OpenError {
            detail: problem.sqlstate.to_owned(),
            code: problem.code,
        }
    }
}

impl Center {
    /// Opens the house in `config.data_dir`, which `init` has made.
    pub async fn open(config: Config) -> Result<Arc<Center>, OpenError> {
        let folder = Folder::new(&config.data_dir);
        let lock = DataLock::take(folder.root()).map_err(|e| OpenError::new(e.code(), e))?;
        if !folder.is_initialised() {
            return Err(OpenError::new("hub.not_initialised", "run `taxhub init` first"));
        }
        folder
            .create()
            .map_err(|e| OpenError::new("hub.data_folder_unusable", e.kind()))?;
        let known = contracts::load(Some(&config.contracts_dir)).map_err(|e| OpenError::new(e.code(), e))?;
        let contracts = shared::taken(&known, &config.feeds)?;
        let roads = roads::load(&config.sources_dir, &folder.inboxes(), &contracts)?;
        let rates = rates::load(&config.rates_file).map_err(|e| OpenError::new("hub.rates_unusable", e))?;
        let post = Post::open(&config)?;
        let workdays = workdays::load(&config.duties.workdays_file)
            .map_err(|e| OpenError::new("hub.workdays_unusable", e))?;
        let views = shared::views(&known, &contracts)?;

        let signer =
            Signer::load_or_create(&folder.signing_key()).map_err(|e| OpenError::new(e.code(), e))?;
        let verifying_key = signer.verifying_key().clone();
        let log = open_log(&folder, signer.clone()).await?;
        let registry = Registry::open(&folder.registry())
            .await
            .map_err(|e| OpenError::new(e.code(), e))?;
        let duties_since = workdays::since(&config.duties, &registry)
            .await
            .map_err(|e| OpenError::new(e.code(), e))?;
        let keys = KeyRing::load_or_create(&folder.lake_keys()).map_err(|e| OpenError::new(e.code(), e))?;
        let key_marks = keys.tokenizer().domain("named key");
        let lake_settings = lake_settings(&config.lake, &folder)?;
        let lake = Lake::open(&lake_settings, keys)
            .await
            .map_err(|e| OpenError::new(e.code(), e))?;
        let mut feeds = BTreeMap::new();
        for (id, contract) in &contracts {
            let table = lake
                .feed(contract)
                .await
                .map_err(|e| OpenError::new(e.code(), e))?;
            feeds.insert(id.clone(), table);
        }

        let metrics = Arc::new(Metrics::new());
        let boot_key = BootKey::random().map_err(|e| OpenError::new("hub.no_random_bytes", e))?;
        let (parse_pool, query_pool) =
            workers::start(&config, &folder, &lake_settings, &boot_key, &metrics).await?;

        let agreements: Arc<dyn AgreementStore> = Arc::new(registry.clone());
        let accounts: Arc<dyn AccountStore> = Arc::new(registry.clone());
        let policy =
            Policy::new(Arc::clone(&agreements)).map_err(|e| OpenError::new("hub.policies_unusable", e))?;
        let epoch = policy
            .epoch()
            .await
            .map_err(|e| OpenError::new("registry.unavailable", e))?;
        let settings = identity_settings(&config, &folder)?;
        let identity = Identity::with_settings(Arc::clone(&accounts), system_clock(), settings);
        let intake = Intake::new(intake::Parts {
            lake,
            log: log.clone(),
            store: Arc::new(registry.clone()),
            checker: Arc::new(WorkerChecker::new(parse_pool, config.limits.check_time())),
            signer,
            spool: folder.spool(),
            contracts: contracts
                .values()
                .map(|contract| contract.as_ref().clone())
                .collect(),
            signed: shared::signed(&contracts, &config.feeds),
            clock: chrono::Utc::now,
            limits: IntakeLimits {
                body_bytes_max: config.limits.submission_bytes,
                check_seconds_max: config.limits.check_seconds,
                ..IntakeLimits::default()
            },
        })
        .map_err(|e| OpenError::new(e.code(), e))?;
        let recovered = intake.recover().await.map_err(|e| OpenError::new(e.code(), e))?;
        let (finished, aborted, left) = (
            recovered.finished.len(),
            recovered.aborted.len(),
            recovered.left.len(),
        );
        tracing::info!(
            finished,
            aborted,
            left,
            swept = recovered.swept,
            "unsettled submissions settled"
        );

        let upload_limits = UploadLimits::new(&config.limits);
        let uploads = Uploads::open(&folder.uploads(), upload_limits, chrono::Utc::now())
            .map_err(|e| OpenError::new("hub.data_folder_unusable", e.kind()))?;
        let books = Books::new(log);
        let subject = json!({"act": "start", "version": env!("CARGO_PKG_VERSION")});
        let started = Act::new(ActKind::System, subject);
        let started = books
            .record(started, Closing::new(Outcome::Done, json!({})))
            .await;
        started.map_err(|problem| OpenError::new(problem.code, "the audit log does not take entries"))?;
        Ok(Arc::new(Center {
            first_sign_ins: FirstSignIns::new(registry.clone()),
            admission: Admission::new(&config.limits),
            quotas: Quotas::new(&config.limits),
            post: post.map(Arc::new),
            revocations: Revocations::new(epoch, agreements),
            query_workers: QueryWorkers::new(query_pool),
            config,
            folder,
            contracts,
            views: views.present,
            view_types: views.types,
            absent_views: views.absent,
            own_views: views.own,
            rates,
            workdays,
            duties_since,
            registry,
            accounts,
            feeds,
            intake,
            uploads: Arc::new(uploads),
            policy,
            identity,
            books,
            verifying_key,
            boot_key,
            key_marks,
            metrics,
            roads,
            rounds: Mutex::new(None),
            open: AtomicBool::new(true),
            _lock: lock,
        }))
    }

    /// Lets nobody in any more, and leaves a signed head behind.
    pub async fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        let act = Act::new(ActKind::System, json!({"act": "stop"}));
        if self
            .books
            .record(act, Closing::new(Outcome::Done, json!({})))
            .await
            .is_err()
        {
            tracing::error!("the stop could not be recorded");
        }
        let log = self.books.log().clone();
        let _ = tokio::task::spawn_blocking(move || log.sign_head()).await;
        self.registry.close().await;
    }
}

async fn open_log(folder: &Folder, signer: Signer) -> Result<Log, OpenError> {
    let path = folder.audit();
    let opened = tokio::task::spawn_blocking(move || Log::open(&path, signer)).await;
    let log = opened.map_err(|e| OpenError::new("audit_unavailable", e))?;
    let log = log.map_err(|e| OpenError::new(e.code(), e))?;
    let found = log.opening();
    if found.torn_bytes > 0 || !found.interrupted.is_empty() {
        tracing::warn!(
            torn_bytes = found.torn_bytes,
            interrupted = found.interrupted.len(),
            "the last stop was not clean"
        );
    }
    Ok(log)
}
