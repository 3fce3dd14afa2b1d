//! Why a query was not answered, in a form that may leave the engine: a closed list of reasons and harmless words.
//! Not here: the engine's own error texts, which are read once in [`classify`] and then only logged.

mod classify;

use serde::{Deserialize, Serialize};

pub(crate) use classify::{execution, planning};

/// Every way a query can be refused. SQLSTATE and text code follow from it, so they can never disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// More bytes of SQL than allowed; `max`.
    SqlTooLong,
    /// More words and signs than allowed; `max`.
    TooManyTokens,
    /// More statements in one text than allowed; `max`.
    TooManyStatements,
    /// The syntax tree, with its common table expressions written out, is too large; `max`.
    TooComplex,
    /// Expressions or subqueries are nested too deeply; `max`.
    TooDeep,
    /// Too many joins; `max`.
    TooManyJoins,
    /// Too many values in one list; `max`.
    ListTooLong,
    /// Not SQL.
    Syntax,
    /// A statement that is no question, e.g. `INSERT`; `what`.
    StatementNotAllowed,
    /// A part of a question that is not offered, e.g. `FOR UPDATE`; `what`.
    ClauseNotAllowed,
    /// No such relation, or none this session may know of; `relation` as written. The same words as the denial of an
    /// unlisted view, so that nobody can tell them apart.
    UnknownRelation,
    /// No such column; `column` as written.
    UnknownColumn,
    /// More than one column of that name; `column` as written.
    AmbiguousColumn,
    /// No such function among those offered; `function` as written.
    UnknownFunction,
    /// A column neither grouped nor aggregated.
    Grouping,
    /// Operator or function does not fit the types.
    TypeMismatch,
    /// Understood, but not offered by this engine.
    NotSupported,
    /// The question makes no sense to the planner.
    NotPlanned,
    /// A `$n` without a value, or a value too many.
    ParameterCount,
    /// A value that is not of its type; `number`.
    ParameterInvalid,
    /// A division by zero.
    DivisionByZero,
    /// A number outside its type.
    OutOfRange,
    /// A text that is not of the wanted type.
    NotConvertible,
    /// An argument a function does not accept.
    InvalidArgument,
    /// A function would build a text larger than allowed; `function`, `max`.
    FunctionLimit,
    /// The query needs more memory than it may use.
    Memory,
    /// More rows than allowed; `max`.
    RowsLimit,
    /// More bytes than allowed; `max`.
    BytesLimit,
    /// Longer than allowed; `seconds`.
    Deadline,
    /// Cancelled by whoever asked.
    Cancelled,
    /// The agreement changed while the answer ran.
    Revoked,
    /// The process that ran the query is gone.
    WorkerLost,
    /// The grant does not hold here: its seal, its age or its query is wrong.
    GrantInvalid,
    /// A grant that cannot be carried out as written: an unknown column, two masks, a mask that does not fit; `view`.
    GrantUnusable,
    /// A mention of a keyed view without a value for its key; `view`, `column`.
    KeyRequired,
    /// A shared view cannot be opened; `view`.
    ViewUnusable,
    /// The audit log cannot be written, so nothing is answered.
    AuditUnavailable,
    /// Something we hoped would not happen. The log has the detail.
    Internal,
}

impl Reason {
    /// PostgreSQL's five characters for it.
    pub fn sqlstate(self) -> &'static str {
        use Reason::*;
        match self {
            SqlTooLong | TooManyTokens | TooManyStatements | TooComplex | TooDeep | TooManyJoins
            | ListTooLong => "54001",
            FunctionLimit | RowsLimit | BytesLimit => "54000",
            Syntax => "42601",
            StatementNotAllowed | ClauseNotAllowed | NotSupported => "0A000",
            UnknownRelation => "42P01",
            UnknownColumn => "42703",
            AmbiguousColumn => "42702",
            UnknownFunction => "42883",
            Grouping => "42803",
            TypeMismatch => "42804",
            NotPlanned => "42000",
            ParameterCount => "08P01",
            ParameterInvalid | NotConvertible => "22P02",
            DivisionByZero => "22012",
            OutOfRange => "22003",
            InvalidArgument => "22023",
            Memory => "53200",
            Deadline | Cancelled => "57014",
            WorkerLost => "57P02",
            GrantInvalid | GrantUnusable | KeyRequired | Revoked => "42501",
            AuditUnavailable => "58030",
            ViewUnusable | Internal => "XX000",
        }
    }

    /// The text code in `schemas/texts.toml`.
    pub fn code(self) -> &'static str {
        use Reason::*;
        match self {
            SqlTooLong => "query.statement_too_long",
            TooManyTokens => "query.too_many_tokens",
            TooManyStatements => "query.too_many_statements",
            TooComplex => "query.statement_too_complex",
            TooDeep => "query.too_deep",
            TooManyJoins => "query.too_many_joins",
            ListTooLong => "query.list_too_long",
            Syntax => "query.syntax",
            StatementNotAllowed => "query.statement_not_allowed",
            ClauseNotAllowed => "query.clause_not_allowed",
            UnknownRelation => "denial.unknown_relation",
            UnknownColumn => "query.column_unknown",
            AmbiguousColumn => "query.column_ambiguous",
            UnknownFunction => "query.function_not_allowed",
            Grouping => "query.grouping",
            TypeMismatch => "query.type_mismatch",
            NotSupported => "query.not_supported",
            NotPlanned => "query.not_planned",
            ParameterCount => "query.parameters",
            ParameterInvalid => "query.parameter_invalid",
            DivisionByZero => "query.division",
            OutOfRange => "query.division",
            NotConvertible => "query.not_convertible",
            InvalidArgument => "query.invalid_argument",
            FunctionLimit => "query.function_limit",
            Memory => "query.memory",
            RowsLimit => "query.rows_max",
            BytesLimit => "query.bytes_max",
            Deadline => "query.deadline",
            Cancelled => "query.cancelled",
            Revoked => "query.revoked",
            WorkerLost => "query.worker_lost",
            GrantInvalid => "query.grant_invalid",
            GrantUnusable => "query.grant_unusable",
            KeyRequired => "denial.keyed_required",
            ViewUnusable => "query.view_unusable",
            AuditUnavailable => "query.audit_unavailable",
            Internal => "query.internal",
        }
    }

    /// All reasons, for the test that finds gaps in the texts.
    pub const ALL: [Reason; 38] = {
        use Reason::*;
        [
            SqlTooLong,
            TooManyTokens,
            TooManyStatements,
            TooComplex,
            TooDeep,
            TooManyJoins,
            ListTooLong,
            Syntax,
            StatementNotAllowed,
            ClauseNotAllowed,
            UnknownRelation,
            UnknownColumn,
            AmbiguousColumn,
            UnknownFunction,
            Grouping,
            TypeMismatch,
            NotSupported,
            NotPlanned,
            ParameterCount,
            ParameterInvalid,
            DivisionByZero,
            OutOfRange,
            NotConvertible,
            InvalidArgument,
            FunctionLimit,
            Memory,
            RowsLimit,
            BytesLimit,
            Deadline,
            Cancelled,
            Revoked,
            WorkerLost,
            GrantInvalid,
            GrantUnusable,
            KeyRequired,
            ViewUnusable,
            AuditUnavailable,
            Internal,
        ]
    };
}

/// A query that was not answered, and why.
///
/// INVARIANT (quiet-errors): `args` hold names the caller wrote, limits and counts; never a value of a row, a path, a
/// policy, or a sentence of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", .reason.code())]
pub struct Refusal {
    reason: Reason,
    #[serde(default)]
    args: Vec<(String, String)>,
    #[serde(default)]
    position: Option<u32>,
}

impl Refusal {
    /// A refusal without further words.
    pub fn new(reason: Reason) -> Refusal {
        Refusal {
            reason,
            args: Vec::new(),
            position: None,
        }
    }

    /// Adds a word for the `{name}` in the text. Long words are cut: they are the caller's own and need no echo.
    pub fn with(mut self, name: &str, value: impl ToString) -> Refusal {
        let value = value.to_string();
        let cut: String = value
            .chars()
            .filter(|c| !c.is_control())
            .take(WORD_CHARS_MAX)
            .collect();
        self.args.push((name.to_owned(), cut));
        self
    }

    /// Where in the caller's SQL, counted in characters from 1.
    pub fn at(mut self, position: Option<u32>) -> Refusal {
        self.position = position;
        self
    }

    pub fn reason(&self) -> Reason {
        self.reason
    }

    pub fn sqlstate(&self) -> &'static str {
        self.reason.sqlstate()
    }

    /// Code in the text catalogue.
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }

    /// Words for the placeholders of the text.
    pub fn args(&self) -> &[(String, String)] {
        &self.args
    }

    /// Character position in the caller's SQL, from 1.
    pub fn position(&self) -> Option<u32> {
        self.position
    }

    /// The sentence in both languages.
    pub fn message(&self) -> schemas::texts::Message {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        schemas::texts::render(self.code(), &args)
    }
}

/// A name longer than this is not worth repeating to whoever wrote it.
const WORD_CHARS_MAX: usize = 120;
