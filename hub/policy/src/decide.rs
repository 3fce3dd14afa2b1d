//! Whether a session may query a view, and how: Cedar says whether, the agreement says how.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemas::{DataClass, DepartmentCode, Level, ViewName};

use crate::action::Action;
use crate::agreements::AgreementStore;
use crate::cedar::Judge;
use crate::denial::Ruling;
use crate::error::PolicyError;
use crate::grant::Grant;
use crate::identity::{Principal, Session};

/// What a decision needs to know about a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewFacts {
    pub name: ViewName,
    pub owner: DepartmentCode,
    /// In the view's order.
    pub columns: Vec<ColumnFacts>,
    /// Hidden from the catalogue; without an agreement its name does not exist.
    pub unlisted: bool,
    /// The departments whose feeds the view reads. Each of them must have agreed to the sharing.
    pub providers: Vec<DepartmentCode>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFacts {
    pub name: String,
    pub class: DataClass,
    pub level: Level,
}

/// The outcome of a question about a view.
pub type Decision = Ruling<Grant>;

/// The policies and the agreements.
#[derive(Clone)]
pub struct Policy {
    pub(crate) store: Arc<dyn AgreementStore>,
    pub(crate) judge: Arc<Judge>,
}

impl Policy {
    /// Parses the embedded policies and validates them strictly.
    pub fn new(store: Arc<dyn AgreementStore>) -> Result<Policy, PolicyError> {
        Ok(Policy {
            store,
            judge: Arc::new(Judge::embedded()?),
        })
    }

    /// Whether this session may query this view now. Errors of the store are errors; errors of a policy are denials.
    pub async fn decide(
        &self,
        _session: &Session,
        _view: &ViewFacts,
        _now: DateTime<Utc>,
    ) -> Result<Decision, PolicyError> {
        Err(PolicyError::Policies("not written yet".to_owned()))
    }

    /// Whether this person may do this.
    pub fn authorize(&self, _principal: &Principal, _action: &Action) -> Ruling<()> {
        Ruling::Denied(crate::denial::Denial::new("not_permitted"))
    }

    /// Counts the changes of what is active; see `AgreementStore::epoch`.
    pub async fn epoch(&self) -> Result<u64, PolicyError> {
        Ok(self.store.epoch().await?)
    }
}
