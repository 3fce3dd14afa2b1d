//! Processes that may die. Files from outside are parsed, and SQL from outside is planned and run, in processes of
//! this same binary that hold no keys but one, can write no files of ours, and are killed without regret.
//! On the hub's side `pool` hands out seats; on the worker's side `serve` reads tasks from standard input.

mod batches;
pub mod frames;
mod hello;
mod limits;
mod lost;
mod parse;
mod pool;
mod query;
mod serve;
mod spawn;

use clap::ValueEnum;

pub use hello::{Hello, QueryHello};
pub use limits::ProcessLimits;
pub use lost::Lost;
pub use parse::{ParseRequest, WorkerChecker};
pub use pool::{Pool, PoolSettings, Reply, Seat};
pub use query::{QueryRequest, QueryWorkers, Rows};
pub use serve::serve;
pub use spawn::Spawner;

/// What a worker process is for. Each kind gets its own limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Kind {
    /// Reads and checks submitted files.
    Parse,
    /// Plans and runs SQL.
    Query,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Parse => "parse",
            Kind::Query => "query",
        }
    }
}
