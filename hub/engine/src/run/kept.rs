//! What an engine keeps between questions, so that the next one is planned faster: sessions to copy, views planned over
//! closed tables, and footers of data files. None of it depends on who asks, and no row is in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::catalog::{CatalogProviderList, MemoryCatalogProviderList};
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use object_store::ObjectStore;
use schemas::{FeedId, StorageColumn, ViewName};

use crate::definer::{self, Params};
use crate::pins;
use crate::refusal::Refusal;
use crate::views::{View, ViewError};

type Feeds = BTreeMap<FeedId, Vec<StorageColumn>>;

pub(super) struct Kept {
    pub(super) footers: Arc<FileMetadataCache>,
    sessions: Mutex<Option<Sessions>>,
    /// One plan per view; a view with another text or over other columns replaces it.
    shapes: Mutex<BTreeMap<ViewName, Shape>>,
}

/// Without catalogues, and never run.
#[derive(Clone)]
pub(super) struct Sessions {
    /// For what callers write.
    pub(super) callers: SessionState,
    /// For views.
    pub(super) definers: SessionState,
}

struct Shape {
    text: String,
    inputs: Feeds,
    plan: LogicalPlan,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept {
            footers: pins::footers(),
            sessions: Mutex::default(),
            shapes: Mutex::default(),
        }
    }
}

impl Kept {
    /// Sessions to copy, made once.
    pub(super) fn sessions(
        &self,
        store: &Arc<dyn ObjectStore>,
        partitions: usize,
    ) -> Result<Sessions, Refusal> {
        let mut kept = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sessions) = &*kept {
            return Ok(sessions.clone());
        }
        // Plans are made here and run elsewhere, so there is no memory to give.
        let runtime = pins::runtime(store.clone(), self.footers.clone(), 0, None)?;
        let nothing = || Arc::new(MemoryCatalogProviderList::new());
        let sessions = Sessions {
            callers: pins::state(nothing(), runtime.clone(), partitions)?,
            definers: definer::session(runtime, partitions)?,
        };
        Ok(kept.insert(sessions).clone())
    }

    /// The view planned over closed tables. Figures and duties are part of such a plan, so one that reads them is planned anew.
    pub(super) async fn shape(
        &self,
        view: &View,
        feeds: &Feeds,
        params: Params<'_>,
        definer: &SessionState,
    ) -> Result<LogicalPlan, ViewError> {
        let keeps = !view.reads_params() && !view.reads_duties();
        let inputs = feeds.iter().filter(|(feed, _)| view.inputs().contains(feed));
        let inputs: Vec<_> = inputs.collect();
        if keeps && let Some(plan) = self.known(view, &inputs) {
            return Ok(plan);
        }
        let params = Params {
            rates: params.rates.filter(|_| view.reads_params()),
            duties: params.duties.filter(|_| view.reads_duties()),
        };
        let state = definer::over(definer, feeds, params).map_err(|_| ViewError::NotPlanned)?;
        let plan = definer::shape(view, &state).await?;
        if keeps {
            self.keep(view, &inputs, &plan);
        }
        Ok(plan)
    }

    fn keep(&self, view: &View, inputs: &[(&FeedId, &Vec<StorageColumn>)], plan: &LogicalPlan) {
        let shape = Shape {
            text: view.text().to_owned(),
            inputs: inputs
                .iter()
                .map(|(feed, columns)| ((*feed).clone(), (*columns).clone()))
                .collect(),
            plan: plan.clone(),
        };
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if shapes.len() >= SHAPES_MAX {
            shapes.clear();
        }
        shapes.insert(view.name().clone(), shape);
    }

    fn known(&self, view: &View, inputs: &[(&FeedId, &Vec<StorageColumn>)]) -> Option<LogicalPlan> {
        let shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let shape = shapes.get(view.name())?;
        let same = shape.text == view.text() && shape.inputs.iter().eq(inputs.iter().copied());
        same.then(|| shape.plan.clone())
    }
}

/// Views kept; a hub has some dozens.
const SHAPES_MAX: usize = 512;

/// A session like `kept`, over these catalogues, with the memory and disk of one question.
pub(super) fn session(
    kept: SessionState,
    catalogs: Arc<dyn CatalogProviderList>,
    runtime: Arc<RuntimeEnv>,
) -> SessionState {
    SessionStateBuilder::new_from_existing(kept)
        .with_runtime_env(runtime)
        .with_catalog_list(catalogs)
        .build()
}

#[cfg(test)]
mod tests;
