//! What goes wrong at the door, as one error with a code, a kind and no data. The detail (paths, store
//! messages) is logged where it happens; the person gets the text that `schemas::texts` holds for the code.

use schemas::texts::{self, Message};
use schemas::{FeedId, SubmissionId, catalogue};

/// How a gateway should answer. The code says which of several causes it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No such feed.
    NotFound,
    /// The sender's department does not own the feed.
    NotAllowed,
    /// The arrival cannot be taken as it is; sending it again unchanged will not help.
    Refused,
    /// The idempotency key was used for something else.
    Conflict,
    TooLarge,
    /// The body did not arrive whole. Send it again.
    Broken,
    /// A limit is reached. Try again later.
    Busy,
    /// Sent and perhaps committed: the outcome is not known yet. Ask for the submission later.
    Pending,
    /// Something of ours failed; nothing is visible. Try again later.
    Unavailable,
}

/// Nothing of the arrival is visible to anybody, except where the kind is `Pending`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}")]
pub struct IntakeError {
    code: &'static str,
    kind: ErrorKind,
    submission: Option<SubmissionId>,
    args: Vec<(&'static str, String)>,
}

impl IntakeError {
    pub(crate) fn new(kind: ErrorKind, code: &'static str) -> IntakeError {
        IntakeError {
            code,
            kind,
            submission: None,
            args: Vec::new(),
        }
    }

    /// Why nothing can be sent for a feed without a contract: nobody knows it, or it is not open yet. Every signed-in
    /// department may read the catalogue, so the difference may be told.
    pub fn without_contract(feed: &FeedId) -> IntakeError {
        let known = catalogue::entry(feed).is_some();
        let (kind, code) = match known {
            true => (ErrorKind::Refused, "intake.feed_catalogued"),
            false => (ErrorKind::NotFound, "intake.feed_unknown"),
        };
        IntakeError::new(kind, code).with("feed", feed)
    }

    /// `value` must come from a contract, a limit or a validated name: an error never repeats file content.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> IntakeError {
        self.args.push((name, value.to_string()));
        self
    }

    pub(crate) fn of(mut self, submission: &SubmissionId) -> IntakeError {
        self.submission = Some(submission.clone());
        self
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The words for the placeholders of the text.
    pub fn args(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.args.iter().map(|(name, value)| (*name, value.as_str()))
    }

    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The submission to ask about later, if one was begun.
    pub fn submission(&self) -> Option<&SubmissionId> {
        self.submission.as_ref()
    }

    pub fn message(&self) -> Message {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        texts::render(self.code, &args)
    }
}
