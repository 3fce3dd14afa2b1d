//! What a text of SQL asks for, before anything is planned: its statements by kind, the relations they name, and
//! whether they stay within what may be asked at all. Everything is an allow-list; what is not listed is refused.
//! Not here: whether the relations may be read (`policy`), and what they mean (`run`).

mod allowed;
mod kinds;
mod measure;
mod normal;
mod parse;
mod postgres;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

pub use normal::normalised;
pub(crate) use parse::{Read, read};
pub(crate) use postgres::relations_written;

/// How large a text may be. The numbers are the product's defaults; an operator may lower them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatementLimits {
    /// Bytes of SQL text.
    pub sql_bytes_max: usize,
    /// Words and signs, counted before the parser sees them.
    pub tokens_max: usize,
    /// Statements in one text.
    pub statements_max: usize,
    /// Nodes of the syntax tree after every common table expression is written out where it is used.
    pub nodes_max: u64,
    /// Nesting of expressions; a chain of 200 `OR` is 200 deep.
    pub depth_max: usize,
    /// Nesting of `WITH` inside `WITH`: the planner resolves names in time exponential in it.
    pub with_depth_max: usize,
    /// Joins, written or by comma, common table expressions written out.
    pub joins_max: u64,
    /// `SELECT`s, common table expressions written out.
    pub selects_max: u64,
    /// Values in one `IN` list.
    pub list_max: usize,
    /// Groupings that `CUBE`, `ROLLUP` and `GROUPING SETS` of one `SELECT` multiply to.
    pub groupings_max: u64,
}

impl Default for StatementLimits {
    fn default() -> StatementLimits {
        StatementLimits {
            sql_bytes_max: 64 * 1024,
            tokens_max: 8_000,
            statements_max: 32,
            nodes_max: 20_000,
            depth_max: 200,
            with_depth_max: 6,
            joins_max: 32,
            selects_max: 256,
            list_max: 10_000,
            groupings_max: 128,
        }
    }
}

/// What a statement is. Only `Query` and `Explain` reach the engine; the rest is for the gateway to answer itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Query,
    /// The plan of a query; the query is not run.
    Explain,
    /// `value` is `None` for `DEFAULT`.
    Set {
        name: String,
        value: Option<String>,
    },
    /// `name` is `None` for `ALL`.
    Reset {
        name: Option<String>,
    },
    Show {
        name: String,
    },
    Begin,
    Commit,
    Rollback,
    Savepoint {
        name: String,
    },
    /// Forgets a savepoint.
    Release {
        name: String,
    },
    /// To a savepoint.
    RollbackTo {
        name: String,
    },
    Discard,
    /// `name` is `None` for `ALL`.
    Deallocate {
        name: Option<String>,
    },
    /// Nothing but white space and comments.
    Empty,
}

impl Kind {
    /// Does it ask for rows of shared views?
    pub fn asks(&self) -> bool {
        matches!(self, Kind::Query | Kind::Explain)
    }
}

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub kind: Kind,
    /// Relations it names, folded to lower case unless quoted; sorted, once each. A shared view is its bare name however
    /// it was qualified, anything else keeps its schema. Names of common table expressions are not here.
    pub relations: Vec<String>,
    /// It asks PostgreSQL's own relations or functions about what there is.
    #[serde(default)]
    pub describes: bool,
    /// The statement alone, written out again from the syntax tree, so that what is decided on is what runs.
    pub sql: String,
    /// The highest `$n`.
    pub parameters: usize,
}

/// Reads a text of SQL. Costs time linear in its length and runs on a thread of its own with a large stack.
pub fn classify(sql: &str, limits: &StatementLimits) -> Result<Vec<Statement>, Refusal> {
    let statements: Vec<Statement> = read(sql, limits)?.into_iter().map(|read| read.facts).collect();
    if statements.is_empty() {
        return Ok(vec![Statement {
            kind: Kind::Empty,
            relations: vec![],
            describes: false,
            sql: String::new(),
            parameters: 0,
        }]);
    }
    Ok(statements)
}
