//! One request after the other to one address: with the token, within the time, tried again when that may help.

use std::path::PathBuf;
use std::time::Duration;

use chrono::Utc;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use sha2::{Digest, Sha256};
use tokio::time::{sleep, timeout};

use super::Method;
use super::template::{Place, Template, in_json, in_url};
use crate::body::Pen;
use crate::parcel::Wanted;
use crate::schedule::civil_day;
use crate::secret::SecretFile;
use crate::tls;
use crate::trouble::Trouble;

const CONNECT_MAX: Duration = Duration::from_secs(15);
const TRIES_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Asking {
    pub(super) url: Template,
    pub(super) body: Option<Template>,
    pub(super) method: Method,
    pub(super) token_header: String,
    pub(super) token_prefix: String,
    pub(super) token_file: Option<SecretFile>,
    pub(super) authority_file: Option<PathBuf>,
    pub(super) patience: Duration,
}

impl Asking {
    pub(super) fn client(&self) -> Result<Client, Trouble> {
        let config = tls::client(self.authority_file.as_deref())?;
        Client::builder()
            .tls_backend_preconfigured((*config).clone())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_MAX)
            .read_timeout(self.patience)
            .default_headers(self.token()?)
            .user_agent("taxhub")
            .build()
            .map_err(|error| {
                tracing::error!(%error, "a client for a source could not be made");
                Trouble::PlaceUnusable
            })
    }

    fn token(&self) -> Result<HeaderMap, Trouble> {
        let mut headers = HeaderMap::new();
        if let Some(file) = &self.token_file {
            let value = zeroize::Zeroizing::new(format!("{}{}", self.token_prefix, file.read()?.as_str()));
            let mut value = HeaderValue::from_str(&value).map_err(|_| Trouble::Secret)?;
            value.set_sensitive(true);
            let name = HeaderName::try_from(&self.token_header).map_err(|_| Trouble::PlaceUnusable)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// A good answer's head. What may be over soon is tried again here, with growing pauses.
    pub(super) async fn answered(
        &self,
        client: &Client,
        wanted: &Wanted,
        place: &Place,
    ) -> Result<Response, Trouble> {
        let mut pause = PAUSE;
        for tries in 1.. {
            let url = self.url.filled(wanted, place, in_url);
            let request = match self.method {
                Method::Get => client.get(url),
                Method::Post => {
                    let body = self.body.as_ref().map(|body| body.filled(wanted, place, in_json));
                    client
                        .post(url)
                        .header(CONTENT_TYPE, "application/json")
                        .body(body.unwrap_or_default())
                }
            };
            let sent = timeout(self.patience, request.send())
                .await
                .map_err(|_| Trouble::Slow);
            let trouble = match sent {
                Ok(Ok(response)) if response.status() == StatusCode::OK => return Ok(response),
                Ok(Ok(response)) => {
                    let asked = response
                        .headers()
                        .get(RETRY_AFTER)
                        .and_then(|value| value.to_str().ok());
                    if let Some(seconds) = asked.and_then(|text| text.parse().ok()) {
                        pause = Duration::from_secs(seconds).min(PAUSE_MAX);
                    }
                    refused(response.status())
                }
                Ok(Err(error)) => broken(&error),
                Err(slow) => slow,
            };
            if tries >= TRIES_MAX || !matches!(trouble, Trouble::Unreachable | Trouble::Slow) {
                return Err(trouble);
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
        Err(Trouble::Unreachable)
    }

    /// By what one tells that a file is another one. A server that says nothing about it is asked once a day.
    pub(super) async fn tag(&self, wanted: &Wanted) -> Result<String, Trouble> {
        let response = self.answered(&self.client()?, wanted, &Place::default()).await?;
        let said = [ETAG, LAST_MODIFIED]
            .into_iter()
            .find_map(|name| response.headers().get(name));
        Ok(match said {
            Some(said) => {
                let mut hash = Sha256::new();
                hash.update(said.as_bytes());
                hash.update(response.content_length().unwrap_or_default().to_be_bytes());
                hex::encode(hash.finalize()).chars().take(32).collect()
            }
            None => format!(
                "{}-{}",
                civil_day(Utc::now()),
                response.content_length().unwrap_or_default()
            ),
        })
    }

    /// The file itself. A body shorter than its announced length ends in an error here.
    pub(super) async fn file(&self, wanted: &Wanted, mut pen: Pen) -> Result<Pen, Trouble> {
        let mut response = self.answered(&self.client()?, wanted, &Place::default()).await?;
        while let Some(piece) = next(&mut response, self.patience).await? {
            pen.write(&piece).await?;
        }
        Ok(pen)
    }
}

/// The next piece of an answer.
pub(super) async fn next(
    response: &mut Response,
    patience: Duration,
) -> Result<Option<bytes::Bytes>, Trouble> {
    let piece = timeout(patience, response.chunk())
        .await
        .map_err(|_| Trouble::Slow)?;
    piece.map_err(|error| match broken(&error) {
        Trouble::Unreachable => Trouble::CutShort,
        other => other,
    })
}

fn refused(status: StatusCode) -> Trouble {
    match status.as_u16() {
        401 | 403 | 407 => Trouble::Credentials,
        404 | 410 => Trouble::NothingThere,
        408 | 504 => Trouble::Slow,
        425 | 429 | 500..=599 => Trouble::Unreachable,
        _ => Trouble::QueryRefused,
    }
}

/// The error's own words may hold an address with a token in it; its kind does not.
fn broken(error: &reqwest::Error) -> Trouble {
    if tls::is_about_trust(error) {
        return Trouble::Untrusted;
    }
    match error.is_timeout() {
        true => Trouble::Slow,
        false => Trouble::Unreachable,
    }
}
