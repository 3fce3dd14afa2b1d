//! Which keys a question names on the keyed views it reads. A rule of ours over the plan as written, before any
//! optimizer rewrites it: at every mention of such a view, some `key = '…'` or `key IN ('…', …)` that is joined to the
//! rest by AND must hold for the rows taken from it. Texts of SQL are never looked at.
//!
//! The rule decides what is charged and whether the answer is the one the question means. It does not decide which rows
//! may leave: the leaf releases the rows of the admitted keys, whatever the question says.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{
    BinaryExpr, Distinct, Expr, Join, JoinType, LogicalPlan, Operator, TableScan,
};

use crate::refusal::{self, Reason, Refusal};
use crate::scan::GovernedTable;

type Keys = BTreeSet<String>;

/// What is known about the rows that a node is asked for: the column at this place has one of these values.
type Known = Vec<(usize, Keys)>;

/// The keys named on one view, over all its mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NamedKeys {
    pub named: Keys,
    /// Those that the grant releases.
    pub admitted: Keys,
}

/// By view, for every keyed view of the plan. Its `$n` have their values.
pub(super) fn named(plan: &LogicalPlan) -> Result<BTreeMap<String, NamedKeys>, Refusal> {
    let mut found = BTreeMap::new();
    descend(plan, vec![], &mut found)?;
    Ok(found)
}

/// The second look before rows flow: every key the question means was admitted. The hub found the same keys before.
pub(super) fn admitted(found: &BTreeMap<String, NamedKeys>) -> Result<(), Refusal> {
    match found
        .iter()
        .find(|(_, keys)| !keys.named.is_subset(&keys.admitted))
    {
        None => Ok(()),
        Some((view, _)) => {
            tracing::error!(view.name = %view, "a keyed view was to be read without its keys");
            Err(Refusal::new(Reason::GrantInvalid))
        }
    }
}

fn descend(plan: &LogicalPlan, known: Known, found: &mut BTreeMap<String, NamedKeys>) -> Result<(), Refusal> {
    // A subquery inside an expression is asked anew for every row outside, so nothing is known about its rows.
    for subquery in subqueries(plan)? {
        descend(&subquery, vec![], found)?;
    }
    match plan {
        LogicalPlan::TableScan(scan) => mention(scan, &known, found),
        LogicalPlan::Filter(filter) => {
            let more = conjuncts(&filter.predicate, filter.input.schema());
            descend(&filter.input, [known, more].concat(), found)
        }
        LogicalPlan::SubqueryAlias(alias) => descend(&alias.input, known, found),
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => descend(&sort.input, known, found),
        LogicalPlan::Distinct(Distinct::All(input)) => descend(input, known, found),
        LogicalPlan::Projection(projection) => {
            let known = through(&projection.expr, &projection.input, known);
            descend(&projection.input, known, found)
        }
        LogicalPlan::Aggregate(aggregate) => {
            let known = through(&aggregate.group_expr, &aggregate.input, known);
            descend(&aggregate.input, known, found)
        }
        LogicalPlan::Union(union) => {
            let mut inputs = union.inputs.iter();
            inputs.try_for_each(|input| descend(input, known.clone(), found))
        }
        LogicalPlan::Join(join) => {
            let (left, right) = sides(join, known);
            descend(&join.left, left, found)?;
            descend(&join.right, right, found)
        }
        // A condition does not pass below LIMIT, a window, a recursion or anything else: the rows would be others.
        other => {
            let mut inputs = other.inputs().into_iter();
            inputs.try_for_each(|input| descend(input, vec![], found))
        }
    }
}

fn mention(scan: &TableScan, known: &Known, found: &mut BTreeMap<String, NamedKeys>) -> Result<(), Refusal> {
    let provider = source_as_provider(&scan.source).map_err(|error| refusal::planning(&error))?;
    let Some(table) = provider.downcast_ref::<GovernedTable>() else {
        return Ok(());
    };
    let Some((key, admitted)) = table.keyed() else {
        return Ok(());
    };
    let is_key = |place: usize| {
        let mut fields = scan.projected_schema.fields().iter();
        fields.nth(place).is_some_and(|field| field.name() == key)
    };
    let lists = known
        .iter()
        .filter(|(place, _)| is_key(*place))
        .map(|(_, keys)| keys);
    // Each list holds for every row; the shortest asks for least.
    let shortest = lists
        .filter(|keys| !keys.is_empty())
        .min_by_key(|keys| keys.len());
    let Some(keys) = shortest else {
        return Err(Refusal::new(Reason::KeyRequired)
            .with("view", table.name())
            .with("column", key));
    };
    let view = found.entry(table.name().to_owned()).or_default();
    view.named.extend(keys.iter().cloned());
    view.admitted.clone_from(admitted);
    Ok(())
}

/// What is known of a node's outputs, for the columns of its input that they are, unchanged.
fn through(outputs: &[Expr], input: &LogicalPlan, known: Known) -> Known {
    let place = |place: usize| column(outputs.get(place)?, input.schema());
    known
        .into_iter()
        .filter_map(|(output, keys)| Some((place(output)?, keys)))
        .collect()
}

/// What is known of the rows of each side of a join. What must hold for the joined row must hold for both of its parts:
/// a part filled up with NULL has no key. The join's own condition says nothing about a side that is kept without match.
fn sides(join: &Join, known: Known) -> (Known, Known) {
    use JoinType::{Full, Inner, Left, Right};
    if !matches!(join.join_type, Inner | Left | Right | Full) {
        return (vec![], vec![]);
    }
    let width = join.left.schema().fields().len();
    let apart = |known: Known| -> (Known, Known) {
        let (left, right): (Known, Known) = known.into_iter().partition(|(place, _)| *place < width);
        let right = right.into_iter().map(|(place, keys)| (place - width, keys));
        (left, right.collect())
    };
    let (mut left, mut right) = apart(known);
    let own = join.filter.as_ref().map(|filter| conjuncts(filter, &join.schema));
    let (own_left, own_right) = apart(own.unwrap_or_default());
    if matches!(join.join_type, Inner | Right) {
        left.extend(own_left);
    }
    if matches!(join.join_type, Inner | Left) {
        right.extend(own_right);
    }
    (left, right)
}

/// The parts of a condition, joined by AND, that give a column a list of values.
fn conjuncts(predicate: &Expr, schema: &DFSchema) -> Known {
    let parts = split_conjunction(predicate).into_iter();
    parts.filter_map(|part| listed(part, schema)).collect()
}

fn listed(expr: &Expr, schema: &DFSchema) -> Option<(usize, Keys)> {
    match expr {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => {
            let equal = |one: &Expr, other: &Expr| Some((column(one, schema)?, [literal(other)??].into()));
            equal(left, right).or_else(|| equal(right, left))
        }
        Expr::InList(list) if !list.negated => {
            let values: Option<Vec<Option<String>>> = list.list.iter().map(literal).collect();
            // NULL in a list is equal to nothing, so it is no key.
            Some((
                column(&list.expr, schema)?,
                values?.into_iter().flatten().collect(),
            ))
        }
        _ => None,
    }
}

fn column(expr: &Expr, schema: &DFSchema) -> Option<usize> {
    match expr {
        Expr::Column(column) => schema.maybe_index_of_column(column),
        Expr::Alias(alias) => column(&alias.expr, schema),
        _ => None,
    }
}

/// A text as it was written or bound, also as `'…'::varchar`, which drivers write. `Some(None)` is NULL.
fn literal(expr: &Expr) -> Option<Option<String>> {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(value) | ScalarValue::Utf8View(value) | ScalarValue::LargeUtf8(value),
            _,
        ) => Some(value.clone()),
        Expr::Literal(ScalarValue::Null, _) => Some(None),
        Expr::Cast(cast) if cast.field.data_type().is_string() => literal(&cast.expr),
        _ => None,
    }
}

fn subqueries(plan: &LogicalPlan) -> Result<Vec<std::sync::Arc<LogicalPlan>>, Refusal> {
    let mut subqueries = vec![];
    let walked = plan.apply_expressions(|expr| {
        expr.apply(|expr| {
            match expr {
                Expr::Exists(exists) => subqueries.push(exists.subquery.subquery.clone()),
                Expr::InSubquery(within) => subqueries.push(within.subquery.subquery.clone()),
                Expr::SetComparison(compared) => subqueries.push(compared.subquery.subquery.clone()),
                Expr::ScalarSubquery(subquery) => subqueries.push(subquery.subquery.clone()),
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        })
    });
    walked.map_err(|error| refusal::planning(&error))?;
    Ok(subqueries)
}
