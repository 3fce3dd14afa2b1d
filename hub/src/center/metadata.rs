//! Questions about what there is: what a person may know of the shared views, and the one audit entry of a session that
//! covers them. They need no purpose and no agreement; they read no row of any feed.

use std::sync::Arc;

use audit::ActKind;
use chrono::{DateTime, Utc};
use engine::{Answer, AnswerMeta, Covering, Parameter, ParameterType, Shown, ShownView, Statement, View};
use policy::{Action, Decision, Ruling, Session};
use serde_json::json;
use tokio::time::Instant;

use super::Center;
use super::admission::Place;
use super::books::act_of;
use super::query::{Opening, query_id};
use crate::front::{Caller, Problem, ShownAt};

impl Center {
    /// Answers a statement that reads no view.
    pub(super) async fn look_around(
        &self,
        caller: &Caller,
        statement: &Statement,
        parameters: Vec<Parameter>,
        opening: Opening,
        place: Place,
    ) -> Result<Answer, Problem> {
        let covering = self.covering(caller).await?;
        let query_id = query_id();
        let task = self.task(&query_id, statement, parameters, &opening);
        let deadline = Instant::now() + self.config.limits.query_time();
        match self.query_workers.run(task, deadline).await {
            Ok(rows) => {
                let meta = AnswerMeta {
                    query_id,
                    ..AnswerMeta::default()
                };
                let guarded = self.revocations.guard(rows.batches, vec![], place);
                Ok(Answer::covered(covering, rows.schema, meta, guarded))
            }
            Err(problem) => {
                covering.refused();
                Err(problem)
            }
        }
    }

    /// The entry under which this connection looks around, opened with its first question for a purpose.
    async fn covering(&self, caller: &Caller) -> Result<Arc<Covering>, Problem> {
        let mut kept = caller.sitting.kept().await;
        if let Some((purpose, covering)) = &kept.covering
            && *purpose == caller.purpose
        {
            return Ok(Arc::clone(covering));
        }
        let subject = json!({"act": "look_around", "via": caller.via.as_str()});
        let entry = self.books.open(act_of(ActKind::Query, caller, subject)).await?;
        let covering = Arc::new(Covering::new(entry));
        kept.covering = Some((caller.purpose.clone(), Arc::clone(&covering)));
        Ok(covering)
    }

    /// What the caller may know of the shared views now.
    pub(super) async fn shown_to(
        &self,
        caller: &Caller,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Result<Arc<Shown>, Problem> {
        let at = ShownAt {
            purpose: caller.purpose.clone(),
            // Before the agreements are read: a change in between is seen the next time.
            epoch: self.policy.epoch().await.map_err(Problem::internal)?,
            hour: now.timestamp().div_euclid(3600),
        };
        let mut kept = caller.sitting.kept().await;
        if let Some((known, shown)) = &kept.shown
            && *known == at
        {
            return Ok(Arc::clone(shown));
        }
        let shown = Arc::new(self.made_for(caller, session, now).await?);
        kept.shown = Some((at, Arc::clone(&shown)));
        Ok(shown)
    }

    async fn made_for(
        &self,
        caller: &Caller,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Result<Shown, Problem> {
        let principal = caller.signed_in.principal();
        let may_browse = self
            .policy
            .authorize(principal, &Action::BrowseCatalogue)
            .is_granted();
        let mut views = Vec::new();
        for view in self.views.values() {
            let Some(types) = self.view_types.get(view.name()) else {
                continue;
            };
            let facts = self.facts_of_view(view);
            let decision = self.policy.decide(session, &facts, now).await;
            let decision = decision.map_err(Problem::internal)?;
            views.extend(seen(view, types, &decision, may_browse));
        }
        Ok(Shown {
            person: principal.person().to_owned(),
            views,
        })
    }
}

/// INVARIANT (same-silence): a view that is unlisted is shown to those it is granted to, and to nobody else; of a view
/// that is granted, only the released columns are shown.
fn seen(view: &View, types: &[ParameterType], decision: &Decision, may_browse: bool) -> Option<ShownView> {
    match decision {
        Ruling::Granted(grant) => {
            let released: Vec<&str> = grant.columns().iter().map(|(name, _)| name.as_str()).collect();
            Some(ShownView::new(view, types, Some(&released)))
        }
        Ruling::Denied(_) if may_browse && !view.unlisted() => Some(ShownView::new(view, types, None)),
        Ruling::Denied(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use engine::{ParameterType, View};
    use policy::{Denial, Ruling};

    use super::seen;

    #[test]
    fn an_unlisted_view_is_not_shown_to_those_who_may_not_read_it() {
        let listed = engine::embedded_views().unwrap().remove(0);
        let unlisted = listed
            .text()
            .replacen("-- owner:", "-- unlisted: true\n-- owner:", 1);
        let unlisted = View::parse(&unlisted).unwrap();
        let types = vec![ParameterType::Text; listed.columns().len()];
        let denied = || Ruling::Denied(Denial::unknown_relation("v_something"));
        let shown = seen(&listed, &types, &denied(), true).unwrap();
        assert!(!shown.granted && shown.columns.len() == types.len());
        assert!(seen(&unlisted, &types, &denied(), true).is_none());
        assert!(seen(&listed, &types, &denied(), false).is_none());
    }
}
