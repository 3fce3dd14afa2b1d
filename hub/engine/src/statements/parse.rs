//! Text to syntax tree, on a stack that no accepted text can exhaust.

use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::{Kind, Statement, StatementLimits, kinds, measure, postgres};
use crate::refusal::{Reason, Refusal};

/// The parser, the walk over the tree and the tree's destructor all recurse; 8,000 tokens of `-` or `(` need room.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// A statement that passed every limit and the allow-list, with its tree.
pub(crate) struct Read {
    pub tree: ast::Statement,
    pub facts: Statement,
}

/// Parses and measures. The tree of a refused text is dropped on the large stack too.
pub(crate) fn read(sql: &str, limits: &StatementLimits) -> Result<Vec<Read>, Refusal> {
    if sql.len() > limits.sql_bytes_max {
        return Err(Refusal::new(Reason::SqlTooLong).with("max", limits.sql_bytes_max));
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("sql-parser".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || read_here(sql, limits))
            .map_err(|error| {
                tracing::error!(%error, "no thread for the SQL parser");
                Refusal::new(Reason::Memory)
            })?;
        thread.join().unwrap_or_else(|_| {
            tracing::error!("the SQL parser panicked");
            Err(Refusal::new(Reason::Internal))
        })
    })
}

fn read_here(sql: &str, limits: &StatementLimits) -> Result<Vec<Read>, Refusal> {
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(|error| {
            Refusal::new(Reason::Syntax).at(position(sql, error.location.line, error.location.column))
        })?;
    let counted = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF))
        .count();
    if counted > limits.tokens_max {
        return Err(Refusal::new(Reason::TooManyTokens).with("max", limits.tokens_max));
    }
    let trees = Parser::new(&dialect)
        .with_recursion_limit(limits.depth_max)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| of_parser(sql, &error, limits))?;
    if trees.len() > limits.statements_max {
        return Err(Refusal::new(Reason::TooManyStatements).with("max", limits.statements_max));
    }
    trees.into_iter().map(|tree| read_one(tree, limits)).collect()
}

fn read_one(mut tree: ast::Statement, limits: &StatementLimits) -> Result<Read, Refusal> {
    let kind = kinds::of(&tree)?;
    let describes = kind.asks() && postgres::in_plain_words(&mut tree);
    let mut facts = Statement {
        kind,
        describes,
        relations: vec![],
        sql: String::new(),
        parameters: 0,
    };
    if let Some(query) = kinds::query(&tree) {
        let measured = measure::measure(query, limits)?;
        facts.relations = measured.relations.into_iter().collect();
        facts.parameters = measured.parameters;
    }
    // Settings are the gateway's: only what the kind says crosses, nothing of the text.
    if facts.kind.asks() || facts.kind == Kind::Empty {
        facts.sql = tree.to_string();
    }
    Ok(Read { tree, facts })
}

/// The parser's sentence quotes the text; only the place is kept.
fn of_parser(sql: &str, error: &ParserError, limits: &StatementLimits) -> Refusal {
    let text = match error {
        ParserError::RecursionLimitExceeded => {
            return Refusal::new(Reason::TooDeep).with("max", limits.depth_max);
        }
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
    };
    let place = text.rsplit_once("Line: ").and_then(|(_, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        position(sql, line.trim().parse().ok()?, column.trim().parse().ok()?)
    });
    Refusal::new(Reason::Syntax).at(place)
}

/// Line and column, both from 1, as a character position from 1.
fn position(sql: &str, line: u64, column: u64) -> Option<u32> {
    let line_index = usize::try_from(line.checked_sub(1)?).ok()?;
    let before: usize = sql
        .split('\n')
        .take(line_index)
        .map(|text| text.chars().count() + 1)
        .sum();
    u32::try_from(before)
        .ok()?
        .checked_add(u32::try_from(column).ok()?)
}
