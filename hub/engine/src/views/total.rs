//! The SQL a view may be made of: only what gives a value, or NULL, on every row. A cast that fails, a division by
//! zero or an overflow on a hidden row would fail somebody's query and tell them the row exists.
//! Types are not known here; `definer` checks the widths of decimals once they are.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DataType, ExactNumberInfo, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, Query, Select, SelectItem, SetExpr, Statement, TableFactor,
    UnaryOperator, Value, Visit, Visitor,
};

use super::ViewError;
use crate::definer;
use crate::statements::{StatementLimits, read};

/// What the SQL yields and reads.
pub(super) struct Found {
    pub columns: Vec<String>,
    pub relations: Vec<String>,
}

/// Functions that are total on the types a feed table has, whatever their arguments.
const TOTAL_FUNCTIONS: [&str; 8] = [
    "coalesce", "nullif", "count", "sum", "min", "max", "bool_and", "bool_or",
];

/// Checks the SQL of a view.
pub(super) fn check(sql: &str) -> Result<Found, ViewError> {
    let statements = read(sql, &limits()).map_err(|_| ViewError::Syntax)?;
    let [statement] = statements.as_slice() else {
        return Err(ViewError::Syntax);
    };
    let Statement::Query(query) = &statement.tree else {
        return Err(ViewError::Syntax);
    };
    if statement.facts.parameters > 0 {
        return Err(not_total("$1"));
    }
    if let ControlFlow::Break(error) = query.visit(&mut Total) {
        return Err(*error);
    }
    let relations: BTreeSet<String> = statement.facts.relations.iter().cloned().collect();
    Ok(Found {
        columns: columns(query)?,
        relations: relations.into_iter().collect(),
    })
}

/// What a view's text may measure. A model joins more than a caller may: its parts count where they stand and again where
/// they are used, and it is our own text, read at start.
pub(crate) fn limits() -> StatementLimits {
    StatementLimits {
        joins_max: 128,
        ..StatementLimits::default()
    }
}

fn not_total(what: &str) -> ViewError {
    ViewError::NotTotal(what.to_owned())
}

/// Output names: an alias, or the last part of a plain column.
fn columns(query: &Query) -> Result<Vec<String>, ViewError> {
    let mut body = query.body.as_ref();
    while let SetExpr::SetOperation { left, .. } = body {
        body = left;
    }
    let SetExpr::Select(select) = body else {
        return Err(ViewError::ColumnsDiffer);
    };
    let name = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Ok(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts
            .last()
            .map(|name| name.value.clone())
            .ok_or(ViewError::ColumnsDiffer),
        SelectItem::ExprWithAlias { alias, .. } => Ok(alias.value.clone()),
        _ => Err(not_total("an output without a name")),
    };
    select.projection.iter().map(name).collect()
}

struct Total;

type Flow = ControlFlow<Box<ViewError>>;

fn refuse(what: impl ToString) -> Flow {
    ControlFlow::Break(Box::new(not_total(&what.to_string())))
}

impl Visitor for Total {
    type Break = Box<ViewError>;

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        // ORDER BY and LIMIT of a view would let hidden rows push released ones out.
        if recursive || query.order_by.is_some() || query.limit_clause.is_some() || query.fetch.is_some() {
            return refuse("ORDER BY, LIMIT or RECURSIVE");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        if select.qualify.is_some() || !select.named_window.is_empty() {
            return refuse("a window");
        }
        if !matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty()) {
            return refuse("GROUP BY");
        }
        if select.from.is_empty() {
            return refuse("a SELECT without FROM");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        match factor {
            TableFactor::Derived { lateral: true, .. } => refuse("LATERAL"),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        if total(expr) {
            ControlFlow::Continue(())
        } else {
            refuse(expr)
        }
    }
}

/// One node; the walk visits its children.
fn total(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Nested(_) | Expr::Case { .. } => true,
        Expr::Value(value) => !matches!(value.value, Value::Placeholder(_)),
        Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) => {
            true
        }
        Expr::IsNotFalse(_) | Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => true,
        Expr::InList { .. } | Expr::Between { .. } => true,
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            ..
        } => true,
        Expr::BinaryOp { left: _, op, right } => operator(op, right),
        Expr::Cast {
            kind: CastKind::TryCast,
            array: false,
            format: None,
            ..
        } => true,
        // A widening of decimals; `definer` sees to it that it only widens.
        Expr::Cast {
            kind: CastKind::Cast | CastKind::DoubleColon,
            data_type,
            array: false,
            format: None,
            ..
        } => {
            matches!(
                data_type,
                DataType::Decimal(ExactNumberInfo::PrecisionAndScale(..))
            ) || matches!(
                data_type,
                DataType::Numeric(ExactNumberInfo::PrecisionAndScale(..))
            )
        }
        // A fixed span of time. `definer` sees to it that it is only taken from today.
        Expr::Interval(interval) => matches!(*interval.value, Expr::Value(_)),
        Expr::Function(function) => is_today(function) || total_function(function),
        _ => false,
    }
}

fn operator(op: &BinaryOperator, right: &Expr) -> bool {
    use BinaryOperator::*;
    match op {
        And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq | Plus | Minus | Multiply => true,
        Divide => nullif_zero(right),
        _ => false,
    }
}

/// `NULLIF(x, 0)`, the only divisor allowed.
fn nullif_zero(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else {
        return false;
    };
    let FunctionArguments::List(list) = &function.args else {
        return false;
    };
    let zero = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => {
            matches!(&value.value, Value::Number(number, _) if number == "0")
        }
        _ => false,
    };
    name(function) == "nullif" && list.args.last().is_some_and(zero)
}

/// `CURRENT_DATE`: the civil day of the query, whatever the row.
fn is_today(function: &Function) -> bool {
    name(function) == "current_date" && function.args == FunctionArguments::None
}

fn total_function(function: &Function) -> bool {
    let name = name(function);
    let known = TOTAL_FUNCTIONS.contains(&name.as_str())
        || definer::SCALAR.contains(&name.as_str())
        || definer::AGGREGATE.contains(&name.as_str());
    known
        && function.over.is_none()
        && function.within_group.is_empty()
        && matches!(&function.args, FunctionArguments::List(list) if list.clauses.is_empty())
}

fn name(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}
