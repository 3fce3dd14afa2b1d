//! Names and object ids of relations, types, schemas and roles, in both directions: PostgreSQL's `regclass` and its
//! kin. `x::regclass` is a number to join on inside of a question and a name where it is shown.

use super::super::facts::{Facts, namespace_name, role_oid};
use super::super::rows::Cell;
use super::super::types;
use super::Gives::{Oid, Text};
use super::{Word, at, word};
use crate::refusal::{Reason, Refusal};

type Given = Result<Cell, Refusal>;

pub(super) const WORDS: &[Word] = &[
    word("regclass", 1..=1, Oid, |facts, given| {
        oid(facts, given, relation, MISSING)
    }),
    word("regclass_name", 1..=1, Text, |facts, given| {
        name(facts, given, relation, relation_name)
    }),
    word("regnamespace", 1..=1, Oid, |facts, given| {
        oid(facts, given, namespace, UNDEFINED)
    }),
    word("regnamespace_name", 1..=1, Text, |facts, given| {
        name(facts, given, namespace, schema_name)
    }),
    word("regproc", 1..=1, Oid, |facts, given| {
        oid(facts, given, none, UNDEFINED)
    }),
    word("regproc_name", 1..=1, Text, |facts, given| {
        name(facts, given, none, no_name)
    }),
    word("regrole", 1..=1, Oid, |facts, given| {
        oid(facts, given, role, UNDEFINED)
    }),
    word("regrole_name", 1..=1, Text, |facts, given| {
        name(facts, given, role, role_name)
    }),
    word("regtype", 1..=1, Oid, |facts, given| {
        oid(facts, given, kind, UNDEFINED)
    }),
    word("regtype_name", 1..=1, Text, |facts, given| {
        name(facts, given, kind, kind_name)
    }),
    word("to_regclass", 1..=1, Oid, |facts, given| {
        found(facts, given, relation)
    }),
    word("to_regnamespace", 1..=1, Oid, |facts, given| {
        found(facts, given, namespace)
    }),
    word("to_regproc", 1..=1, Oid, |facts, given| found(facts, given, none)),
    word("to_regrole", 1..=1, Oid, |facts, given| found(facts, given, role)),
    word("to_regtype", 1..=1, Oid, |facts, given| found(facts, given, kind)),
];

/// A name that is not there. Whether it does not exist or may not be known, the words are the same.
///
/// INVARIANT (same-silence): what a session may not know of is not in its facts, so it cannot be told apart here.
///
/// INVARIANT (quiet-errors): a name may be a value of a row, so it is not repeated. Names that stand in the question
/// itself were looked up before (`run/prepare.rs`).
const MISSING: Reason = Reason::UnknownRelation;
const UNDEFINED: Reason = Reason::InvalidArgument;

pub(super) fn nameless(reason: Reason) -> Refusal {
    Refusal::new(reason).with("relation", "?")
}

type Find = fn(&Facts, &str) -> Option<i64>;
type Tell = fn(&Facts, i64) -> Option<String>;

/// A number stays what it is, as in PostgreSQL; a name is looked up.
fn oid(facts: &Facts, arguments: &[Cell], find: Find, missing: Reason) -> Given {
    Ok(match at(arguments, 0) {
        Cell::Number(number) => Cell::Number(*number),
        Cell::Text(text) => match text.trim().parse() {
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::Number(find(facts, &folded(text)).ok_or_else(|| nameless(missing))?),
        },
        Cell::Null | Cell::Truth(_) => Cell::Null,
    })
}

fn name(facts: &Facts, arguments: &[Cell], find: Find, tell: Tell) -> Given {
    let number = match oid(facts, arguments, find, MISSING)? {
        Cell::Number(number) => number,
        _ => return Ok(Cell::Null),
    };
    // A number without a name is shown as it is, and none as a dash.
    let shown = tell(facts, number).unwrap_or_else(|| {
        if number == 0 {
            "-".to_owned()
        } else {
            number.to_string()
        }
    });
    Ok(Cell::Text(shown))
}

fn found(facts: &Facts, arguments: &[Cell], find: Find) -> Given {
    Ok(match at(arguments, 0) {
        Cell::Text(text) => find(facts, &folded(text)).map_or(Cell::Null, Cell::Number),
        _ => Cell::Null,
    })
}

/// A name as SQL reads it: lower case unless quoted.
pub(crate) fn folded(name: &str) -> String {
    let part = |part: &str| match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => part.to_lowercase(),
    };
    let parts: Vec<String> = name.trim().split('.').map(part).collect();
    parts.join(".")
}

fn relation(facts: &Facts, name: &str) -> Option<i64> {
    facts.relation_oid(name)
}

fn relation_name(facts: &Facts, oid: i64) -> Option<String> {
    facts.relation_name(oid).map(str::to_owned)
}

fn namespace(facts: &Facts, name: &str) -> Option<i64> {
    facts.namespace_oid(name)
}

fn schema_name(_: &Facts, oid: i64) -> Option<String> {
    namespace_name(oid).map(str::to_owned)
}

fn role(facts: &Facts, name: &str) -> Option<i64> {
    Some(role_oid(name)).filter(|oid| facts.role_name(*oid).is_some())
}

fn role_name(facts: &Facts, oid: i64) -> Option<String> {
    facts.role_name(oid).map(str::to_owned)
}

fn kind(_: &Facts, name: &str) -> Option<i64> {
    types::by_name(name).map(|known| known.oid)
}

fn kind_name(_: &Facts, oid: i64) -> Option<String> {
    types::by_oid(oid).map(|known| known.sql.to_owned())
}

fn none(_: &Facts, _: &str) -> Option<i64> {
    None
}

fn no_name(_: &Facts, _: i64) -> Option<String> {
    None
}
