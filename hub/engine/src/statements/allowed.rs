//! Which parts of a question are offered. The parser knows many dialects; every part below that is not PostgreSQL's
//! plain SELECT is refused here, before the planner gives it a meaning we did not test.

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, JoinOperator, LimitClause, Query, Select, SelectFlavor, SetExpr, TableFactor,
    TableWithJoins,
};

use crate::refusal::{Reason, Refusal};

type Allowed = Result<(), Refusal>;

fn no(what: &str) -> Allowed {
    Err(Refusal::new(Reason::ClauseNotAllowed).with("what", what))
}

pub(super) fn query(query: &Query) -> Allowed {
    // No field may be added to a query without somebody deciding about it here.
    let Query {
        with: _,
        body,
        order_by: _,
        limit_clause,
        fetch: _,
        locks,
        for_clause,
        settings,
        format_clause,
        pipe_operators,
    } = query;
    if !locks.is_empty() {
        return no("FOR UPDATE");
    }
    if for_clause.is_some() || settings.is_some() || format_clause.is_some() || !pipe_operators.is_empty() {
        return no("FOR / SETTINGS / FORMAT / |>");
    }
    match limit_clause {
        None => {}
        Some(LimitClause::LimitOffset { limit_by, .. }) if limit_by.is_empty() => {}
        Some(_) => return no("LIMIT … BY"),
    }
    set_expr(body)
}

/// The parts of a set operation; the walk visits queries and SELECTs, but not what holds them together.
fn set_expr(mut body: &SetExpr) -> Allowed {
    // A chain of UNIONs leans to the left, so only its right sides recurse.
    loop {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => return Ok(()),
            SetExpr::SetOperation { left, right, .. } => {
                set_expr(right)?;
                body = left;
            }
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                return no("INSERT / UPDATE / DELETE / MERGE");
            }
            SetExpr::Table(_) => return no("TABLE"),
        }
    }
}

pub(super) fn select(select: &Select) -> Allowed {
    let Select {
        select_token: _,
        optimizer_hints: _,
        distinct: _,
        select_modifiers,
        top,
        top_before_distinct: _,
        projection: _,
        exclude,
        into,
        from,
        lateral_views,
        prewhere,
        selection: _,
        connect_by,
        group_by,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window: _,
        qualify: _,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    if into.is_some() {
        return no("SELECT INTO");
    }
    if top.is_some() || select_modifiers.is_some() || exclude.is_some() || value_table_mode.is_some() {
        return no("TOP / EXCLUDE / AS VALUE");
    }
    if !lateral_views.is_empty() || prewhere.is_some() || !connect_by.is_empty() {
        return no("LATERAL VIEW / PREWHERE / CONNECT BY");
    }
    if !cluster_by.is_empty() || !distribute_by.is_empty() || !sort_by.is_empty() {
        return no("CLUSTER BY / DISTRIBUTE BY / SORT BY");
    }
    if !matches!(flavor, SelectFlavor::Standard) {
        return no("FROM … SELECT");
    }
    match group_by {
        GroupByExpr::All(_) => return no("GROUP BY ALL"),
        GroupByExpr::Expressions(_, modifiers) if !modifiers.is_empty() => return no("GROUP BY … WITH"),
        GroupByExpr::Expressions(..) => {}
    }
    from.iter().try_for_each(joins)
}

fn joins(table: &TableWithJoins) -> Allowed {
    table.joins.iter().try_for_each(|join| {
        if join.global {
            return no("GLOBAL JOIN");
        }
        match &join.join_operator {
            JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::Right(_)
            | JoinOperator::RightOuter(_)
            | JoinOperator::FullOuter(_)
            | JoinOperator::CrossJoin(_) => Ok(()),
            _ => no("JOIN"),
        }
    })
}

pub(super) fn table_factor(factor: &TableFactor) -> Allowed {
    match factor {
        TableFactor::Table { args: Some(_), .. }
        | TableFactor::TableFunction { .. }
        | TableFactor::Function { .. } => no("FROM function(…)"),
        TableFactor::Table {
            name: _,
            alias: _,
            args: None,
            with_hints,
            version: None,
            with_ordinality: false,
            partitions,
            json_path: None,
            sample: None,
            index_hints,
        } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => Ok(()),
        TableFactor::Table { .. } => no("TABLESAMPLE / FOR SYSTEM_TIME / PARTITION"),
        TableFactor::Derived { sample: None, .. } => Ok(()),
        TableFactor::NestedJoin { table_with_joins, .. } => joins(table_with_joins),
        TableFactor::UNNEST { .. } => no("UNNEST"),
        _ => no("PIVOT / JSON_TABLE / …"),
    }
}

pub(super) fn expr(expr: &Expr) -> Allowed {
    use Expr::*;
    match expr {
        Identifier(_)
        | CompoundIdentifier(_)
        | Value(_)
        | TypedString(_)
        | Interval(_)
        | Nested(_)
        | Tuple(_) => Ok(()),
        IsFalse(_)
        | IsNotFalse(_)
        | IsTrue(_)
        | IsNotTrue(_)
        | IsNull(_)
        | IsNotNull(_)
        | IsUnknown(_)
        | IsNotUnknown(_)
        | IsDistinctFrom(..)
        | IsNotDistinctFrom(..) => Ok(()),
        InList { .. } | InSubquery { .. } | Between { .. } | BinaryOp { .. } | UnaryOp { .. } => Ok(()),
        Like { any: false, .. } | ILike { any: false, .. } | SimilarTo { .. } => Ok(()),
        Cast {
            array: false,
            format: None,
            ..
        }
        | AtTimeZone { .. }
        | Extract { .. } => Ok(()),
        Ceil { .. } | Floor { .. } | Position { .. } | Substring { .. } | Trim { .. } | Overlay { .. } => {
            Ok(())
        }
        Function(_) | Case { .. } | Exists { .. } | Subquery(_) => Ok(()),
        GroupingSets(_) | Cube(_) | Rollup(_) | Wildcard(_) | QualifiedWildcard(..) => Ok(()),
        AnyOp { .. } | AllOp { .. } => no("ANY / ALL"),
        Array(_)
        | CompoundFieldAccess { .. }
        | JsonAccess { .. }
        | Struct { .. }
        | Map(_)
        | Dictionary(_) => no("ARRAY / STRUCT / JSON"),
        Collate { .. } => no("COLLATE"),
        _ => no("expression"),
    }
}
