//! Resumable uploads after tus 1.0.0 (core, creation, expiration, termination). The verdict is asked for at the upload's
//! own address, as JSON: `GET /v1/uploads/{id}?wait=30`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::body::Body as HttpBody;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intake::ActKind;
use schemas::{FeedId, RegionCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use super::rest;
use super::submissions::{act, is_key, limited, word};
use crate::front::{Problem, RequestId, SubmitHead, UploadFate, UploadId, UploadShown};

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const PIECE_TYPE: &str = "application/offset+octet-stream";
/// A client asks again rather than holding a connection for longer.
const WAIT_SECONDS_MAX: u64 = 60;
const METADATA_BYTES_MAX: usize = 4096;

/// What this server can do.
pub(super) async fn options(State(app): State<App>, Asked(_): Asked) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    put(&mut response, RESUMABLE, VERSION);
    put(&mut response, HeaderName::from_static("tus-version"), VERSION);
    let extensions = "creation,expiration,termination";
    put(
        &mut response,
        HeaderName::from_static("tus-extension"),
        extensions,
    );
    let most = app.settings.submission_bytes_max.to_string();
    put(&mut response, HeaderName::from_static("tus-max-size"), &most);
    response
}

pub(super) async fn begin(
    State(app): State<App>,
    Asked(caller): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    speaks_tus(&headers)?;
    let length = number(&headers, &LENGTH)?;
    let most = app.settings.submission_bytes_max;
    if length > most {
        return Err(Problem::new(413, "54000", "http.body_too_large").with("bytes", most));
    }
    let shown = app.front.begin_upload(&caller, head(&headers)?, length).await?;
    let mut response = answer(StatusCode::CREATED, &shown);
    put(
        &mut response,
        header::LOCATION,
        &format!("/v1/uploads/{}", shown.id),
    );
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitQuery {
    #[serde(default)]
    wait: u64,
}

/// To a tus client (`HEAD`) the offset, to everybody else how far it has come, and the receipt in the end.
pub(super) async fn show(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    query: Result<Query<WaitQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let wait = Duration::from_secs(query.wait.min(WAIT_SECONDS_MAX));
    let shown = app.front.upload(&caller, &id(&text)?, wait).await?;
    let document = document(&shown, &caller.request_id);
    let mut response = JsonAnswer(document).into_response();
    told(&mut response, &shown);
    Ok(response)
}

pub(super) async fn continue_with(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: HttpBody,
) -> Result<Response, Problem> {
    speaks_tus(&headers)?;
    if headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) != Some(PIECE_TYPE.as_bytes()) {
        return Err(Problem::new(415, "22023", "upload.content_type").with("type", PIECE_TYPE));
    }
    let offset = number(&headers, &OFFSET)?;
    let pause = app.settings.pause_time_max;
    // No piece is longer than what is missing, which the upload itself knows.
    let id = id(&text)?;
    let (body, rest) = rest::shared(body.into_data_stream());
    let body = limited(body, u64::MAX, pause, Arc::default());
    let shown = app.front.continue_upload(&caller, &id, offset, body).await;
    if shown.is_err() {
        rest.pass_over().await;
    }
    Ok(answer(StatusCode::NO_CONTENT, &shown?))
}

pub(super) async fn end(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    speaks_tus(&headers)?;
    app.front.drop_upload(&caller, &id(&text)?).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    put(&mut response, RESUMABLE, VERSION);
    Ok(response)
}

fn answer(status: StatusCode, shown: &UploadShown) -> Response {
    let mut response = status.into_response();
    told(&mut response, shown);
    response
}

fn told(response: &mut Response, shown: &UploadShown) {
    put(response, RESUMABLE, VERSION);
    put(response, OFFSET, &shown.offset.to_string());
    put(response, LENGTH, &shown.length.to_string());
    let expires = shown.expires_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    put(response, EXPIRES, &expires);
}

fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn document(shown: &UploadShown, request_id: &RequestId) -> Value {
    let (state, told) = match &shown.fate {
        UploadFate::Receiving => ("receiving", json!({"receipt": null})),
        UploadFate::Checking => ("checking", json!({"receipt": null})),
        UploadFate::Taken(submitted) => {
            let state = if submitted.waits { "waiting" } else { "settled" };
            (
                state,
                json!({"repeated": submitted.repeated, "receipt": submitted.receipt}),
            )
        }
        UploadFate::Failed(problem) => (
            "failed",
            json!({"problem": problem.render(request_id).document()}),
        ),
    };
    let mut document = json!({
        "id": shown.id.to_string(),
        "offset": shown.offset,
        "length": shown.length,
        "expires_at": shown.expires_at,
        "state": state,
    });
    if let (Value::Object(document), Value::Object(told)) = (&mut document, told) {
        document.extend(told);
    }
    document
}

fn speaks_tus(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(RESUMABLE) {
        Some(version) if version.as_bytes() == VERSION.as_bytes() => Ok(()),
        _ => Err(Problem::new(412, "0A000", "upload.version").with("version", VERSION)),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| word(name.as_str()))
}

/// What the submission is, from `Upload-Metadata`: keys with values in base64.
fn head(headers: &HeaderMap) -> Result<SubmitHead, Problem> {
    let text = headers
        .get(METADATA)
        .and_then(|value| value.to_str().ok())
        .filter(|text| text.len() <= METADATA_BYTES_MAX)
        .ok_or_else(|| word(METADATA.as_str()))?;
    let mut pairs = BTreeMap::new();
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let bytes = STANDARD.decode(value.trim()).map_err(|_| word(key))?;
        let value = String::from_utf8(bytes).map_err(|_| word(key))?;
        pairs.insert(key.to_owned(), value);
    }
    let mut take = |key: &str| pairs.remove(key).filter(|value| !value.is_empty());
    let kind = take("act").map_or(Some(ActKind::Whole), |act| {
        ActKind::ALL.into_iter().find(|kind| kind.as_str() == act)
    });
    let idempotency_key = take("idempotency_key");
    if !idempotency_key.as_deref().is_none_or(is_key) {
        return Err(word("idempotency_key"));
    }
    Ok(SubmitHead {
        feed: take("feed")
            .and_then(|feed| FeedId::parse(&feed).ok())
            .ok_or_else(|| word("feed"))?,
        period: take("period").ok_or_else(|| word("period"))?,
        unit: take("unit")
            .and_then(|unit| RegionCode::parse(&unit).ok())
            .ok_or_else(|| word("unit"))?,
        act: act(
            kind.ok_or_else(|| word("act"))?,
            take("of").as_deref(),
            take("manifest").as_deref(),
        )?,
        file_name: take("filename"),
        idempotency_key,
        zero: false,
    })
}

fn id(text: &str) -> Result<UploadId, Problem> {
    // The same answer as for an id that does not exist.
    UploadId::parse(text).ok_or_else(|| Problem::new(404, "42704", "upload.unknown"))
}
