//! The audit log as the services use it: acts described from a caller, written on blocking threads. If the log does
//! not take an act, the act does not happen.

use audit::{Act, ActKind, AuditError, Closing, EntryId, Log, Opened, Outcome};
use policy::{Denial, Principal};
use serde_json::{Value, json};

use crate::front::{Caller, Problem, RequestId};

#[derive(Clone)]
pub struct Books {
    log: Log,
}

impl Books {
    pub fn new(log: Log) -> Books {
        Books { log }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// INVARIANT (no-act-unrecorded): the caller may go on only with the entry in hand; it is on disk.
    pub async fn open(&self, act: Act) -> Result<Opened, Problem> {
        let log = self.log.clone();
        blocking(move || log.open_entry(act)).await
    }

    pub async fn record(&self, act: Act, closing: Closing) -> Result<EntryId, Problem> {
        let log = self.log.clone();
        blocking(move || log.record(act, closing)).await
    }

    /// Opens an entry, does the act, and closes the entry by how the act ended. An entry that cannot be closed is the
    /// problem that counts.
    pub async fn around<T, E>(
        &self,
        act: Act,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Result<T, E>, Problem> {
        let entry = self.open(act).await?;
        let done = work.await;
        let outcome = if done.is_ok() {
            Outcome::Done
        } else {
            Outcome::Failed
        };
        close(entry, Closing::new(outcome, json!({}))).await?;
        Ok(done)
    }

    /// Records a refusal and gives it back as a problem. A refusal that could not be recorded is still a refusal.
    pub async fn denied(&self, caller: &Caller, subject: Value, denial: &Denial) -> Problem {
        let detail = json!({"code": denial.code, "policies": denial.policies});
        let act = act_of(ActKind::Denial, caller, subject);
        match self.record(act, Closing::new(Outcome::Denied, detail)).await {
            Ok(_) => problem_of(denial),
            Err(unrecorded) => unrecorded,
        }
    }
}

/// Closes an entry; when this returns, its end is on disk.
pub async fn close(entry: Opened, closing: Closing) -> Result<(), Problem> {
    blocking(move || entry.close(closing)).await.map(drop)
}

async fn blocking<T: Send + 'static>(
    write: impl FnOnce() -> Result<T, AuditError> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(write).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::error!(%error, "the audit log did not take an act");
            Err(Problem::new(503, "58030", error.code()))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

/// An act of a signed-in person.
pub fn act_of(kind: ActKind, caller: &Caller, subject: Value) -> Act {
    let purpose = caller
        .purpose
        .clone()
        .or_else(|| caller.signed_in.principal().default_purpose().cloned());
    Act {
        purpose: purpose.map(|purpose| purpose.as_str().to_owned()),
        client: Some(caller.client.clone()),
        request_id: Some(caller.request_id.to_string()),
        ..act_of_principal(kind, caller.signed_in.principal(), subject)
    }
}

/// An act of a person outside a request: at the command line of the centre.
pub fn act_of_principal(kind: ActKind, principal: &Principal, subject: Value) -> Act {
    Act {
        person: Some(principal.person().to_owned()),
        department: Some(principal.department().as_str().to_owned()),
        role: Some(principal.role().as_str().to_owned()),
        ..Act::new(kind, subject)
    }
}

/// An attempt of somebody who is not known yet. The name as typed may be a password in the wrong field, so it is not
/// written unless an account has it.
pub fn act_of_stranger(known: Option<&str>, client: &str, request_id: &RequestId, subject: Value) -> Act {
    Act {
        person: known.map(str::to_owned),
        client: Some(client.to_owned()),
        request_id: Some(request_id.to_string()),
        ..Act::new(ActKind::SignIn, subject)
    }
}

/// A denial as the gateways show it.
pub fn problem_of(denial: &Denial) -> Problem {
    let status = if denial.sqlstate == "42P01" { 404 } else { 403 };
    let problem = Problem::new(status, denial.sqlstate, denial.code);
    denial
        .args
        .iter()
        .fold(problem, |problem, (name, value)| problem.with(name, value))
}
