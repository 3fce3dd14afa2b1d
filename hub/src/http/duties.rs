//! `GET /v1/duties`: what is owed, by when, and how it stands.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;

use super::App;
use super::asked::Asked;
use crate::duties::DutyState;
use crate::front::{DutiesAsked, PageAsked, Problem};

const DUTIES_MAX: u32 = 10_000;
const DUTIES_USUAL: u32 = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DutiesQuery {
    feed: Option<String>,
    period: Option<String>,
    unit: Option<String>,
    department: Option<String>,
    state: Option<String>,
    overdue: Option<bool>,
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

pub(super) async fn duties(
    State(app): State<App>,
    Asked(caller): Asked,
    query: Result<Query<DutiesQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let asked = DutiesAsked {
        feed: word("feed", query.feed.as_deref(), |text| text.parse().ok())?,
        period: query.period,
        unit: word("unit", query.unit.as_deref(), |text| text.parse().ok())?,
        department: word("department", query.department.as_deref(), |text| {
            text.parse().ok()
        })?,
        state: word("state", query.state.as_deref(), DutyState::parse)?,
        overdue: query.overdue,
        page: PageAsked {
            after: query.after,
            items_max: query.limit.unwrap_or(DUTIES_USUAL).clamp(1, DUTIES_MAX),
        },
    };
    Ok(Json(app.front.duties(&caller, asked).await?))
}

fn word<T>(
    name: &str,
    text: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let malformed = || Problem::new(400, "22023", "http.parameter_malformed").with("name", name);
    read(text).map(Some).ok_or_else(malformed)
}
