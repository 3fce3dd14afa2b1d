//! A house for the gateways' tests: real accounts, tokens, SCRAM and audit entries, and answers made up from the names
//! of the relations a statement asks.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arrow::datatypes::DataType;
use async_trait::async_trait;
use audit::{Act, ActKind, Log, Signer};
use engine::{Answer, AnswerMeta, Described, OpenedView, Parameter, Statement, StatementLimits};
use futures::StreamExt;
use policy::memory::MemoryAccounts;
use policy::{
    Account, AccountState, AccountStore, Identity, IdentitySettings, IssuedToken, Role, ScramExchange,
    SignedIn, TokenKind, system_clock,
};
use schemas::{DepartmentCode, Level, PurposeCode, RegionCode, SubmissionId, Treatment, ViewName};
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use refusals::{absent, refused};

mod answers;
mod refusals;
mod revisions;
mod sources;
mod uploads;

pub(crate) const NAME: &str = "tax.prefecture";
pub(crate) const PASSWORD: &str = "quiet-River-88";

pub(crate) struct FakeHouse {
    identity: Identity,
    accounts: Arc<MemoryAccounts>,
    log: Log,
    /// What arrived last: the file's bytes and the purpose of the last query.
    pub(crate) received: Mutex<Vec<u8>>,
    pub(crate) purpose: Mutex<Option<String>>,
    /// Set when an endless answer was dropped.
    pub(crate) stopped: Arc<AtomicBool>,
    pub(crate) epoch: AtomicU64,
    _folder: TempDir,
}

impl FakeHouse {
    pub(crate) async fn open() -> Arc<FakeHouse> {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(folder.path(), Signer::ephemeral().unwrap()).unwrap();
        let accounts = Arc::new(MemoryAccounts::new());
        let identity = Identity::with_settings(accounts.clone(), system_clock(), IdentitySettings::fast());
        let purposes = vec![PurposeCode::parse("tax_risk").unwrap()];
        let account = Account {
            id: "1".to_owned(),
            name: NAME.to_owned(),
            display_name: "州税务局分析员".to_owned(),
            department: DepartmentCode::parse("tax").unwrap(),
            role: Role::AnalystPrefecture,
            region: RegionCode::parse("433100").unwrap(),
            clearance: Level::L3,
            password_hash: identity.hash_password(PASSWORD).await.unwrap(),
            default_purpose: purposes.first().cloned(),
            purposes,
            state: AccountState::Open,
        };
        accounts.put_account(&account).await.unwrap();
        Arc::new(FakeHouse {
            identity,
            accounts,
            log,
            received: Mutex::default(),
            purpose: Mutex::default(),
            stopped: Arc::default(),
            epoch: AtomicU64::new(7),
            _folder: folder,
        })
    }

    pub(crate) async fn token(&self, kind: TokenKind) -> IssuedToken {
        let account = self.accounts.account_by_name(NAME).await.unwrap().unwrap();
        self.identity
            .issue_token(&account, kind, chrono::TimeDelta::hours(1))
            .await
            .unwrap()
    }

    pub(crate) async fn revoke(&self, token: &IssuedToken) {
        assert!(
            self.accounts
                .revoke_token(&token.id, chrono::Utc::now())
                .await
                .unwrap()
        );
    }
}

#[async_trait]
impl Front for FakeHouse {
    async fn sign_in(&self, attempt: &Attempt, password: &str) -> Result<SessionOpened, Problem> {
        let signed_in = self
            .identity
            .sign_in(&attempt.name, password, &attempt.client)
            .await
            .map_err(refused)?;
        Ok(SessionOpened {
            token: self.token(TokenKind::Session).await,
            signed_in,
        })
    }

    async fn change_password(&self, _: &Attempt, _: &str, _: &str) -> Result<SessionOpened, Problem> {
        absent()
    }

    async fn admit(&self, _: &Caller, _: NewPerson) -> Result<(Account, Zeroizing<String>), Problem> {
        absent()
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        self.identity
            .sign_out(&caller.signed_in)
            .await
            .map(drop)
            .map_err(Problem::internal)
    }

    async fn issue_access_token(&self, _: &Caller, _: Option<Duration>) -> Result<IssuedToken, Problem> {
        Ok(self.token(TokenKind::Access).await)
    }

    async fn bearer(&self, token: &str) -> Result<SignedIn, Problem> {
        self.identity.bearer(token).await.map_err(refused)
    }

    async fn scram(&self, attempt: &Attempt, client_first: &str) -> Result<(ScramExchange, String), Problem> {
        self.identity
            .scram_start(&attempt.name, client_first, &attempt.client)
            .await
            .map_err(refused)
    }

    async fn scram_finish(
        &self,
        _: &Attempt,
        exchange: ScramExchange,
        client_final: &str,
    ) -> Result<(SignedIn, String), Problem> {
        self.identity
            .scram_finish(exchange, client_final)
            .await
            .map_err(refused)
    }

    async fn still_signed_in(&self, signed_in: &SignedIn) -> bool {
        self.identity.still_valid(signed_in).await.unwrap_or(false)
    }

    async fn submit(&self, _: &Caller, head: SubmitHead, mut body: Body) -> Result<Submitted, Problem> {
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            bytes.extend(piece.map_err(|_| Problem::new(400, "08000", "intake.body_broken"))?);
        }
        let repeated = *self.received.lock().unwrap() == bytes;
        *self.received.lock().unwrap() = bytes;
        let receipt =
            json!({ "feed": head.feed, "file_name": head.file_name, "verdict": "accepted", "committed": 3 });
        Ok(Submitted {
            receipt,
            repeated,
            waits: false,
        })
    }

    async fn submission(&self, _: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        Ok(json!({ "id": id }))
    }

    async fn findings(&self, _: &Caller, _: &SubmissionId, page: PageAsked) -> Result<Page, Problem> {
        let items =
            (page.after..page.after + u64::from(page.items_max)).map(|number| json!({ "row": number }));
        Ok(Page {
            items: items.collect(),
            next: Some(page.after + u64::from(page.items_max)),
        })
    }

    async fn receipt(&self, _: &Caller, _: &SubmissionId) -> Result<Value, Problem> {
        absent()
    }

    async fn duties(&self, _: &Caller, asked: DutiesAsked) -> Result<Value, Problem> {
        Ok(json!({ "items": [], "state": asked.state, "limit": asked.page.items_max }))
    }

    async fn workbook(&self, _: &Caller, _: &SubmissionId) -> Result<Made, Problem> {
        absent()
    }

    async fn template(&self, _: &Caller, _: &FeedId, _: Option<&RegionCode>) -> Result<Made, Problem> {
        absent()
    }

    async fn rehearse(&self, _: &Caller, contract: &str) -> Result<Value, Problem> {
        Ok(json!({ "bytes": contract.len() }))
    }

    async fn statements(&self, _: &Caller, sql: &str) -> Result<Vec<Statement>, Problem> {
        Ok(engine::classify(sql, &StatementLimits::default())?)
    }

    async fn describe(&self, _: &Caller, statement: &Statement) -> Result<Described, Problem> {
        let (columns, _) = self.answer(&[], &statement.sql);
        Ok(Described {
            columns,
            parameters: vec![DataType::Int64; statement.parameters],
        })
    }

    async fn run(
        &self,
        caller: &Caller,
        statement: &Statement,
        parameters: Vec<Parameter>,
    ) -> Result<Answer, Problem> {
        let purpose = caller
            .purpose
            .as_ref()
            .or(caller.signed_in.principal().default_purpose());
        *self.purpose.lock().unwrap() = purpose.map(ToString::to_string);
        if statement.relations.iter().any(|relation| relation == "v_secret") {
            return Err(Problem::new(403, "42501", "denial.no_agreement").with("view", "v_secret"));
        }
        let opened = self.log.open_entry(Act::new(ActKind::Query, json!({}))).unwrap();
        let view = OpenedView {
            view: ViewName::parse("v_power_month").unwrap(),
            agreement: "A-1".to_owned(),
            revision: 2,
            grant_digest: "00".to_owned(),
            masks: vec![("account_no".to_owned(), Treatment::Token)],
            scope: "全州".to_owned(),
            keys: None,
        };
        let meta = AnswerMeta {
            query_id: "q_1".to_owned(),
            opened: vec![view],
            versions: Vec::new(),
            epoch: self.epoch.load(Ordering::SeqCst),
        };
        let (schema, batches) = self.answer(&parameters, &statement.sql);
        Ok(Answer::new(opened, schema, meta, batches))
    }

    async fn catalog_feeds(&self, _: &Caller) -> Result<Vec<Value>, Problem> {
        Ok(vec![json!({ "id": "pow_usage" })])
    }

    async fn catalog_views(&self, _: &Caller) -> Result<Vec<Value>, Problem> {
        Ok(Vec::new())
    }

    fn models(&self) -> Vec<LeadModel> {
        let model = |id: &str, view: &str| LeadModel {
            id: id.to_owned(),
            view: ViewName::parse(view).unwrap(),
        };
        vec![model("M05", "v_rows"), model("M26", "v_secret")]
    }

    async fn agreements(&self, _: &Caller) -> Result<Vec<Value>, Problem> {
        Ok(Vec::new())
    }

    async fn agreement_act(&self, _: &Caller, _: AgreementAct) -> Result<Value, Problem> {
        absent()
    }

    async fn audit_entries(&self, _: &Caller, _: PageAsked) -> Result<Page, Problem> {
        Ok(Page {
            items: Vec::new(),
            next: None,
        })
    }

    async fn audit_verify(&self, _: &Caller) -> Result<Value, Problem> {
        Err(Problem::new(403, "42501", "denial.action"))
    }

    fn ready(&self) -> Health {
        let ready = !self.stopped.load(Ordering::SeqCst);
        Health {
            ready,
            parts: vec![("open".to_owned(), ready)],
        }
    }
}
