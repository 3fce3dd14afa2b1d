//! Who is asking: the client's address, the bearer token, the purpose. Made for every request that needs a caller.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::request::Parts;
use policy::Via;
use schemas::PurposeCode;

use super::App;
use super::listener::Peer;
use crate::front::{Caller, Problem, RequestId, Sitting};

const PURPOSE: HeaderName = HeaderName::from_static("x-taxhub-purpose");

/// The address of the client, for requests without a caller.
pub(super) struct Client(pub String, pub RequestId);

/// A signed-in caller.
pub(super) struct Asked(pub Caller);

impl FromRequestParts<App> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Client, Problem> {
        // Headers that name another client are not believed: anybody can send them.
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let address = peer.map_or_else(
            || "unknown".to_owned(),
            |ConnectInfo(peer)| peer.0.ip().to_string(),
        );
        Ok(Client(
            address,
            parts.extensions.get::<RequestId>().cloned().unwrap_or_default(),
        ))
    }
}

impl FromRequestParts<App> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asked, Problem> {
        let Client(client, request_id) = Client::from_request_parts(parts, app).await?;
        let missing = || Problem::new(401, "28000", "http.no_token");
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(missing)?;
        let (scheme, token) = header.split_once(' ').ok_or_else(missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(missing());
        }
        let signed_in = app.front.bearer(token.trim()).await?;
        let purpose = match parts.headers.get(PURPOSE) {
            Some(value) => Some(purpose(value.to_str().unwrap_or_default())?),
            None => None,
        };
        Ok(Asked(Caller {
            signed_in,
            purpose,
            as_of: None,
            via: Via::Http,
            client,
            request_id,
            sitting: Sitting::default(),
        }))
    }
}

/// Reads a purpose wherever it was written.
pub(super) fn purpose(text: &str) -> Result<PurposeCode, Problem> {
    PurposeCode::parse(text).map_err(|_| Problem::new(400, "22023", "hub.purpose_malformed"))
}
