//! PostgreSQL's own words, put into those the planner knows: on the syntax tree, before anything is measured or decided,
//! so that what is measured is what is planned. Only shapes of the tree count, never a text of SQL.
//!
//! Clients look around with questions over `pg_catalog` that use casts to `regclass`, `OPERATOR(…)`, lists and lateral
//! functions, mostly about things that do not exist here. Two ideas make nearly all of them plain: a name is qualified
//! and a cast becomes a function call ([`casts`], [`lists`]); and a `SELECT` from a relation that is always empty is a
//! `SELECT` of no rows, whatever it would compute ([`empty`]).

mod casts;
mod empty;
mod lists;
mod operators;
mod shown;
mod stars;
mod written;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    ObjectNamePart, Query, Select, Statement, Value, Visit, VisitMut, Visitor, VisitorMut,
};

use crate::catalog::{self, PG_CATALOG};
use crate::functions;

pub(crate) use written::relations_written;

/// Rewrites the statement; true if it asks PostgreSQL's relations or functions about what there is.
pub(super) fn in_plain_words(statement: &mut Statement) -> bool {
    let mut own = Own::default();
    let _ = Visit::visit(statement, &mut own);
    let mut words = Words {
        own: own.names,
        describes: false,
    };
    let _ = VisitMut::visit(statement, &mut words);
    // Rewriting brings functions of the catalogue's as well.
    words.describes |= Visit::visit(statement, &mut Described).is_break();
    if words.describes
        && let Statement::Query(query) = statement
    {
        shown::named(&mut query.body);
    }
    words.describes
}

/// Names of the statement's own common table expressions, which hide relations of the same name.
#[derive(Default)]
struct Own {
    names: BTreeSet<String>,
}

impl Visitor for Own {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let parts = query.with.iter().flat_map(|with| &with.cte_tables);
        self.names
            .extend(parts.map(|part| part.alias.name.value.to_lowercase()));
        ControlFlow::Continue(())
    }
}

struct Words {
    own: BTreeSet<String>,
    describes: bool,
}

impl VisitorMut for Words {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        if let [ObjectNamePart::Identifier(name)] = relation.0.as_slice() {
            let qualified = format!("{PG_CATALOG}.{}", folded(name));
            if catalog::known(&qualified) && !self.own.contains(&folded(name)) {
                relation
                    .0
                    .insert(0, ObjectNamePart::Identifier(Ident::new(PG_CATALOG)));
            }
        }
        self.describes |= catalog::known(&qualified(relation));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        // Before its subquery is taken for one that stands for a value.
        if let Some(among) = lists::quantified_rows(expr) {
            *expr = among;
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        stars::written_out(select);
        empty::select(select);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        empty::query(query);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            bare(&mut function.name);
            self.describes |= catalog::listed(&called(function));
        }
        let plain = match expr {
            Expr::BinaryOp { op, .. } => {
                operators::plain(op);
                None
            }
            // One collation is offered, and it compares as these do.
            Expr::Collate { expr, collation } if operators::is_default(collation) => {
                Some(std::mem::replace(expr.as_mut(), null()))
            }
            Expr::Cast { .. } => casts::cast(expr),
            Expr::AnyOp { .. } | Expr::AllOp { .. } => lists::quantified(expr),
            Expr::Function(function) => lists::gathered(function),
            Expr::CompoundFieldAccess { .. } => lists::item(expr),
            Expr::Like { any: false, .. } | Expr::ILike { any: false, .. } => {
                operators::pattern(expr);
                None
            }
            Expr::Subquery(query) => empty::scalar(query),
            Expr::Exists { subquery, negated } => empty::exists(subquery, *negated),
            _ => None,
        };
        if let Some(plain) = plain {
            *expr = plain;
        }
        ControlFlow::Continue(())
    }
}

/// Looks for a function of the catalogue's.
struct Described;

impl Visitor for Described {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) if catalog::listed(&called(function)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// `pg_catalog.version()` is `version()`.
fn bare(name: &mut ObjectName) {
    if let [ObjectNamePart::Identifier(schema), ObjectNamePart::Identifier(_)] = name.0.as_slice()
        && folded(schema) == PG_CATALOG
    {
        name.0.remove(0);
    }
}

fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    }
}

/// A relation as the catalogue names it: without our one database in front.
fn qualified(relation: &ObjectName) -> String {
    let part = |part: &ObjectNamePart| match part {
        ObjectNamePart::Identifier(name) => folded(name),
        ObjectNamePart::Function(_) => String::new(),
    };
    let parts: Vec<String> = relation.0.iter().map(part).collect();
    match parts.as_slice() {
        [database, schema, name] if database == crate::pins::CATALOG => format!("{schema}.{name}"),
        parts => parts.join("."),
    }
}

/// The name of a function, without a schema.
fn called(function: &Function) -> String {
    match function.name.0.as_slice() {
        [ObjectNamePart::Identifier(name)] => folded(name),
        _ => String::new(),
    }
}

fn null() -> Expr {
    Expr::value(Value::Null)
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let argument = |expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr));
    Expr::Function(Function {
        name: ObjectName::from(Ident::new(name)),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.into_iter().map(argument).collect(),
            clauses: vec![],
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

/// Does the expression gather the rows of its `SELECT` into one? What a subquery gathers are rows of its own.
fn gathers(expr: &Expr) -> bool {
    struct Gathers {
        depth: usize,
    }
    impl Visitor for Gathers {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.depth += 1;
            ControlFlow::Continue(())
        }

        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.depth = self.depth.saturating_sub(1);
            ControlFlow::Continue(())
        }

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Function(function)
                    if self.depth == 0
                        && function.over.is_none()
                        && functions::gathers(&called(function)) =>
                {
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    Visit::visit(expr, &mut Gathers { depth: 0 }).is_break()
}
