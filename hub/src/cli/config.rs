//! `taxhub config check FILE` and `taxhub config reference`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::config::{self, Config};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Read a settings file as `serve` would, and say what is wrong with it
    Check { file: PathBuf },
    /// Print the reference of all settings
    Reference,
}

pub fn run(arguments: Arguments) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let written = match arguments.action {
        Action::Reference => out.write_all(config::reference().as_bytes()),
        Action::Check { file } => match Config::load(&file) {
            Ok(config) => out.write_all(config.to_toml().as_bytes()),
            Err(error) => {
                let message = error.message();
                let _ = writeln!(std::io::stderr().lock(), "{}\n{}", message.zh, message.en);
                return ExitCode::FAILURE;
            }
        },
    };
    if written.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
