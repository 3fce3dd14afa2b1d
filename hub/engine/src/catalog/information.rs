//! `information_schema`: the shared views in the words of the standard.

use datafusion::arrow::datatypes::DataType;

use super::facts::{Facts, HUB, NAMESPACES, ViewFact};
use super::rows::{Cell, Row, number, text};
use crate::pins::{CATALOG, SCHEMA};

pub(super) fn rows(facts: &Facts, relation: &str) -> Vec<Row> {
    let views = facts.views.iter();
    match relation {
        "columns" => views.flat_map(columns).collect(),
        "enabled_roles" => vec![vec![("role_name", text(&facts.person))]],
        "information_schema_catalog_name" => vec![vec![("catalog_name", text(CATALOG))]],
        "schemata" => {
            let row = |(_, name): &(i64, &str)| {
                vec![
                    ("catalog_name", text(CATALOG)),
                    ("schema_name", text(*name)),
                    ("schema_owner", text(HUB.1)),
                ]
            };
            NAMESPACES.iter().map(row).collect()
        }
        "table_privileges" => views
            .filter(|view| view.granted)
            .map(|view| {
                let mut row = named(view);
                row.push(("grantor", text(&view.owner)));
                row.push(("grantee", text(&facts.person)));
                row.push(("privilege_type", text("SELECT")));
                row.push(("is_grantable", text("NO")));
                row.push(("with_hierarchy", text("NO")));
                row
            })
            .collect(),
        "tables" => views
            .map(|view| {
                let mut row = named(view);
                row.push(("table_type", text("VIEW")));
                row.push(("is_insertable_into", text("NO")));
                row.push(("is_typed", text("NO")));
                row
            })
            .collect(),
        // How a view is made is its definer's.
        "views" => views
            .map(|view| {
                let mut row = named(view);
                row.push(("check_option", text("NONE")));
                for what in [
                    "is_updatable",
                    "is_insertable_into",
                    "is_trigger_updatable",
                    "is_trigger_deletable",
                    "is_trigger_insertable_into",
                ] {
                    row.push((what, text("NO")));
                }
                row
            })
            .collect(),
        _ => vec![],
    }
}

fn named(view: &ViewFact) -> Row {
    vec![
        ("table_catalog", text(CATALOG)),
        ("table_schema", text(SCHEMA)),
        ("table_name", text(&view.name)),
    ]
}

fn columns(view: &ViewFact) -> Vec<Row> {
    let row = |(column, place): (&super::facts::ColumnFact, i64)| {
        let (known, _) = column.typed();
        let digits = |pick: fn(u8, i8) -> i64| match &column.kind {
            DataType::Decimal128(precision, scale) => number(pick(*precision, *scale)),
            _ => Cell::Null,
        };
        let mut row = named(view);
        row.extend([
            ("column_name", text(&column.name)),
            ("ordinal_position", number(place)),
            ("is_nullable", text("YES")),
            ("data_type", text(known.sql)),
            ("numeric_precision", digits(|precision, _| i64::from(precision))),
            ("numeric_scale", digits(|_, scale| i64::from(scale))),
            ("udt_catalog", text(CATALOG)),
            ("udt_schema", text("pg_catalog")),
            ("udt_name", text(known.name)),
            ("dtd_identifier", text(place.to_string())),
            ("is_self_referencing", text("NO")),
            ("is_identity", text("NO")),
            ("is_generated", text("NEVER")),
            ("is_updatable", text("NO")),
        ]);
        row
    };
    view.columns.iter().zip(1_i64..).map(row).collect()
}
