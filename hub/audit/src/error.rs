//! Why the log could not do what was asked. Messages name no path and no content; the source error is kept for logs.

use std::io;
use std::sync::Arc;

use crate::verify::Fault;

#[derive(Debug, Clone, thiserror::Error)]
pub enum AuditError {
    /// Another process writes this log.
    #[error("the audit log is in use by another process")]
    Locked,
    /// The disk refused once; nothing is recorded any more until the log is opened again, so nothing may happen.
    #[error("the audit log has stopped")]
    Stopped,
    /// The disk did not answer within `Settings::wait_max`. The record may or may not have been kept.
    #[error("the audit log did not answer in time")]
    TimedOut,
    /// The record is longer than `Settings::line_bytes_max`.
    #[error("the audit record has {bytes} bytes, more than {limit}")]
    TooLarge { bytes: usize, limit: usize },
    /// The files are not what this log wrote.
    #[error("the audit log is damaged: {0}")]
    Damaged(Fault),
    /// A key file is malformed, or others may read it.
    #[error("the signing key cannot be used: {0}")]
    Key(&'static str),
    #[error("the audit log could not be read or written")]
    Io(#[source] Arc<io::Error>),
}

impl AuditError {
    /// The code of the message in the text catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            AuditError::Locked => "audit.locked",
            AuditError::Stopped | AuditError::TimedOut | AuditError::Io(_) => "audit.unavailable",
            AuditError::TooLarge { .. } => "audit.too_large",
            AuditError::Damaged(_) => "audit.damaged",
            AuditError::Key(_) => "audit.key_unusable",
        }
    }
}

impl From<io::Error> for AuditError {
    fn from(error: io::Error) -> AuditError {
        AuditError::Io(Arc::new(error))
    }
}
