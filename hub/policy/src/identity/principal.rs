//! A person whose credentials were checked, and the session the person works in.

use chrono::{DateTime, Utc};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode};

use super::account::Account;
use crate::role::{Role, Via};

/// A verified person in the one role of the account. Cloning is free of risk: it never gains anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    person: String,
    department: DepartmentCode,
    role: Role,
    region: RegionCode,
    clearance: Level,
    purposes: Vec<PurposeCode>,
    default_purpose: Option<PurposeCode>,
}

impl Principal {
    fn of(account: &Account) -> Principal {
        Principal {
            person: account.name.clone(),
            department: account.department.clone(),
            role: account.role,
            region: account.region.clone(),
            clearance: account.clearance,
            purposes: account.purposes.clone(),
            default_purpose: account.default_purpose.clone(),
        }
    }

    /// The account's name; what audit entries call the person.
    pub fn person(&self) -> &str {
        &self.person
    }

    pub fn department(&self) -> &DepartmentCode {
        &self.department
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn region(&self) -> &RegionCode {
        &self.region
    }

    pub fn clearance(&self) -> Level {
        self.clearance
    }

    /// The purposes this person may declare.
    pub fn purposes(&self) -> &[PurposeCode] {
        &self.purposes
    }

    pub fn default_purpose(&self) -> Option<&PurposeCode> {
        self.default_purpose.as_ref()
    }
}

/// The proof of a sign-in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    principal: Principal,
    account: Account,
    token_id: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl SignedIn {
    /// Only called by the checks in this module, after the credential was found right and the account open.
    pub(super) fn of(account: Account, token: Option<(String, DateTime<Utc>)>) -> SignedIn {
        let (token_id, expires_at) = token.unzip();
        SignedIn {
            principal: Principal::of(&account),
            account,
            token_id,
            expires_at,
        }
    }

    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The token that was shown; `None` right after a sign-in by password.
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// When that token ends.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }
}

/// A person at work: one role, at most one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub principal: Principal,
    pub purpose: Option<PurposeCode>,
    pub via: Via,
}

impl Session {
    /// A session for the declared purpose, or for the account's default if none was declared.
    pub fn new(principal: &Principal, declared: Option<PurposeCode>, via: Via) -> Session {
        let purpose = declared.or_else(|| principal.default_purpose.clone());
        Session {
            principal: principal.clone(),
            purpose,
            via,
        }
    }
}
