//! Whether a view fits the contracts of this hub: it plans, it is total over the stored types, and no column is declared
//! below what it is made from. Asked once, at the start; what a grant opens later is planned by the worker.

use std::collections::BTreeMap;

use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use schemas::{FeedId, Level, StorageColumn};

use super::shape;
use crate::definer::lineage::sources;
use crate::views::{View, ViewError};

/// The view's plan, if it fits. `columns` are those of the feeds this hub takes, and `state` was made over them.
pub(crate) async fn fit(
    view: &View,
    state: &SessionState,
    columns: &BTreeMap<FeedId, Vec<StorageColumn>>,
) -> Result<LogicalPlan, ViewError> {
    let plan = shape(view, state).await?;
    classified(view, &plan, columns)?;
    Ok(plan)
}

/// A column has at least the level and the class of everything it is made from, unless its provider lowered it; and what
/// is most sensitive is not brought together with another feed.
pub(super) fn classified(
    view: &View,
    plan: &LogicalPlan,
    columns: &BTreeMap<FeedId, Vec<StorageColumn>>,
) -> Result<(), ViewError> {
    for (index, declared) in view.columns().iter().enumerate() {
        // Accounts, medical details and minors beside what identifies somebody would be a dossier.
        if declared.level == Level::L4 && view.inputs().len() > 1 {
            return Err(ViewError::MostSensitive(declared.name.clone()));
        }
        if view.lowers(&declared.name) {
            continue;
        }
        let too_low = || ViewError::TooLow(declared.name.clone());
        let made_from = sources(plan, index).ok_or_else(too_low)?;
        let mut stored = made_from.iter().filter_map(|(feed, column)| {
            let (_, columns) = columns.iter().find(|(known, _)| known.as_str() == feed)?;
            columns.iter().find(|known| known.name == *column)
        });
        if stored.any(|stored| stored.level > declared.level || stored.class > declared.class) {
            return Err(too_low());
        }
    }
    Ok(())
}
