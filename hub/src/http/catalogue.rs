//! What there is to see, under which agreements, and what was done: lists, as the house gives them.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use super::submissions::PageQuery;
use crate::front::{Page, Problem};

pub(super) async fn feeds(State(app): State<App>, Asked(caller): Asked) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "items": app.front.catalog_feeds(&caller).await? })))
}

pub(super) async fn views(State(app): State<App>, Asked(caller): Asked) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "items": app.front.catalog_views(&caller).await? })))
}

pub(super) async fn agreements(State(app): State<App>, Asked(caller): Asked) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "items": app.front.agreements(&caller).await? })))
}

pub(super) async fn audit_entries(
    State(app): State<App>,
    Asked(caller): Asked,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    Ok(Json(
        app.front.audit_entries(&caller, PageQuery::asked(query)?).await?,
    ))
}

pub(super) async fn audit_verify(
    State(app): State<App>,
    Asked(caller): Asked,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.front.audit_verify(&caller).await?))
}
