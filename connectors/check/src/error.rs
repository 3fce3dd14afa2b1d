//! What stops a check. Bad rows, bad files and refused files never do: they are findings.

/// Broken transport, a sink that failed, or a bug.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The bytes could not be read.
    #[error("the file could not be read")]
    Read(#[source] std::io::Error),
    /// The scratch folder is full or gone.
    #[error("keys could not be put aside while checking")]
    Scratch(#[source] std::io::Error),
    /// Whoever takes the batches failed.
    #[error("the checked rows could not be handed on")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The expression engine failed on something that is not a matter of data. Its text may quote values, so it is
    /// for the inside log only.
    #[error("the check could not be computed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl CheckError {
    /// Wraps the failure of a sink.
    pub fn sink(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Sink(error.into())
    }

    pub(crate) fn engine(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Engine(error.into())
    }

    /// The code under which the message is in the text catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "check.failed_reading",
            Self::Scratch(_) => "check.failed_scratch",
            Self::Sink(_) => "check.failed_handing_on",
            Self::Engine(_) => "check.failed_computing",
        }
    }
}
