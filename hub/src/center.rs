//! The house with all its parts open: what `serve` and `demo` run and the gateways talk to. Parts are opened in the
//! order of their guarantees: the lock, the audit log, the registry, the lake; then what arrived and was not settled
//! before the last stop is settled; only then is anybody let in.

mod admission;
mod books;
mod catalogue;
mod disguise;
mod first_sign_ins;
mod front;
mod identity;
mod keys;
mod metadata;
mod open;
mod people;
mod query;
mod revocations;
mod shared;
mod sharing;
mod submissions;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use audit::VerifyingKey;
use engine::View;
use intake::Intake;
use policy::{AccountStore, BootKey, Identity, Policy};
use registry::Registry;
use schemas::{FeedId, Rates, ViewName};

use crate::config::Config;
use crate::contracts::Contracts;
use crate::folder::Folder;
use crate::lock::DataLock;
use crate::metrics::Metrics;
use crate::worker::QueryWorkers;

pub use books::Books;
pub use first_sign_ins::FirstSignIns;
pub use open::OpenError;
pub use people::{Founding, Person};

/// One running hub.
pub struct Center {
    config: Config,
    folder: Folder,
    contracts: Contracts,
    views: BTreeMap<ViewName, View>,
    /// Types of the columns of every view, which no grant changes.
    view_types: BTreeMap<ViewName, Vec<engine::ParameterType>>,
    absent_views: BTreeMap<ViewName, shared::Absent>,
    rates: Rates,
    registry: Registry,
    accounts: Arc<dyn AccountStore>,
    first_sign_ins: FirstSignIns,
    feeds: BTreeMap<FeedId, lake::FeedTable>,
    intake: Intake,
    policy: Policy,
    identity: Identity,
    books: books::Books,
    verifying_key: VerifyingKey,
    boot_key: BootKey,
    /// Makes marks of keys that are named under keyed agreements.
    key_marks: lake::DomainTokenizer,
    query_workers: QueryWorkers,
    admission: admission::Admission,
    revocations: revocations::Revocations,
    metrics: Arc<Metrics>,
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

    /// The feeds that can be submitted here.
    pub fn feed_names(&self) -> impl Iterator<Item = FeedId> + '_ {
        self.contracts.keys().cloned()
    }

    /// The views that are shared from here.
    pub fn view_names(&self) -> impl Iterator<Item = ViewName> + '_ {
        self.views.keys().cloned()
    }
}
