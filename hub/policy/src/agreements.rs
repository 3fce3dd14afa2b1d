//! Sharing agreements: who may see which view, why, which rows and columns and how, until when. Data and the store's
//! trait only; the acts on them are in `lifecycle`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use schemas::{DepartmentCode, PurposeCode, Treatment, ViewName};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::keys::{KeyBalance, KeyCharge};
use crate::role::Role;

/// The content of an agreement as its author writes it. It never changes: a new wish is a new agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub consumer: DepartmentCode,
    pub role: Role,
    pub view: ViewName,
    pub purpose: PurposeCode,
    pub scope: Scope,
    /// Column name to treatment. A column that is not named here does not exist for the consumer.
    pub columns: BTreeMap<String, Treatment>,
    #[serde(default)]
    pub aggregation: Option<Aggregation>,
    pub limits: GrantLimits,
    pub valid_from: NaiveDate,
    /// The last civil day (Asia/Shanghai) on which the agreement holds.
    pub valid_to: NaiveDate,
    /// The article or order that allows the sharing.
    pub basis: String,
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    All,
    /// Rows whose `column` is the county of the person. The column says where the object lies.
    OwnCounty {
        column: String,
    },
    /// A reviewed SQL condition in `queries/scopes`.
    Named {
        name: String,
    },
    /// Only rows whose key the person names, at most so many keys a day for the whole department.
    Keyed {
        column: String,
        daily_max: u32,
    },
    /// Only subjects of the person's open cases.
    Cases,
}

impl Scope {
    pub fn kind(&self) -> ScopeKind {
        match self {
            Scope::All => ScopeKind::All,
            Scope::OwnCounty { .. } => ScopeKind::OwnCounty,
            Scope::Named { .. } => ScopeKind::Named,
            Scope::Keyed { .. } => ScopeKind::Keyed,
            Scope::Cases => ScopeKind::Cases,
        }
    }
}

/// The kinds of scope. A view may say that it is shared by some of them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    All,
    OwnCounty,
    Named,
    Keyed,
    Cases,
}

impl ScopeKind {
    pub const EVERY: [ScopeKind; 5] = [
        ScopeKind::All,
        ScopeKind::OwnCounty,
        ScopeKind::Named,
        ScopeKind::Keyed,
        ScopeKind::Cases,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            ScopeKind::All => "all",
            ScopeKind::OwnCounty => "own_county",
            ScopeKind::Named => "named",
            ScopeKind::Keyed => "keyed",
            ScopeKind::Cases => "cases",
        }
    }

    pub fn parse(word: &str) -> Option<ScopeKind> {
        ScopeKind::EVERY.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The smallest group an aggregate row may describe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregation {
    /// The view's column that counts distinct subjects behind a row.
    pub count_column: String,
    pub subjects_min: u32,
}

/// What one answer may carry away at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantLimits {
    pub rows_max: u64,
    pub bytes_max: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    Draft,
    Active,
    /// A successor took its place.
    Retired,
    Revoked,
    Expired,
}

impl AgreementState {
    pub fn as_str(self) -> &'static str {
        match self {
            AgreementState::Draft => "draft",
            AgreementState::Active => "active",
            AgreementState::Retired => "retired",
            AgreementState::Revoked => "revoked",
            AgreementState::Expired => "expired",
        }
    }
}

/// A person's consent for a department, to exactly this content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    pub person: String,
    pub department: DepartmentCode,
    pub content_hash: String,
    pub at: DateTime<Utc>,
}

/// One revision of an agreement. Every act on an agreement appends a revision; none is ever changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub id: String,
    /// From 1 without gaps.
    pub revision: u32,
    pub content: Draft,
    /// `sha256:` and hex over the canonical form of `content`; the same in all revisions of one agreement.
    pub content_hash: String,
    pub author: String,
    pub author_department: DepartmentCode,
    /// Who appended this revision, and when.
    pub by: String,
    pub at: DateTime<Utc>,
    pub approvals: Vec<Approval>,
    pub state: AgreementState,
    /// Why it was revoked.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Draft {
    /// The hash that approvals refer to.
    pub fn content_hash(&self) -> String {
        // Maps are sorted and fields keep their order of declaration, so equal contents have equal bytes.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
    }
}

impl Agreement {
    /// Whether two agreements answer the same question; at most one of them may be active.
    pub fn same_question(&self, other: &Agreement) -> bool {
        let (ours, theirs) = (&self.content, &other.content);
        ours.consumer == theirs.consumer
            && ours.role == theirs.role
            && ours.purpose == theirs.purpose
            && ours.view == theirs.view
    }

    /// Whether the content is still the one that its hash, and so every approval, speaks of.
    pub fn is_as_approved(&self) -> bool {
        self.content.content_hash() == self.content_hash
    }

    /// Active, and within its dates on this civil day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == AgreementState::Active && self.content.valid_from <= day && day <= self.content.valid_to
    }
}

/// Where agreements are kept. The registry implements it; `memory` has one for tests.
#[async_trait]
pub trait AgreementStore: Send + Sync {
    /// The agreement whose newest revision `holds_on` the day, for this question.
    async fn active(
        &self,
        department: &DepartmentCode,
        role: Role,
        purpose: &PurposeCode,
        view: &ViewName,
        on: NaiveDate,
    ) -> Result<Option<Agreement>, StoreError>;

    /// The agreement for this question that is still in force but ended before the day, if there is one: the reason to
    /// tell. A store of many agreements answers it by key.
    async fn ended(
        &self,
        department: &DepartmentCode,
        role: Role,
        purpose: &PurposeCode,
        view: &ViewName,
        before: NaiveDate,
    ) -> Result<Option<Agreement>, StoreError> {
        let ended = |agreement: &Agreement| {
            let content = &agreement.content;
            agreement.state == AgreementState::Active
                && content.valid_to < before
                && content.consumer == *department
                && content.role == role
                && content.purpose == *purpose
                && content.view == *view
        };
        Ok(self.list().await?.into_iter().find(ended))
    }

    /// The newest revision.
    async fn agreement(&self, id: &str) -> Result<Option<Agreement>, StoreError>;

    /// All revisions of one agreement, oldest first.
    async fn revisions(&self, id: &str) -> Result<Vec<Agreement>, StoreError>;

    /// The newest revision of every agreement.
    async fn list(&self) -> Result<Vec<Agreement>, StoreError>;

    /// Appends these revisions, all or none, and returns the epoch after it. The epoch rises by one whenever one of
    /// them is or was active. `Conflict` if a revision is not the next of its agreement, or if afterwards two
    /// agreements would be active for the same question.
    ///
    /// INVARIANT (one-agreement-answers): this check and the append are one transaction.
    async fn append(&self, revisions: &[Agreement]) -> Result<u64, StoreError>;

    /// Counts changes of what is active. Starts at 0 in an empty store and never falls.
    async fn epoch(&self) -> Result<u64, StoreError>;

    /// Charges keys to the quotas of their days, durably when it returns; one balance per charge, each for a view of its
    /// own. A key charged before on the same day to the same department and view is free. `Exceeded` if a day would then
    /// hold more than `daily_max`: then nothing was charged, nor of the other charges.
    async fn charge_keys(&self, charges: &[KeyCharge]) -> Result<Vec<KeyBalance>, StoreError>;
}
