//! Acts of administrators and stewards: who is to have an account, and what is to become of an agreement.

use policy::{Draft, Role};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode};
use serde::Deserialize;

/// Somebody who is to have an account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    pub name: String,
    pub display_name: String,
    pub department: DepartmentCode,
    pub role: Role,
    /// The area the person works for.
    pub region: RegionCode,
    /// The highest level of data the person may see.
    pub clearance: Level,
    #[serde(default)]
    pub purposes: Vec<PurposeCode>,
    #[serde(default)]
    pub default_purpose: Option<PurposeCode>,
}

/// What somebody wants to do with an agreement. Whether they may is the policy's decision.
#[derive(Debug, Clone)]
pub enum AgreementAct {
    Propose(Box<Draft>),
    Approve { id: String },
    Activate { id: String },
    Revoke { id: String, reason: String },
}
