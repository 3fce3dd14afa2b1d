//! What a session may know of the shared views, as plain data that crosses to a worker: names, columns, meanings and
//! types. Nothing here depends on a row of any feed.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use schemas::{DepartmentCode, FeedId, StorageColumn, ViewName};
use serde::{Deserialize, Serialize};

use crate::definer;
use crate::duties::DutyRows;
use crate::pins;
use crate::task::ParameterType;
use crate::views::{UnfitView, View, ViewError};

/// The catalogue as one person sees it.
///
/// INVARIANT (same-silence): a view or column that is not listed here exists for no metadata query; it is made from what
/// the catalogue shows to everybody and what the person's own agreements release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The only role the person sees: oneself.
    pub person: String,
    pub views: Vec<ShownView>,
}

/// One view of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownView {
    pub name: ViewName,
    pub title: String,
    pub owner: DepartmentCode,
    /// An agreement lets the person read it for the purpose of the session.
    pub granted: bool,
    pub columns: Vec<ShownColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownColumn {
    pub name: String,
    pub comment: String,
    pub kind: ParameterType,
}

impl ShownView {
    /// The columns `released` by an agreement, or all the catalogue lists. `kinds` are the view's column types; masks
    /// keep them.
    pub fn new(view: &View, kinds: &[ParameterType], released: Option<&[&str]>) -> ShownView {
        let column = |name: &str| {
            let mut known = view.columns().iter().zip(kinds);
            known
                .find(|(column, _)| column.name == name)
                .map(|(column, kind)| ShownColumn {
                    name: column.name.clone(),
                    comment: column.comment.zh.clone(),
                    kind: *kind,
                })
        };
        let columns = match released {
            Some(names) => names.iter().filter_map(|name| column(name)).collect(),
            None => view
                .columns()
                .iter()
                .filter_map(|known| column(&known.name))
                .collect(),
        };
        ShownView {
            name: view.name().clone(),
            title: view.title().zh.clone(),
            owner: view.owner().clone(),
            granted: released.is_some(),
            columns,
        }
    }
}

/// The types of the columns of every view, or the first view that does not fit these feeds. Plans the product's own SQL,
/// over no rows.
pub fn view_types(
    views: &[&View],
    feeds: &BTreeMap<FeedId, Vec<StorageColumn>>,
) -> Result<BTreeMap<ViewName, Vec<ParameterType>>, Box<UnfitView>> {
    std::thread::scope(|scope| {
        let planned = std::thread::Builder::new()
            .name("view-types".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || planned(views, feeds))
            .map_err(|_| nowhere())?;
        planned.join().unwrap_or_else(|_| Err(nowhere()))
    })
}

/// As for questions: planning recurses.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// No view could be looked at.
fn nowhere() -> Box<UnfitView> {
    Box::new(UnfitView::any(ViewError::NotPlanned))
}

fn planned(
    views: &[&View],
    feeds: &BTreeMap<FeedId, Vec<StorageColumn>>,
) -> Result<BTreeMap<ViewName, Vec<ParameterType>>, Box<UnfitView>> {
    let nothing = Arc::new(object_store::memory::InMemory::new());
    let rates = definer::planning_rates().map_err(|_| nowhere())?;
    let runtime = pins::runtime(nothing, pins::footers(), MEMORY_BYTES, None).map_err(|_| nowhere())?;
    let session = definer::session(runtime, 1).map_err(|_| nowhere())?;
    let params = definer::Params {
        rates: Some(&rates),
        duties: Some(&DutyRows::default()),
    };
    let state = definer::over(&session, feeds, params).map_err(|_| nowhere())?;
    let mut types = BTreeMap::new();
    for view in views {
        let plan = futures::executor::block_on(definer::fit(view, &state, feeds));
        let plan = plan.map_err(|error| Box::new(UnfitView::of(view, error)))?;
        let kinds = plan
            .schema()
            .fields()
            .iter()
            .map(|field| shown_type(field.data_type()));
        types.insert(view.name().clone(), kinds.collect());
    }
    Ok(types)
}

/// Planning allocates outside of the pool; nothing is run in it.
const MEMORY_BYTES: u64 = 1 << 20;

pub(super) fn shown_type(kind: &DataType) -> ParameterType {
    ParameterType::from_arrow(kind).unwrap_or(ParameterType::Text)
}
