//! What people ask about the sources, from which files come by themselves.

use async_trait::async_trait;
use serde_json::Value;

use super::{Caller, Problem};

#[async_trait]
pub trait Sourcing {
    /// Those the caller may know of, and how they are doing.
    async fn sources(&self, caller: &Caller) -> Result<Vec<Value>, Problem>;

    /// One source with its last parcels.
    async fn source(&self, caller: &Caller, name: &str) -> Result<Value, Problem>;

    /// Asks for a round now; the source as it was before.
    async fn run_source(&self, caller: &Caller, name: &str) -> Result<Value, Problem>;
}
