//! `taxhub agreement list|show|propose|approve|activate|revoke`: the life of sharing agreements, at a running hub.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::told::{Refused, Told, lines};
use crate::client::{Client, Saved};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
    #[arg(long, global = true)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Act {
    /// Agreements in which the own department takes part
    List,
    /// One agreement, whole
    Show { id: String },
    /// Propose the agreement in a JSON file
    Propose { file: PathBuf },
    /// Consent for the own department, which provides the data
    Approve { id: String },
    /// Put an approved agreement into force
    Activate { id: String },
    /// End an agreement at once
    Revoke {
        id: String,
        #[arg(long)]
        reason: String,
    },
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match act(&arguments).await {
        Ok(agreements) if arguments.json || matches!(arguments.act, Act::Show { .. }) => {
            agreements.iter().for_each(|agreement| told.document(agreement));
            ExitCode::SUCCESS
        }
        Ok(agreements) => {
            agreements
                .iter()
                .for_each(|agreement| told.line(&words(agreement)));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn act(arguments: &Arguments) -> Result<Vec<Value>, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let sent = match &arguments.act {
        Act::List => return list(&client).await,
        Act::Show { id } => {
            let mut all = list(&client).await?;
            all.retain(|agreement| agreement.get("id").and_then(Value::as_str) == Some(id));
            return if all.is_empty() {
                Err(Refused::failed("hub.unknown_agreement"))
            } else {
                Ok(all)
            };
        }
        Act::Propose { file } => {
            let text = std::fs::read_to_string(file).map_err(|_| Refused::failed("cli.file_unreadable"))?;
            let draft: Value =
                serde_json::from_str(&text).map_err(|_| Refused::failed("cli.draft_unreadable"))?;
            client.request(Method::POST, "/v1/agreements").json(&draft)
        }
        Act::Approve { id } => client.request(Method::POST, &format!("/v1/agreements/{id}/approve")),
        Act::Activate { id } => client.request(Method::POST, &format!("/v1/agreements/{id}/activate")),
        Act::Revoke { id, reason } => client
            .request(Method::POST, &format!("/v1/agreements/{id}/revoke"))
            .json(&json!({"reason": reason})),
    };
    Ok(vec![client.document(sent).await?])
}

async fn list(client: &Client) -> Result<Vec<Value>, Refused> {
    let answer = client.get("/v1/agreements").await?;
    Ok(answer
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

fn words(agreement: &Value) -> String {
    let text = |key: &str| match agreement.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "–".to_owned(),
    };
    let (id, revision, state) = (text("id"), text("revision"), text("state"));
    lines(
        "cli.agreement",
        &[("id", &id), ("revision", &revision), ("state", &state)],
    )
}
