//! What a department may always read: its own rows, under an agreement that nobody has to sign. Cedar says whether, as
//! everywhere; the rest is here because there is no agreement to look up.

use chrono::{DateTime, NaiveDate, Utc};
use schemas::{PurposeCode, Treatment};

use crate::agreements::{Agreement, AgreementState, Draft, GrantLimits, Scope};
use crate::cedar::{Question, Verdict};
use crate::civil_day::today;
use crate::compile::compile;
use crate::decide::{Decision, Policy, ViewFacts};
use crate::denial::{Denial, Ruling};
use crate::error::PolicyError;
use crate::facts::{self, Ref};
use crate::identity::Principal;

/// The one purpose for which a provider reads what it sent: to see that it is right.
const PURPOSE: &str = "own_data";

impl Policy {
    /// Whether this person may read a view that holds their department's own rows and nobody else's. Everyone else hears
    /// what they would hear about a name that does not exist.
    ///
    /// INVARIANT (purpose-bound): the purpose is fixed, so there is none to declare; the entry names the agreement `own`.
    pub async fn decide_own(
        &self,
        principal: &Principal,
        view: &ViewFacts,
        now: DateTime<Utc>,
    ) -> Result<Decision, PolicyError> {
        let verdict = self.judge.ask(&Question {
            person: Ref::person(principal.person()),
            action: "read_own_feed",
            resource: Ref::view(view),
            facts: &[facts::person(principal), facts::view(view)],
            context: Vec::new(),
        });
        if verdict != Verdict::Permitted {
            return Ok(Ruling::Denied(Denial::unknown_relation(view.name.as_str())));
        }
        let Some(agreement) = standing(principal, view, now) else {
            return Ok(Ruling::Denied(Denial::new("denial.error")));
        };
        let epoch = self.store.epoch().await?;
        Ok(match compile(&agreement, principal, view, epoch, now) {
            Ok(grant) => Ruling::Granted(grant),
            Err(denial) => Ruling::Denied(denial),
        })
    }
}

/// The agreement of a department with itself: all rows, every column as it is stored. What is stored as a token stays one.
fn standing(principal: &Principal, view: &ViewFacts, now: DateTime<Utc>) -> Option<Agreement> {
    let day: NaiveDate = today(now);
    let content = Draft {
        consumer: principal.department().clone(),
        role: principal.role(),
        view: view.name.clone(),
        purpose: PurposeCode::parse(PURPOSE).ok()?,
        scope: Scope::All,
        columns: (view.columns.iter())
            .map(|column| (column.name.clone(), Treatment::Clear))
            .collect(),
        aggregation: None,
        // The hub's own limits apply.
        limits: GrantLimits {
            rows_max: u64::MAX,
            bytes_max: u64::MAX,
        },
        valid_from: day,
        valid_to: day,
        basis: PURPOSE.to_owned(),
    };
    Some(Agreement {
        id: format!("own/{}", view.name),
        revision: 1,
        content_hash: content.content_hash(),
        content,
        author: principal.person().to_owned(),
        author_department: principal.department().clone(),
        by: principal.person().to_owned(),
        at: now,
        approvals: Vec::new(),
        state: AgreementState::Active,
        reason: None,
    })
}
