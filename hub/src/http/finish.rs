//! What happens to every request and response: an id, a log line, counts, the problem document, and headers that keep
//! a browser from doing anything clever with our answers.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::App;
use super::refused::Unwritten;
use super::routes::ROUTES;
use crate::front::RequestId;

/// A client may offer an id; the answer carries the one that counts.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) async fn finish(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let offered = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let id = RequestId::taken_or_new(offered);
    let operation = operation(&request);
    request.extensions_mut().insert(id.clone());

    let span = tracing::info_span!("request", request.id = %id, operation);
    let mut response = async {
        let response = next.run(request).await;
        // The path, the query string and the bodies stay out: they may hold keys of taxpayers.
        tracing::info!(
            status = response.status().as_u16(),
            ms = started.elapsed().as_millis() as u64,
            "answered"
        );
        response
    }
    .instrument(span)
    .await;

    if let Some(Unwritten(problem)) = response.extensions_mut().remove::<Unwritten>() {
        app.metrics.refusals.add(&["http", &problem.code], 1);
        write_problem(&mut response, &problem.render(&id));
    }
    let status = response.status();
    app.metrics.requests.add(&["http", operation, status.as_str()], 1);
    app.metrics.request_time.observe(&["http"], started.elapsed());
    harden(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn operation(request: &Request) -> &'static str {
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        return "none";
    };
    let route = ROUTES
        .iter()
        .find(|route| route.path == path.as_str() && route.verb.as_str() == request.method().as_str());
    route.map_or("none", |route| route.operation.name())
}

fn write_problem(response: &mut Response, problem: &crate::front::Rendered) {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.remove(header::CONTENT_LENGTH);
    if problem.status == 401 {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"taxhub\""),
        );
    }
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    *response.body_mut() = Body::from(problem.document().to_string());
}

fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
