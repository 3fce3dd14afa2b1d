//! The command line. Each command is a file; this one reads the arguments and hands over.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod acts;
mod agreement;
mod audit;
mod backfill;
mod check;
mod config;
mod contract;
mod demo;
mod duties;
mod feeds;
mod generate;
pub mod init;
pub mod leads;
mod login;
pub mod query;
mod read;
mod serve;
mod sign;
mod sources;
mod submissions;
pub mod submit;
pub mod table;
mod template;
pub mod told;
mod withdraw;
mod workbook;
mod worker;

#[derive(Parser)]
#[command(
    name = "taxhub",
    version,
    about = "Tax Hub: departments report, shared views fill, governed SQL answers"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a data folder with keys and first accounts
    Init(init::Arguments),
    /// Run the hub
    Serve(serve::Arguments),
    /// Make a small sample prefecture, let its people work, and serve it
    Demo(demo::Arguments),
    /// Sign in and keep an access token
    Login(login::Arguments),
    /// List the feed contracts
    Feeds(feeds::Arguments),
    /// Write the template of a feed as a workbook
    Template(template::Arguments),
    /// Check a file offline, exactly as the hub would
    Check(check::Arguments),
    /// Read a file of unknown make as a table, offline: records as CSV, and what was found out
    Read(read::Arguments),
    /// Send a file and print the receipt
    Submit(submit::Arguments),
    /// Get the bad rows of a submission as a workbook to be mended
    Workbook(workbook::Arguments),
    /// Send the files of past periods that a manifest lists
    Backfill(backfill::Arguments),
    /// Take the current submission of a period back
    Withdraw(withdraw::Arguments),
    /// Sign a colleague's submission that waits; its rows then count
    Sign(sign::Arguments),
    /// Decline a colleague's submission that waits
    Decline(sign::Arguments),
    /// List what was sent, also as of a past day, and what a submission changed
    Submissions(submissions::Arguments),
    /// Ask governed SQL
    Query(query::Arguments),
    /// Show what is owed, by when, and how it stands
    Duties(duties::Arguments),
    /// Show what the comparison models found, per taxpayer
    Leads(leads::Arguments),
    /// Propose, approve, activate and revoke sharing agreements
    Agreement(agreement::Arguments),
    /// Show where files come from by themselves, and how that goes
    Sources(sources::Arguments),
    /// Verify or read the audit log, offline
    Audit(audit::Arguments),
    /// Compare, propose and rehearse feed contracts
    Contract(contract::Arguments),
    /// Check or explain the settings
    Config(config::Arguments),
    /// Write sample files of an invented prefecture
    Generate(generate::Arguments),
    /// Parse files or run queries for a hub that started this process
    #[command(hide = true)]
    Worker(worker::Arguments),
}

/// Reads the arguments and runs one command. 2 is a usage error, 1 a command that could not do its work.
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Init(arguments) => on_runtime(init::run(arguments)),
        Command::Serve(arguments) => on_runtime(serve::run(arguments)),
        Command::Demo(arguments) => on_runtime(demo::run(arguments)),
        Command::Login(arguments) => on_runtime(login::run(arguments)),
        Command::Feeds(arguments) => feeds::run(arguments),
        Command::Template(arguments) => template::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Read(arguments) => read::run(arguments),
        Command::Submit(arguments) => on_runtime(submit::run(arguments)),
        Command::Workbook(arguments) => on_runtime(workbook::run(arguments)),
        Command::Backfill(arguments) => on_runtime(backfill::run(arguments)),
        Command::Withdraw(arguments) => on_runtime(withdraw::run(arguments)),
        Command::Sign(arguments) => on_runtime(sign::sign(arguments)),
        Command::Decline(arguments) => on_runtime(sign::decline(arguments)),
        Command::Submissions(arguments) => on_runtime(submissions::run(arguments)),
        Command::Query(arguments) => on_runtime(query::run(arguments)),
        Command::Duties(arguments) => on_runtime(duties::run(arguments)),
        Command::Leads(arguments) => on_runtime(leads::run(arguments)),
        Command::Agreement(arguments) => on_runtime(agreement::run(arguments)),
        Command::Sources(arguments) => on_runtime(sources::run(arguments)),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Contract(arguments) => on_runtime(contract::run(arguments)),
        Command::Config(arguments) => config::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Worker(arguments) => worker::run(arguments),
    }
}

fn on_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(_) => ExitCode::FAILURE,
    }
}
