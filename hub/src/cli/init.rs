//! `taxhub init DIR`.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::ExitCode;

use schemas::RegionCode;

use super::told::{Refused, Told, both};
use crate::config::Config;
use crate::folder::Folder;

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the centre is to live; `taxhub.toml` and `data/` are made in it. A `taxhub.toml` that is there is kept and followed
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
    let unusable = |_| Refused::failed("hub.data_folder_unusable");
    write_config(&arguments.dir, &Config::default()).map_err(unusable)?;
    let config = Config::load(&arguments.dir.join("taxhub.toml"));
    let config = config.map_err(|error| Refused::message(&error.message()))?;
    let people = crate::init::init(&config, &arguments.region)
        .await
        .map_err(Refused::from)?;
    let mut words = vec![format!("✔ {}", arguments.dir.display())];
    words.push(both("cli.first_credentials", &[]));
    words.extend(
        people
            .iter()
            .map(|p| format!("  {:14} {}", p.account.name, p.password.as_str())),
    );
    words.push(format!(
        "  {}",
        Folder::new(&config.data_dir).first_credentials().display()
    ));
    Ok(words.join("\n"))
}

/// Leaves a settings file that `serve` accepts; one that exists is kept.
pub fn write_config(dir: &std::path::Path, config: &Config) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    let path = dir.join("taxhub.toml");
    match std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(mut file) => file.write_all(config.to_toml().as_bytes()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
