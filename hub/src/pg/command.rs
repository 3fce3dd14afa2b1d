//! Statements that ask for no rows of the lake: settings, transactions, and forgetting. Transactions are a matter of
//! manners: there is nothing to commit, but clients count on the status.

use engine::{Kind, Statement};
use pgwire::messages::response::TransactionStatus;

use super::session::Session;
use crate::front::Problem;

/// What a command answers.
pub(super) enum Done {
    /// The tag alone.
    Tag(&'static str),
    /// `SHOW`: one column per name, texts.
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// Runs a command. `Query`, `Explain` and `Empty` are not commands.
pub(super) fn run(session: &mut Session, statement: &Statement) -> Result<Done, Problem> {
    Ok(match &statement.kind {
        Kind::Set { name, value } => {
            session.settings.set(name, value.as_deref())?;
            Done::Tag("SET")
        }
        Kind::Reset { name } => {
            session.settings.reset(name.as_deref());
            Done::Tag("RESET")
        }
        Kind::Show { name } if name == "all" => {
            let rows = session
                .settings
                .all()
                .into_iter()
                .map(|(name, value)| vec![name.to_owned(), value])
                .collect();
            Done::Table {
                columns: show_columns(name),
                rows,
            }
        }
        Kind::Show { name } => Done::Table {
            columns: show_columns(name),
            rows: vec![vec![session.settings.show(&dotted(name))?]],
        },
        Kind::Begin => {
            session.transaction = session.transaction.to_in_transaction_state();
            Done::Tag("BEGIN")
        }
        Kind::Commit if session.transaction == TransactionStatus::Error => {
            session.end_transaction();
            Done::Tag("ROLLBACK")
        }
        Kind::Commit => {
            session.end_transaction();
            Done::Tag("COMMIT")
        }
        Kind::Rollback => {
            session.end_transaction();
            Done::Tag("ROLLBACK")
        }
        Kind::Savepoint { name } => {
            session.save(name)?;
            Done::Tag("SAVEPOINT")
        }
        Kind::Release { name } => {
            session.release(name)?;
            Done::Tag("RELEASE")
        }
        Kind::RollbackTo { name } => {
            session.back_to(name)?;
            Done::Tag("ROLLBACK")
        }
        Kind::Discard => {
            session.prepared.clear();
            session.portals.clear();
            session.settings.reset(None);
            Done::Tag("DISCARD ALL")
        }
        Kind::Deallocate { name: Some(name) } => {
            if !session.prepared.contains(name) {
                return Err(no_such_statement());
            }
            session.prepared.remove(name);
            Done::Tag("DEALLOCATE")
        }
        Kind::Deallocate { name: None } => {
            session.prepared.clear();
            Done::Tag("DEALLOCATE ALL")
        }
        Kind::Query | Kind::Explain | Kind::Empty => return Err(Problem::internal("not a command")),
    })
}

/// Column names of a `SHOW`, known without running it.
pub(super) fn show_columns(name: &str) -> Vec<String> {
    match name {
        "all" => vec!["name".to_owned(), "setting".to_owned()],
        "transaction isolation level" => vec!["transaction_isolation".to_owned()],
        one => vec![dotted(one)],
    }
}

/// Our own settings have a dot in their names, where the parser of `SHOW` sees two words.
fn dotted(name: &str) -> String {
    match name.strip_prefix("taxhub ") {
        Some(rest) => format!("taxhub.{rest}"),
        None => name.to_owned(),
    }
}

pub(super) fn no_such_statement() -> Problem {
    Problem::new(400, "26000", "pg.no_such_statement")
}

/// In a failed transaction only its end is heard.
pub(super) fn is_heard(session: &Session, statement: &Statement) -> Result<(), Problem> {
    let ends = matches!(
        statement.kind,
        Kind::Commit | Kind::Rollback | Kind::RollbackTo { .. }
    );
    if session.transaction == TransactionStatus::Error && !ends {
        return Err(Problem::new(400, "25P02", "pg.transaction_failed"));
    }
    Ok(())
}
