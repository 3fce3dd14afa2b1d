//! `taxhub submissions`: what the own department sent, also as of the end of a past day; with an id, what that
//! submission changed; with `--original`, its file.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use futures::StreamExt;
use reqwest::Method;
use schemas::{FeedId, RegionCode, SubmissionId};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::table;
use super::told::{Refused, Told, both, lines};
use crate::client::{Client, Saved};

#[derive(clap::Args)]
pub struct Arguments {
    /// One submission: what it changed against the revision before it
    #[arg(conflicts_with_all = ["feed", "period", "unit", "as_of", "waiting"])]
    id: Option<SubmissionId>,
    /// Write the original file of the submission here
    #[arg(long, requires = "id")]
    original: Option<PathBuf>,
    #[arg(long)]
    feed: Option<FeedId>,
    /// The period, such as 202501
    #[arg(long)]
    period: Option<String>,
    /// The reporting unit, six digits
    #[arg(long)]
    unit: Option<RegionCode>,
    /// What each period held when this day ended, such as 2025-03-31
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// Those that wait for a signature
    #[arg(long, conflicts_with = "as_of")]
    waiting: bool,
    /// Submissions or changes to show
    #[arg(long, default_value_t = 50)]
    limit: u32,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match ask(&arguments).await {
        Ok(Some(answer)) if arguments.json => told.document(&answer),
        Ok(Some(answer)) if arguments.id.is_some() => told.line(&changed(&answer)),
        Ok(Some(answer)) => told.line(&listed(&answer)),
        Ok(None) => {}
        Err(refused) => return told.refused(&refused),
    }
    ExitCode::SUCCESS
}

async fn ask(arguments: &Arguments) -> Result<Option<Value>, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    if let (Some(id), Some(path)) = (&arguments.id, &arguments.original) {
        fetch(&client, id, path).await?;
        return Ok(None);
    }
    let mut query = vec![("limit", arguments.limit.to_string())];
    let path = match &arguments.id {
        Some(id) => format!("/v1/submissions/{id}/changes"),
        None => "/v1/submissions".to_owned(),
    };
    query.extend(arguments.feed.iter().map(|feed| ("feed", feed.to_string())));
    query.extend(arguments.period.iter().map(|period| ("period", period.clone())));
    query.extend(arguments.unit.iter().map(|unit| ("unit", unit.to_string())));
    query.extend(arguments.waiting.then(|| ("waiting", "true".to_owned())));
    query.extend(arguments.as_of.iter().map(|day| ("as_of", day.to_string())));
    let request = client.request(Method::GET, &path).query(&query);
    Ok(Some(client.document(request).await?))
}

async fn fetch(client: &Client, id: &SubmissionId, path: &std::path::Path) -> Result<(), Refused> {
    let request = client.request(Method::GET, &format!("/v1/submissions/{id}/original"));
    let mut bytes = client.send(request).await?.bytes_stream();
    let unwritable = |_| Refused::failed("cli.out_unwritable");
    let mut file = tokio::fs::File::create(path).await.map_err(unwritable)?;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|_| Refused::failed("cli.answer_broken"))?;
        file.write_all(&piece).await.map_err(unwritable)?;
    }
    file.flush().await.map_err(unwritable)
}

fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn items(answer: &Value) -> Vec<Value> {
    let items = answer.get("items").and_then(Value::as_array);
    items.cloned().unwrap_or_default()
}

fn listed(answer: &Value) -> String {
    let rows: Vec<_> = items(answer).iter().map(line).collect();
    if rows.is_empty() {
        return lines("cli.submissions_none", &[]);
    }
    let header = [
        "submission",
        "feed",
        "period",
        "unit",
        "act",
        "revision",
        "verdict",
        "rows",
        "settled",
        "state",
    ];
    let header = header.map(|name| both(&format!("cli.column_{name}"), &[]));
    table::render(&header, &rows)
}

fn line(item: &Value) -> Vec<Option<String>> {
    let act = item.get("act").and_then(|act| text(act, "kind"));
    let named =
        |section: &str, word: Option<String>| word.map(|word| both(&format!("cli.{section}_{word}"), &[]));
    let current = item.get("current").and_then(Value::as_bool).unwrap_or_default();
    vec![
        text(item, "id"),
        text(item, "feed"),
        text(item, "period"),
        text(item, "unit"),
        named("act", act),
        text(item, "revision"),
        named("verdict", text(item, "verdict")),
        text(item, "committed"),
        text(item, "settled_at"),
        current.then(|| both("cli.submissions_current", &[])),
    ]
}

fn changed(answer: &Value) -> String {
    let Some(counts) = answer.get("counts") else {
        return lines("cli.changes_first", &[]);
    };
    let against = text(answer, "against");
    let mut out = vec![match &against {
        Some(before) => counted(counts, before),
        None => lines("cli.changes_first", &[]),
    }];
    let items = items(answer);
    if against.is_some() && !items.is_empty() {
        let header = ["kind", "row", "row_before", "fields_changed"];
        let header = header.map(|name| both(&format!("cli.column_{name}"), &[]));
        let rows: Vec<_> = items.iter().map(change).collect();
        out.push(table::render(&header, &rows));
    }
    let of = |key: &str| counts.get(key).and_then(Value::as_u64).unwrap_or_default();
    let total = of("added") + of("gone") + of("changed");
    if against.is_some() && total > items.len() as u64 {
        out.push(lines("cli.changes_more", &[("count", &total.to_string())]));
    }
    out.join("\n")
}

fn change(change: &Value) -> Vec<Option<String>> {
    let fields = change.get("fields").and_then(Value::as_array);
    let fields = fields.map(|fields| {
        let names: Vec<&str> = fields.iter().filter_map(Value::as_str).collect();
        names.join(" ")
    });
    vec![
        text(change, "kind").map(|kind| both(&format!("cli.change_{kind}"), &[])),
        text(change, "row"),
        text(change, "row_before"),
        fields,
    ]
}

fn counted(counts: &Value, before: &str) -> String {
    let [added, gone, changed, same] =
        ["added", "gone", "changed", "same"].map(|key| text(counts, key).unwrap_or_default());
    let args = [
        ("before", before),
        ("added", &added),
        ("gone", &gone),
        ("changed", &changed),
        ("same", &same),
    ];
    lines("cli.changes", &args)
}

/// What a receipt says about the submission it acted on, if it acted on one.
pub fn changes_words(receipt: &Value) -> Option<String> {
    let counts = receipt.get("changes").filter(|counts| counts.is_object())?;
    let before = receipt.get("act").and_then(|act| text(act, "of"))?;
    Some(counted(counts, &before))
}
