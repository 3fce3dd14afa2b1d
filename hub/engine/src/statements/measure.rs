//! One walk over a query's tree: relations, parameters, and sizes as the planner will meet them, that is with every
//! common table expression written out at each use. Time is linear in the tree, whatever it would expand to.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Ident, ObjectName, ObjectNamePart, Query, Select, TableFactor, Value, ValueWithSpan,
    Visit, Visitor,
};

use super::{StatementLimits, allowed};
use crate::pins::{CATALOG, SCHEMA};
use crate::refusal::{Reason, Refusal};

/// What the walk found.
pub(super) struct Measured {
    pub relations: BTreeSet<String>,
    pub parameters: usize,
}

/// Walks the query. The first thing that is not allowed or too large ends the walk.
pub(super) fn measure(query: &Query, limits: &StatementLimits) -> Result<Measured, Refusal> {
    let mut walk = Walk {
        limits,
        sizes: vec![Size::default()],
        depth: 0,
        with_depth: 0,
        names: vec![],
        bodies: HashMap::new(),
        relations: BTreeSet::new(),
        parameters: 0,
    };
    match query.visit(&mut walk) {
        ControlFlow::Break(refusal) => Err(*refusal),
        ControlFlow::Continue(()) => Ok(Measured {
            relations: walk.relations,
            parameters: walk.parameters,
        }),
    }
}

/// Sizes add up with saturation: doubling common table expressions reach any number quickly.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: u64,
    joins: u64,
    selects: u64,
}

impl Size {
    fn add(&mut self, other: Size) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.joins = self.joins.saturating_add(other.joins);
        self.selects = self.selects.saturating_add(other.selects);
    }
}

struct Walk<'a> {
    limits: &'a StatementLimits,
    /// One per query being walked; the last is the innermost.
    sizes: Vec<Size>,
    depth: usize,
    with_depth: usize,
    /// Common table expressions in scope, innermost last.
    names: Vec<(String, Size)>,
    /// Bodies of common table expressions not walked yet, by address, with the name each will get.
    bodies: HashMap<usize, String>,
    relations: BTreeSet<String>,
    parameters: usize,
}

type Flow = ControlFlow<Box<Refusal>>;

fn refuse<T: ToString>(reason: Reason, limit: T) -> Flow {
    ControlFlow::Break(Box::new(Refusal::new(reason).with("max", limit)))
}

fn address(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

impl Walk<'_> {
    fn grow(&mut self, size: Size) -> Flow {
        let Some(current) = self.sizes.last_mut() else {
            return ControlFlow::Continue(());
        };
        current.add(size);
        if current.nodes > self.limits.nodes_max || current.selects > self.limits.selects_max {
            return refuse(Reason::TooComplex, self.limits.nodes_max);
        }
        if current.joins > self.limits.joins_max {
            return refuse(Reason::TooManyJoins, self.limits.joins_max);
        }
        ControlFlow::Continue(())
    }

    fn deeper(&mut self) -> Flow {
        self.depth += 1;
        if self.depth > self.limits.depth_max {
            return refuse(Reason::TooDeep, self.limits.depth_max);
        }
        ControlFlow::Continue(())
    }
}

impl Visitor for Walk<'_> {
    type Break = Box<Refusal>;

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        if let Err(refusal) = allowed::query(query) {
            return ControlFlow::Break(Box::new(refusal));
        }
        self.deeper()?;
        self.sizes.push(Size::default());
        self.grow(Size {
            nodes: 1,
            ..Size::default()
        })?;
        if let Some(with) = &query.with {
            self.with_depth += 1;
            if self.with_depth > self.limits.with_depth_max {
                return refuse(Reason::TooDeep, self.limits.with_depth_max);
            }
            for part in &with.cte_tables {
                let name = folded(&part.alias.name);
                if with.recursive {
                    // A recursive one sees its own name; its size is not known yet and counts once.
                    self.names.push((
                        name.clone(),
                        Size {
                            nodes: 1,
                            joins: 0,
                            selects: 0,
                        },
                    ));
                }
                self.bodies.insert(address(&part.query), name);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> Flow {
        self.depth = self.depth.saturating_sub(1);
        if let Some(with) = &query.with {
            self.with_depth = self.with_depth.saturating_sub(1);
            let introduced = with.cte_tables.len() * if with.recursive { 2 } else { 1 };
            self.names.truncate(self.names.len().saturating_sub(introduced));
        }
        let size = self.sizes.pop().unwrap_or_default();
        // The body of one that is never used is planned all the same, so it counts where it stands too.
        if let Some(name) = self.bodies.remove(&address(query)) {
            self.names.push((name, size));
            return self.grow(size);
        }
        self.grow(size)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        if let Err(refusal) = allowed::select(select) {
            return ControlFlow::Break(Box::new(refusal));
        }
        if groupings(select) > self.limits.groupings_max {
            return refuse(Reason::TooComplex, self.limits.groupings_max);
        }
        let written: usize = select.from.iter().map(|table| table.joins.len()).sum();
        let joins = (written + select.from.len().saturating_sub(1)) as u64;
        self.grow(Size {
            nodes: 1,
            joins,
            selects: 1,
        })
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        if let Err(refusal) = allowed::table_factor(factor) {
            return ControlFlow::Break(Box::new(refusal));
        }
        let joins = match factor {
            TableFactor::NestedJoin { table_with_joins, .. } => table_with_joins.joins.len() as u64,
            _ => 0,
        };
        let own = Size {
            nodes: 1,
            joins,
            selects: 0,
        };
        match factor {
            TableFactor::Table { name, .. } => {
                let parts = parts(name);
                // A name with a schema never means a common table expression.
                let part = match parts.as_slice() {
                    [part] => self.names.iter().rev().find(|(known, _)| known == part),
                    _ => None,
                };
                match part.map(|(_, size)| *size) {
                    Some(size) => {
                        self.grow(own)?;
                        self.grow(size)
                    }
                    None => {
                        self.relations.insert(relation(&parts));
                        self.grow(own)
                    }
                }
            }
            _ => self.grow(own),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        if let Err(refusal) = allowed::expr(expr) {
            return ControlFlow::Break(Box::new(refusal));
        }
        if let Expr::InList { list, .. } = expr
            && list.len() > self.limits.list_max
        {
            return refuse(Reason::ListTooLong, self.limits.list_max);
        }
        self.deeper()?;
        self.grow(Size {
            nodes: 1,
            ..Size::default()
        })
    }

    fn post_visit_expr(&mut self, _: &Expr) -> Flow {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Flow {
        if let Value::Placeholder(text) = &value.value {
            match text
                .strip_prefix('$')
                .and_then(|number| number.parse::<usize>().ok())
            {
                Some(number) if (1..=PARAMETERS_MAX).contains(&number) => {
                    self.parameters = self.parameters.max(number);
                }
                _ => {
                    let refusal = Refusal::new(Reason::ClauseNotAllowed).with("what", "?");
                    return ControlFlow::Break(Box::new(refusal));
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// PostgreSQL's own limit is the 16 bits of its message.
const PARAMETERS_MAX: usize = 65_535;

/// How many groupings the planner will write out for one `GROUP BY`.
fn groupings(select: &Select) -> u64 {
    let GroupByExpr::Expressions(exprs, _) = &select.group_by else {
        return 1;
    };
    exprs.iter().fold(1_u64, |product, expr| {
        let sets = match expr {
            Expr::Cube(sets) => 2_u64.saturating_pow(u32::try_from(sets.len()).unwrap_or(u32::MAX)),
            Expr::Rollup(sets) => sets.len() as u64 + 1,
            Expr::GroupingSets(sets) => sets.len() as u64,
            _ => 1,
        };
        product.saturating_mul(sets.max(1))
    })
}

fn folded(name: &Ident) -> String {
    let text = if name.quote_style.is_some() {
        name.value.clone()
    } else {
        name.value.to_lowercase()
    };
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    // A quoted name with a dot must not read like a schema and a name.
    if plain { text } else { format!("{:?}", text) }
}

fn parts(name: &ObjectName) -> Vec<String> {
    let part = |part: &ObjectNamePart| match part {
        ObjectNamePart::Identifier(name) => folded(name),
        ObjectNamePart::Function(_) => "\"()\"".to_owned(),
    };
    name.0.iter().map(part).collect()
}

/// A relation's name as grants know it.
fn relation(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [SCHEMA, view] | [CATALOG, SCHEMA, view] => (*view).to_owned(),
        [CATALOG, rest @ ..] if rest.len() == 2 => rest.join("."),
        parts => parts.join("."),
    }
}
