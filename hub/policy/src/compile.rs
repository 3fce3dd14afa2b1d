//! From an agreement to a grant: which columns, how treated, which rows, how long.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use schemas::{Level, Treatment};

use crate::agreements::{Agreement, Draft, Scope};
use crate::civil_day::day_end;
use crate::decide::{ColumnFacts, ViewFacts};
use crate::denial::Denial;
use crate::grant::{Condition, Grant, GrantBody};
use crate::identity::Principal;

/// A grant is decided anew at least this often, so that nothing runs on an old decision for long.
pub(crate) const GRANT_LIFE: TimeDelta = TimeDelta::minutes(15);

/// The view's columns that the agreement names, in the view's order. A column without a treatment is absent.
pub(crate) fn released<'a>(content: &'a Draft, view: &'a ViewFacts) -> Vec<(&'a ColumnFacts, Treatment)> {
    let treated = |column: &'a ColumnFacts| Some((column, *content.columns.get(&column.name)?));
    view.columns.iter().filter_map(treated).collect()
}

/// The first column the agreement relies on that the view does not have. A renamed column must not silently lose its
/// treatment or its condition, so the whole agreement stops answering.
pub(crate) fn unknown_column<'a>(content: &'a Draft, view: &ViewFacts) -> Option<&'a str> {
    let scope_column = match &content.scope {
        Scope::OwnCounty { column } | Scope::Keyed { column, .. } => Some(column),
        Scope::All | Scope::Named { .. } | Scope::Cases => None,
    };
    let count_column = content
        .aggregation
        .as_ref()
        .map(|aggregation| &aggregation.count_column);
    let mut named = content.columns.keys().chain(scope_column).chain(count_column);
    named
        .find(|name| !view.columns.iter().any(|column| column.name == **name))
        .map(String::as_str)
}

/// Whether the agreement's scope is of a kind by which the view may be shared.
pub(crate) fn refuse_scope_kind(content: &Draft, view: &ViewFacts) -> Option<Denial> {
    if view.scopes.contains(&content.scope.kind()) {
        return None;
    }
    let kinds: Vec<&str> = view.scopes.iter().map(|kind| kind.as_str()).collect();
    Some(
        Denial::new("denial.scope_for_view")
            .with("view", &view.name)
            .with("scopes", kinds.join(", ")),
    )
}

/// The highest level among released columns, and among those released in the clear; 0 if there are none.
pub(crate) fn released_levels(content: &Draft, view: &ViewFacts) -> (Option<Level>, Option<Level>) {
    let released = released(content, view);
    let all = released.iter().map(|(column, _)| column.level).max();
    let clear = released
        .iter()
        .filter(|(_, treatment)| *treatment == Treatment::Clear)
        .map(|(column, _)| column.level)
        .max();
    (all, clear)
}

/// Only called after the policies have permitted the query.
pub(crate) fn compile(
    agreement: &Agreement,
    principal: &Principal,
    view: &ViewFacts,
    epoch: u64,
    now: DateTime<Utc>,
) -> Result<Grant, Denial> {
    let content = &agreement.content;
    // The view may have been narrowed since the agreement was activated.
    if let Some(denial) = refuse_scope_kind(content, view) {
        return Err(denial);
    }
    if let Some(column) = unknown_column(content, view) {
        return Err(Denial::new("denial.agreement_column")
            .with("view", &view.name)
            .with("column", column));
    }
    let columns: Vec<(String, Treatment)> = released(content, view)
        .into_iter()
        .map(|(column, treatment)| (column.name.clone(), treatment))
        .collect();
    if columns.is_empty() {
        return Err(Denial::new("denial.no_columns").with("view", &view.name));
    }
    let ends_at = day_end(content.valid_to).ok_or(Denial::new("denial.error"))?;
    Ok(Grant {
        body: GrantBody {
            agreement: agreement.id.clone(),
            revision: agreement.revision,
            view: view.name.clone(),
            columns,
            condition: condition(content, principal, view)?,
            limits: content.limits,
            epoch,
            expires_at: ends_at.min(now + GRANT_LIFE),
            admitted: BTreeSet::new(),
        },
    })
}

fn condition(content: &Draft, principal: &Principal, view: &ViewFacts) -> Result<Condition, Denial> {
    let scope = match &content.scope {
        Scope::All => None,
        Scope::OwnCounty { column } => {
            let region = principal.region();
            // A prefecture's code would match no county row today, and might match one tomorrow.
            if !region.is_county() {
                return Err(Denial::new("denial.region_not_county").with("view", &view.name));
            }
            Some(Condition::In {
                column: column.clone(),
                values: vec![region.as_str().to_owned()],
            })
        }
        Scope::Keyed { column, daily_max } => Some(Condition::Keyed {
            column: column.clone(),
            daily_max: *daily_max,
        }),
        Scope::Named { .. } | Scope::Cases => {
            return Err(Denial::new("denial.scope_kind").with("view", &view.name));
        }
    };
    let group = content
        .aggregation
        .as_ref()
        .map(|aggregation| Condition::AtLeast {
            column: aggregation.count_column.clone(),
            min: i64::from(aggregation.subjects_min),
        });
    Ok(match (scope, group) {
        (None, None) => Condition::All,
        (Some(one), None) | (None, Some(one)) => one,
        (Some(scope), Some(group)) => Condition::And(vec![scope, group]),
    })
}
