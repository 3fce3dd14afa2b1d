//! How a task can be lost although nobody refused it: no seat, no time, no memory, or a worker that died.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use engine::{Reason, Refusal};

use crate::front::Problem;

/// The typed end of a task whose worker did not finish it. One client hears of it; the hub goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    #[error("no worker became free in time")]
    Busy,
    #[error("a worker could not be started")]
    NotStarted,
    #[error("the deadline passed")]
    Deadline,
    #[error("the worker ran out of memory")]
    Memory,
    #[error("the worker died")]
    Died,
    #[error("the worker spoke nonsense")]
    Garbled,
}

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

impl Lost {
    /// What an ending that we did not cause says. A failed allocation and a spent stack abort; the kernel kills when
    /// the machine has no memory left.
    pub(super) fn from_ending(status: ExitStatus) -> Lost {
        match status.signal() {
            Some(SIGABRT | SIGKILL) => Lost::Memory,
            Some(SIGXCPU) => Lost::Deadline,
            _ => Lost::Died,
        }
    }

    /// A short word for metrics.
    pub fn word(self) -> &'static str {
        match self {
            Lost::Busy => "busy",
            Lost::NotStarted => "not_started",
            Lost::Deadline => "deadline",
            Lost::Memory => "memory",
            Lost::Died => "died",
            Lost::Garbled => "garbled",
        }
    }

    /// For a query that had begun to answer.
    pub fn refusal(self) -> Refusal {
        Refusal::new(match self {
            Lost::Deadline => Reason::Deadline,
            Lost::Memory => Reason::Memory,
            Lost::Busy | Lost::NotStarted | Lost::Died | Lost::Garbled => Reason::WorkerLost,
        })
    }
}

impl From<Lost> for Problem {
    fn from(lost: Lost) -> Problem {
        match lost {
            Lost::Busy => Problem::new(503, "53300", "hub.busy").retry_after(2),
            other => Problem::from(other.refusal()),
        }
    }
}
