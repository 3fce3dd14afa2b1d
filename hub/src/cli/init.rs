//! `taxhub init DIR`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use schemas::RegionCode;

use super::told::{Refused, Told, both};
use crate::config::Config;
use crate::folder::Folder;

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the centre is to live; `taxhub.toml` and `data/` are made in it
    dir: PathBuf,
    /// The prefecture, six digits
    #[arg(long, default_value = "433100")]
    region: RegionCode,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    match make(&arguments).await {
        Ok(words) => {
            told.line(&words);
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn make(arguments: &Arguments) -> Result<String, Refused> {
    let data = arguments.dir.join("data");
    let people = crate::init::init(&data, &arguments.region).await.map_err(Refused::from)?;
    write_config(&arguments.dir).map_err(|_| Refused::failed("hub.data_folder_unusable"))?;
    let mut words = vec![format!("✔ {}", arguments.dir.display())];
    words.push(both("cli.first_credentials", &[]));
    words.extend(people.iter().map(|p| format!("  {:14} {}", p.account.name, p.password.as_str())));
    words.push(format!("  {}", Folder::new(&data).first_credentials().display()));
    Ok(words.join("\n"))
}

/// Leaves a settings file that `serve` accepts; one that exists is kept.
pub fn write_config(dir: &std::path::Path) -> std::io::Result<()> {
    let path = dir.join("taxhub.toml");
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(Config::default().to_toml().as_bytes()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
