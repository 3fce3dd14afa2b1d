//! The house itself: alive, ready, counted, described. Open to everybody who reaches the port, so nothing here says
//! anything about data or people.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{App, openapi as description};

/// The process answers.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "alive": true }))
}

/// The house can serve: 503 while a part cannot.
pub(super) async fn readyz(State(app): State<App>) -> Response {
    let health = app.front.ready();
    let status = if health.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health)).into_response()
}

pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        app.metrics.render(),
    )
}

pub(super) async fn openapi() -> Json<Value> {
    Json(description::document())
}
