//! `taxhub workbook SUBMISSION`: the bad rows of a submission, to be mended in a spreadsheet program and sent back with
//! `submit`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use reqwest::Method;
use schemas::SubmissionId;
use serde_json::json;

use super::told::{Refused, Told};
use crate::client::{ClientError, Saved};

#[derive(clap::Args)]
pub struct Arguments {
    /// The submission, as its receipt names it
    submission: SubmissionId,
    /// Where to write it; the submission's name in the current folder if not said
    #[arg(long)]
    out: Option<PathBuf>,
    #[arg(long)]
    url: Option<String>,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: arguments.json };
    match fetch(&arguments).await {
        Ok(path) if arguments.json => {
            told.document(&json!({ "file": path.display().to_string() }));
            ExitCode::SUCCESS
        }
        Ok(path) => {
            told.line(&format!("✔ {}", path.display()));
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn fetch(arguments: &Arguments) -> Result<PathBuf, Refused> {
    let client = Saved::client(arguments.url.clone(), None)?;
    let submission = &arguments.submission;
    let path = format!("/v1/submissions/{submission}/workbook");
    let response = client.send(client.request(Method::GET, &path)).await?;
    let bytes = response
        .bytes()
        .await
        .map_err(|_| ClientError::Unreachable(path))?;
    let name = format!("{submission}.xlsx");
    keep(arguments.out.clone().unwrap_or_else(|| name.into()), &bytes)
}

/// Writes a workbook to a place where there is none yet: the one that is there may have hours of mending in it.
pub(super) fn keep(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, Refused> {
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = opened.and_then(|mut file| file.write_all(bytes));
    match written {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Refused::failed("cli.out_exists")),
        Err(_) => Err(Refused::failed("cli.out_unwritable")),
    }
}
