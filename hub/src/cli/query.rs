//! `taxhub query 'SQL' --purpose P`: one governed question, its rows, and what they rest on.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::ValueEnum;
use futures::StreamExt;
use reqwest::Method;
use reqwest::header::ACCEPT;
use schemas::PurposeCode;
use serde_json::{Value, json};

use super::table;
use super::told::{Refused, Told, both, lines};
use crate::client::{Client, Saved};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Ndjson,
    Csv,
    Arrow,
}

#[derive(clap::Args)]
pub struct Arguments {
    sql: String,
    /// What the data is wanted for; the account's default if it has one
    #[arg(long)]
    purpose: Option<PurposeCode>,
    /// The data as it stood when this day ended, such as 2025-03-31
    #[arg(long)]
    as_of: Option<NaiveDate>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[arg(long)]
    url: Option<String>,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told {
        json: arguments.format != Format::Table,
    };
    match ask(&arguments, told).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => told.refused(&refused),
    }
}

async fn ask(arguments: &Arguments, told: Told) -> Result<(), Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let purpose = arguments.purpose.as_ref().map(PurposeCode::as_str);
    let question = json!({"sql": arguments.sql, "purpose": purpose, "as_of": arguments.as_of});
    if arguments.format == Format::Table {
        let request = client.request(Method::POST, "/v1/query");
        let answer = client.document(request.json(&question)).await?;
        told.line(&words(&answer));
        return Ok(());
    }
    let accept = match arguments.format {
        Format::Table | Format::Json => "application/json",
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv",
        Format::Arrow => "application/vnd.apache.arrow.stream",
    };
    let request = client.request(Method::POST, "/v1/query").header(ACCEPT, accept);
    let response = client.send(request.json(&question)).await?;
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        // An answer that breaks off must not look complete to the script that reads it.
        let piece = piece.map_err(|_| Refused::failed("cli.answer_broken"))?;
        std::io::stdout()
            .write_all(&piece)
            .map_err(|_| Refused::failed("cli.out_unwritable"))?;
    }
    Ok(())
}

/// The whole answer as one document.
pub async fn answer(
    client: &Client,
    sql: &str,
    purpose: Option<&str>,
) -> Result<Value, crate::client::ClientError> {
    let request = client.request(Method::POST, "/v1/query");
    client
        .document(request.json(&json!({"sql": sql, "purpose": purpose})))
        .await
}

/// Rows as a table, then the badge: agreement, scope, masks, versions, audit entry.
pub fn words(answer: &Value) -> String {
    let (header, rows) = (header(answer), rows(answer));
    let counted = both("cli.rows", &[("count", &rows.len().to_string())]);
    format!(
        "{}\n({counted})\n{}",
        table::render(&header, &rows),
        badge(answer)
    )
}

fn header(answer: &Value) -> Vec<String> {
    let name = |column: &Value| {
        column
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let columns = answer.get("columns").and_then(Value::as_array);
    columns
        .map(|columns| columns.iter().map(name).collect())
        .unwrap_or_default()
}

/// Rows of a JSON answer as text, in the order of its columns. NULL is `None`.
pub fn rows(answer: &Value) -> Vec<Vec<Option<String>>> {
    let header = header(answer);
    let cell = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let row = |row: &Value| match row {
        Value::Array(cells) => cells.iter().map(cell).collect(),
        Value::Object(cells) => header.iter().map(|name| cells.get(name).and_then(cell)).collect(),
        _ => Vec::new(),
    };
    answer
        .get("rows")
        .and_then(Value::as_array)
        .map(|rows| rows.iter().map(row).collect())
        .unwrap_or_default()
}

fn badge(answer: &Value) -> String {
    let meta = answer.get("meta").unwrap_or(&Value::Null);
    let opened = meta
        .get("agreements")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let text = |value: &Value, key: &str| match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "–".to_owned(),
    };
    let line = |view: &Value| {
        let masks = view
            .get("masks")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let masked: Vec<String> = masks.keys().cloned().collect();
        let masked = if masked.is_empty() {
            "–".to_owned()
        } else {
            masked.join(", ")
        };
        let words = ["view", "agreement", "revision", "scope"].map(|key| (key, text(view, key)));
        let mut args: Vec<(&str, &str)> = words.iter().map(|(key, word)| (*key, word.as_str())).collect();
        args.push(("masks", &masked));
        lines("cli.badge", &args)
    };
    let mut told: Vec<String> = opened.iter().map(line).collect();
    let (versions, entry) = (text(meta, "versions"), text(meta, "audit_entry"));
    told.push(lines(
        "cli.versions",
        &[("versions", &versions), ("entry", &entry)],
    ));
    told.join("\n")
}
