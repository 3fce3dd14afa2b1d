//! `SELECT c.oid, c.*`: PostgreSQL answers `oid` twice, the planner wants names to differ. A star over one of PostgreSQL's
//! relations is written out without the columns that are named beside it.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Select, SelectItem, SelectItemQualifiedWildcardKind, TableFactor,
};

use super::{folded, qualified};
use crate::catalog::{column_names, known};

pub(super) fn written_out(select: &mut Select) {
    if select.projection.len() < 2 {
        return;
    }
    let relations = relations(select);
    let mut named: BTreeSet<(String, String)> = BTreeSet::new();
    for item in &select.projection {
        if let SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) = item
            && let [relation, column] = parts.as_slice()
        {
            named.insert((folded(relation), folded(column)));
        }
    }
    let mut items = Vec::with_capacity(select.projection.len());
    for item in std::mem::take(&mut select.projection) {
        let star = star(&item).and_then(|alias| Some((alias.clone(), relations.get(&alias)?)));
        match star {
            Some((alias, relation)) if named.iter().any(|(named, _)| *named == alias) => {
                let columns = column_names(relation)
                    .filter(|column| !named.contains(&(alias.clone(), (*column).to_owned())));
                items.extend(columns.map(|column| {
                    let parts = [&alias, column].map(|part| Ident::with_quote('"', part));
                    SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts.into()))
                }));
            }
            _ => items.push(item),
        }
    }
    select.projection = items;
}

/// The alias before a star.
fn star(item: &SelectItem) -> Option<String> {
    let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) = item else {
        return None;
    };
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(alias)] => Some(folded(alias)),
        _ => None,
    }
}

/// PostgreSQL's relations of the `FROM`, by alias.
fn relations(select: &Select) -> BTreeMap<String, String> {
    let factors = select.from.iter().flat_map(|table| {
        std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation))
    });
    let relation = |factor: &TableFactor| match factor {
        TableFactor::Table {
            name,
            alias: Some(alias),
            args: None,
            ..
        } => Some((folded(&alias.name), qualified(name))).filter(|(_, relation)| known(relation)),
        _ => None,
    };
    factors.filter_map(relation).collect()
}
