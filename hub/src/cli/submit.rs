//! `taxhub submit FEED --period P --unit U (FILE | --zero)`: sends a file and prints the receipt.

use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use schemas::{FeedId, RegionCode};
use serde_json::Value;
use tokio_util::io::ReaderStream;

use futures::TryStreamExt;

use super::acts::ActFlags;
use super::submissions::changes_words;
use super::told::{self, Refused, Told};
use crate::client::{Client, ClientError, FROM_BYTES, Saved, Sending};

#[derive(clap::Args)]
pub struct Arguments {
    feed: FeedId,
    /// The file to send
    #[arg(required_unless_present = "zero", conflicts_with = "zero")]
    file: Option<PathBuf>,
    /// There is nothing to report for this period
    #[arg(long)]
    zero: bool,
    /// The period, such as 202501
    #[arg(long)]
    period: String,
    /// The reporting unit, six digits
    #[arg(long)]
    unit: RegionCode,
    #[command(flatten)]
    act: ActFlags,
    /// Two submissions with one key are one submission
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
    match send(&arguments).await {
        Ok((receipt, findings)) => {
            told.verdict(&receipt, &findings);
            if !arguments.json {
                told.line(&outcome_words(&receipt));
                let more = [merged_words(&receipt), mending_words(&receipt)];
                more.into_iter().flatten().for_each(|words| told.line(&words));
                changes_words(&receipt).iter().for_each(|words| told.line(words));
            }
            told::exit_of(&receipt)
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn send(arguments: &Arguments) -> Result<(Value, Vec<Value>), Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    if let Some(sending) = large(arguments) {
        let bar = bar(sending.length);
        let receipt = client
            .send_resumable(&sending, |sent| bar.set_position(sent))
            .await?;
        let findings = findings(&client, &receipt).await?;
        return Ok((receipt, findings));
    }
    let mut query = vec![
        ("feed", arguments.feed.to_string()),
        ("period", arguments.period.clone()),
        ("unit", arguments.unit.to_string()),
        ("zero", arguments.zero.to_string()),
    ];
    query.extend(arguments.act.query());
    let mut request = client.request(Method::POST, "/v1/submissions");
    if let Some(path) = &arguments.file {
        if let Some(name) = path.file_name() {
            query.push(("file_name", name.to_string_lossy().into_owned()));
        }
        let file = tokio::fs::File::open(path)
            .await
            .map_err(|_| Refused::failed("cli.file_unreadable"))?;
        let bytes = file.metadata().await.map(|facts| facts.len()).unwrap_or_default();
        let bar = bar(bytes);
        let pieces = ReaderStream::new(file).inspect_ok(move |piece| bar.inc(piece.len() as u64));
        request = request
            .header("content-length", bytes)
            .body(reqwest::Body::wrap_stream(pieces));
    }
    if let Some(key) = &arguments.key {
        request = request.header("idempotency-key", key);
    }
    let receipt = client.document(request.query(&query)).await?;
    let findings = findings(&client, &receipt).await?;
    Ok((receipt, findings))
}

/// A file so large that a broken connection must not begin it anew.
fn large(arguments: &Arguments) -> Option<Sending<'_>> {
    let path = arguments.file.as_deref()?;
    let length = std::fs::metadata(path).ok()?.len();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let metadata = [
        ("feed", Some(arguments.feed.to_string())),
        ("period", Some(arguments.period.clone())),
        ("unit", Some(arguments.unit.to_string())),
        ("filename", name),
        ("idempotency_key", arguments.key.clone()),
    ];
    let metadata = metadata
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .chain(arguments.act.query());
    (length >= FROM_BYTES).then(|| Sending {
        path,
        length,
        metadata: metadata.collect(),
    })
}

/// The first findings of a settled submission.
pub async fn findings(client: &Client, receipt: &Value) -> Result<Vec<Value>, ClientError> {
    let Some(id) = receipt.get("submission").and_then(Value::as_str) else {
        return Ok(Vec::new());
    };
    if receipt.get("findings_kept").and_then(Value::as_u64) == Some(0) {
        return Ok(Vec::new());
    }
    let path = format!("/v1/submissions/{id}/findings?limit={}", told::FINDINGS_SHOWN);
    let page = client.get(&path).await?;
    Ok(page
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

/// The receipt, or that there is none yet.
pub fn outcome_words(answer: &Value) -> String {
    let waits = answer.get("state").and_then(Value::as_str) == Some("waiting");
    let id = answer.get("submission").and_then(Value::as_str);
    match id.filter(|_| waits) {
        Some(id) => told::lines("cli.waits", &[("submission", id)]),
        None => receipt_words(answer),
    }
}

/// What the sender keeps: which submission, which bytes, which version, which key signed.
pub fn receipt_words(receipt: &Value) -> String {
    let text = |key: &str| match receipt.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "–".to_owned(),
        Some(other) => other.to_string(),
    };
    let words = [
        ("submission", text("submission")),
        ("version", text("table_version")),
        ("entry", text("entry")),
        ("key_id", text("key_id")),
    ];
    let args: Vec<(&str, &str)> = words.iter().map(|(key, word)| (*key, word.as_str())).collect();
    format!("{}\n{}", told::lines("cli.receipt", &args), text("sha256"))
}

/// What a workbook of mended rows was merged into.
fn merged_words(receipt: &Value) -> Option<String> {
    let answered = receipt.get("answered")?;
    let submission = answered.get("submission")?.as_str()?;
    let count = |key: &str| {
        answered
            .get(key)
            .and_then(Value::as_u64)
            .unwrap_or_default()
            .to_string()
    };
    let (mended, unchanged) = (count("rows_mended"), count("rows_unchanged"));
    let args = [
        ("submission", submission),
        ("mended", &mended),
        ("unchanged", &unchanged),
    ];
    Some(told::lines("cli.merged", &args))
}

/// How to get the bad rows back, if there are any.
fn mending_words(receipt: &Value) -> Option<String> {
    let refused = receipt
        .get("quarantined")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let submission = receipt.get("submission").and_then(Value::as_str)?;
    (refused > 0).then(|| told::lines("cli.mend", &[("submission", submission)]))
}

fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
