//! `taxhub withdraw ID`: takes the current submission of a period back and prints the receipt.

use std::process::ExitCode;

use reqwest::Method;
use schemas::SubmissionId;
use serde_json::json;

use super::submissions::changes_words;
use super::submit::outcome_words;
use super::told::{self, Told};
use crate::client::Saved;

#[derive(clap::Args)]
pub struct Arguments {
    /// The submission, as its receipt names it
    id: SubmissionId,
    /// Why, in a few words; stands in the receipt
    #[arg(long)]
    reason: Option<String>,
    /// Two withdrawals with one key are one withdrawal
    #[arg(long)]
    key: Option<String>,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let client = match Saved::client(arguments.url.clone(), None) {
        Ok(client) => client,
        Err(error) => return told.refused(&error.into()),
    };
    let path = format!("/v1/submissions/{}/withdraw", arguments.id);
    let request = client
        .request(Method::POST, &path)
        .json(&json!({ "reason": arguments.reason }));
    let request = match &arguments.key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    match client.document(request).await {
        Ok(receipt) => {
            told.verdict(&receipt, &[]);
            if !arguments.json {
                told.line(&outcome_words(&receipt));
                changes_words(&receipt).iter().for_each(|words| told.line(words));
            }
            told::exit_of(&receipt)
        }
        Err(error) => told.refused(&error.into()),
    }
}
