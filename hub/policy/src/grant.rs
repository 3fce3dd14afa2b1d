//! A grant: what one decision opened, for a short time. Private fields; born in `decide`, reborn in `seal::unseal`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use schemas::{Treatment, ViewName};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::agreements::GrantLimits;

/// Which rows, as data. The engine turns it into an expression; it never was SQL text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    All,
    /// The column has one of these values. NULL is none of them.
    In {
        column: String,
        values: Vec<String>,
    },
    /// The column is at least `min`. NULL is not.
    AtLeast {
        column: String,
        min: i64,
    },
    /// The column has one of the keys that were admitted for this query; see `Grant::admitted`. Before any was
    /// admitted this releases nothing.
    Keyed {
        column: String,
        daily_max: u32,
    },
    And(Vec<Condition>),
}

impl Condition {
    /// The key column and the keys a day, if only named keys are released.
    pub fn keyed(&self) -> Option<(&str, u32)> {
        match self {
            Condition::Keyed { column, daily_max } => Some((column, *daily_max)),
            Condition::And(parts) => parts.iter().find_map(Condition::keyed),
            Condition::All | Condition::In { .. } | Condition::AtLeast { .. } => None,
        }
    }
}

/// Permission to read one view in one way. Whoever holds it need not check again, only its expiry and epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub(crate) body: GrantBody,
}

/// The serialised form. It is private to the crate: if `Grant` could be deserialised, anybody could make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantBody {
    pub agreement: String,
    pub revision: u32,
    pub view: ViewName,
    pub columns: Vec<(String, Treatment)>,
    pub condition: Condition,
    pub limits: GrantLimits,
    pub epoch: u64,
    pub expires_at: DateTime<Utc>,
    /// Values of the key column. Empty unless the condition is keyed and the keys were charged.
    #[serde(default)]
    pub admitted: BTreeSet<String>,
}

impl Grant {
    pub fn agreement(&self) -> &str {
        &self.body.agreement
    }

    pub fn revision(&self) -> u32 {
        self.body.revision
    }

    pub fn view(&self) -> &ViewName {
        &self.body.view
    }

    /// The released columns in the order of the view. A column that is not here is absent.
    pub fn columns(&self) -> &[(String, Treatment)] {
        &self.body.columns
    }

    pub fn condition(&self) -> &Condition {
        &self.body.condition
    }

    /// The keys whose rows this grant releases, if its condition is keyed. They were charged to the department's quota.
    pub fn admitted(&self) -> &BTreeSet<String> {
        &self.body.admitted
    }

    pub fn limits(&self) -> GrantLimits {
        self.body.limits
    }

    /// The epoch of the agreements when this was decided. A higher epoch means: decide again.
    pub fn epoch(&self) -> u64 {
        self.body.epoch
    }

    pub fn expires_at(&self) -> DateTime<Utc> {
        self.body.expires_at
    }

    /// Equal for two grants that open the same rows and columns under the same agreement, whenever they were decided.
    /// Admitted keys are left out: the digest is written down, and a hash of a public number can be tried out.
    pub fn digest(&self) -> String {
        let body = &self.body;
        let timeless = (
            &body.agreement,
            body.revision,
            &body.view,
            &body.columns,
            &body.condition,
            &body.limits,
        );
        let bytes = serde_json::to_vec(&timeless).unwrap_or_default();
        format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
    }
}
