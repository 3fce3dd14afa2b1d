//! What a worker process forbids itself before it touches anything hostile. The kernel enforces it; a worker that has
//! been taken over cannot raise its own hard limits again.

use std::io;

use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit};
use serde::{Deserialize, Serialize};

/// Limits of one worker process, from start to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessLimits {
    /// Address space; an allocation beyond it ends the process.
    pub address_space_bytes: u64,
    /// Processor time over the whole life.
    pub cpu_seconds: u64,
    /// Size of any file it writes. 0: no file at all.
    pub file_bytes: u64,
    pub files_open: u64,
}

impl ProcessLimits {
    /// Sets everything, hard limits included.
    pub fn apply(&self) -> io::Result<()> {
        hard(Resource::Core, 0)?;
        hard(Resource::As, self.address_space_bytes)?;
        hard(Resource::Cpu, self.cpu_seconds)?;
        hard(Resource::Fsize, self.file_bytes)?;
        hard(Resource::Nofile, self.files_open)?;
        Ok(())
    }
}

/// Dies with the hub. The signal is bound to the thread that started us, so the hub starts workers from one thread
/// that lives as long as itself (`spawn`).
pub fn die_with_the_hub() -> io::Result<()> {
    let hub = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The hub may have died between the two calls; then nobody would ever send the signal.
    if getppid() == hub {
        Ok(())
    } else {
        Err(io::Error::other("the hub is gone"))
    }
}

fn hard(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(most),
            maximum: Some(most),
        },
    )?)
}
