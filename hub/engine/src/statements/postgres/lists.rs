//! Lists: `x = ANY (…)` and `ARRAY(SELECT …)`. The planner's own lists are not offered, so a comparison with one that is
//! written out is an `IN`, and any other list is a text (see `catalog/words/lists.rs`).

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, OrderByKind, Query, SelectItem, SetExpr, Subscript, Value,
};

use super::{call, called, empty, null};
use crate::catalog::{list_elements, listed};

/// `x = ANY (SELECT …)` and `x = ANY (ARRAY(SELECT …))` are `x IN (SELECT …)`.
pub(super) fn quantified_rows(expr: &mut Expr) -> Option<Expr> {
    let (left, right, negated) = parts(expr)?;
    let mut list = right;
    while let Expr::Nested(inner) = list {
        list = inner.as_mut();
    }
    let subquery = match list {
        Expr::Subquery(query) => query.clone(),
        Expr::Function(function) if called(function) == "array" => match &function.args {
            FunctionArguments::Subquery(query) => query.clone(),
            _ => return None,
        },
        _ => return None,
    };
    let expr = Box::new(std::mem::replace(left, null()));
    Some(Expr::InSubquery {
        expr,
        subquery,
        negated,
    })
}

/// `x = ANY (…)` and `x <> ALL (…)` of a list that is no query.
pub(super) fn quantified(expr: &mut Expr) -> Option<Expr> {
    let (left, right, negated) = parts(expr)?;
    let left = Box::new(std::mem::replace(left, null()));
    let right = std::mem::replace(right, null());
    Some(among(left, right, negated))
}

fn parts(expr: &mut Expr) -> Option<(&mut Expr, &mut Expr, bool)> {
    Some(match expr {
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            ..
        } => (left, right, false),
        Expr::AllOp {
            left,
            compare_op: BinaryOperator::NotEq,
            right,
        } => (left, right, true),
        _ => return None,
    })
}

fn among(left: Box<Expr>, right: Expr, negated: bool) -> Expr {
    match right {
        Expr::Nested(inner) => among(left, *inner, negated),
        Expr::Array(array) => in_list(left, array.elem, negated),
        right => match written_out(&right) {
            Some(list) => in_list(left, list, negated),
            None => {
                let equal = call("any_equal", vec![*left, right]);
                if negated {
                    let op = datafusion::sql::sqlparser::ast::UnaryOperator::Not;
                    return Expr::UnaryOp {
                        op,
                        expr: Box::new(equal),
                    };
                }
                equal
            }
        },
    }
}

fn in_list(expr: Box<Expr>, list: Vec<Expr>, negated: bool) -> Expr {
    if list.is_empty() {
        return Expr::value(Value::Boolean(negated));
    }
    Expr::InList { expr, list, negated }
}

/// The elements of `'{r,v}'`, with or without a cast.
fn written_out(expr: &Expr) -> Option<Vec<Expr>> {
    match expr {
        Expr::Cast { expr, .. } => written_out(expr),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => {
                let element = |element: Option<String>| match element {
                    Some(text) => Expr::value(Value::SingleQuotedString(text)),
                    None => null(),
                };
                Some(list_elements(text)?.into_iter().map(element).collect())
            }
            _ => None,
        },
        _ => None,
    }
}

/// `ARRAY(SELECT x …)`: the rows of `x` in one text, `{}` if there are none.
pub(super) fn gathered(function: &mut Function) -> Option<Expr> {
    if called(function) != "array" {
        return None;
    }
    let FunctionArguments::Subquery(query) = &mut function.args else {
        return None;
    };
    let no_elements = || Expr::value(Value::SingleQuotedString("{}".to_owned()));
    if empty::certainly(query) && !empty::takes_values(query) {
        return Some(no_elements());
    }
    let mut query = query.clone();
    gather(&mut query)?;
    Some(call("coalesce", vec![Expr::Subquery(query), no_elements()]))
}

/// Turns the one column of a query into one text of all rows.
fn gather(query: &mut Query) -> Option<()> {
    let SetExpr::Select(select) = query.body.as_mut() else {
        return None;
    };
    let [item] = select.projection.as_mut_slice() else {
        return None;
    };
    let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item else {
        return None;
    };
    let element = std::mem::replace(expr, null());
    let order_by = query.order_by.take().map(|order_by| order_by.kind);
    let mut gathering = call(
        "string_agg",
        vec![
            call("list_element", vec![element.clone()]),
            Expr::value(Value::SingleQuotedString(",".to_owned())),
        ],
    );
    if let (Some(OrderByKind::Expressions(mut by)), Expr::Function(gathering)) = (order_by, &mut gathering)
        && let FunctionArguments::List(arguments) = &mut gathering.args
    {
        for by in &mut by {
            // `ORDER BY 1` is the one column. A longer one is not written twice: lists in lists would double each time.
            match (&by.expr, &element) {
                (Expr::Value(_), Expr::Identifier(_) | Expr::CompoundIdentifier(_)) => {
                    by.expr = element.clone()
                }
                (Expr::Value(_), _) => return None,
                _ => {}
            }
        }
        arguments.clauses.push(FunctionArgumentClause::OrderBy(by));
    }
    let brace = |sign: &str| Expr::value(Value::SingleQuotedString(sign.to_owned()));
    let joined = |left: Expr, right: Expr| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::StringConcat,
        right: Box::new(right),
    };
    *item = SelectItem::UnnamedExpr(joined(joined(brace("{"), gathering), brace("}")));
    Some(())
}

/// `(current_schemas(true))[1]`: one element of a list that a function of the catalogue gives.
pub(super) fn item(expr: &mut Expr) -> Option<Expr> {
    let Expr::CompoundFieldAccess { root, access_chain } = expr else {
        return None;
    };
    let [AccessExpr::Subscript(Subscript::Index { index })] = access_chain.as_mut_slice() else {
        return None;
    };
    let mut list = root.as_mut();
    while let Expr::Nested(inner) = list {
        list = inner.as_mut();
    }
    match list {
        Expr::Function(function) if listed(&called(function)) => {
            let list = std::mem::replace(list, null());
            Some(call("list_item", vec![list, std::mem::replace(index, null())]))
        }
        _ => None,
    }
}

/// The last part of the name in `unnest(x.name)`.
pub(super) fn unnested<'a>(name: &str, arguments: &'a [FunctionArg]) -> Option<&'a str> {
    match (name, arguments) {
        ("unnest", [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))]) => last_name(expr),
        _ => None,
    }
}

pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.as_str()),
        _ => None,
    }
}
