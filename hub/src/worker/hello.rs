//! The first words of the hub to a worker: what it may use, and for a query worker the key that proves grants. They
//! travel through a private pipe; neither arguments nor environment of a process are secret.

use std::fmt;

use engine::EngineSettings;
use lake::LakeSettings;
use serde::{Deserialize, Serialize};

use super::ProcessLimits;
use crate::config::Log;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    pub limits: ProcessLimits,
    pub log: Log,
    /// Threads that compute.
    pub threads: usize,
    /// For query workers.
    pub query: Option<QueryHello>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryHello {
    /// `policy::BootKey`, exported.
    pub boot_key: String,
    pub lake: LakeSettings,
    pub engine: EngineSettings,
}

impl fmt::Debug for QueryHello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryHello")
            .field("lake", &self.lake.url.scheme())
            .finish_non_exhaustive()
    }
}
