//! The shared views of this centre, and those it cannot have because it does not take a feed they read. An absent view
//! is a name that does not exist for whoever asks; only agreements on it are told why.

use std::collections::{BTreeMap, BTreeSet};

use engine::View;
use policy::ViewFacts;
use schemas::{DepartmentCode, FeedId, StorageColumn, ViewName, storage_columns};

use super::Center;
use super::open::OpenError;
use crate::config::Feeds;
use crate::contracts::Contracts;
use crate::front::Problem;
use crate::own_views;

/// By name.
pub(super) struct SharedViews {
    pub present: BTreeMap<ViewName, View>,
    /// Types of the columns of the present ones.
    pub types: BTreeMap<ViewName, Vec<engine::ParameterType>>,
    pub absent: BTreeMap<ViewName, Absent>,
    /// Of each feed, for its own department.
    pub own: BTreeMap<ViewName, View>,
}

/// A view without all of its feeds.
pub(super) struct Absent {
    view: View,
    /// The departments of its inputs, absent ones among them: an agreement made earlier can still be ended by them.
    providers: Vec<DepartmentCode>,
    missing: Vec<FeedId>,
}

/// The contracts of the feeds this centre takes.
pub(super) fn taken(known: &Contracts, feeds: &Feeds) -> Result<Contracts, OpenError> {
    if let Some(pattern) = feeds.misspelt(known.keys()) {
        return Err(OpenError::new("hub.feeds_absent_unknown", pattern));
    }
    if let Some(pattern) = feeds.misspelt_signed(known.keys()) {
        return Err(OpenError::new("hub.feeds_signed_unknown", pattern));
    }
    let taken = known.iter().filter(|(feed, _)| feeds.takes(feed));
    Ok(taken
        .map(|(feed, contract)| (feed.clone(), contract.clone()))
        .collect())
}

/// The feeds whose submissions a second person signs.
pub(super) fn signed(taken: &Contracts, feeds: &Feeds) -> BTreeSet<FeedId> {
    taken.keys().filter(|feed| feeds.signs(feed)).cloned().collect()
}

/// Sorts the views into present and absent, and holds the present ones against the contracts of this centre.
pub(super) fn views(known: &Contracts, taken: &Contracts) -> Result<SharedViews, OpenError> {
    let unusable = |error: &dyn std::fmt::Display| OpenError::new("hub.view_unusable", error);
    let mut shared = SharedViews {
        present: BTreeMap::new(),
        types: BTreeMap::new(),
        absent: BTreeMap::new(),
        own: own_views(taken)?,
    };
    for view in engine::embedded_views().map_err(|error| unusable(&error))? {
        let missing = view.missing(taken);
        let name = view.name().clone();
        if missing.is_empty() {
            shared.present.insert(name, view);
        } else {
            let providers = departments(&view, known);
            let absent = Absent {
                view,
                providers,
                missing,
            };
            shared.absent.insert(name, absent);
        }
    }
    let columns = columns(taken);
    let started = std::time::Instant::now();
    let present: Vec<&View> = shared.present.values().collect();
    shared.types = engine::view_types(&present, &columns).map_err(|error| unusable(&error))?;
    tracing::info!(
        present = shared.present.len(),
        absent = shared.absent.len(),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "shared views are checked"
    );
    Ok(shared)
}

/// The view of each feed for its own department, held against the contracts like any other.
fn own_views(taken: &Contracts) -> Result<BTreeMap<ViewName, View>, OpenError> {
    let unusable = |error: &dyn std::fmt::Display| OpenError::new("hub.view_unusable", error);
    let views = own_views::all(taken).map_err(|error| unusable(&error))?;
    let all: Vec<&View> = views.values().collect();
    engine::view_types(&all, &columns(taken)).map_err(|error| unusable(&error))?;
    Ok(views)
}

fn columns(taken: &Contracts) -> BTreeMap<FeedId, Vec<StorageColumn>> {
    let stored = |(feed, contract): (&FeedId, &std::sync::Arc<schemas::Contract>)| {
        (feed.clone(), storage_columns(contract))
    };
    taken.iter().map(stored).collect()
}

/// The departments whose consent a view needs: those whose feeds it reads. A view that reads none tells of the hub's own
/// bookkeeping, and its owner answers for it.
fn departments(view: &View, contracts: &Contracts) -> Vec<DepartmentCode> {
    if view.inputs().is_empty() {
        return vec![view.owner().clone()];
    }
    let department = |feed| contracts.get(feed).map(|contract| contract.department().clone());
    let departments: BTreeSet<_> = view.inputs().iter().filter_map(department).collect();
    departments.into_iter().collect()
}

impl Center {
    /// What a decision about a view that is here needs.
    pub(super) fn facts_of_view(&self, view: &View) -> ViewFacts {
        view.facts(departments(view, &self.contracts))
    }

    /// What a decision about a view of this centre needs.
    pub(crate) fn facts(&self, name: &ViewName) -> Result<ViewFacts, Problem> {
        if let Some(view) = self.views.get(name) {
            return Ok(self.facts_of_view(view));
        }
        // INVARIANT (same-silence): of an unlisted view nobody hears that it could be there.
        let absent = self
            .absent_views
            .get(name)
            .filter(|absent| !absent.view.unlisted());
        let Some(absent) = absent else {
            return Err(Problem::new(404, "42P01", "hub.unknown_view"));
        };
        let missing: Vec<&str> = absent.missing.iter().map(FeedId::as_str).collect();
        Err(Problem::new(409, "55000", "hub.view_absent")
            .with("view", name)
            .with("feeds", missing.join(", ")))
    }

    /// As `facts`, and also of a view that became absent: what was agreed on it can still be ended and read.
    pub(super) fn facts_even_if_absent(&self, name: &ViewName) -> Result<ViewFacts, Problem> {
        match self.absent_views.get(name) {
            Some(absent) => Ok(absent.view.facts(absent.providers.clone())),
            None => self.facts(name),
        }
    }
}
