//! What stands in the relations of the catalogue, each row as the columns it has something to say in. Columns that are
//! not named are NULL.

use super::facts::{DATABASE, Facts, HUB, NAMESPACES, PG_CLASS, PUBLIC, ViewFact, role_oid};
use super::information;
use super::settings;
use super::types::TYPES;
use crate::pins::{CATALOG, SCHEMA};

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
    Truth(bool),
}

pub(super) type Row = Vec<(&'static str, Cell)>;

pub(super) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

pub(super) fn number(number: impl Into<i64>) -> Cell {
    Cell::Number(number.into())
}

pub(super) fn truth(truth: bool) -> Cell {
    Cell::Truth(truth)
}

/// Rows of a relation named with its schema.
pub(super) fn rows(facts: &Facts, relation: &str) -> Vec<Row> {
    match relation.split_once('.') {
        Some(("pg_catalog", relation)) => pg_catalog(facts, relation),
        Some(("information_schema", relation)) => information::rows(facts, relation),
        _ => vec![],
    }
}

fn pg_catalog(facts: &Facts, relation: &str) -> Vec<Row> {
    let views = facts.views.iter();
    match relation {
        "pg_am" => vec![vec![
            ("oid", number(2)),
            ("amname", text("heap")),
            ("amtype", text("t")),
        ]],
        "pg_attribute" => views.flat_map(attributes).collect(),
        "pg_class" => views.map(|view| class(facts, view)).collect(),
        "pg_database" => vec![database()],
        "pg_description" => views.flat_map(descriptions).collect(),
        "pg_namespace" => {
            let row = |(oid, name): &(i64, &str)| {
                vec![
                    ("oid", number(*oid)),
                    ("nspname", text(*name)),
                    ("nspowner", number(HUB.0)),
                ]
            };
            NAMESPACES.iter().map(row).collect()
        }
        "pg_roles" => vec![role(facts)],
        "pg_settings" => settings::rows(),
        "pg_tablespace" => {
            vec![vec![
                ("oid", number(1663)),
                ("spcname", text("pg_default")),
                ("spcowner", number(HUB.0)),
            ]]
        }
        "pg_type" => types(),
        "pg_user" => vec![user(facts)],
        "pg_views" => views
            .map(|view| {
                vec![
                    ("schemaname", text(SCHEMA)),
                    ("viewname", text(&view.name)),
                    ("viewowner", text(&view.owner)),
                ]
            })
            .collect(),
        _ => vec![],
    }
}

fn class(facts: &Facts, view: &ViewFact) -> Row {
    // As PostgreSQL writes privileges: whom, what, from whom. Those of others are theirs.
    let own = if view.granted {
        text(format!("{{{}=r/{}}}", facts.person, view.owner))
    } else {
        Cell::Null
    };
    let mut row = vec![
        ("oid", number(view.oid)),
        ("relname", text(&view.name)),
        ("relnamespace", number(PUBLIC)),
        ("relowner", number(role_oid(&view.owner))),
        ("relacl", own),
        ("relkind", text("v")),
        ("relpersistence", text("p")),
        ("relreplident", text("n")),
        ("relnatts", number(i64::try_from(view.columns.len()).unwrap_or(0))),
        // Unknown, as PostgreSQL says of a relation nobody has counted.
        ("reltuples", number(-1)),
        ("relispopulated", truth(true)),
    ];
    for zero in [
        "reltype",
        "reloftype",
        "relam",
        "relfilenode",
        "reltablespace",
        "relpages",
        "relallvisible",
        "reltoastrelid",
        "relchecks",
        "relrewrite",
        "relfrozenxid",
        "relminmxid",
    ] {
        row.push((zero, number(0)));
    }
    for absent in [
        "relhasindex",
        "relisshared",
        "relhasrules",
        "relhastriggers",
        "relhassubclass",
        "relrowsecurity",
        "relforcerowsecurity",
        "relispartition",
    ] {
        row.push((absent, truth(false)));
    }
    row
}

fn attributes(view: &ViewFact) -> Vec<Row> {
    let numbered = view.columns.iter().zip(1_i64..);
    let row = |(column, number_in_view): (&super::facts::ColumnFact, i64)| {
        let (known, modifier) = column.typed();
        vec![
            ("attrelid", number(view.oid)),
            ("attname", text(&column.name)),
            ("atttypid", number(known.oid)),
            ("attstattarget", number(-1)),
            ("attlen", number(known.length)),
            ("attnum", number(number_in_view)),
            ("attndims", number(0)),
            ("attcacheoff", number(-1)),
            ("atttypmod", number(modifier)),
            ("attbyval", truth(known.storage == "p")),
            ("attalign", text(known.align)),
            ("attstorage", text(known.storage)),
            ("attcompression", text("")),
            ("attnotnull", truth(false)),
            ("atthasdef", truth(false)),
            ("atthasmissing", truth(false)),
            ("attidentity", text("")),
            ("attgenerated", text("")),
            ("attisdropped", truth(false)),
            ("attislocal", truth(true)),
            ("attinhcount", number(0)),
            ("attcollation", number(known.collation())),
        ]
    };
    numbered.map(row).collect()
}

fn descriptions(view: &ViewFact) -> Vec<Row> {
    let of_columns = view.columns.iter().map(|column| column.comment.as_str());
    let texts = std::iter::once(view.title.as_str()).chain(of_columns);
    let row = |(described, number_in_view): (&str, i64)| {
        vec![
            ("objoid", number(view.oid)),
            ("classoid", number(PG_CLASS)),
            ("objsubid", number(number_in_view)),
            ("description", text(described)),
        ]
    };
    texts.zip(0_i64..).map(row).collect()
}

fn database() -> Row {
    vec![
        ("oid", number(DATABASE)),
        ("datname", text(CATALOG)),
        ("datdba", number(HUB.0)),
        ("encoding", number(6)),
        ("datlocprovider", text("c")),
        ("datistemplate", truth(false)),
        ("datallowconn", truth(true)),
        ("datconnlimit", number(-1)),
        ("datfrozenxid", number(0)),
        ("datminmxid", number(0)),
        ("dattablespace", number(1663)),
        ("datcollate", text("C")),
        ("datctype", text("C")),
    ]
}

fn role(facts: &Facts) -> Row {
    let mut row = vec![
        ("oid", number(role_oid(&facts.person))),
        ("rolname", text(&facts.person)),
        ("rolinherit", truth(true)),
        ("rolcanlogin", truth(true)),
        ("rolconnlimit", number(-1)),
        ("rolpassword", text("********")),
    ];
    for no in [
        "rolsuper",
        "rolcreaterole",
        "rolcreatedb",
        "rolreplication",
        "rolbypassrls",
    ] {
        row.push((no, truth(false)));
    }
    row
}

fn user(facts: &Facts) -> Row {
    let mut row = vec![
        ("usename", text(&facts.person)),
        ("usesysid", number(role_oid(&facts.person))),
        ("passwd", text("********")),
    ];
    for no in ["usecreatedb", "usesuper", "userepl", "usebypassrls"] {
        row.push((no, truth(false)));
    }
    row
}

fn types() -> Vec<Row> {
    let row = |known: &super::types::Known| {
        let mut row = vec![
            ("oid", number(known.oid)),
            ("typname", text(known.name)),
            ("typnamespace", number(11)),
            ("typowner", number(HUB.0)),
            ("typlen", number(known.length)),
            ("typbyval", truth(known.storage == "p")),
            ("typtype", text("b")),
            ("typcategory", text(known.category)),
            (
                "typispreferred",
                truth(matches!(known.name, "text" | "float8" | "bool")),
            ),
            ("typisdefined", truth(true)),
            ("typdelim", text(",")),
            ("typarray", number(known.array)),
            ("typalign", text(known.align)),
            ("typstorage", text(known.storage)),
            ("typnotnull", truth(false)),
            ("typtypmod", number(-1)),
            ("typcollation", number(known.collation())),
        ];
        for zero in [
            "typrelid",
            "typsubscript",
            "typelem",
            "typinput",
            "typoutput",
            "typreceive",
            "typsend",
            "typmodin",
            "typmodout",
            "typanalyze",
            "typbasetype",
            "typndims",
        ] {
            row.push((zero, number(0)));
        }
        row
    };
    TYPES.iter().map(row).collect()
}
