//! Files on their way in, and what became of them. The body of a submission is the file itself, passed on piece by
//! piece: nothing here holds more than one of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::body::Body as HttpBody;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use intake::{Act, ActKind};
use schemas::{FeedId, RegionCode, SubmissionId};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::App;
use super::asked::Asked;
use super::rest::{self, Pieces};
use crate::front::{Body, PageAsked, Problem, SubmitHead, Submitted};

/// Findings of one page.
const FINDINGS_MAX: u32 = 1_000;
const FINDINGS_USUAL: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitQuery {
    feed: String,
    period: String,
    unit: String,
    file_name: Option<String>,
    #[serde(default)]
    zero: bool,
    /// `whole` if it is left out.
    #[serde(default)]
    act: ActKind,
    of: Option<String>,
    manifest: Option<String>,
}

/// What a file is sent for, from the words that say it.
pub(super) fn act(kind: ActKind, of: Option<&str>, manifest: Option<&str>) -> Result<Act, Problem> {
    let named = || {
        let of = of.ok_or_else(|| word("of"))?;
        SubmissionId::parse(of).map_err(|_| word("of"))
    };
    let act = match kind {
        ActKind::Whole => Act::Whole,
        ActKind::Correction => Act::Correction { of: named()? },
        ActKind::Supplement => Act::Supplement { of: named()? },
        ActKind::Backfill => Act::backfill(manifest.unwrap_or_default()).ok_or_else(|| word("manifest"))?,
        // Has no file, and a page of its own.
        ActKind::Withdrawal => return Err(word("act")),
    };
    match (act.of().is_none() && of.is_some(), &act) {
        (true, _) => Err(word("of")),
        (false, Act::Backfill { .. }) => Ok(act),
        (false, _) if manifest.is_some() => Err(word("manifest")),
        (false, _) => Ok(act),
    }
}

pub(super) async fn submit(
    State(app): State<App>,
    Asked(caller): Asked,
    query: Result<Query<SubmitQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: HttpBody,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let most = app.settings.submission_bytes_max;
    let too_large = || Problem::new(413, "54000", "http.body_too_large").with("bytes", most);
    if announced(&headers).is_some_and(|bytes| bytes > most) {
        return Err(too_large());
    }
    let act = act(query.act, query.of.as_deref(), query.manifest.as_deref())?;
    let head = SubmitHead {
        feed: FeedId::parse(&query.feed).map_err(|_| word("feed"))?,
        period: query.period,
        unit: RegionCode::parse(&query.unit).map_err(|_| word("unit"))?,
        act,
        file_name: query.file_name,
        idempotency_key: idempotency_key(&headers)?,
        zero: query.zero,
    };
    let over = Arc::new(AtomicBool::new(false));
    let (body, rest) = rest::shared(body.into_data_stream());
    let body = limited(body, most, app.settings.pause_time_max, Arc::clone(&over));
    let submitted = app.front.submit(&caller, head, body).await;
    if submitted.is_err() {
        rest.pass_over().await;
    }
    if over.load(Ordering::Relaxed) {
        return Err(too_large());
    }
    Ok(answered(&app, submitted?))
}

/// The receipt, counted once.
pub(super) fn answered(app: &App, submitted: Submitted) -> Response {
    app.metrics.submission(&submitted);
    let status = match (submitted.waits, submitted.repeated) {
        (true, _) => StatusCode::ACCEPTED,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::CREATED,
    };
    (status, JsonAnswer(submitted.receipt)).into_response()
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn word(name: &str) -> Problem {
    Problem::new(400, "22023", "http.parameter_malformed").with("name", name)
}

pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if is_key(key) => Ok(Some(key.to_owned())),
        _ => Err(word("Idempotency-Key")),
    }
}

pub(super) fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len())
}

/// The body as a stream that ends with an error when it grows too large or pauses too long.
pub(super) fn limited(body: Pieces, most: u64, pause: Duration, over: Arc<AtomicBool>) -> Body {
    let start = (Some(body), 0_u64);
    let pieces = stream::unfold(start, move |(body, read)| {
        let over = Arc::clone(&over);
        async move {
            let mut body = body?;
            let piece = match timeout(pause, body.next()).await {
                Ok(None) => return None,
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(error))) => return failed(io::Error::other(error)),
                Err(_) => return failed(io::ErrorKind::TimedOut.into()),
            };
            let read = read.saturating_add(piece.len() as u64);
            if read > most {
                over.store(true, Ordering::Relaxed);
                return failed(io::ErrorKind::FileTooLarge.into());
            }
            Some((Ok(piece), (Some(body), read)))
        }
    });
    Box::pin(pieces)
}

type Step = Option<(io::Result<Bytes>, (Option<Pieces>, u64))>;

fn failed(error: io::Error) -> Step {
    Some((Err(error), (None, 0)))
}

pub(super) fn id(text: &str) -> Result<SubmissionId, Problem> {
    // The same answer as for an id that does not exist.
    SubmissionId::parse(text).map_err(|_| Problem::new(404, "P0002", "hub.no_such_submission"))
}

pub(super) async fn submission(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(app.front.submission(&caller, &id(&text)?).await?))
}

pub(super) async fn receipt(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(app.front.receipt(&caller, &id(&text)?).await?))
}

/// `after` and `limit` of a paged list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

impl PageQuery {
    pub(super) fn asked(
        query: Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>,
    ) -> Result<PageAsked, Problem> {
        let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
        let items_max = query.limit.unwrap_or(FINDINGS_USUAL).clamp(1, FINDINGS_MAX);
        Ok(PageAsked {
            after: query.after,
            items_max,
        })
    }
}

pub(super) async fn findings(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(text): Path<String>,
    query: Result<Query<PageQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = app
        .front
        .findings(&caller, &id(&text)?, PageQuery::asked(query)?)
        .await?;
    let wants_lines = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes() == b"application/x-ndjson");
    if !wants_lines {
        return Ok(JsonAnswer(page).into_response());
    }
    let lines: String = page.items.iter().map(|item| format!("{item}\n")).collect();
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}
