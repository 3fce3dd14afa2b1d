//! What there is: feeds, views, agreements. The catalogue tells names and meanings to every signed-in department;
//! what may be queried is another question.

use audit::{ActKind, Filter};
use policy::{Action, AgreementStore, Ruling};
use serde_json::{Value, json};

use super::Center;
use crate::feeds_shown;
use crate::front::{Caller, LeadModel, Page, PageAsked, Problem};

impl Center {
    pub(super) async fn feeds(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        self.permitted(caller, &Action::BrowseCatalogue, json!({"act": "catalogue"}))
            .await?;
        Ok(feeds_shown::all(&self.contracts))
    }

    pub(super) async fn shared_views(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        self.permitted(caller, &Action::BrowseCatalogue, json!({"act": "catalogue"}))
            .await?;
        // INVARIANT (same-silence): an unlisted view is not in the list of those without an agreement, whoever asks.
        let listed = self.views.values().filter(|view| !view.unlisted());
        let shown = listed.map(|view| {
            json!({
                "name": view.name(),
                "title": view.title(),
                "owner": view.owner(),
                "grain": view.grain(),
                "basis": view.basis(),
                "scopes": view.scopes(),
                "inputs": view.inputs(),
                "model": view.model(),
                "columns": view.columns().iter().map(|column| json!({
                    "name": column.name,
                    "comment": column.comment,
                    "class": column.class,
                    "level": column.level,
                })).collect::<Vec<_>>(),
            })
        });
        Ok(shown.collect())
    }

    /// The comparison models among the views, by their numbers.
    pub(super) fn lead_models(&self) -> Vec<LeadModel> {
        let model = |view: &engine::View| {
            Some(LeadModel {
                id: view.model()?.id.clone(),
                view: view.name().clone(),
            })
        };
        let mut models: Vec<LeadModel> = self.views.values().filter_map(model).collect();
        models.sort_by(|a, b| a.id.cmp(&b.id));
        models
    }

    pub(super) async fn known_agreements(&self, caller: &Caller) -> Result<Vec<Value>, Problem> {
        let mut seen = Vec::new();
        for agreement in self.registry.list().await.map_err(Problem::internal)? {
            let facts = self.facts_even_if_absent(&agreement.content.view);
            let providers = facts.map(|facts| facts.providers).unwrap_or_default();
            let action = Action::ReadAgreement {
                consumer: agreement.content.consumer.clone(),
                providers,
            };
            if let Ruling::Granted(()) = self.policy.authorize(caller.signed_in.principal(), &action) {
                seen.push(serde_json::to_value(&agreement).map_err(Problem::internal)?);
            }
        }
        Ok(seen)
    }

    pub(super) async fn entries(&self, caller: &Caller, page: PageAsked) -> Result<Page, Problem> {
        self.permitted(caller, &Action::ReadAudit, json!({"act": "read_audit"}))
            .await?;
        self.noted(caller, ActKind::System, json!({"act": "read_audit"}))
            .await?;
        let wanted = usize::try_from(page.items_max).unwrap_or(usize::MAX);
        let skip = usize::try_from(page.after).unwrap_or(usize::MAX);
        let filter = Filter {
            limit: Some(skip.saturating_add(wanted)),
            ..Filter::default()
        };
        let folder = self.folder.audit();
        let read = tokio::task::spawn_blocking(move || audit::read(&folder, &filter)).await;
        let newest_last = read.map_err(Problem::internal)?.map_err(Problem::internal)?;
        let values = newest_last.iter().rev().skip(skip).map(serde_json::to_value);
        let items: Vec<Value> = values.collect::<Result<_, _>>().map_err(Problem::internal)?;
        let next = (items.len() == wanted).then(|| page.after + u64::from(page.items_max));
        Ok(Page { items, next })
    }

    pub(super) async fn verified(&self, caller: &Caller) -> Result<Value, Problem> {
        self.permitted(caller, &Action::VerifyAudit, json!({"act": "verify_audit"}))
            .await?;
        self.noted(caller, ActKind::System, json!({"act": "verify_audit"}))
            .await?;
        let (folder, key) = (self.folder.audit(), self.verifying_key.clone());
        let verified = tokio::task::spawn_blocking(move || audit::verify(&folder, &key)).await;
        Ok(match verified.map_err(Problem::internal)? {
            Ok(found) => json!({
                "verified": true,
                "records": found.entries,
                "heads": found.heads,
                "root": found.root.to_string(),
                "unsigned": found.unsigned,
                "open": found.open,
            }),
            Err(fault) => json!({"verified": false, "record": fault.seq, "what": fault.to_string()}),
        })
    }
}
