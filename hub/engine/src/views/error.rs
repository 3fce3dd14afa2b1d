//! Why a view's file is not a view. Read by whoever writes views, so it may name what it stumbled over.

/// The first thing wrong with a view's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    #[error("the file is not UTF-8 text")]
    NotText,
    #[error("the header has no `{0}`")]
    HeaderMissing(&'static str),
    #[error("the header line `{0}` is not understood")]
    HeaderLine(String),
    #[error("the file is not named like its view `{0}`")]
    FileName(String),
    #[error("the SQL is not a single query")]
    Syntax,
    #[error("the columns of the query are not those of the header, in their order")]
    ColumnsDiffer,
    #[error("`{0}` is not among the declared inputs")]
    NotAnInput(String),
    #[error("a declared input is not read")]
    InputUnused,
    /// The expression could fail, or depends on more than its row.
    #[error("not total: {0}")]
    NotTotal(String),
    /// The stored columns do not fit the query.
    #[error("the view cannot be planned over its inputs")]
    NotPlanned,
}
