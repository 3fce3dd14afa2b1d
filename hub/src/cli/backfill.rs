//! `taxhub backfill MANIFEST`: sends the files of past periods that a manifest lists, one after the other. It can be run
//! again: what was taken gets its receipt again, and a period that holds something else is left alone.

mod manifest;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use self::manifest::{Entry, Manifest};
use super::table;
use super::told::{Refused, Told, both, lines};
use crate::client::{Client, ClientError, Saved};
use crate::contracts;

/// A busy hub is asked again so often, with pauses that grow to a minute.
const ATTEMPTS_MAX: u32 = 8;

#[derive(clap::Args)]
pub struct Arguments {
    /// A TOML file that names the periods and their files
    manifest: PathBuf,
    /// Check that all files are there, send nothing
    #[arg(long)]
    dry_run: bool,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    let manifest = match read(&arguments.manifest) {
        Ok(manifest) => manifest,
        Err(refused) => return told.refused(&refused),
    };
    if arguments.dry_run {
        return dry_run(told, &manifest);
    }
    let client = match Saved::client(arguments.url.clone(), None) {
        Ok(client) => client,
        Err(error) => return told.refused(&error.into()),
    };
    let mut sent = Vec::new();
    for (number, entry) in (1..).zip(&manifest.entries) {
        let outcome = send(&client, &manifest.name, entry).await;
        let line = Sent::of(entry, outcome);
        if !arguments.json {
            let counted = format!("{number}/{}", manifest.entries.len());
            told.line(&format!("{counted}  {}  {}", entry.slot(), line.words()));
        }
        let stop = line.unreachable;
        sent.push(line);
        // A hub that does not answer will not answer the next file either; the manifest can be run again.
        if stop {
            break;
        }
    }
    summary(told, &manifest, &sent)
}

fn read(path: &std::path::Path) -> Result<Manifest, Refused> {
    let contracts = contracts::load(None).map_err(|error| Refused::failed(error.code()))?;
    let text = std::fs::read_to_string(path).map_err(|_| Refused::failed("cli.file_unreadable"))?;
    let folder = path.parent().unwrap_or(std::path::Path::new("."));
    Manifest::read(&text, folder, &contracts)
        .map_err(|fault| Refused::usage(fault.code, &[("place", &fault.place)]))
}

fn dry_run(told: Told, manifest: &Manifest) -> ExitCode {
    let count = manifest.entries.len().to_string();
    if told.json {
        let slots: Vec<String> = manifest.entries.iter().map(Entry::slot).collect();
        told.document(&json!({ "manifest": manifest.name, "files": slots }));
    } else {
        told.line(&lines("cli.backfill_ready", &[("count", &count)]));
    }
    ExitCode::SUCCESS
}

/// One file on its way, and once more while the hub is busy.
async fn send(client: &Client, manifest: &str, entry: &Entry) -> Result<Value, ClientError> {
    let mut attempt = 1;
    loop {
        let sent = send_once(client, manifest, entry).await;
        let busy = matches!(
            sent,
            Err(ClientError::Refused {
                status: 503 | 429,
                ..
            })
        );
        if !busy || attempt == ATTEMPTS_MAX {
            return sent;
        }
        tokio::time::sleep(Duration::from_secs(60.min(2_u64.pow(attempt)))).await;
        attempt += 1;
    }
}

async fn send_once(client: &Client, manifest: &str, entry: &Entry) -> Result<Value, ClientError> {
    let mut query = vec![
        ("feed", entry.feed.to_string()),
        ("period", entry.period.clone()),
        ("unit", entry.unit.to_string()),
        ("act", "backfill".to_owned()),
        ("manifest", manifest.to_owned()),
        ("zero", entry.file.is_none().to_string()),
    ];
    let mut request = client.request(Method::POST, "/v1/submissions");
    if let Some(path) = &entry.file {
        query.extend(
            path.file_name()
                .map(|name| ("file_name", name.to_string_lossy().into_owned())),
        );
        let unreadable = |_| ClientError::Unreachable(path.display().to_string());
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let bytes = file.metadata().await.map_err(unreadable)?.len();
        request = request
            .header("content-length", bytes)
            .body(reqwest::Body::wrap_stream(ReaderStream::new(file)));
    }
    client.document(request.query(&query)).await
}

/// What became of one file.
struct Sent {
    slot: String,
    /// `accepted`, `accepted_with_findings`, `rejected`, `waiting`, `refused` or `unreachable`.
    outcome: String,
    rows: Option<u64>,
    submission: Option<String>,
    code: Option<String>,
    title: String,
    unreachable: bool,
}

impl Sent {
    fn of(entry: &Entry, answer: Result<Value, ClientError>) -> Sent {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut sent = Sent {
            slot: entry.slot(),
            outcome: "unreachable".to_owned(),
            rows: None,
            submission: None,
            code: None,
            title: String::new(),
            unreachable: false,
        };
        match answer {
            Ok(answer) => {
                let outcome = text(&answer, "state").or_else(|| text(&answer, "verdict"));
                sent.outcome = outcome.unwrap_or_default();
                sent.rows = answer.get("committed").and_then(Value::as_u64);
                sent.submission = text(&answer, "submission");
            }
            Err(ClientError::Refused { problem, .. }) => {
                sent.outcome = "refused".to_owned();
                sent.code = text(&problem, "code");
                sent.title = text(&problem, "title").unwrap_or_default();
            }
            Err(other) => {
                sent.title = other.to_string();
                sent.unreachable = true;
            }
        }
        sent
    }

    fn words(&self) -> String {
        let outcome = both(&format!("cli.backfill_{}", self.outcome), &[]);
        match self.rows {
            Some(rows) => format!("{outcome}  {rows}"),
            None => format!("{outcome}  {}", self.title),
        }
    }

    fn value(&self) -> Value {
        json!({
            "slot": self.slot, "outcome": self.outcome, "committed": self.rows, "submission": self.submission,
            "code": self.code,
        })
    }
}

fn summary(told: Told, manifest: &Manifest, sent: &[Sent]) -> ExitCode {
    const OUTCOMES: [&str; 6] = [
        "accepted",
        "accepted_with_findings",
        "waiting",
        "rejected",
        "refused",
        "unreachable",
    ];
    let count = |outcome: &str| sent.iter().filter(|one| one.outcome == outcome).count();
    let left = manifest.entries.len() - sent.len();
    if told.json {
        let files: Vec<Value> = sent.iter().map(Sent::value).collect();
        told.document(&json!({ "manifest": manifest.name, "files": files, "left": left }));
    } else {
        let header = ["outcome", "files"].map(|name| both(&format!("cli.column_{name}"), &[]));
        let rows = OUTCOMES
            .iter()
            .filter(|outcome| count(outcome) > 0)
            .map(|outcome| {
                vec![
                    Some(both(&format!("cli.backfill_{outcome}"), &[])),
                    Some(count(outcome).to_string()),
                ]
            });
        told.line(&table::render(&header, &rows.collect::<Vec<_>>()));
        if left > 0 {
            told.line(&lines("cli.backfill_left", &[("count", &left.to_string())]));
        }
    }
    let code = if left > 0 || count("unreachable") > 0 {
        1
    } else if count("rejected") + count("refused") > 0 {
        20
    } else if count("accepted_with_findings") > 0 {
        10
    } else {
        0
    };
    ExitCode::from(code)
}
