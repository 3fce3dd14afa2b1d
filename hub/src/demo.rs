//! The demonstration: a small invented prefecture in a fresh folder. Its people submit, ask and are refused through
//! the same gateways as everybody; `--check` compares what they got with what the generator planted.

mod agreements;
mod checks;
mod leads;
mod people;
mod prefecture;
mod sending;
mod side_by_side;
mod story;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use datasets::{Prefecture, Scale};
use schemas::DepartmentCode;

use crate::center::{Center, OpenError};
use crate::config::{Config, Log, LogFormat};
use crate::front::Problem;
use crate::server::Server;

pub use checks::Checks;

const SEED: u64 = 20_260_101;

/// Why the demonstration stopped.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Problem(#[from] Problem),
    #[error("{0}")]
    Client(crate::client::ClientError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Story(&'static str),
}

impl From<crate::client::ClientError> for DemoError {
    fn from(error: crate::client::ClientError) -> DemoError {
        DemoError::Client(error)
    }
}

/// A prefecture that has been told its story, still being served.
pub struct Told {
    pub server: Server,
    pub checks: Checks,
}

/// Makes the folder, tells the story and leaves the gateways running. A folder that has a story is only served.
///
/// `absent` names feeds that this hub shall not take, as `feeds.absent` does: without `tax_*` the story has no leads.
pub async fn run(dir: &Path, scale: Scale, absent: &[String], say: &dyn Fn(&str)) -> Result<Told, DemoError> {
    std::fs::create_dir_all(dir)?;
    let accounts = dir.join("accounts.json");
    let fresh = !accounts.exists();
    let mut offices = Vec::new();
    if fresh {
        let region =
            schemas::RegionCode::parse(people::PREFECTURE).map_err(|_| DemoError::Story("region"))?;
        write_config(dir, absent)?;
        offices = crate::init::init(&load(dir)?, &region).await?;
    }
    let config = load(dir)?;
    let center = Center::open(config).await?;
    let prefecture = Prefecture::new(SEED, scale);
    let cast = match fresh {
        true => Some(people::admit(&center, offices, &reporting(&prefecture)).await?),
        false => None,
    };
    let server = Server::start(Arc::clone(&center)).await?;
    let checks = match cast {
        Some(cast) => {
            agreements::agree(&center, &cast).await?;
            let checks = story::tell(&server, &center, &cast, &prefecture, say).await?;
            // Last, so that a folder with this file is a folder with its whole story.
            people::write(&accounts, &cast)?;
            checks
        }
        None => Checks::default(),
    };
    Ok(Told { server, checks })
}

fn reporting(prefecture: &Prefecture) -> BTreeSet<DepartmentCode> {
    let departments = prefecture
        .slots()
        .filter_map(|slot| prefecture::department(prefecture, &slot).cloned());
    departments.collect()
}

fn load(dir: &Path) -> Result<Config, DemoError> {
    Config::load(&dir.join("taxhub.toml")).map_err(|_| DemoError::Story("taxhub.toml"))
}

/// Free ports, so that two demonstrations do not meet, and quiet logs. Settings that are there are kept.
fn write_config(dir: &Path, absent: &[String]) -> std::io::Result<()> {
    let mut config = Config {
        log: Log {
            level: "warn".to_owned(),
            format: LogFormat::Json,
        },
        ..Config::default()
    };
    config.feeds.absent = absent.to_vec();
    // The story begins with this month.
    config.duties.since = "2026-01-01".to_owned();
    config.listen.http.set_port(0);
    config.listen.pg.set_port(0);
    crate::cli::init::write_config(dir, &config)
}
