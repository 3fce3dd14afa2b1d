//! The hub: gateways, jobs and the command line around the lake, the engine and the policies. This crate wires the
//! parts; what each part may do is written in the part.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stdout,
        reason = "tests fail loudly"
    )
)]

pub mod center;
pub mod cli;
pub mod client;
pub mod config;
pub mod contracts;
pub mod demo;
pub mod duties;
pub mod feeds_shown;
pub mod folder;
pub mod front;
pub mod http;
pub mod init;
mod lake_place;
pub mod leads;
pub mod lock;
pub mod logs;
pub mod metrics;
pub mod own_views;
pub mod pg;
pub mod rates;
pub mod read_shown;
pub mod reminders;
pub mod roads;
pub mod server;
mod uploads;
pub mod workdays;
pub mod worker;
