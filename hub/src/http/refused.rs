//! A `Problem` as a response. It travels in the response's extensions until `finish`, which knows the request's id and
//! writes the document; so no handler can forget the id, and every refusal looks the same.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::front::Problem;

/// Marks a response whose body is still to be written.
#[derive(Clone)]
pub(super) struct Unwritten(pub Problem);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Unwritten(self));
        response
    }
}

pub(super) async fn no_such_page(_: Uri) -> Problem {
    Problem::new(404, "42P01", "http.no_such_page")
}

pub(super) async fn no_such_method() -> Problem {
    Problem::new(405, "0A000", "http.no_such_method")
}
