//! `taxhub demo [--dir DIR] [--scale small|medium|prefecture] [--without FEEDS] [--check]`.

use std::path::PathBuf;
use std::process::ExitCode;

use datasets::Scale;

use super::told::{self, Refused, Told};
use crate::config::{Log, LogFormat};
use crate::{demo, logs};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where everything is kept; a folder that goes away with the process if it is not given
    #[arg(long)]
    dir: Option<PathBuf>,
    #[arg(long, default_value = "small")]
    scale: Scale,
    /// Feeds that this hub shall not take, such as `tax_*` where the tax side compares inside its own walls
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// Tell the story, check it, and stop
    #[arg(long)]
    check: bool,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    logs::start(&Log {
        level: "warn".to_owned(),
        format: LogFormat::Text,
    });
    let fleeting = match arguments.dir {
        Some(_) => None,
        None => match tempfile::Builder::new().prefix("taxhub-demo-").tempdir() {
            Ok(dir) => Some(dir),
            Err(_) => return told.refused(&Refused::failed("hub.data_folder_unusable")),
        },
    };
    let dir = arguments
        .dir
        .or_else(|| fleeting.as_ref().map(|dir| dir.path().to_owned()))
        .unwrap_or_default();
    let say = |text: &str| told.line(text);
    let story = match demo::run(&dir, arguments.scale, &arguments.without, &say).await {
        Ok(story) => story,
        Err(error) => {
            told.line(&format!("✘ {error}"));
            return ExitCode::FAILURE;
        }
    };
    told.line("");
    for fact in &story.checks.held {
        told.line(&format!("✔ {fact}"));
    }
    for fact in &story.checks.broken {
        told.line(&format!("✘ {fact}"));
    }
    let whole = story.checks.broken.is_empty();
    if arguments.check {
        story.server.stop().await;
    } else {
        let path = dir.join("accounts.json").display().to_string();
        told.line(&format!(
            "\n{}",
            told::lines("cli.sample_sign_ins", &[("path", &path)])
        ));
        let (ip, port) = (story.server.pg.ip(), story.server.pg.port());
        told.line(&format!(
            "psql \"host={ip} port={port} user=tax.prefecture dbname=taxhub\""
        ));
        told.line(&told::both("cli.token_is_password", &[]));
        told.line(&story.server.ready_line());
        story.server.until_asked_to_stop().await;
    }
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
