//! `taxhub serve [--config FILE]`: the hub itself.

use std::path::PathBuf;
use std::process::ExitCode;

use super::told::{Refused, Told};
use crate::center::Center;
use crate::config::Config;
use crate::logs;
use crate::server::Server;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, default_value = "taxhub.toml")]
    config: PathBuf,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let told = Told { json: false };
    match start(&arguments).await {
        Ok(server) => {
            told.line(&server.ready_line());
            server.until_asked_to_stop().await;
            ExitCode::SUCCESS
        }
        Err(refused) => told.refused(&refused),
    }
}

async fn start(arguments: &Arguments) -> Result<Server, Refused> {
    let config = Config::load(&arguments.config).map_err(|error| Refused::message(&error.message()))?;
    logs::start(&config.log);
    let center = Center::open(config).await?;
    Server::start(center).await.map_err(|error| {
        tracing::error!(%error, "the gateways did not start");
        Refused::failed("hub.address_unusable")
    })
}
