//! The acts on agreements: propose, approve, activate, revoke. Each appends revisions in one store call.

use chrono::{DateTime, Utc};

use crate::agreements::{Agreement, Draft};
use crate::decide::{Policy, ViewFacts};
use crate::denial::{Denial, Ruling};
use crate::error::PolicyError;
use crate::identity::Principal;

/// What an activation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    pub agreement: Agreement,
    /// The predecessor that answered the same question until now.
    pub retired: Option<Agreement>,
    pub epoch: u64,
}

impl Policy {
    /// Writes a draft. The author belongs to the consumer or to the view's owner.
    pub async fn propose(
        &self,
        _author: &Principal,
        _draft: Draft,
        _view: &ViewFacts,
        _now: DateTime<Utc>,
    ) -> Result<Ruling<Agreement>, PolicyError> {
        Ok(Ruling::Denied(Denial::new("not_permitted")))
    }

    /// Consents for a providing department; never the author, never the beneficiary.
    pub async fn approve(
        &self,
        _approver: &Principal,
        _id: &str,
        _view: &ViewFacts,
        _now: DateTime<Utc>,
    ) -> Result<Ruling<Agreement>, PolicyError> {
        Ok(Ruling::Denied(Denial::new("not_permitted")))
    }

    /// Puts an agreement into force once every provider has approved it, and retires its predecessor with it.
    pub async fn activate(
        &self,
        _activator: &Principal,
        _id: &str,
        _view: &ViewFacts,
        _now: DateTime<Utc>,
    ) -> Result<Ruling<Activated>, PolicyError> {
        Ok(Ruling::Denied(Denial::new("not_permitted")))
    }

    /// Ends an agreement at once. Returns the new epoch with it.
    pub async fn revoke(
        &self,
        _actor: &Principal,
        _id: &str,
        _view: &ViewFacts,
        _reason: &str,
        _now: DateTime<Utc>,
    ) -> Result<Ruling<(Agreement, u64)>, PolicyError> {
        Ok(Ruling::Denied(Denial::new("not_permitted")))
    }
}
