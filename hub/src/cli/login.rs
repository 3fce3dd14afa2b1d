//! `taxhub login`: signs in once and keeps an access token for the other commands.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Value, json};

use super::told::{Refused, Told, both};
use crate::client::{Client, Saved};

#[derive(clap::Args)]
pub struct Arguments {
    /// The hub's address, such as `http://127.0.0.1:8420`
    #[arg(long)]
    url: String,
    /// The account's name
    name: String,
    /// Hours the token lives; the hub may allow less
    #[arg(long)]
    hours: Option<u32>,
}

/// The password comes from standard input: arguments and variables can be read by others on the machine.
pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    match sign_in(&arguments).await {
        Ok(place) => {
            told.line(&format!("✔ {} → {place}", arguments.name));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn sign_in(arguments: &Arguments) -> Result<String, Refused> {
    let _ = write!(std::io::stderr().lock(), "{}: ", both("cli.password", &[]));
    let mut password = zeroize::Zeroizing::new(String::new());
    let read = std::io::stdin().lock().read_line(&mut password);
    read.map_err(|_| Refused::failed("cli.no_password"))?;
    let password = password.trim_end_matches(['\r', '\n']);
    let stranger = Client::new(&arguments.url, None);
    let asked = json!({"name": arguments.name, "password": password});
    let session = stranger
        .document(stranger.request(Method::POST, "/v1/login").json(&asked))
        .await?;
    let person = Client::new(&arguments.url, Some(token(&session)?));
    let asked = json!({"hours": arguments.hours});
    let issued = person
        .document(person.request(Method::POST, "/v1/tokens").json(&asked))
        .await?;
    let saved = Saved {
        address: arguments.url.clone(),
        token: token(&issued)?,
    };
    let path = saved
        .keep()
        .map_err(|_| Refused::failed("cli.credentials_unwritable"))?;
    Ok(path.display().to_string())
}

fn token(answer: &Value) -> Result<String, Refused> {
    let token = answer.get("token").and_then(Value::as_str);
    token
        .map(str::to_owned)
        .ok_or_else(|| Refused::failed("cli.unreachable"))
}
