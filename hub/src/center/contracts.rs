//! A changed contract tried out on the originals of its feed. Counts leave the house, rows never do.

use audit::ActKind;
use policy::{Action, Ruling};
use schemas::Contract;
use schemas::contract::evolution;
use serde_json::{Value, json};

use super::Center;
use super::submissions::problem;
use crate::front::{Caller, Problem};

impl Center {
    /// The feed's provider may try a contract on its own files, and whoever runs the hub on anybody's.
    pub(super) async fn rehearsed(&self, caller: &Caller, text: &str) -> Result<Value, Problem> {
        let contract = Contract::from_yaml(text).map_err(|fault| {
            // What a parser says of a broken document stays with its author's own tools.
            let detail = if fault.code() == "contract.syntax" {
                ""
            } else {
                fault.detail()
            };
            let refused = Problem::new(422, "22023", fault.code());
            refused.with("place", fault.place()).with("detail", detail)
        })?;
        let old = self
            .contracts
            .get(contract.id())
            .ok_or_else(|| problem(&intake::IntakeError::without_contract(contract.id())))?
            .clone();
        let subject = json!({
            "act": "rehearse_contract", "feed": contract.id(), "version": contract.version(), "old": old.version(),
        });
        let own = Action::ReadOwnSubmission {
            department: old.department().clone(),
        };
        if let Ruling::Denied(_) = self.policy.authorize(caller.signed_in.principal(), &own) {
            self.permitted(caller, &Action::ManageSystem, subject.clone())
                .await?;
        }
        // Originals are read: that is on record before the first of them is opened.
        self.noted(caller, ActKind::System, subject).await?;
        let changes = evolution::changes(&old, &contract);
        let needed = evolution::needed(&changes);
        let allowed = evolution::is_version_allowed(old.version(), contract.version(), needed);
        let rehearsal = self
            .intake
            .rehearse(contract)
            .await
            .map_err(|error| problem(&error))?;
        let mut answer = serde_json::to_value(&rehearsal).map_err(Problem::internal)?;
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("version_allowed".to_owned(), allowed.into());
            answer.insert("changes".to_owned(), changes.len().into());
        }
        Ok(answer)
    }
}
