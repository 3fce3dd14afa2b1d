//! The acts on agreements: propose, approve, activate, revoke. Each appends revisions in one store call; who may act is
//! Cedar's to say, whether the act makes sense is said here.

use chrono::{DateTime, Utc};
use schemas::DepartmentCode;

use crate::agreements::{Agreement, AgreementState, Approval, Draft};
use crate::cedar::{Question, Verdict};
use crate::civil_day::today;
use crate::decide::{Policy, ViewFacts};
use crate::denial::{Denial, Ruling};
use crate::drafting::refuse_draft;
use crate::error::PolicyError;
use crate::facts::{self, Ref};
use crate::identity::{Principal, random_bytes};

/// The longest reason a revocation may give.
const REASON_CHARS_MAX: usize = 500;

/// What an activation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    pub agreement: Agreement,
    /// The predecessor that answered the same question until now.
    pub retired: Option<Agreement>,
    pub epoch: u64,
}

impl Policy {
    /// Writes a draft. The author belongs to the consumer or to the view's owner.
    pub async fn propose(
        &self,
        author: &Principal,
        draft: Draft,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Ruling<Agreement>, PolicyError> {
        let Some(number) = random_bytes::<8>() else {
            return Ok(Ruling::Denied(Denial::new("denial.error")));
        };
        let agreement = Agreement {
            id: format!("agr_{}", hex::encode(number)),
            revision: 1,
            content_hash: draft.content_hash(),
            content: draft,
            author: author.person().to_owned(),
            author_department: author.department().clone(),
            by: author.person().to_owned(),
            at: now,
            approvals: Vec::new(),
            state: AgreementState::Draft,
            reason: None,
        };
        if let Err(denial) = self.judge_act("propose", author, &agreement, view) {
            return Ok(Ruling::Denied(denial));
        }
        if let Some(denial) = refuse_draft(&agreement.content, view, today(now)) {
            return Ok(Ruling::Denied(denial));
        }
        self.store.append(std::slice::from_ref(&agreement)).await?;
        Ok(Ruling::Granted(agreement))
    }

    /// Consents for a providing department; never the author, never the beneficiary.
    pub async fn approve(
        &self,
        approver: &Principal,
        id: &str,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Ruling<Agreement>, PolicyError> {
        let former = match self.draft(id).await? {
            Ok(former) => former,
            Err(denial) => return Ok(Ruling::Denied(denial)),
        };
        if let Err(denial) = self.judge_act("approve", approver, &former, view) {
            return Ok(Ruling::Denied(denial));
        }
        if former
            .approvals
            .iter()
            .any(|approval| approval.department == *approver.department())
        {
            return Ok(Ruling::Denied(
                Denial::new("agreement.approved_twice").with("department", approver.department()),
            ));
        }
        let mut next = next_revision(&former, former.state, approver, now);
        next.approvals.push(Approval {
            person: approver.person().to_owned(),
            department: approver.department().clone(),
            content_hash: former.content_hash,
            at: now,
        });
        self.store.append(std::slice::from_ref(&next)).await?;
        Ok(Ruling::Granted(next))
    }

    /// Puts an agreement into force once every provider has approved it. Its predecessor, if there is one, is retired
    /// in the same store call, so that at no instant two answer or none does.
    pub async fn activate(
        &self,
        activator: &Principal,
        id: &str,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Ruling<Activated>, PolicyError> {
        let former = match self.draft(id).await? {
            Ok(former) => former,
            Err(denial) => return Ok(Ruling::Denied(denial)),
        };
        if let Err(denial) = self.judge_act("activate", activator, &former, view) {
            return Ok(Ruling::Denied(
                self.missing_consent(&former, view).unwrap_or(denial),
            ));
        }
        let today = today(now);
        // The view may have changed since the draft was written.
        if let Some(denial) = refuse_draft(&former.content, view, today) {
            return Ok(Ruling::Denied(denial));
        }
        let all = self.store.list().await?;
        let predecessor = all
            .into_iter()
            .find(|other| other.state == AgreementState::Active && other.same_question(&former));
        if predecessor.is_some() && former.content.valid_from > today {
            let denial = Denial::new("agreement.not_yet").with("from", former.content.valid_from);
            return Ok(Ruling::Denied(denial));
        }
        let retired = predecessor.map(|old| next_revision(&old, AgreementState::Retired, activator, now));
        let agreement = next_revision(&former, AgreementState::Active, activator, now);
        let revisions: Vec<Agreement> = retired.iter().cloned().chain([agreement.clone()]).collect();
        let epoch = self.store.append(&revisions).await?;
        Ok(Ruling::Granted(Activated {
            agreement,
            retired,
            epoch,
        }))
    }

    /// Ends an agreement at once, or withdraws a draft. Returns the epoch after it.
    pub async fn revoke(
        &self,
        actor: &Principal,
        id: &str,
        view: &ViewFacts,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Ruling<(Agreement, u64)>, PolicyError> {
        let Some(former) = self.store.agreement(id).await? else {
            return Ok(Ruling::Denied(Denial::new("agreement.unknown").with("id", id)));
        };
        // An agreement whose content was altered must still be revocable; that is why nothing is checked here first.
        if let Err(denial) = self.judge_act("revoke", actor, &former, view) {
            return Ok(Ruling::Denied(denial));
        }
        let mut next = next_revision(&former, AgreementState::Revoked, actor, now);
        next.reason = Some(reason.chars().take(REASON_CHARS_MAX).collect());
        let epoch = self.store.append(std::slice::from_ref(&next)).await?;
        Ok(Ruling::Granted((next, epoch)))
    }

    async fn draft(&self, id: &str) -> Result<Result<Agreement, Denial>, PolicyError> {
        let Some(agreement) = self.store.agreement(id).await? else {
            return Ok(Err(Denial::new("agreement.unknown").with("id", id)));
        };
        if !agreement.is_as_approved() {
            return Err(PolicyError::Altered(agreement.id));
        }
        if agreement.state != AgreementState::Draft {
            return Ok(Err(Denial::new("agreement.not_draft").with("id", id)));
        }
        Ok(Ok(agreement))
    }

    fn judge_act(
        &self,
        action: &'static str,
        person: &Principal,
        agreement: &Agreement,
        view: &ViewFacts,
    ) -> Result<(), Denial> {
        // The facts must be those of the agreement's own view, or another view's provider could consent.
        if agreement.content.view != view.name {
            return Err(Denial::new("denial.error"));
        }
        let verdict = self.judge.ask(&Question {
            person: Ref::person(person.person()),
            action,
            resource: Ref::new("Agreement", &agreement.id),
            facts: &[
                facts::person(person),
                facts::view(view),
                facts::agreement(agreement),
            ],
            context: Vec::new(),
        });
        match verdict {
            Verdict::Permitted => Ok(()),
            Verdict::Undecidable => Err(Denial::new("denial.error")),
            Verdict::NotPermitted => Err(Denial::new("denial.not_allowed")),
            Verdict::Forbidden(policies) => {
                let is_own = policies.iter().any(|policy| policy.contains("not-as-"));
                let code = if is_own {
                    "agreement.own_benefit"
                } else {
                    "denial.not_allowed"
                };
                Err(Denial {
                    policies,
                    ..Denial::new(code)
                })
            }
        }
    }

    /// Names the first provider that has not approved, if that is what stands in the way of a draft.
    fn missing_consent(&self, agreement: &Agreement, view: &ViewFacts) -> Option<Denial> {
        let has_consented = |department: &DepartmentCode| {
            agreement.content.consumer == *department
                || agreement
                    .approvals
                    .iter()
                    .any(|approval| approval.department == *department)
        };
        let missing = view.providers.iter().find(|provider| !has_consented(provider))?;
        Some(Denial::new("agreement.consent_missing").with("department", missing))
    }
}

fn next_revision(former: &Agreement, state: AgreementState, by: &Principal, now: DateTime<Utc>) -> Agreement {
    Agreement {
        revision: former.revision.saturating_add(1),
        by: by.person().to_owned(),
        at: now,
        state,
        ..former.clone()
    }
}
