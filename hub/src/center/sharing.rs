//! Acts on agreements: proposed, approved, activated, revoked. The policy decides and stores; here each act is put on
//! record and running answers hear of it.

use audit::{ActKind, Closing, Outcome};
use policy::{Agreement, Draft, PolicyError, Ruling, ViewFacts};
use schemas::ViewName;
use serde_json::{Value, json};

use super::Center;
use super::books::{act_of, close, problem_of};
use crate::front::{Caller, Problem};

impl Center {
    pub async fn propose(&self, caller: &Caller, draft: Draft) -> Result<Agreement, Problem> {
        let facts = self.facts(&draft.view)?;
        let subject = json!({"act": "propose", "view": draft.view, "consumer": draft.consumer});
        let principal = caller.signed_in.principal().clone();
        let act = self.policy.propose(&principal, draft, &facts, chrono::Utc::now());
        self.on_record(caller, subject, act).await
    }

    pub async fn approve(&self, caller: &Caller, id: &str) -> Result<Agreement, Problem> {
        let facts = self.facts_of(id).await?;
        let principal = caller.signed_in.principal().clone();
        let act = self.policy.approve(&principal, id, &facts, chrono::Utc::now());
        self.on_record(caller, json!({"act": "approve", "agreement": id}), act)
            .await
    }

    pub async fn activate(&self, caller: &Caller, id: &str) -> Result<Agreement, Problem> {
        let facts = self.facts_of(id).await?;
        let principal = caller.signed_in.principal().clone();
        let act = self.policy.activate(&principal, id, &facts, chrono::Utc::now());
        let activated = self
            .on_record(caller, json!({"act": "activate", "agreement": id}), act)
            .await?;
        self.revocations.raise(activated.epoch);
        Ok(activated.agreement)
    }

    /// Ends an agreement at once; running answers under it are cut.
    pub async fn revoke(&self, caller: &Caller, id: &str, reason: &str) -> Result<Agreement, Problem> {
        let facts = self.facts_even_if_absent(&self.view_of(id).await?)?;
        let principal = caller.signed_in.principal().clone();
        let act = self
            .policy
            .revoke(&principal, id, &facts, reason, chrono::Utc::now());
        let (agreement, epoch) = self
            .on_record(caller, json!({"act": "revoke", "agreement": id}), act)
            .await?;
        self.revocations.raise(epoch);
        Ok(agreement)
    }

    /// INVARIANT (no-act-unrecorded): the entry is on disk before the act is tried, and says how it ended: with the
    /// length and last hash of the chain of agreements, so that the log shows later if revisions were cut off.
    async fn on_record<T>(
        &self,
        caller: &Caller,
        subject: Value,
        act: impl Future<Output = Result<Ruling<T>, PolicyError>>,
    ) -> Result<T, Problem> {
        let entry = self
            .books
            .open(act_of(ActKind::PolicyAct, caller, subject))
            .await?;
        let (closing, result) = match act.await {
            Ok(Ruling::Granted(value)) => match self.registry.agreements_head().await {
                Ok((revisions, hash)) => {
                    let head = json!({"agreements": {"revisions": revisions, "hash": hash}});
                    (Closing::new(Outcome::Done, head), Ok(value))
                }
                // The act is done; only its proof is missing, and the entry says so by not having it.
                Err(error) => {
                    tracing::error!(%error, "the head of the agreements could not be read");
                    (Closing::new(Outcome::Done, json!({})), Ok(value))
                }
            },
            Ok(Ruling::Denied(denial)) => {
                let detail = json!({"code": denial.code, "policies": denial.policies});
                (Closing::new(Outcome::Denied, detail), Err(problem_of(&denial)))
            }
            Err(error) => (
                Closing::new(Outcome::Failed, json!({})),
                Err(Problem::internal(error)),
            ),
        };
        close(entry, closing).await?;
        result
    }

    async fn facts_of(&self, id: &str) -> Result<ViewFacts, Problem> {
        self.facts(&self.view_of(id).await?)
    }

    async fn view_of(&self, id: &str) -> Result<ViewName, Problem> {
        use policy::AgreementStore;
        let agreement = self.registry.agreement(id).await.map_err(Problem::internal)?;
        let agreement = agreement.ok_or_else(|| Problem::new(404, "42704", "hub.unknown_agreement"))?;
        Ok(agreement.content.view)
    }
}
