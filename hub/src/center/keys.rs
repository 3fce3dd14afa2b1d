//! Keyed views on the way of a query: which keys it names is asked of a worker, put on record as counts and marks, and
//! charged before a row flows. Keys themselves go from the question into the sealed grant and nowhere else.

use std::collections::BTreeMap;

use audit::{ActKind, Closing, Outcome};
use chrono::{DateTime, Utc};
use engine::{AnswerMeta, KeysNamed, Kind, Parameter, Statement};
use policy::{Admitted, Denial, Ruling, day_end, today};
use schemas::ViewName;
use serde_json::json;

use super::Center;
use super::books::{act_of, problem_of};
use super::query::Opening;
use crate::front::{Caller, Problem};

/// By view: each named key with its mark.
pub(super) type Asked = BTreeMap<ViewName, BTreeMap<String, String>>;

impl Center {
    /// The keys a question names on its keyed views. Costs nothing, and a plan costs nothing later either: `EXPLAIN`
    /// reads no row.
    pub(super) async fn keys_asked(
        &self,
        caller: &Caller,
        query_id: &str,
        statement: &Statement,
        parameters: &[Parameter],
        opening: &Opening,
    ) -> Result<Asked, Problem> {
        let keyed = |view: &str| {
            let mut grants = opening.grants.iter();
            let grant = grants.find(|grant| grant.view().as_str() == view)?;
            Some((grant.view().clone(), grant.condition().keyed()?.0.to_owned()))
        };
        let is_keyed = opening
            .grants
            .iter()
            .any(|grant| grant.condition().keyed().is_some());
        if !is_keyed || statement.kind == Kind::Explain {
            return Ok(Asked::new());
        }
        let task = self.task(query_id, statement, parameters.to_vec(), opening);
        let named = match self.query_workers.keys(task).await {
            Ok(named) => named,
            Err(problem) => {
                let subject = json!({
                    "query_id": query_id,
                    "sql": engine::normalised(&statement.sql),
                    "via": caller.via.as_str(),
                    "views": opening.views.iter().map(engine::View::name).collect::<Vec<_>>(),
                });
                let act = act_of(ActKind::Query, caller, subject);
                self.books.record(act, refusal(&problem)).await?;
                return Err(problem);
            }
        };
        let mut asked = Asked::new();
        for (view, keys) in named {
            // A view that is not among the keyed ones has no keys to name; `admit` would refuse it.
            let Some((view, column)) = keyed(&view) else {
                return Err(Problem::internal("keys for a view that is not keyed"));
            };
            let marked = |key: String| {
                let mark = self.key_marks.token(&format!("{column}={key}"));
                (key, mark)
            };
            asked.insert(view, keys.into_iter().map(marked).collect());
        }
        Ok(asked)
    }

    /// Charges what was asked and puts it into the grants; all of it or, if a quota does not suffice, nothing.
    pub(super) async fn admit_keys(
        &self,
        caller: &Caller,
        asked: Asked,
        opening: &mut Opening,
        meta: &mut AnswerMeta,
    ) -> Result<(), Problem> {
        if asked.is_empty() {
            return Ok(());
        }
        let grant = |view: &ViewName| opening.grants.iter().find(|grant| grant.view() == view).cloned();
        let asked = asked
            .into_iter()
            .filter_map(|(view, keys)| Some((grant(&view)?, keys)));
        let (asked, principal) = (asked.collect(), caller.signed_in.principal());
        let ruling = self.policy.admit(principal, asked, opening.decided_at).await;
        let admitted = match ruling.map_err(Problem::internal)? {
            Ruling::Granted(admitted) => admitted,
            Ruling::Denied(denial) => return Err(refused(&denial, opening.decided_at)),
        };
        for Admitted { grant, fresh, left } in admitted {
            let opened = meta.opened.iter_mut().find(|opened| opened.view == *grant.view());
            if let Some(keys) = opened.and_then(|opened| opened.keys.as_mut()) {
                (keys.fresh, keys.left) = (Some(fresh), Some(left));
            }
            if let Some(place) = opening
                .grants
                .iter_mut()
                .find(|known| known.view() == grant.view())
            {
                *place = grant;
            }
        }
        Ok(())
    }
}

/// What the audit entry may know of the keys before they are charged.
pub(super) fn note(asked: &Asked, meta: &mut AnswerMeta) {
    for opened in &mut meta.opened {
        opened.keys = asked.get(&opened.view).map(|keys| KeysNamed {
            named: keys.len(),
            marks: keys.values().cloned().collect(),
            fresh: None,
            left: None,
        });
    }
}

/// The end of a question that got no row: denied for want of keys or quota, or failed for whatever else.
pub(super) fn refusal(problem: &Problem) -> Closing {
    let outcome = match problem.sqlstate {
        "42501" | "53400" => Outcome::Denied,
        _ => Outcome::Failed,
    };
    Closing::new(outcome, json!({"code": problem.code}))
}

/// A spent quota is no lack of rights: it is there again after midnight.
fn refused(denial: &Denial, now: DateTime<Utc>) -> Problem {
    let problem = problem_of(denial);
    if denial.code != "denial.quota" {
        return problem;
    }
    let wait = day_end(today(now)).map(|midnight| (midnight - now).num_seconds());
    let wait = wait
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or_default();
    Problem {
        status: 429,
        ..problem
    }
    .retry_after(wait.max(1))
}
