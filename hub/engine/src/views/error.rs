//! Why a view's file is not a view, or not one of this hub. Read by whoever writes views, so it may name what it stumbled over.

use schemas::ViewName;

use super::View;

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
    #[error("`{0}` has a lower class or level than what it is made from, and nobody says why")]
    TooLow(String),
    #[error("`{0}` is of level L4 and stands in a view over several feeds")]
    MostSensitive(String),
    /// The stored columns do not fit the query.
    #[error("the view cannot be planned over its inputs")]
    NotPlanned,
}

/// A view that does not fit the contracts of the hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnfitView {
    /// `None` if no view could be looked at.
    pub view: Option<ViewName>,
    pub error: ViewError,
}

impl UnfitView {
    pub(crate) fn of(view: &View, error: ViewError) -> UnfitView {
        UnfitView {
            view: Some(view.name().clone()),
            error,
        }
    }

    pub(crate) fn any(error: ViewError) -> UnfitView {
        UnfitView { view: None, error }
    }
}

impl std::fmt::Display for UnfitView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.view {
            Some(view) => write!(f, "{view}: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}
