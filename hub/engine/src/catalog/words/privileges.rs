//! `has_…_privilege`: what oneself may do, as the agreements of the session say. Nobody is told about anybody else.

use super::super::facts::{DATABASE, Facts, namespace_name, role_oid};
use super::super::rows::Cell;
use super::Gives::Truth;
use super::names::nameless;
use super::{Word, number_in, text_in, word};
use crate::pins::CATALOG;
use crate::refusal::{Reason, Refusal};

type Given = Result<Cell, Refusal>;

pub(super) const WORDS: &[Word] = &[
    word("has_any_column_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, table)
    }),
    word("has_column_privilege", 3..=4, Truth, |facts, given| {
        asked(facts, given, 3, table)
    }),
    word("has_database_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, database)
    }),
    word("has_function_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, nothing)
    }),
    word("has_schema_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, schema)
    }),
    word("has_sequence_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, nothing)
    }),
    word("has_table_privilege", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, table)
    }),
    word("pg_has_role", 2..=3, Truth, |facts, given| {
        asked(facts, given, 2, role)
    }),
];

type Ruling = fn(&Facts, &Cell, &str) -> Given;

/// The arguments are `[person,] thing, …, privilege`; `least` of them without the person.
fn asked(facts: &Facts, arguments: &[Cell], least: usize, ruling: Ruling) -> Given {
    let (person, rest) = match arguments.len().checked_sub(least) {
        Some(1) => (arguments.first(), arguments.get(1..).unwrap_or_default()),
        _ => (None, arguments),
    };
    let (Some(thing), Some(privilege)) = (rest.first(), rest.last().and_then(text_in)) else {
        return Ok(Cell::Null);
    };
    let oneself = match person {
        None => true,
        Some(Cell::Text(name)) => *name == facts.person,
        Some(other) => number_in(other) == Some(role_oid(&facts.person)),
    };
    let may = ruling(facts, thing, &privilege.to_lowercase())?;
    Ok(if oneself || may == Cell::Null {
        may
    } else {
        Cell::Truth(false)
    })
}

fn table(facts: &Facts, thing: &Cell, privilege: &str) -> Given {
    let view = match thing {
        Cell::Number(oid) => facts.view_of(*oid),
        Cell::Text(name) => match facts.relation_oid(&name.to_lowercase()) {
            Some(oid) => facts.view_of(oid),
            // The same words whether it does not exist or may not be known.
            None => return Err(nameless(Reason::UnknownRelation)),
        },
        _ => return Ok(Cell::Null),
    };
    Ok(match view {
        Some(view) => Cell::Truth(view.granted && privilege == "select"),
        None => Cell::Null,
    })
}

fn schema(facts: &Facts, thing: &Cell, privilege: &str) -> Given {
    let known = match thing {
        Cell::Number(oid) => namespace_name(*oid).is_some(),
        Cell::Text(name) => facts.namespace_oid(name).is_some(),
        _ => false,
    };
    Ok(if known {
        Cell::Truth(privilege == "usage")
    } else {
        Cell::Null
    })
}

fn database(_: &Facts, thing: &Cell, privilege: &str) -> Given {
    let known = match thing {
        Cell::Number(oid) => *oid == DATABASE,
        Cell::Text(name) => name == CATALOG,
        _ => false,
    };
    Ok(if known {
        Cell::Truth(privilege == "connect")
    } else {
        Cell::Null
    })
}

fn role(facts: &Facts, thing: &Cell, _: &str) -> Given {
    Ok(Cell::Truth(match thing {
        Cell::Number(oid) => *oid == role_oid(&facts.person),
        Cell::Text(name) => *name == facts.person,
        _ => false,
    }))
}

fn nothing(_: &Facts, _: &Cell, _: &str) -> Given {
    Ok(Cell::Truth(false))
}
