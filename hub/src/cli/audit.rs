//! `taxhub audit verify|show`: offline, from the files of the log and the public key; the hub may be running.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit::{Filter, VerifyingKey};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::{Value, json};

use super::told::{Refused, Told};
use crate::folder::Folder;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check every record and every signed head; exits 0 only if nothing is wrong
    Verify {
        /// The data folder
        #[arg(long, default_value = "data")]
        dir: PathBuf,
        /// The public key, if it is not the one in the data folder
        #[arg(long)]
        key: Option<PathBuf>,
        /// Heads that somebody else kept, as NDJSON: the log must agree with them
        #[arg(long)]
        heads: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Print entries, oldest first, as NDJSON
    Show {
        #[arg(long, default_value = "data")]
        dir: PathBuf,
        #[arg(long)]
        person: Option<String>,
        #[arg(long)]
        kind: Option<String>,
        /// RFC 3339
        #[arg(long)]
        since: Option<DateTime<Utc>>,
        /// At most this many, the newest ones
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

pub fn run(arguments: Arguments) -> ExitCode {
    match arguments.action {
        Action::Verify {
            dir,
            key,
            heads,
            json,
        } => {
            let told = Told { json };
            match verify(&dir, key.as_deref(), heads.as_deref()) {
                Ok(document) => {
                    told.document(&document);
                    ExitCode::SUCCESS
                }
                Err(refused) => told.refused(&refused),
            }
        }
        Action::Show {
            dir,
            person,
            kind,
            since,
            limit,
        } => show(&dir, person, kind, since, limit),
    }
}

fn verify(dir: &Path, key: Option<&Path>, heads: Option<&Path>) -> Result<Value, Refused> {
    let folder = Folder::new(dir);
    let key_path = key.map_or_else(|| folder.verifying_key(), Path::to_owned);
    let key = VerifyingKey::load(&key_path).map_err(|error| Refused::failed(error.code()))?;
    let kept = heads.map(kept_heads).transpose()?.unwrap_or_default();
    match audit::verify_against(&folder.audit(), &key, &kept) {
        Ok(verified) => Ok(json!({
            "verified": true,
            "records": verified.entries,
            "heads": verified.heads,
            "root": verified.root.to_string(),
            "unsigned": verified.unsigned,
            "open": verified.open,
            "torn_bytes": verified.torn_bytes,
            "key_id": key.key_id(),
        })),
        Err(fault) => {
            let record = fault.seq.map_or_else(|| "–".to_owned(), |seq| seq.to_string());
            Err(Refused::found(
                "cli.audit_fault",
                &[("record", &record), ("what", &fault.to_string())],
            ))
        }
    }
}

fn kept_heads(path: &Path) -> Result<Vec<audit::Head>, Refused> {
    let text = fs::read_to_string(path).map_err(|_| Refused::failed("cli.file_unreadable"))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).map_err(|_| Refused::failed("cli.file_unreadable")))
        .collect()
}

fn show(
    dir: &Path,
    person: Option<String>,
    kind: Option<String>,
    since: Option<DateTime<Utc>>,
    limit: usize,
) -> ExitCode {
    let told = Told { json: true };
    let kind = match kind
        .map(|name| serde_json::from_value(Value::String(name)))
        .transpose()
    {
        Ok(kind) => kind,
        Err(_) => return told.refused(&Refused::usage("cli.audit_kind_unknown", &[])),
    };
    let filter = Filter {
        person,
        kind,
        since,
        limit: Some(limit),
        ..Filter::default()
    };
    match audit::read(&Folder::new(dir).audit(), &filter) {
        Ok(entries) => {
            for entry in entries {
                told.document(&serde_json::to_value(entry).unwrap_or_default());
            }
            ExitCode::SUCCESS
        }
        Err(error) => told.refused(&Refused::failed(error.code())),
    }
}
