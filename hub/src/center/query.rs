//! The query service behind every protocol: read, decide, record, then run in a worker. No gateway reaches an engine
//! by another way.

use std::sync::Arc;

use audit::{ActKind, Closing, Outcome};
use chrono::{DateTime, NaiveDate, Utc};
use engine::{
    Answer, AnswerMeta, Described, DutyRows, OpenedView, Parameter, QueryLimits, Shown, Statement, Task, View,
};
use policy::{Condition, Denial, Grant, Ruling, seal};
use schemas::{FeedId, Treatment, ViewName};
use serde_json::json;
use tokio::time::Instant;

use super::Center;
use super::books::{act_of, close};
use super::keys;
use crate::front::{Caller, Problem, day_end};

/// What a statement may read: one grant per view, in the order of the names.
pub(super) struct Opening {
    pub(super) grants: Vec<Grant>,
    pub(super) views: Vec<View>,
    pub(super) decided_at: DateTime<Utc>,
    versions: Vec<(FeedId, i64)>,
    snapshots: Vec<lake::Snapshot>,
    /// For views that tell how duties stand.
    duties: Option<DutyRows>,
    /// For statements that ask what there is.
    shown: Option<Arc<Shown>>,
}

impl Center {
    pub(super) async fn read_statements(
        &self,
        caller: &Caller,
        sql: &str,
    ) -> Result<Vec<Statement>, Problem> {
        let read = self.query_workers.classify(sql).await;
        if let Err(problem) = &read {
            // Texts that cannot be read are attempts like any other; their words stay out of the log.
            let act = act_of(ActKind::Query, caller, json!({"sql_bytes": sql.len()}));
            self.books
                .record(act, Closing::new(Outcome::Failed, json!({"code": problem.code})))
                .await?;
        }
        read
    }

    pub(super) async fn describe_statement(
        &self,
        caller: &Caller,
        statement: &Statement,
    ) -> Result<Described, Problem> {
        let opening = self.open_views(caller, statement).await?;
        let task = self.task(&query_id(), statement, Vec::new(), &opening);
        self.query_workers.describe(task).await
    }

    /// INVARIANT (one-door): rows leave the lake only through here, each leaf under a grant decided for this caller.
    pub(super) async fn run_statement(
        &self,
        caller: &Caller,
        statement: &Statement,
        parameters: Vec<Parameter>,
    ) -> Result<Answer, Problem> {
        let place = self
            .admission
            .enter(caller.signed_in.principal().department())
            .await?;
        let mut opening = self.open_views(caller, statement).await?;
        if opening.shown.is_some() && opening.views.is_empty() {
            return self
                .look_around(caller, statement, parameters, opening, place)
                .await;
        }
        let query_id = query_id();
        let asked = self
            .keys_asked(caller, &query_id, statement, &parameters, &opening)
            .await?;
        let mut meta = meta(&query_id, &opening);
        keys::note(&asked, &mut meta);
        let subject = json!({
            "query_id": query_id,
            "sql": engine::normalised(&statement.sql),
            "via": caller.via.as_str(),
            "views": meta.opened,
            "versions": meta.versions,
            "as_of": caller.as_of,
            "epoch": meta.epoch,
        });
        let entry = self.books.open(act_of(ActKind::Query, caller, subject)).await?;
        if let Err(problem) = self.admit_keys(caller, asked, &mut opening, &mut meta).await {
            close(entry, keys::refusal(&problem)).await?;
            return Err(problem);
        }
        let task = self.task(&query_id, statement, parameters, &opening);
        let deadline = Instant::now() + self.config.limits.query_time();
        match self.query_workers.run(task, deadline).await {
            Ok(rows) => {
                let guarded = self.revocations.guard(rows.batches, opening.grants, place);
                Ok(Answer::new(entry, rows.schema, meta, guarded))
            }
            Err(problem) => {
                close(
                    entry,
                    Closing::new(Outcome::Failed, json!({"code": problem.code})),
                )
                .await?;
                Err(problem)
            }
        }
    }

    /// Decides on every relation the statement names. The first that may not be read ends it, on record.
    async fn open_views(&self, caller: &Caller, statement: &Statement) -> Result<Opening, Problem> {
        let now = chrono::Utc::now();
        let session = policy::Session::new(caller.signed_in.principal(), caller.purpose.clone(), caller.via);
        let (mut grants, mut views) = (Vec::new(), Vec::new());
        for relation in statement
            .relations
            .iter()
            .filter(|relation| !engine::describes(relation))
        {
            let name = relation.strip_prefix("public.").unwrap_or(relation);
            let name_of_view = ViewName::parse(name).ok();
            let shared = name_of_view.as_ref().and_then(|name| self.views.get(name));
            let own = name_of_view.as_ref().and_then(|name| self.own_views.get(name));
            let view = shared.or(own);
            let decision = match (shared, own) {
                (Some(view), _) => self.policy.decide(&session, &self.facts_of_view(view), now).await,
                (None, Some(own)) => {
                    let principal = caller.signed_in.principal();
                    self.policy
                        .decide_own(principal, &self.facts_of_view(own), now)
                        .await
                }
                (None, None) => Ok(Ruling::Denied(Denial::unknown_relation(name))),
            };
            let decision = decision.map_err(Problem::internal)?;
            match (decision, view) {
                (Ruling::Granted(grant), Some(view)) => {
                    grants.push(grant);
                    views.push(view.clone());
                }
                (Ruling::Denied(denial), _) => {
                    let subject =
                        json!({"act": "query", "view": known(view, name), "via": caller.via.as_str()});
                    return Err(self.books.denied(caller, subject, &denial).await);
                }
                (Ruling::Granted(_), None) => return Err(Problem::internal("a grant for no view")),
            }
        }
        let (versions, snapshots) = self.pinned(&views, caller.as_of).await?;
        let shown = match statement.describes {
            true => Some(self.shown_to(caller, &session, now).await?),
            false => None,
        };
        let duties = match views.iter().any(View::reads_duties) {
            true => Some(self.duty_rows(now).await?),
            false => None,
        };
        Ok(Opening {
            grants,
            views,
            duties,
            decided_at: now,
            versions,
            snapshots,
            shown,
        })
    }

    /// Every input at the version of one step of the lake, so that a query never sees half of two submissions.
    ///
    /// INVARIANT (whole-submission): only settled versions are opened; a commit that is not in the registry yet is
    /// not visible yet.
    async fn pinned(
        &self,
        views: &[View],
        as_of: Option<NaiveDate>,
    ) -> Result<(Vec<(FeedId, i64)>, Vec<lake::Snapshot>), Problem> {
        // Tools ask the catalogue in storms; none of those questions needs the registry.
        if views.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let seq = match as_of {
            None => self.registry.lake_seq().await,
            Some(day) => self.registry.lake_seq_before(day_end(day)?).await,
        };
        let seq = seq.map_err(Problem::internal)?;
        let at = self.registry.versions_at(seq).await.map_err(Problem::internal)?;
        let inputs: std::collections::BTreeSet<&FeedId> =
            views.iter().flat_map(|view| view.inputs()).collect();
        let (mut versions, mut snapshots) = (Vec::new(), Vec::new());
        for feed in inputs {
            let table = self
                .feeds
                .get(feed)
                .ok_or_else(|| Problem::internal("a view reads a feed that is not there"))?;
            // A feed nobody has reported yet is the empty table that its creation left at version 0.
            let version = at.get(feed).copied().unwrap_or(0);
            snapshots.push(table.snapshot_at(version).await.map_err(Problem::internal)?);
            versions.push((feed.clone(), version));
        }
        Ok((versions, snapshots))
    }

    pub(super) fn task(
        &self,
        query_id: &str,
        statement: &Statement,
        parameters: Vec<Parameter>,
        opening: &Opening,
    ) -> Task {
        let limits = &self.config.limits;
        Task {
            query_id: query_id.to_owned(),
            sql: statement.sql.clone(),
            parameters,
            grants: opening
                .grants
                .iter()
                .map(|grant| seal(grant, &self.boot_key, query_id))
                .collect(),
            views: opening.views.clone(),
            snapshots: opening.snapshots.clone(),
            rates: opening
                .views
                .iter()
                .any(View::reads_params)
                .then(|| self.rates.clone()),
            duties: opening.duties.clone(),
            limits: QueryLimits {
                memory_bytes: limits.memory_bytes,
                rows_max: limits.rows,
                bytes_max: limits.bytes,
                seconds_max: limits.query_seconds,
            },
            shown: opening.shown.as_deref().cloned(),
            explain: false,
        }
    }
}

pub(super) fn query_id() -> String {
    format!("qry_{}", uuid::Uuid::now_v7().simple())
}

/// The name for the audit entry: as typed only if it is a view's name. Anything else may be data in the wrong place.
fn known<'a>(view: Option<&View>, name: &'a str) -> Option<&'a str> {
    view.map(|_| name)
}

fn meta(query_id: &str, opening: &Opening) -> AnswerMeta {
    let opened = opening.grants.iter().map(|grant| OpenedView {
        view: grant.view().clone(),
        agreement: grant.agreement().to_owned(),
        revision: grant.revision(),
        grant_digest: grant.digest(),
        masks: grant
            .columns()
            .iter()
            .filter(|(_, how)| *how != Treatment::Clear)
            .cloned()
            .collect(),
        scope: words(grant.condition()),
        keys: None,
    });
    AnswerMeta {
        query_id: query_id.to_owned(),
        opened: opened.collect(),
        versions: opening.versions.clone(),
        epoch: opening.grants.iter().map(Grant::epoch).max().unwrap_or_default(),
    }
}

/// A condition as people read it. Values here are county codes and minimum counts, never data.
fn words(condition: &Condition) -> String {
    match condition {
        Condition::All => "all".to_owned(),
        Condition::In { column, values } => format!("{column} in ({})", values.join(", ")),
        Condition::AtLeast { column, min } => format!("{column} >= {min}"),
        Condition::Keyed { column, .. } => format!("{column} among the named keys"),
        Condition::And(parts) => parts.iter().map(words).collect::<Vec<_>>().join(" and "),
    }
}
