//! A refusal as the gateways show it: one code, rendered from the text catalogue for every protocol alike.

use engine::{Reason, Refusal};
use schemas::texts;
use serde_json::{Value, json};

use super::RequestId;

/// Why something was not done. Carries a code and harmless words, never data.
///
/// INVARIANT (quiet-errors): `args` may hold names the caller wrote or may see, numbers and limits; no values, no
/// paths, no messages of a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// SQLSTATE, five characters.
    pub sqlstate: &'static str,
    /// Key in the text catalogue.
    pub code: String,
    pub args: Vec<(String, String)>,
    /// How long to wait before another attempt can succeed.
    pub retry_after_s: Option<u64>,
    /// Where in the caller's SQL, counted in characters from 1.
    pub position: Option<u32>,
}

impl Problem {
    pub fn new(status: u16, sqlstate: &'static str, code: impl Into<String>) -> Problem {
        Problem {
            status,
            sqlstate,
            code: code.into(),
            args: Vec::new(),
            retry_after_s: None,
            position: None,
        }
    }

    /// Adds a word for the `{name}` in the text.
    pub fn with(mut self, name: &str, value: impl ToString) -> Problem {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Something we hoped would not happen. The detail goes to the log, not to the caller.
    pub fn internal(detail: impl std::fmt::Display) -> Problem {
        tracing::error!(error = %detail, "internal problem");
        Problem::new(500, "XX000", "hub.internal")
    }

    /// Texts in both languages.
    pub fn render(&self, request_id: &RequestId) -> Rendered {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let message = texts::render(&self.code, &args);
        Rendered {
            status: self.status,
            sqlstate: self.sqlstate,
            retry_after_s: self.retry_after_s,
            position: self.position,
            code: message.code,
            zh: message.zh,
            en: message.en,
            hint_zh: message.hint_zh,
            hint_en: message.hint_en,
            request_id: request_id.clone(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let mut problem = Problem::new(status(refusal.reason()), refusal.sqlstate(), refusal.code());
        problem.args = refusal.args().to_vec();
        problem.position = refusal.position();
        problem
    }
}

/// The HTTP status of an engine refusal: the caller's SQL, the caller's rights, the caller's size, or us.
fn status(reason: Reason) -> u16 {
    use Reason::*;
    match reason {
        UnknownRelation | GrantInvalid | GrantUnusable | KeyRequired => 403,
        RowsLimit | BytesLimit | Memory | SqlTooLong => 413,
        Deadline => 504,
        Cancelled => 499,
        WorkerLost | AuditUnavailable => 503,
        ViewUnusable | Internal => 500,
        _ => 400,
    }
}

/// A problem in words.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub status: u16,
    pub sqlstate: &'static str,
    pub retry_after_s: Option<u64>,
    pub position: Option<u32>,
    pub code: String,
    pub zh: String,
    pub en: String,
    pub hint_zh: Option<String>,
    pub hint_en: Option<String>,
    pub request_id: RequestId,
}

impl Rendered {
    /// The RFC 9457 document. `title` and `detail` are Chinese, with the English beside them.
    pub fn document(&self) -> Value {
        json!({
            "type": format!("urn:taxhub:problem:{}", self.code),
            "title": self.zh,
            "title_en": self.en,
            "status": self.status,
            "detail": self.zh,
            "detail_en": self.en,
            "code": self.code,
            "hint": self.hint_zh,
            "hint_en": self.hint_en,
            "sqlstate": self.sqlstate,
            "retry_after_s": self.retry_after_s,
            "position": self.position,
            "request_id": self.request_id,
        })
    }
}
