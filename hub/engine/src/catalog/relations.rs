//! The relations PostgreSQL keeps about itself: which exist here, and their columns. Most of them are empty, because
//! what they list (indexes, triggers, policies, …) does not exist here. What stands in the others is in [`super::rows`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use datafusion::arrow::datatypes::{DataType, TimeUnit};

/// Where unqualified names are looked up before the shared views.
pub(crate) const PG_CATALOG: &str = "pg_catalog";

/// Name and type of one column.
pub(crate) type ColumnOf = (&'static str, DataType);

static RELATIONS: LazyLock<BTreeMap<&'static str, Vec<ColumnOf>>> = LazyLock::new(|| {
    include_str!("relations.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ');
            let name = words.next().filter(|name| !name.is_empty())?;
            Some((name, words.filter_map(column).collect()))
        })
        .collect()
});

fn column(word: &'static str) -> Option<ColumnOf> {
    let (name, kind) = word.split_once(':')?;
    let kind = match kind {
        "bool" => DataType::Boolean,
        "int2" => DataType::Int16,
        "int4" => DataType::Int32,
        // An object id is an unsigned number of 32 bits, which the signed type of the next size holds.
        "int8" | "oid" => DataType::Int64,
        "float4" => DataType::Float32,
        "float8" => DataType::Float64,
        "instant" => DataType::Timestamp(TimeUnit::Microsecond, None),
        _ => DataType::Utf8,
    };
    Some((name, kind))
}

/// Columns of a relation named with its schema, e.g. `pg_catalog.pg_class`; `None` if there is no such relation here.
pub(crate) fn columns(relation: &str) -> Option<&'static [ColumnOf]> {
    RELATIONS.get(relation).map(Vec::as_slice)
}

/// The names of the columns of a relation; none if there is no such relation.
pub(crate) fn column_names(relation: &str) -> impl Iterator<Item = &'static str> {
    columns(relation)
        .unwrap_or_default()
        .iter()
        .map(|(name, _)| *name)
}

/// Is it one of PostgreSQL's own relations?
pub(crate) fn known(relation: &str) -> bool {
    RELATIONS.contains_key(relation)
}

/// Relations in which something stands. Every other one is empty whoever asks.
const FILLED: [&str; 19] = [
    "information_schema.columns",
    "information_schema.enabled_roles",
    "information_schema.information_schema_catalog_name",
    "information_schema.schemata",
    "information_schema.table_privileges",
    "information_schema.tables",
    "information_schema.views",
    "pg_catalog.pg_am",
    "pg_catalog.pg_attribute",
    "pg_catalog.pg_class",
    "pg_catalog.pg_database",
    "pg_catalog.pg_description",
    "pg_catalog.pg_namespace",
    "pg_catalog.pg_roles",
    "pg_catalog.pg_settings",
    "pg_catalog.pg_tablespace",
    "pg_catalog.pg_type",
    "pg_catalog.pg_user",
    "pg_catalog.pg_views",
];

/// A relation that exists and never has a row.
pub(crate) fn always_empty(relation: &str) -> bool {
    known(relation) && !FILLED.contains(&relation)
}

/// Columns that are NULL in every row of every relation above.
pub(crate) fn always_null(column: &str) -> bool {
    matches!(
        column,
        "reloptions"
            | "attoptions"
            | "attfdwoptions"
            | "spcoptions"
            | "rolconfig"
            | "nspacl"
            | "typacl"
            | "attacl"
    )
}

#[cfg(test)]
mod tests {
    use super::{FILLED, always_empty, columns, known};

    #[test]
    fn every_line_names_a_relation_and_its_columns() {
        for relation in FILLED {
            assert!(
                columns(relation).is_some_and(|columns| columns.len() > 0),
                "{relation}"
            );
        }
        assert!(always_empty("pg_catalog.pg_index") && !always_empty("pg_catalog.pg_class"));
    }

    #[test]
    fn what_tells_about_rows_sessions_or_secrets_is_not_there() {
        for relation in [
            "pg_statistic",
            "pg_stats",
            "pg_stat_activity",
            "pg_stat_user_tables",
            "pg_locks",
            "pg_authid",
            "pg_shadow",
            "pg_largeobject",
            "pg_hba_file_rules",
            "pg_file_settings",
            "pg_user_mapping",
        ] {
            assert!(!known(&format!("pg_catalog.{relation}")), "{relation}");
        }
    }
}
