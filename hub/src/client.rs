//! Talks to a running hub over HTTP: what `login`, `submit` and `query` share. Not here: printing.

mod resumable;
mod saved;

use std::fmt;

use reqwest::{Method, RequestBuilder, StatusCode};
use schemas::texts;
use serde_json::Value;

pub use resumable::{FROM_BYTES, Sending};
pub use saved::Saved;

/// A hub's answer that is not what was asked for.
#[derive(Debug)]
pub enum ClientError {
    /// The hub refused, with a problem document.
    Refused { status: u16, problem: Value },
    /// Nobody answered, or not in the hub's language.
    Unreachable(String),
    /// There is no address or token to use.
    NotSignedIn,
    /// The file that is being sent cannot be read any more.
    Unreadable,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Refused { status, problem } => {
                let text = |key: &str| {
                    problem
                        .get(key)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                write!(
                    f,
                    "{} ({status} {})\n{}",
                    text("title"),
                    text("code"),
                    text("title_en")
                )?;
                for hint in [text("hint"), text("hint_en")] {
                    if !hint.is_empty() {
                        write!(f, "\n  → {hint}")?;
                    }
                }
                write!(f, "\n  {}", text("request_id"))
            }
            ClientError::Unreachable(address) => {
                let message = texts::render("cli.unreachable", &[("address", address)]);
                write!(f, "{}\n{}", message.zh, message.en)
            }
            ClientError::Unreadable => {
                let message = texts::render("cli.file_unreadable", &[]);
                write!(f, "{}\n{}", message.zh, message.en)
            }
            ClientError::NotSignedIn => {
                let message = texts::render("cli.not_signed_in", &[]);
                let hints = [message.hint_zh, message.hint_en].map(Option::unwrap_or_default);
                write!(f, "{}\n{}\n  → {}", message.zh, message.en, hints.join(" "))
            }
        }
    }
}

/// One hub and one person's token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    token: Option<String>,
}

impl Client {
    /// `address` like `http://127.0.0.1:8080`.
    pub fn new(address: &str, token: Option<String>) -> Client {
        // Loopback and intranet addresses only: a proxy from the environment must not see tokens.
        let http = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
        Client {
            http,
            address: address.trim_end_matches('/').to_owned(),
            token,
        }
    }

    /// A request with the person's token on it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends and hands on a successful answer whole; a refusal becomes an error with its document.
    pub async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let unreachable = |_| ClientError::Unreachable(self.address.clone());
        let response = request.send().await.map_err(unreachable)?;
        // A submission whose outcome is not known yet is answered with a success and a problem.
        let problem = response
            .headers()
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
        if response.status().is_success() && !problem {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let problem = response.json().await.unwrap_or(Value::Null);
        Err(ClientError::Refused { status, problem })
    }

    /// The JSON document under a path.
    pub async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.document(self.request(Method::GET, path)).await
    }

    /// Sends and reads the answer as one JSON document.
    pub async fn document(&self, request: RequestBuilder) -> Result<Value, ClientError> {
        let response = self.send(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        response
            .json()
            .await
            .map_err(|_| ClientError::Unreachable(self.address.clone()))
    }
}
