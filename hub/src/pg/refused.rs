//! How a refusal reads on this protocol, and what it does to the connection.

use std::io;

use pgwire::error::{ErrorInfo, PgWireError};

use crate::front::{Problem, RequestId};

/// Why a message was not answered.
#[derive(Debug)]
pub(super) enum Failure {
    /// The statement failed; the connection goes on.
    Statement(Problem),
    /// The connection ends, after saying why.
    Fatal(Problem),
    /// Nobody is there to hear it.
    Gone,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Statement(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Failure {
        Failure::Gone
    }
}

impl From<PgWireError> for Failure {
    /// Errors of the codec. Their texts may repeat what the client sent, so they stay inside.
    fn from(error: PgWireError) -> Failure {
        match &error {
            PgWireError::IoError(source) if source.kind() == io::ErrorKind::FileTooLarge => {
                Failure::Fatal(Problem::new(413, "54000", "pg.message_too_large"))
            }
            PgWireError::IoError(_) => Failure::Gone,
            PgWireError::UserError(info) => {
                tracing::error!(sqlstate = info.code, "an answer could not be encoded");
                Failure::Statement(Problem::new(500, "0A000", "pg.type_not_offered"))
            }
            other => {
                tracing::debug!(error = %other, "a client broke the protocol");
                Failure::Fatal(protocol())
            }
        }
    }
}

/// The client does not speak the protocol.
pub(super) fn protocol() -> Problem {
    Problem::new(400, "08P01", "pg.protocol")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    Error,
    Fatal,
    Notice,
}

/// Both languages, the hint, the place and the request's id, as fields of a message.
pub(super) fn info(problem: &Problem, severity: Severity, request_id: &RequestId) -> ErrorInfo {
    let told = problem.render(request_id);
    let word = match severity {
        Severity::Error => "ERROR",
        Severity::Fatal => "FATAL",
        Severity::Notice => "NOTICE",
    };
    let both = |zh: String, en: String| format!("{zh} / {en}");
    let mut info = ErrorInfo::new(word.to_owned(), told.sqlstate.to_owned(), both(told.zh, told.en));
    info.severity_nonlocalized = Some(word.to_owned());
    info.hint = told.hint_zh.zip(told.hint_en).map(|(zh, en)| both(zh, en));
    info.detail = Some(format!("code {}, request {request_id}", told.code));
    info.position = told.position.map(|position| position.to_string());
    info
}
