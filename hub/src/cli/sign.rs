//! `taxhub sign ID` and `taxhub decline ID`: what a second person says to a submission that waits for a signature.

use std::process::ExitCode;

use reqwest::Method;
use schemas::SubmissionId;

use super::submissions::changes_words;
use super::submit::receipt_words;
use super::told::{self, Told, lines};
use crate::client::{Client, ClientError, Saved};

#[derive(clap::Args)]
pub struct Arguments {
    /// The submission that waits
    id: SubmissionId,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn sign(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let signed = async {
        let (client, path) = asked(&arguments, "sign")?;
        client.document(client.request(Method::POST, &path)).await
    };
    match signed.await {
        Ok(receipt) => {
            told.verdict(&receipt, &[]);
            if !arguments.json {
                told.line(&receipt_words(&receipt));
                changes_words(&receipt).iter().for_each(|words| told.line(words));
            }
            told::exit_of(&receipt)
        }
        Err(error) => told.refused(&error.into()),
    }
}

pub async fn decline(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let declined = async {
        let (client, path) = asked(&arguments, "decline")?;
        client.send(client.request(Method::POST, &path)).await
    };
    match declined.await {
        Ok(_) => {
            let id = arguments.id.to_string();
            match arguments.json {
                true => told.document(&serde_json::json!({ "declined": id })),
                false => told.line(&lines("cli.declined", &[("submission", &id)])),
            }
            ExitCode::SUCCESS
        }
        Err(error) => told.refused(&error.into()),
    }
}

fn asked(arguments: &Arguments, act: &str) -> Result<(Client, String), ClientError> {
    let client = Saved::client(arguments.url.clone(), None)?;
    Ok((client, format!("/v1/submissions/{}/{act}", arguments.id)))
}
