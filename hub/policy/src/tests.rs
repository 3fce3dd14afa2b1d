//! The policies, the agreements and the people of a small prefecture, asked from outside the crate's inner walls.

mod acts;
mod authorize;
mod decide;
mod drafts;
mod failing;
mod keyed;
mod sealing;
mod silence;
mod texts;
mod views_change;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use schemas::{DataClass, DepartmentCode, Level, PurposeCode, RegionCode, Treatment, ViewName};

use crate::memory::{MemoryAccounts, MemoryAgreements};
use crate::*;

/// 10 o'clock in Shanghai.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 2, 0, 0).unwrap()
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).unwrap()
}

pub(crate) fn purpose(code: &str) -> PurposeCode {
    PurposeCode::parse(code).unwrap()
}

/// An account whose name tells who it is: `<department>.<anything>`.
pub(crate) fn account(name: &str, role: Role, region: &str, purposes: &[&str]) -> Account {
    Account {
        id: format!("acc_{name}"),
        name: name.to_owned(),
        display_name: name.to_owned(),
        department: department(name.split('.').next().unwrap()),
        role,
        region: RegionCode::parse(region).unwrap(),
        clearance: Level::L4,
        password_hash: PasswordHash::from_stored(String::new()),
        purposes: purposes.iter().map(|code| purpose(code)).collect(),
        default_purpose: None,
        state: AccountState::Open,
    }
}

/// A policy over an empty store, and an identity to sign people in with.
pub(crate) struct Town {
    pub agreements: Arc<MemoryAgreements>,
    pub policy: Policy,
    identity: Identity,
    accounts: Arc<MemoryAccounts>,
}

impl Town {
    pub(crate) fn new() -> Town {
        let agreements = Arc::new(MemoryAgreements::new());
        let accounts = Arc::new(MemoryAccounts::new());
        let identity = Identity::with_settings(accounts.clone(), Arc::new(now), IdentitySettings::fast());
        Town {
            policy: Policy::new(agreements.clone()).unwrap(),
            agreements,
            identity,
            accounts,
        }
    }

    /// Signs a person in by a token, which is the cheapest real credential.
    pub(crate) async fn person(&self, account: Account) -> Principal {
        self.accounts.put_account(&account).await.unwrap();
        let life = chrono::TimeDelta::hours(1);
        let token = self
            .identity
            .issue_token(&account, TokenKind::Session, life)
            .await
            .unwrap();
        self.identity
            .bearer(&token.secret)
            .await
            .unwrap()
            .principal()
            .clone()
    }

    pub(crate) async fn analyst(&self) -> Principal {
        self.person(account(
            "tax.prefecture",
            Role::AnalystPrefecture,
            "433100",
            &["tax_risk"],
        ))
        .await
    }

    pub(crate) async fn reporter(&self) -> Principal {
        self.person(account("pow.reporter", Role::Reporter, "433100", &[]))
            .await
    }

    pub(crate) async fn security(&self) -> Principal {
        self.person(account(
            "hub.security",
            Role::SecurityAdmin,
            "433100",
            &["tax_risk"],
        ))
        .await
    }

    /// Proposes, approves and activates, by the people of the sample world.
    pub(crate) async fn agree(&self, draft: Draft, view: &ViewFacts) -> Agreement {
        let author = account("tax.prefecture", Role::AnalystPrefecture, "433100", &[]);
        let author = Account {
            department: draft.consumer.clone(),
            ..author
        };
        let author = self.person(author).await;
        let proposed = self
            .policy
            .propose(&author, draft, view, now())
            .await
            .unwrap()
            .granted()
            .unwrap();
        for provider in view
            .providers
            .iter()
            .filter(|provider| **provider != proposed.content.consumer)
        {
            let name = format!("{provider}.reporter");
            let approver = self.person(account(&name, Role::Reporter, "433100", &[])).await;
            let approved = self
                .policy
                .approve(&approver, &proposed.id, view, now())
                .await
                .unwrap();
            assert!(approved.is_granted(), "{approved:?}");
        }
        let security = self.security().await;
        let activated = self
            .policy
            .activate(&security, &proposed.id, view, now())
            .await
            .unwrap();
        activated.granted().unwrap().agreement
    }
}

/// `v_power_month`: row level, of the power company's feed.
pub(crate) fn power_month() -> ViewFacts {
    let column = |name: &str, class, level| ColumnFacts {
        name: name.to_owned(),
        class,
        level,
    };
    ViewFacts {
        name: ViewName::parse("v_power_month").unwrap(),
        owner: department("pow"),
        columns: vec![
            column("period", DataClass::General, Level::L1),
            column("county_code", DataClass::General, Level::L1),
            column("account_no", DataClass::Identifying, Level::L3),
            column("id_no", DataClass::Identifying, Level::L4),
            column("kwh", DataClass::Organisation, Level::L3),
            column("subjects_n", DataClass::General, Level::L2),
        ],
        unlisted: false,
        scopes: ScopeKind::EVERY.into(),
        providers: vec![department("pow")],
    }
}

/// The tax bureau's prefecture analysts see all rows, identifiers as tokens, `subjects_n` not at all.
pub(crate) fn tax_risk() -> Draft {
    Draft {
        consumer: department("tax"),
        role: Role::AnalystPrefecture,
        view: ViewName::parse("v_power_month").unwrap(),
        purpose: purpose("tax_risk"),
        scope: Scope::All,
        columns: BTreeMap::from([
            ("account_no".to_owned(), Treatment::Token),
            ("county_code".to_owned(), Treatment::Clear),
            ("id_no".to_owned(), Treatment::Token),
            ("kwh".to_owned(), Treatment::Clear),
            ("period".to_owned(), Treatment::Clear),
        ]),
        aggregation: None,
        limits: GrantLimits {
            rows_max: 100_000,
            bytes_max: 1 << 30,
        },
        valid_from: day(2026, 1, 1),
        valid_to: day(2026, 12, 31),
        basis: "湘政办发〔2024〕1号第五条".to_owned(),
    }
}

pub(crate) fn session(principal: &Principal, code: &str) -> Session {
    Session::new(principal, Some(purpose(code)), Via::Http)
}
