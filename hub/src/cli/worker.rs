//! `taxhub worker --kind parse|query`: the other half of the worker pool. Started by the hub only.

use std::process::ExitCode;

use crate::worker::{self, Kind};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long)]
    kind: Kind,
}

pub fn run(arguments: Arguments) -> ExitCode {
    worker::serve(arguments.kind)
}
