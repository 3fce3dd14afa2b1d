//! The numbers intake keeps to, in one place for the operator to see and change.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeLimits {
    /// Largest body. A longer one is refused when the limit is passed, and its spool file removed.
    pub body_bytes_max: u64,
    /// Bodies being received at once. One more is told to come back later.
    pub bodies_max: usize,
    /// Longest silence of a sender in the middle of a body.
    pub body_idle_seconds_max: u64,
    /// Slowest average after the first minute. A slower body is given up: it holds a place others wait for.
    pub body_bytes_per_second_min: u64,
    /// Submissions being checked and settled at once; the others wait their turn.
    pub settling_max: usize,
    /// Longest wait for a turn, and for an earlier submission of the same slot.
    pub turn_seconds_max: u64,
    /// Longest check.
    pub check_seconds_max: u64,
    /// Findings kept per submission. The receipt tells how many there were and how many were kept.
    pub findings_kept_max: u64,
    /// Changed rows kept per correction. The receipt tells how many there were.
    pub changes_kept_max: u64,
    /// Shortest time between two sweeps for data files of submissions that came to nothing.
    pub sweep_seconds_min: u64,
}

impl Default for IntakeLimits {
    fn default() -> IntakeLimits {
        IntakeLimits {
            body_bytes_max: 2 * 1024 * 1024 * 1024,
            bodies_max: 256,
            body_idle_seconds_max: 30,
            body_bytes_per_second_min: 1024,
            settling_max: 4,
            turn_seconds_max: 600,
            check_seconds_max: 1800,
            findings_kept_max: 10_000,
            changes_kept_max: 1_000,
            sweep_seconds_min: 600,
        }
    }
}

impl IntakeLimits {
    pub(crate) fn body_idle(&self) -> Duration {
        Duration::from_secs(self.body_idle_seconds_max)
    }

    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs(self.turn_seconds_max)
    }

    pub(crate) fn check(&self) -> Duration {
        Duration::from_secs(self.check_seconds_max)
    }
}
