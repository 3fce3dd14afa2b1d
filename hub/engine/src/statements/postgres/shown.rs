//! What the outermost `SELECT` of a statement shows, and under which names.

use std::collections::BTreeSet;

use datafusion::sql::sqlparser::ast::{Expr, Ident, SelectItem, SetExpr};

use super::{called, casts, null};

/// What the outermost `SELECT`s show: an object id cast to a kind of name is that name, and columns without a name have
/// the one PostgreSQL gives them, which clients look for.
pub(super) fn named(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            let mut taken: BTreeSet<String> = BTreeSet::new();
            for item in &mut select.projection {
                if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                    casts::by_name(expr);
                }
                let given = match item {
                    SelectItem::UnnamedExpr(expr) => given_name(expr),
                    SelectItem::ExprWithAlias { alias, .. } => {
                        taken.insert(alias.value.clone());
                        None
                    }
                    _ => None,
                };
                // The planner wants names to differ; PostgreSQL does not.
                if let (Some(name), SelectItem::UnnamedExpr(expr)) = (given, &mut *item)
                    && taken.insert(name.clone())
                {
                    let expr = std::mem::replace(expr, null());
                    let alias = Ident::with_quote('"', name);
                    *item = SelectItem::ExprWithAlias { expr, alias };
                }
            }
        }
        SetExpr::SetOperation { left, right, .. } => {
            named(left);
            named(right);
        }
        SetExpr::Query(query) => named(&mut query.body),
        _ => {}
    }
}

/// PostgreSQL's name for a column that has none; `None` for one that is a column itself.
pub(super) fn given_name(expr: &Expr) -> Option<String> {
    Some(match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => return None,
        Expr::Function(function) => {
            let name = called(function);
            name.strip_suffix("_name")
                .filter(|name| name.starts_with("reg"))
                .unwrap_or(&name)
                .to_owned()
        }
        Expr::Cast { expr, .. } => match expr.as_ref() {
            Expr::Identifier(name) => name.value.clone(),
            Expr::CompoundIdentifier(parts) => parts.last()?.value.clone(),
            inner => given_name(inner)?,
        },
        Expr::Case { .. } => "case".to_owned(),
        Expr::Nested(inner) => given_name(inner)?,
        Expr::Exists { .. } => "exists".to_owned(),
        _ => "?column?".to_owned(),
    })
}
