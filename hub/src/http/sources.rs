//! The sources of the hub: how they are doing, what one of them brought, and a round on request.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use crate::front::Problem;

pub(super) async fn list(State(app): State<App>, Asked(caller): Asked) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "items": app.front.sources(&caller).await? })))
}

pub(super) async fn one(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.front.source(&caller, &name).await?))
}

pub(super) async fn run(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    Ok((
        StatusCode::ACCEPTED,
        Json(app.front.run_source(&caller, &name).await?),
    ))
}
