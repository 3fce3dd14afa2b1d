//! Contracts under way: a changed one tried out on what was accepted before.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::App;
use super::asked::Asked;
use super::json::Json;
use crate::front::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rehearse {
    /// The contract's text, as it would lie in the folder of contracts.
    contract: String,
}

/// Nothing is stored and nothing comes into force.
pub(super) async fn rehearse(
    State(app): State<App>,
    Asked(caller): Asked,
    Json(Rehearse { contract }): Json<Rehearse>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(app.front.rehearse(&caller, &contract).await?))
}
