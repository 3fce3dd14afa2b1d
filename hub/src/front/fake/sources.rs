//! The made-up house has no sources.

use super::*;

#[async_trait]
impl Sourcing for FakeHouse {
    async fn sources(&self, _: &Caller) -> Result<Vec<Value>, Problem> {
        Ok(Vec::new())
    }

    async fn source(&self, _: &Caller, _: &str) -> Result<Value, Problem> {
        Err(Problem::new(404, "42704", "hub.no_such_source"))
    }

    async fn run_source(&self, _: &Caller, _: &str) -> Result<Value, Problem> {
        Err(Problem::new(404, "42704", "hub.no_such_source"))
    }
}
