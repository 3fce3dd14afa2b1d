//! The house as the gateways see it: each call goes to the file that answers it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Answer, Described, Parameter, Statement};
use policy::{Account, IssuedToken, ScramExchange, SignedIn};
use schemas::{FeedId, RegionCode, SubmissionId};
use serde_json::Value;
use zeroize::Zeroizing;

use super::Center;
use crate::front::{
    AgreementAct, Attempt, Body, Caller, DutiesAsked, Front, Health, LeadModel, Made, NewPerson, Page,
    PageAsked, Problem, SessionOpened, SubmitHead, Submitted,
};

#[async_trait]
impl Front for Center {
    async fn sign_in(&self, attempt: &Attempt, password: &str) -> Result<SessionOpened, Problem> {
        self.open_session(attempt, password).await
    }

    async fn change_password(
        &self,
        attempt: &Attempt,
        password: &str,
        new: &str,
    ) -> Result<SessionOpened, Problem> {
        self.replace_password(attempt, password, new).await
    }

    async fn admit(
        &self,
        caller: &Caller,
        person: NewPerson,
    ) -> Result<(Account, Zeroizing<String>), Problem> {
        let person = self.take_on(caller, person).await?;
        Ok((person.account, person.password))
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        self.close_session(caller).await
    }

    async fn issue_access_token(
        &self,
        caller: &Caller,
        life: Option<Duration>,
    ) -> Result<IssuedToken, Problem> {
        self.access_token(caller, life).await
    }

    async fn bearer(&self, token: &str) -> Result<SignedIn, Problem> {
        self.person_behind(token).await
    }

    async fn scram(&self, attempt: &Attempt, client_first: &str) -> Result<(ScramExchange, String), Problem> {
        self.begin_scram(attempt, client_first).await
    }

    async fn scram_finish(
        &self,
        attempt: &Attempt,
        exchange: ScramExchange,
        client_final: &str,
    ) -> Result<(SignedIn, String), Problem> {
        self.end_scram(attempt, exchange, client_final).await
    }

    async fn still_signed_in(&self, signed_in: &SignedIn) -> bool {
        // INVARIANT (error-is-denial): a store that cannot be asked signs everybody out.
        self.identity.still_valid(signed_in).await.unwrap_or(false)
    }

    async fn submit(&self, caller: &Caller, head: SubmitHead, body: Body) -> Result<Submitted, Problem> {
        self.take_in(caller, head, body).await
    }

    async fn submission(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        self.submission_of(caller, id).await
    }

    async fn findings(&self, caller: &Caller, id: &SubmissionId, page: PageAsked) -> Result<Page, Problem> {
        self.findings_of(caller, id, page).await
    }

    async fn receipt(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem> {
        self.receipt_of(caller, id).await
    }

    async fn duties(&self, caller: &Caller, asked: DutiesAsked) -> Result<Value, Problem> {
        self.duties_of(caller, asked).await
    }

    async fn workbook(&self, caller: &Caller, id: &SubmissionId) -> Result<Made, Problem> {
        self.workbook_of(caller, id).await
    }

    async fn template(
        &self,
        caller: &Caller,
        feed: &FeedId,
        unit: Option<&RegionCode>,
    ) -> Result<Made, Problem> {
        self.template_of(caller, feed, unit).await
    }

    async fn rehearse(&self, caller: &Caller, contract: &str) -> Result<Value, Problem> {
        self.rehearsed(caller, contract).await
    }

    async fn statements(&self, caller: &Caller, sql: &str) -> Result<Vec<Statement>, Problem> {
        self.read_statements(caller, sql).await
    }

    async fn describe(&self, caller: &Caller, statement: &Statement) -> Result<Described, Problem> {
        self.describe_statement(caller, statement).await
    }

    async fn run(
        &self,
        caller: &Caller,
        statement: &Statement,
        parameters: Vec<Parameter>,
    ) -> Result<Answer, Problem> {
        self.run_statement(caller, statement, parameters).await
    }

    async fn catalog_feeds(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        self.feeds(caller).await
    }

    async fn catalog_views(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        self.shared_views(caller).await
    }

    fn models(&self) -> Vec<LeadModel> {
        self.lead_models()
    }

    async fn agreements(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        self.known_agreements(caller).await
    }

    async fn agreement_act(&self, caller: &Caller, act: AgreementAct) -> Result<Value, Problem> {
        let agreement = match act {
            AgreementAct::Propose(draft) => self.propose(caller, *draft).await?,
            AgreementAct::Approve { id } => self.approve(caller, &id).await?,
            AgreementAct::Activate { id } => self.activate(caller, &id).await?,
            AgreementAct::Revoke { id, reason } => self.revoke(caller, &id, &reason).await?,
        };
        serde_json::to_value(agreement).map_err(Problem::internal)
    }

    async fn audit_entries(&self, caller: &Caller, page: PageAsked) -> Result<Page, Problem> {
        self.entries(caller, page).await
    }

    async fn audit_verify(&self, caller: &Caller) -> Result<Value, Problem> {
        self.verified(caller).await
    }

    fn ready(&self) -> Health {
        let open = self.open.load(Ordering::SeqCst);
        Health {
            ready: open,
            parts: vec![("open".to_owned(), open)],
        }
    }
}
