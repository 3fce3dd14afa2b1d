//! Request bodies as JSON, without repeating in a refusal what the body held.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::App;
use crate::front::Problem;

/// A JSON body within the limit of bodies.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Json<T>, Problem> {
        let most = app.settings.body_bytes_max;
        let bytes = to_bytes(request.into_body(), most)
            .await
            .map_err(|_| Problem::new(413, "54000", "http.body_too_large").with("bytes", most))?;
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let value = serde_json::from_slice(bytes).map_err(|error| {
            Problem::new(400, "22023", "http.body_wrong")
                .with("line", error.line())
                .with("column", error.column())
        })?;
        Ok(Json(value))
    }
}
