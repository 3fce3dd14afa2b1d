//! Submissions after they were sent: listed by day, compared, fetched back, withdrawn.

use axum::Json as JsonAnswer;
use axum::body::Body as HttpBody;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use schemas::{FeedId, RegionCode, SubmissionId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use super::json::Json;
use super::submissions::{PageQuery, answered, id, idempotency_key, word};
use crate::front::{Problem, SubmissionsAsked, WithdrawAsked, civil_day};

const LISTED_MAX: u32 = 1_000;
const LISTED_USUAL: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    feed: Option<String>,
    period: Option<String>,
    unit: Option<String>,
    as_of: Option<String>,
    #[serde(default)]
    waiting: bool,
    before: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn submissions(
    State(app): State<App>,
    Asked(caller): Asked,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<JsonAnswer<Value>, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let feed = query.feed.as_deref().map(FeedId::parse).transpose();
    let unit = query.unit.as_deref().map(RegionCode::parse).transpose();
    let before = query.before.as_deref().map(SubmissionId::parse).transpose();
    let items_max = query.limit.unwrap_or(LISTED_USUAL).clamp(1, LISTED_MAX);
    let asked = SubmissionsAsked {
        feed: feed.map_err(|_| word("feed"))?,
        period: query.period,
        unit: unit.map_err(|_| word("unit"))?,
        as_of: query.as_of.as_deref().map(civil_day).transpose()?,
        waiting: query.waiting,
        before: before.map_err(|_| word("before"))?,
        items_max,
    };
    let items = app.front.submissions(&caller, asked).await?;
    let more = items.len() == items_max as usize;
    let next = items
        .last()
        .and_then(|last| last.get("id"))
        .filter(|_| more)
        .cloned();
    Ok(JsonAnswer(json!({ "items": items, "next": next })))
}

pub(super) async fn changes(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<JsonAnswer<Value>, Problem> {
    let page = PageQuery::asked(query)?;
    Ok(JsonAnswer(app.front.changes(&caller, &id(&text)?, page).await?))
}

pub(super) async fn original(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let original = app.front.original(&caller, &id(&text)?).await?;
    let mut answer = Response::new(HttpBody::from_stream(original.bytes));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::CONTENT_LENGTH, original.size_bytes.into());
    if let Some(disposition) = original.file_name.as_deref().and_then(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(answer)
}

/// The name as RFC 8187 writes it: every byte but letters and digits escaped.
fn disposition(file_name: &str) -> Option<header::HeaderValue> {
    let escape = |byte: u8| match byte {
        plain if plain.is_ascii_alphanumeric() => char::from(plain).to_string(),
        other => format!("%{other:02X}"),
    };
    let name: String = file_name.bytes().map(escape).collect();
    header::HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}")).ok()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdraw {
    #[serde(default)]
    reason: Option<String>,
}

pub(super) async fn withdraw(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
    Json(Withdraw { reason }): Json<Withdraw>,
) -> Result<Response, Problem> {
    let asked = WithdrawAsked {
        reason,
        idempotency_key: idempotency_key(&headers)?,
    };
    let withdrawn = app.front.withdraw(&caller, &id(&text)?, asked).await?;
    Ok(answered(&app, withdrawn))
}

pub(super) async fn sign(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<Response, Problem> {
    let signed = app.front.sign(&caller, &id(&text)?).await?;
    Ok(answered(&app, signed))
}

pub(super) async fn decline(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    app.front.decline(&caller, &id(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        let shown = disposition("用电\".csv\r\nx: y").unwrap();
        let shown = shown.to_str().unwrap();
        assert_eq!(
            shown,
            "attachment; filename*=UTF-8''%E7%94%A8%E7%94%B5%22%2Ecsv%0D%0Ax%3A%20y"
        );
    }
}
