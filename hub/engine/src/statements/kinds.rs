//! The statements that exist here. Everything else (data definition, changes, COPY, PREPARE, cursors, …) is refused by
//! not being listed.

use datafusion::sql::sqlparser::ast::{self, Expr, Set, Statement, Value};

use super::Kind;
use crate::refusal::{Reason, Refusal};

/// The kind of a statement, or the refusal of one that is not offered.
pub(super) fn of(statement: &Statement) -> Result<Kind, Refusal> {
    match statement {
        Statement::Query(_) => Ok(Kind::Query),
        Statement::Explain { analyze: true, .. } => Err(not_allowed("EXPLAIN ANALYZE")),
        Statement::Explain {
            statement,
            query_plan: false,
            estimate: false,
            options,
            ..
        } => {
            // `EXPLAIN (ANALYZE) …` in PostgreSQL's other spelling runs the query too.
            if options.as_ref().is_some_and(|options| !options.is_empty()) {
                return Err(not_allowed("EXPLAIN (…)"));
            }
            match statement.as_ref() {
                Statement::Query(_) => Ok(Kind::Explain),
                _ => Err(not_allowed("EXPLAIN")),
            }
        }
        Statement::Set(set) => of_set(set),
        Statement::Reset(reset) => Ok(Kind::Reset {
            name: match &reset.reset {
                ast::Reset::ALL => None,
                ast::Reset::ConfigurationParameter(name) => Some(setting(&name.to_string())),
            },
        }),
        Statement::ShowVariable { variable } => {
            let words: Vec<&str> = variable.iter().map(|word| word.value.as_str()).collect();
            Ok(Kind::Show {
                name: setting(&words.join(" ")),
            })
        }
        Statement::StartTransaction {
            statements,
            exception: None,
            ..
        } if statements.is_empty() => Ok(Kind::Begin),
        Statement::Commit { .. } => Ok(Kind::Commit),
        Statement::Rollback { savepoint: None, .. } => Ok(Kind::Rollback),
        Statement::Savepoint { name } => Ok(Kind::Savepoint {
            name: name.value.clone(),
        }),
        Statement::ReleaseSavepoint { name } => Ok(Kind::Release {
            name: name.value.clone(),
        }),
        Statement::Rollback {
            savepoint: Some(name),
            ..
        } => Ok(Kind::RollbackTo {
            name: name.value.clone(),
        }),
        Statement::Discard { .. } => Ok(Kind::Discard),
        Statement::Deallocate { name, .. } => Ok(Kind::Deallocate {
            name: if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") {
                None
            } else {
                Some(name.value.clone())
            },
        }),
        other => Err(not_allowed(&first_word(other))),
    }
}

/// The query inside a statement that asks for rows.
pub(super) fn query(statement: &Statement) -> Option<&ast::Query> {
    match statement {
        Statement::Query(query) => Some(query),
        Statement::Explain { statement, .. } => query(statement),
        _ => None,
    }
}

fn of_set(set: &Set) -> Result<Kind, Refusal> {
    match set {
        Set::SingleAssignment {
            variable,
            values,
            hivevar: false,
            ..
        } => {
            let words: Vec<String> = values.iter().map(word).collect::<Result<_, _>>()?;
            let value = words.join(", ");
            let default = value.eq_ignore_ascii_case("default");
            Ok(Kind::Set {
                name: setting(&variable.to_string()),
                value: (!default).then_some(value),
            })
        }
        Set::SetTimeZone { value, .. } => Ok(Kind::Set {
            name: "timezone".to_owned(),
            value: Some(word(value)?),
        }),
        Set::SetNames { charset_name, .. } => Ok(Kind::Set {
            name: "client_encoding".to_owned(),
            value: Some(charset_name.value.clone()),
        }),
        Set::SetTransaction { .. } => Ok(Kind::Set {
            name: "transaction".to_owned(),
            value: None,
        }),
        _ => Err(not_allowed("SET")),
    }
}

/// A setting's value: one literal or one bare word.
fn word(expr: &Expr) -> Result<String, Refusal> {
    match expr {
        Expr::Identifier(word) => Ok(word.value.clone()),
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => Ok(number.clone()),
            Value::Boolean(flag) => Ok(flag.to_string()),
            Value::SingleQuotedString(text) => Ok(text.clone()),
            _ => Err(not_allowed("SET")),
        },
        Expr::UnaryOp { op, expr } => Ok(format!("{op}{}", word(expr)?)),
        _ => Err(not_allowed("SET")),
    }
}

fn setting(name: &str) -> String {
    name.replace('"', "").to_lowercase()
}

fn not_allowed(what: &str) -> Refusal {
    Refusal::new(Reason::StatementNotAllowed).with("what", what)
}

/// The verb, for the message; the rest of a refused statement is nobody's business.
fn first_word(statement: &Statement) -> String {
    let text = statement.to_string();
    text.split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or("?")
        .to_uppercase()
}
