//! Whether a session may query a view, and how: Cedar says whether, the agreement says how.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemas::{DataClass, DepartmentCode, Level, PurposeCode, ViewName};

use crate::agreements::{Agreement, AgreementStore, ScopeKind};
use crate::cedar::{Judge, Question, Verdict};
use crate::civil_day::today;
use crate::compile::{compile, released_levels};
use crate::denial::{Denial, Ruling};
use crate::error::PolicyError;
use crate::facts::{self, Ref, Value, day_number, level_number};
use crate::grant::Grant;
use crate::identity::Session;

/// What a decision needs to know about a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewFacts {
    pub name: ViewName,
    pub owner: DepartmentCode,
    /// In the view's order.
    pub columns: Vec<ColumnFacts>,
    /// Hidden from the catalogue; without an agreement its name does not exist.
    pub unlisted: bool,
    /// The kinds of scope by which it may be shared.
    pub scopes: BTreeSet<ScopeKind>,
    /// The departments whose feeds the view reads. Each of them must have agreed to the sharing.
    pub providers: Vec<DepartmentCode>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFacts {
    pub name: String,
    pub class: DataClass,
    pub level: Level,
}

const NO_AGREEMENT: &str = "denial.no_agreement";

/// The outcome of a question about a view.
pub type Decision = Ruling<Grant>;

/// The policies and the agreements.
#[derive(Clone)]
pub struct Policy {
    pub(crate) store: Arc<dyn AgreementStore>,
    pub(crate) judge: Arc<Judge>,
}

impl Policy {
    /// Parses the embedded policies and validates them strictly.
    pub fn new(store: Arc<dyn AgreementStore>) -> Result<Policy, PolicyError> {
        Ok(Policy {
            store,
            judge: Arc::new(Judge::embedded()?),
        })
    }

    /// Whether this session may query this view now. Errors of the store are errors; errors of a policy are denials.
    /// A name that is no view at all is not for here: the caller answers it with `Denial::unknown_relation`.
    pub async fn decide(
        &self,
        session: &Session,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Decision, PolicyError> {
        match self.decide_openly(session, view, now).await? {
            Ok(grant) => Ok(Ruling::Granted(grant)),
            // INVARIANT (same-silence): whatever the reason, an unlisted view is denied as a name that does not exist.
            Err(denial) if view.unlisted => {
                tracing::info!(view.name = %view.name, denial.code = denial.code, "an unlisted view was denied");
                Ok(Ruling::Denied(Denial::unknown_relation(view.name.as_str())))
            }
            Err(denial) => Ok(Ruling::Denied(denial)),
        }
    }

    async fn decide_openly(
        &self,
        session: &Session,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Result<Grant, Denial>, PolicyError> {
        let principal = &session.principal;
        // INVARIANT (purpose-bound): without a declared purpose there is no agreement to look for. The policies compare
        // the purpose a second time.
        let Some(purpose) = &session.purpose else {
            return Ok(Err(Denial::new("denial.no_purpose")));
        };
        // Before the agreement: if one is revoked in between, the grant carries the older epoch and is cut.
        let epoch = self.store.epoch().await?;
        let (department, role) = (principal.department(), principal.role());
        let agreement = self
            .store
            .active(department, role, purpose, &view.name, today(now))
            .await?;
        if let Some(altered) = agreement.as_ref().filter(|agreement| !agreement.is_as_approved()) {
            tracing::error!(agreement.id = %altered.id, "a stored agreement is not what was approved");
            return Ok(Err(Denial::new("denial.error")));
        }
        match (
            self.judge_query(session, purpose, view, agreement.as_ref(), now),
            agreement,
        ) {
            (Ok(()), Some(agreement)) => Ok(compile(&agreement, principal, view, epoch, now)),
            // The policies permit nothing without an agreement; asking again costs nothing.
            (Ok(()), None) => Ok(Err(Denial::new("denial.error"))),
            (Err(denial), None) if denial.code == NO_AGREEMENT && !view.unlisted => {
                let ended = self
                    .store
                    .ended(department, role, purpose, &view.name, today(now))
                    .await?;
                let until = ended.map(|ended| ended.content.valid_to);
                Ok(Err(until.map_or(denial, |until| {
                    Denial::new("denial.agreement_expired").with("until", until)
                })))
            }
            (Err(denial), _) => Ok(Err(denial)),
        }
    }

    fn judge_query(
        &self,
        session: &Session,
        purpose: &PurposeCode,
        view: &ViewFacts,
        agreement: Option<&Agreement>,
        now: DateTime<Utc>,
    ) -> Result<(), Denial> {
        let levels = agreement.map(|agreement| released_levels(&agreement.content, view));
        let (released, clear) = levels.unwrap_or_default();
        let mut known = vec![facts::person(&session.principal), facts::view(view)];
        let mut context = vec![
            ("purpose", Value::Ref(Ref::purpose(purpose))),
            ("today", Value::Long(day_number(today(now)))),
            ("released_level", Value::Long(released.map_or(0, level_number))),
            ("clear_level", Value::Long(clear.map_or(0, level_number))),
        ];
        if let Some(agreement) = agreement {
            let fact = facts::agreement(agreement);
            context.push(("agreement", Value::Ref(fact.of.clone())));
            known.push(fact);
        }
        let verdict = self.judge.ask(&Question {
            person: Ref::person(session.principal.person()),
            action: "query",
            resource: Ref::view(view),
            facts: &known,
            context,
        });
        match verdict {
            Verdict::Permitted => Ok(()),
            Verdict::Undecidable => Err(Denial::new("denial.error")),
            Verdict::NotPermitted => Err(Denial::new(NO_AGREEMENT)
                .with("view", &view.name)
                .with("purpose", purpose)
                .with("owner", &view.owner)),
            Verdict::Forbidden(policies) => Err(forbidden(policies, purpose, view)),
        }
    }

    /// Counts the changes of what is active; see `AgreementStore::epoch`.
    pub async fn epoch(&self) -> Result<u64, PolicyError> {
        Ok(self.store.epoch().await?)
    }
}

/// The reason to tell when several policies forbid: the one the person can do least about comes first.
fn forbidden(policies: Vec<String>, purpose: &PurposeCode, view: &ViewFacts) -> Denial {
    let by = |name: &str| policies.iter().any(|policy| policy == name);
    let denial = if by("query-not-by-administrators") {
        Denial::new("denial.not_allowed")
    } else if by("query-for-own-purposes") {
        Denial::new("denial.purpose_not_allowed").with("purpose", purpose)
    } else if by("query-with-consent-of-providers") {
        Denial::new("denial.consent_missing").with("view", &view.name)
    } else if by("query-within-clearance") {
        Denial::new("denial.clearance").with("view", &view.name)
    } else if by("query-no-clear-l4") {
        Denial::new("denial.level_clear").with("view", &view.name)
    } else {
        Denial::new("denial.not_allowed")
    };
    Denial { policies, ..denial }
}
