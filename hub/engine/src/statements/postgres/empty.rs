//! Questions about what does not exist here. A `SELECT` whose rows come from a relation that is always empty has no rows,
//! so what it would compute need not be planned: only its column names are kept, and the number of its `$n`.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, JoinOperator, ObjectNamePart, Query, Select, SelectItem,
    SetExpr, TableFactor, TableWithJoins, Value, ValueWithSpan, Visit, Visitor,
};

use super::shown::given_name;
use super::{call, folded, gathers, lists, null, qualified};
use crate::catalog::{always_empty, always_null, known};

/// Empties a `SELECT` that certainly has no rows.
pub(super) fn select(select: &mut Select) {
    if select.from.is_empty() || !select.from.iter().any(no_rows) || !one_row_needs_one(select) {
        return;
    }
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(select.projection.len());
    for item in &select.projection {
        let name = match item {
            SelectItem::UnnamedExpr(expr) => match lists::last_name(expr) {
                Some(name) => name.to_owned(),
                None => given_name(expr).unwrap_or_else(|| "?column?".to_owned()),
            },
            SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
            // The planner knows the columns of `*`.
            _ => return,
        };
        let mut different = name.clone();
        while !taken.insert(different.clone()) {
            different.push('_');
        }
        names.push(different);
    }
    let never = never(values(select));
    let item = |name: String| SelectItem::ExprWithAlias {
        expr: null(),
        alias: Ident::with_quote('"', name),
    };
    select.projection = names.into_iter().map(item).collect();
    select.from = vec![];
    select.selection = Some(never);
    select.group_by = GroupByExpr::Expressions(vec![], vec![]);
    select.having = None;
    select.distinct = None;
    select.qualify = None;
    select.named_window = vec![];
}

/// Without rows there is nothing to sort by, and what was sorted by is gone.
pub(super) fn query(query: &mut Query) {
    if certainly(query) {
        query.order_by = None;
    }
}

/// A `SELECT` without groups answers one row for no rows, if it gathers.
fn one_row_needs_one(select: &Select) -> bool {
    let grouped = match &select.group_by {
        GroupByExpr::Expressions(by, modifiers) => {
            let plain = |expr: &Expr| {
                !matches!(
                    expr,
                    Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) | Expr::Tuple(_)
                )
            };
            if !modifiers.is_empty() || !by.iter().all(plain) {
                return false;
            }
            !by.is_empty()
        }
        GroupByExpr::All(_) => return false,
    };
    let gathering = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => gathers(expr),
        _ => false,
    };
    grouped || (select.having.is_none() && !select.projection.iter().any(gathering))
}

fn no_rows(table: &TableWithJoins) -> bool {
    let mut none = nothing_in(&table.relation);
    for join in &table.joins {
        let joined = nothing_in(&join.relation);
        none = match &join.join_operator {
            JoinOperator::Join(_) | JoinOperator::Inner(_) | JoinOperator::CrossJoin(_) => none || joined,
            JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => none,
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => joined,
            JoinOperator::FullOuter(_) => none && joined,
            _ => false,
        };
    }
    none
}

fn nothing_in(factor: &TableFactor) -> bool {
    match factor {
        TableFactor::Table { name, args: None, .. } => always_empty(&qualified(name)),
        TableFactor::Table {
            name,
            args: Some(given),
            ..
        } => {
            let function = match name.0.last() {
                Some(ObjectNamePart::Identifier(name)) => folded(name),
                _ => String::new(),
            };
            lists::unnested(&function, &given.args).is_some_and(always_null)
        }
        TableFactor::UNNEST { array_exprs, .. } => array_exprs
            .iter()
            .all(|expr| lists::last_name(expr).is_some_and(always_null)),
        TableFactor::Derived { subquery, .. } => certainly(subquery),
        TableFactor::NestedJoin { table_with_joins, .. } => no_rows(table_with_joins),
        _ => false,
    }
}

/// A query that was found to have no rows.
pub(super) fn certainly(query: &Query) -> bool {
    certainly_body(&query.body)
}

fn certainly_body(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.from.is_empty() && select.selection.as_ref().is_some_and(is_never),
        SetExpr::SetOperation { left, right, .. } => certainly_body(left) && certainly_body(right),
        SetExpr::Query(query) => certainly(query),
        _ => false,
    }
}

/// `false`, and if there were `$n` the highest of them, so that the client's count is still right.
fn never(highest: usize) -> Expr {
    let no = Expr::value(Value::Boolean(false));
    if highest == 0 {
        return no;
    }
    let value = Expr::value(Value::Placeholder(format!("${highest}")));
    Expr::BinaryOp {
        left: Box::new(no),
        op: BinaryOperator::And,
        right: Box::new(Expr::IsNull(Box::new(value))),
    }
}

fn is_never(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => value.value == Value::Boolean(false),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            ..
        } => is_never(left),
        _ => false,
    }
}

/// The highest `$n` below.
fn values<T: Visit>(part: &T) -> usize {
    struct Highest(usize);
    impl Visitor for Highest {
        type Break = ();

        fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<()> {
            if let Value::Placeholder(text) = &value.value {
                let number = text.strip_prefix('$').and_then(|number| number.parse().ok());
                self.0 = self.0.max(number.unwrap_or(0));
            }
            ControlFlow::Continue(())
        }
    }
    let mut highest = Highest(0);
    let _ = Visit::visit(part, &mut highest);
    highest.0
}

pub(super) fn takes_values(query: &Query) -> bool {
    values(query) > 0
}

/// A subquery that stands for a value: NULL if it has no rows. One over PostgreSQL's own relations that refers to the
/// row outside answers at most one row, which the planner wants to see written.
pub(super) fn scalar(query: &mut Query) -> Option<Expr> {
    if certainly(query) && !takes_values(query) {
        return Some(null());
    }
    if query.with.is_some()
        || query.order_by.is_some()
        || query.limit_clause.is_some()
        || query.fetch.is_some()
    {
        return None;
    }
    let SetExpr::Select(select) = query.body.as_mut() else {
        return None;
    };
    let described = |table: &TableWithJoins| {
        let mut factors =
            std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation));
        factors.all(
            |factor| matches!(factor, TableFactor::Table { name, args: None, .. } if known(&qualified(name))),
        )
    };
    let by = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    if select.from.is_empty() || !select.from.iter().all(described) || !by || select.distinct.is_some() {
        return None;
    }
    let [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] =
        select.projection.as_mut_slice()
    else {
        return None;
    };
    if !gathers(expr) {
        let value = std::mem::replace(expr, null());
        *expr = call("first_value", vec![value]);
    }
    None
}

pub(super) fn exists(query: &Query, negated: bool) -> Option<Expr> {
    (certainly(query) && !takes_values(query)).then(|| Expr::value(Value::Boolean(negated)))
}
