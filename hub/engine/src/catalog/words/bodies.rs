//! Who and where one is, how things are described and written, and what is never told.

use super::super::facts::{DATABASE, Facts, NAMESPACES, PG_CLASS};
use super::super::rows::Cell;
use super::super::settings;
use super::super::types;
use super::Gives::{Count, Oid, Text, Truth};
use super::{Word, at, number_in, text_in, word};
use crate::pins::{CATALOG, SCHEMA};
use crate::refusal::{Reason, Refusal};

type Given = Result<Cell, Refusal>;

pub(super) const WORDS: &[Word] = &[
    // Who and where.
    word("current_catalog", 0..=0, Text, database),
    word("current_database", 0..=0, Text, database),
    word("current_role", 0..=0, Text, person),
    word("current_schema", 0..=0, Text, schema),
    word("current_setting", 1..=2, Text, setting),
    word("current_user", 0..=0, Text, person),
    word("getdatabaseencoding", 0..=0, Text, encoding),
    word("pg_client_encoding", 0..=0, Text, encoding),
    word("pg_encoding_to_char", 1..=1, Text, encoding_of),
    word("pg_is_in_recovery", 0..=0, Truth, no),
    word("pg_my_temp_schema", 0..=0, Oid, zero),
    word("session_user", 0..=0, Text, person),
    word("user", 0..=0, Text, person),
    word("version", 0..=0, Text, version),
    // Descriptions and spellings.
    word("col_description", 2..=2, Text, column_description),
    word("format_type", 2..=2, Text, format_type),
    word("like_pattern", 2..=2, Text, like_pattern),
    word("obj_description", 1..=2, Text, description),
    word("pg_get_userbyid", 1..=1, Text, role),
    word("quote_ident", 1..=1, Text, quoted),
    word("shobj_description", 2..=2, Text, nothing),
    // Everything a session may know of is found without its schema.
    word("pg_collation_is_visible", 1..=1, Truth, yes),
    word("pg_conversion_is_visible", 1..=1, Truth, yes),
    word("pg_function_is_visible", 1..=1, Truth, yes),
    word("pg_opclass_is_visible", 1..=1, Truth, yes),
    word("pg_operator_is_visible", 1..=1, Truth, yes),
    word("pg_opfamily_is_visible", 1..=1, Truth, yes),
    word("pg_statistics_obj_is_visible", 1..=1, Truth, yes),
    word("pg_table_is_visible", 1..=1, Truth, visible),
    word("pg_ts_config_is_visible", 1..=1, Truth, yes),
    word("pg_type_is_visible", 1..=1, Truth, yes),
    // Never told: definitions, sizes, places.
    word("pg_database_size", 1..=1, Oid, unknown),
    word("pg_get_constraintdef", 1..=2, Text, nothing),
    word("pg_get_expr", 2..=3, Text, nothing),
    word("pg_get_function_arguments", 1..=1, Text, nothing),
    word("pg_get_function_identity_arguments", 1..=1, Text, nothing),
    word("pg_get_function_result", 1..=1, Text, nothing),
    word("pg_get_function_sqlbody", 1..=1, Text, nothing),
    word("pg_get_functiondef", 1..=1, Text, nothing),
    word("pg_get_indexdef", 1..=3, Text, nothing),
    word("pg_get_partkeydef", 1..=1, Text, nothing),
    word("pg_get_ruledef", 1..=2, Text, nothing),
    word("pg_get_serial_sequence", 2..=2, Text, nothing),
    word("pg_get_statisticsobjdef_columns", 1..=1, Text, nothing),
    word("pg_get_triggerdef", 1..=2, Text, nothing),
    word("pg_get_viewdef", 1..=2, Text, nothing),
    word("pg_indexes_size", 1..=1, Oid, unknown),
    word("pg_relation_filenode", 1..=1, Oid, unknown),
    word("pg_relation_is_publishable", 1..=1, Truth, no),
    word("pg_relation_size", 1..=2, Oid, unknown),
    word("pg_size_pretty", 1..=1, Text, nothing),
    word("pg_table_size", 1..=1, Oid, unknown),
    word("pg_tablespace_location", 1..=1, Text, nothing),
    word("pg_total_relation_size", 1..=1, Oid, unknown),
    word("pg_char_to_encoding", 1..=1, Count, encoding_number),
];

fn text(text: &str) -> Given {
    Ok(Cell::Text(text.to_owned()))
}

fn database(_: &Facts, _: &[Cell]) -> Given {
    text(CATALOG)
}

fn schema(_: &Facts, _: &[Cell]) -> Given {
    text(SCHEMA)
}

fn person(facts: &Facts, _: &[Cell]) -> Given {
    text(&facts.person)
}

fn version(_: &Facts, _: &[Cell]) -> Given {
    // Drivers read the number behind PostgreSQL's name.
    text(&format!("PostgreSQL {} (Tax Hub)", settings::VERSION))
}

fn encoding(_: &Facts, _: &[Cell]) -> Given {
    text("UTF8")
}

fn encoding_of(_: &Facts, arguments: &[Cell]) -> Given {
    text(if number_in(at(arguments, 0)) == Some(UTF8) {
        "UTF8"
    } else {
        ""
    })
}

fn encoding_number(_: &Facts, arguments: &[Cell]) -> Given {
    let named = text_in(at(arguments, 0)).is_some_and(|name| name.eq_ignore_ascii_case("utf8"));
    Ok(Cell::Number(if named { UTF8 } else { -1 }))
}

/// PostgreSQL's number of the encoding.
const UTF8: i64 = 6;

fn setting(_: &Facts, arguments: &[Cell]) -> Given {
    let value = text_in(at(arguments, 0)).and_then(|name| settings::value(&name.to_lowercase()));
    match value {
        Some(value) => text(value),
        None if *at(arguments, 1) == Cell::Truth(true) || *at(arguments, 0) == Cell::Null => Ok(Cell::Null),
        None => Err(Refusal::new(Reason::InvalidArgument)),
    }
}

fn column_description(facts: &Facts, arguments: &[Cell]) -> Given {
    let view = number_in(at(arguments, 0)).and_then(|oid| facts.view_of(oid));
    let place = number_in(at(arguments, 1)).and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
    match view.zip(place).and_then(|(view, place)| view.columns.get(place)) {
        Some(column) => text(&column.comment),
        None => Ok(Cell::Null),
    }
}

fn description(facts: &Facts, arguments: &[Cell]) -> Given {
    let of_relation = match at(arguments, 1) {
        Cell::Null => arguments.len() == 1,
        Cell::Number(catalog) => *catalog == PG_CLASS,
        Cell::Text(catalog) => catalog == "pg_class",
        Cell::Truth(_) => false,
    };
    let view = number_in(at(arguments, 0)).and_then(|oid| facts.view_of(oid));
    match view.filter(|_| of_relation) {
        Some(view) => text(&view.title),
        None => Ok(Cell::Null),
    }
}

fn format_type(_: &Facts, arguments: &[Cell]) -> Given {
    match number_in(at(arguments, 0)) {
        Some(oid) => text(&types::written(oid, number_in(at(arguments, 1)))),
        None => Ok(Cell::Null),
    }
}

fn role(facts: &Facts, arguments: &[Cell]) -> Given {
    let Some(oid) = number_in(at(arguments, 0)) else {
        return Ok(Cell::Null);
    };
    match facts.role_name(oid) {
        Some(name) => text(name),
        None => text(&format!("unknown (OID={oid})")),
    }
}

fn quoted(_: &Facts, arguments: &[Cell]) -> Given {
    let Some(name) = text_in(at(arguments, 0)) else {
        return Ok(Cell::Null);
    };
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain {
        return text(name);
    }
    text(&format!("\"{}\"", name.replace('"', "\"\"")))
}

/// A pattern with its escape sign replaced by the backslash.
fn like_pattern(_: &Facts, arguments: &[Cell]) -> Given {
    let (Some(pattern), Some(sign)) = (text_in(at(arguments, 0)), text_in(at(arguments, 1))) else {
        return Ok(Cell::Null);
    };
    let sign = sign.chars().next();
    let mut written = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if Some(letter) == sign {
            written.push('\\');
            written.extend(letters.next());
        } else if letter == '\\' {
            written.push_str("\\\\");
        } else {
            written.push(letter);
        }
    }
    Ok(Cell::Text(written))
}

fn visible(facts: &Facts, arguments: &[Cell]) -> Given {
    let known = |oid: i64| {
        facts.relation_name(oid).is_some()
            || oid == DATABASE
            || NAMESPACES.iter().any(|(known, _)| *known == oid)
    };
    Ok(match number_in(at(arguments, 0)) {
        Some(oid) if known(oid) => Cell::Truth(true),
        // As for a relation that does not exist.
        _ => Cell::Null,
    })
}

fn yes(_: &Facts, _: &[Cell]) -> Given {
    Ok(Cell::Truth(true))
}

fn no(_: &Facts, _: &[Cell]) -> Given {
    Ok(Cell::Truth(false))
}

fn zero(_: &Facts, _: &[Cell]) -> Given {
    Ok(Cell::Number(0))
}

fn nothing(_: &Facts, _: &[Cell]) -> Given {
    Ok(Cell::Null)
}

fn unknown(_: &Facts, _: &[Cell]) -> Given {
    Ok(Cell::Null)
}
