//! What names mean in a caller's SQL: the granted views, and an information schema that lists them. Built for one
//! query; whatever is not granted does not exist.

mod information;

use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList,
    MemorySchemaProvider, SchemaProvider,
};

use crate::pins::{CATALOG, SCHEMA};
use crate::refusal::{self, Refusal};
use crate::scan::GovernedTable;

/// Schema of the tables that describe the others.
const INFORMATION: &str = "information_schema";
const INFORMATION_TABLES: [&str; 3] = ["columns", "schemata", "tables"];

/// What a relation's name in a statement stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// A view, if it is granted.
    View(String),
    /// A table of the information schema.
    Information,
    Nothing,
}

/// Resolves a name as `statements` lists it.
pub(crate) fn named(relation: &str) -> Named {
    match relation.split_once('.') {
        None => Named::View(relation.to_owned()),
        Some((INFORMATION, table)) if INFORMATION_TABLES.contains(&table) => Named::Information,
        Some(_) => Named::Nothing,
    }
}

/// The catalogues of one query.
pub(crate) fn catalogs(
    tables: Vec<(String, Arc<GovernedTable>)>,
    information: bool,
) -> Result<Arc<dyn CatalogProviderList>, Refusal> {
    let failed = |error| refusal::execution(&error);
    let catalog = MemoryCatalogProvider::new();
    if information {
        let schema = MemorySchemaProvider::new();
        for (name, table) in information::tables(&tables).map_err(failed)? {
            schema.register_table(name, table).map_err(failed)?;
        }
        catalog
            .register_schema(INFORMATION, Arc::new(schema))
            .map_err(failed)?;
    }
    let schema = MemorySchemaProvider::new();
    for (name, table) in tables {
        schema.register_table(name, table).map_err(failed)?;
    }
    catalog
        .register_schema(SCHEMA, Arc::new(schema))
        .map_err(failed)?;
    let list = MemoryCatalogProviderList::new();
    list.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    Ok(Arc::new(list))
}
