//! What names mean in a caller's SQL: the granted views, and the relations and functions with which PostgreSQL's clients
//! look around. Built for one query; whatever a person may not know of does not exist.

mod facts;
mod information;
mod relations;
mod rows;
mod settings;
mod shown;
mod table;
mod types;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList,
    MemorySchemaProvider, SchemaProvider,
};

use crate::pins::{CATALOG, SCHEMA};
use crate::refusal::{self, Refusal};
use crate::scan::GovernedTable;

pub(crate) use facts::Facts;
pub(crate) use relations::{PG_CATALOG, always_empty, always_null, column_names, known};
pub use shown::{Shown, ShownColumn, ShownView, view_types};
pub(crate) use words::lists::elements as list_elements;
pub(crate) use words::{functions, listed};

/// Is a relation, named as `statements` lists it, one of those that describe the others? They need no grant.
pub fn describes(relation: &str) -> bool {
    known(relation)
}

/// The catalogues of one query: its views, and those of PostgreSQL's relations it names.
pub(crate) fn catalogs(
    tables: Vec<(String, Arc<GovernedTable>)>,
    described: &[&str],
    facts: &Facts,
) -> Result<Arc<dyn CatalogProviderList>, Refusal> {
    let failed = |error| refusal::execution(&error);
    let catalog = MemoryCatalogProvider::new();
    let mut schemas: BTreeMap<&str, MemorySchemaProvider> = BTreeMap::new();
    for relation in described {
        let (Some((schema, name)), Some(columns)) = (relation.split_once('.'), relations::columns(relation))
        else {
            continue;
        };
        let table = table::table(columns, &rows::rows(facts, relation)).map_err(failed)?;
        let schema = schemas.entry(schema).or_default();
        schema.register_table(name.to_owned(), table).map_err(failed)?;
    }
    for (name, schema) in schemas {
        catalog.register_schema(name, Arc::new(schema)).map_err(failed)?;
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
