//! Workbooks on their way out: whole files with a name to keep them under.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemas::{FeedId, RegionCode};
use serde::Deserialize;

use super::App;
use super::asked::Asked;
use super::submissions::{id, word};
use crate::front::{Made, Problem};

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn workbook(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    Ok(file(app.front.workbook(&caller, &id(&text)?).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateQuery {
    unit: Option<String>,
}

pub(super) async fn template(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(feed): Path<String>,
    query: Result<Query<TemplateQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let feed = FeedId::parse(&feed).map_err(|_| word("feed"))?;
    let unit = query.unit.as_deref().map(RegionCode::parse).transpose();
    let unit = unit.map_err(|_| word("unit"))?;
    Ok(file(app.front.template(&caller, &feed, unit.as_ref()).await?))
}

fn file(made: Made) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", made.file_name);
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, made.bytes).into_response()
}
