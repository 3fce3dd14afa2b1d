//! The house with all its parts open: what `serve` and `demo` run and the gateways talk to. Parts are opened in the
//! order of their guarantees: the lock, the audit log, the registry, the lake; then what arrived and was not settled
//! before the last stop is settled; only then is anybody let in.

mod admission;
mod books;
mod catalogue;
mod contracts;
mod disguise;
mod duties;
mod first_sign_ins;
mod front;
mod identity;
mod keys;
mod metadata;
mod open;
mod people;
mod query;
mod quotas;
mod revisions;
mod revocations;
mod roads;
mod shared;
mod sharing;
mod submissions;
mod uploads;
mod workbooks;
mod workers;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use audit::VerifyingKey;
use chrono::NaiveDate;
use engine::View;
use intake::Intake;
use policy::{AccountStore, BootKey, Identity, Policy};
use registry::Registry;
use schemas::{Bilingual, FeedId, Rates, ViewName, Workdays};
use sources::{Road, Rounds};

use crate::config::Config;
use crate::contracts::Contracts;
use crate::folder::Folder;
use crate::lock::DataLock;
use crate::metrics::Metrics;
use crate::reminders::Post;
use crate::uploads::Uploads;
use crate::worker::QueryWorkers;

pub use books::Books;
pub use first_sign_ins::FirstSignIns;
pub use open::OpenError;
pub use people::{Founding, Person};
pub(crate) use roads::NotTaken;

/// One running hub.
pub struct Center {
    config: Config,
    folder: Folder,
    contracts: Contracts,
    views: BTreeMap<ViewName, View>,
    /// Types of the columns of every view, which no grant changes.
    view_types: BTreeMap<ViewName, Vec<engine::ParameterType>>,
    absent_views: BTreeMap<ViewName, shared::Absent>,
    /// Of each feed, for its own department.
    own_views: BTreeMap<ViewName, View>,
    rates: Rates,
    workdays: Workdays,
    /// Periods that end earlier are not owed here.
    duties_since: NaiveDate,
    registry: Registry,
    accounts: Arc<dyn AccountStore>,
    first_sign_ins: FirstSignIns,
    feeds: BTreeMap<FeedId, lake::FeedTable>,
    intake: Intake,
    uploads: Arc<Uploads>,
    policy: Policy,
    identity: Identity,
    books: books::Books,
    verifying_key: VerifyingKey,
    boot_key: BootKey,
    /// Makes marks of keys that are named under keyed agreements.
    key_marks: lake::DomainTokenizer,
    query_workers: QueryWorkers,
    admission: admission::Admission,
    quotas: quotas::Quotas,
    post: Option<Arc<Post>>,
    revocations: revocations::Revocations,
    metrics: Arc<Metrics>,
    roads: Vec<Road>,
    rounds: Mutex<Option<Rounds>>,
    open: AtomicBool,
    // Last, so that it is let go after everything that writes.
    _lock: DataLock,
}

impl Center {
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn workdays(&self) -> &Workdays {
        &self.workdays
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    /// The ways by which departments are reminded, if they are.
    pub(crate) fn post(&self) -> Option<Arc<Post>> {
        self.post.clone()
    }

    pub(crate) fn feed_titles(&self) -> BTreeMap<FeedId, Bilingual> {
        let titles = self.contracts.iter();
        titles
            .map(|(feed, contract)| (feed.clone(), contract.title().clone()))
            .collect()
    }

    /// The feeds that can be submitted here.
    pub fn feed_names(&self) -> impl Iterator<Item = FeedId> + '_ {
        self.contracts.keys().cloned()
    }

    /// The views that are shared from here.
    pub fn view_names(&self) -> impl Iterator<Item = ViewName> + '_ {
        self.views.keys().cloned()
    }
}
