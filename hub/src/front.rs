//! What the gateways ask of the house. `http` and `pg` know the lake, the engine and the policies only through this
//! trait, so a protocol can neither skip a decision nor keep an act out of the audit log.
//! Not here: how any of it is answered (`service`, `center`).

mod acts;
mod caller;
mod duties;
#[cfg(test)]
pub(crate) mod fake;
mod finding;
mod made;
mod problem;
mod revisions;
mod sitting;
mod sourcing;
mod submit;
mod upload;

use std::time::Duration;

use async_trait::async_trait;
use engine::{Answer, Described, Parameter, Statement};
use policy::{Account, IssuedToken, ScramExchange, SignedIn, Via};
use schemas::{FeedId, RegionCode, SubmissionId, ViewName};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

pub use acts::{AgreementAct, NewPerson};
pub use caller::{Caller, Caught, RequestId, civil_day, day_end};
pub use duties::DutiesAsked;
pub use finding::shown as finding_shown;
pub use made::Made;
pub use problem::{Problem, Rendered};
pub use revisions::{OriginalFile, Revisions, SubmissionsAsked, WithdrawAsked};
pub(crate) use sitting::ShownAt;
pub use sitting::Sitting;
pub use sourcing::Sourcing;
pub use submit::{Body, SubmitHead, Submitted};
pub use upload::{UploadFate, UploadId, UploadShown, Uploading};

/// Somebody who says a name, and where the attempt comes from.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub name: String,
    /// Address of the client, for backoff and the audit entry.
    pub client: String,
    pub via: Via,
    pub request_id: RequestId,
}

/// A session that has just been opened: who it is for and the token that proves it.
pub struct SessionOpened {
    pub signed_in: SignedIn,
    pub token: IssuedToken,
}

/// A part of a long list. `after` is the opaque place the former page ended at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageAsked {
    pub after: u64,
    pub items_max: u32,
}

/// Items in order and where the next page begins, if there is one.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    pub items: Vec<Value>,
    pub next: Option<u64>,
}

/// A comparison model: its number and the view that holds its leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeadModel {
    pub id: String,
    pub view: ViewName,
}

/// Whether the house can serve, part by part, without saying more than a name.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    pub ready: bool,
    pub parts: Vec<(String, bool)>,
}

/// The house as a gateway sees it.
///
/// INVARIANT (no-act-unrecorded): every method that refuses or answers has written its audit entry when it returns;
/// a gateway never writes one itself.
#[async_trait]
pub trait Front: Revisions + Uploading + Sourcing + Send + Sync + 'static {
    // Identity.

    /// Opens a session. Refusals: 401 for a wrong name or password (the same for both), 429 with `retry_after_s`.
    async fn sign_in(&self, attempt: &Attempt, password: &str) -> Result<SessionOpened, Problem>;
    /// Replaces a password and opens a session. The only thing one-time credentials are good for.
    async fn change_password(
        &self,
        attempt: &Attempt,
        password: &str,
        new: &str,
    ) -> Result<SessionOpened, Problem>;
    /// A new account with a made-up one-time password, which is in the answer and nowhere else.
    async fn admit(
        &self,
        caller: &Caller,
        person: NewPerson,
    ) -> Result<(Account, Zeroizing<String>), Problem>;
    /// Ends the session the caller signed in with. Ending it twice is not an error.
    async fn sign_out(&self, caller: &Caller) -> Result<(), Problem>;
    /// An expiring token for programs and for psql. `None` asks for the longest life the settings allow.
    async fn issue_access_token(
        &self,
        caller: &Caller,
        life: Option<Duration>,
    ) -> Result<IssuedToken, Problem>;
    /// The person behind a bearer token.
    async fn bearer(&self, token: &str) -> Result<SignedIn, Problem>;
    /// Begins SCRAM-SHA-256 and gives the server's first message. An unknown name gets an exchange that looks the same
    /// and fails at the end.
    async fn scram(&self, attempt: &Attempt, client_first: &str) -> Result<(ScramExchange, String), Problem>;
    /// Ends SCRAM: the person, and the server's last message.
    async fn scram_finish(
        &self,
        attempt: &Attempt,
        exchange: ScramExchange,
        client_final: &str,
    ) -> Result<(SignedIn, String), Problem>;
    /// False as soon as the caller's token expired or was revoked, or the account was closed.
    async fn still_signed_in(&self, signed_in: &SignedIn) -> bool;

    // Submissions.

    /// Receives one file. Verdicts are in the receipt; an error means that nothing was settled.
    async fn submit(&self, caller: &Caller, head: SubmitHead, body: Body) -> Result<Submitted, Problem>;
    async fn submission(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem>;
    async fn findings(&self, caller: &Caller, id: &SubmissionId, page: PageAsked) -> Result<Page, Problem>;
    async fn receipt(&self, caller: &Caller, id: &SubmissionId) -> Result<Value, Problem>;
    /// The bad rows of a submission, to be mended and sent back.
    async fn workbook(&self, caller: &Caller, id: &SubmissionId) -> Result<Made, Problem>;
    /// The empty form of a feed, for one reporting unit or for all.
    async fn template(
        &self,
        caller: &Caller,
        feed: &FeedId,
        unit: Option<&RegionCode>,
    ) -> Result<Made, Problem>;

    /// What is owed, by when, and how it stands, as far as the caller may see.
    async fn duties(&self, caller: &Caller, asked: DutiesAsked) -> Result<Value, Problem>;
    /// What a changed contract, given as its text, would have done with the originals of its feed.
    async fn rehearse(&self, caller: &Caller, contract: &str) -> Result<Value, Problem>;

    // Queries.

    /// Reads SQL into classified statements. Parsing happens in a worker process, never in a gateway.
    async fn statements(&self, caller: &Caller, sql: &str) -> Result<Vec<Statement>, Problem>;
    async fn describe(&self, caller: &Caller, statement: &Statement) -> Result<Described, Problem>;
    /// Runs one `Query` or `Explain`. Dropping the answer cancels it and closes its audit entry.
    async fn run(
        &self,
        caller: &Caller,
        statement: &Statement,
        parameters: Vec<Parameter>,
    ) -> Result<Answer, Problem>;

    // The catalogue, agreements, the audit log.

    async fn catalog_feeds(&self, caller: &Caller) -> Result<Vec<Value>, Problem>;
    async fn catalog_views(&self, caller: &Caller) -> Result<Vec<Value>, Problem>;
    /// The comparison models. Their rows are asked for like those of any view.
    fn models(&self) -> Vec<LeadModel>;
    async fn agreements(&self, caller: &Caller) -> Result<Vec<Value>, Problem>;
    /// An act on an agreement; the agreement as it is afterwards.
    async fn agreement_act(&self, caller: &Caller, act: AgreementAct) -> Result<Value, Problem>;
    async fn audit_entries(&self, caller: &Caller, page: PageAsked) -> Result<Page, Problem>;
    async fn audit_verify(&self, caller: &Caller) -> Result<Value, Problem>;

    // The house itself.

    fn ready(&self) -> Health;
}
