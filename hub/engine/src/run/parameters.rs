//! Values for `$1`, `$2`, …: each a typed literal in the plan, never text in the SQL.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::refusal::{self, Reason, Refusal};
use crate::task::{Parameter, ParameterType};

/// The type of every parameter: what the client declared, else what the planner infers, else text.
pub(super) fn kinds(plan: &LogicalPlan, count: usize, given: &[Parameter]) -> Result<Vec<DataType>, Refusal> {
    if count == 0 {
        return Ok(vec![]);
    }
    let mut inferred = plan
        .get_parameter_types()
        .map_err(|error| refusal::planning(&error))?;
    for name in counts(plan)? {
        inferred.insert(name, Some(DataType::Int64));
    }
    let kind = |number: usize| {
        let declared = given.get(number - 1).and_then(|parameter| parameter.kind);
        let inferred = || inferred.get(&format!("${number}")).cloned().flatten();
        declared
            .map(ParameterType::to_arrow)
            .or_else(inferred)
            .unwrap_or(DataType::Utf8)
    };
    Ok((1..=count).map(kind).collect())
}

/// Parameters of `LIMIT` and `OFFSET`, whose type the planner leaves open.
fn counts(plan: &LogicalPlan) -> Result<Vec<String>, Refusal> {
    let mut names = vec![];
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Limit(limit) = node {
            for expr in limit.skip.iter().chain(&limit.fetch) {
                if let Expr::Placeholder(placeholder) = expr.as_ref() {
                    names.push(placeholder.id.clone());
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_err(|error| refusal::planning(&error))?;
    Ok(names)
}

/// The plan with a typed NULL for every parameter, for its schema.
pub(super) fn with_nulls(plan: LogicalPlan, kinds: &[DataType]) -> Result<LogicalPlan, Refusal> {
    let nulls = kinds
        .iter()
        .map(|kind| ScalarValue::try_from(kind).map_err(|error| refusal::planning(&error)));
    replace(plan, nulls.collect::<Result<Vec<_>, _>>()?)
}

/// The plan with the given values.
pub(super) fn with_values(
    plan: LogicalPlan,
    kinds: &[DataType],
    given: &[Parameter],
) -> Result<LogicalPlan, Refusal> {
    if kinds.len() != given.len() {
        return Err(Refusal::new(Reason::ParameterCount));
    }
    let values = kinds
        .iter()
        .zip(given)
        .zip(1_usize..)
        .map(|((kind, parameter), number)| {
            value(kind, parameter)
                .ok_or_else(|| Refusal::new(Reason::ParameterInvalid).with("number", number))
        });
    replace(plan, values.collect::<Result<Vec<_>, _>>()?)
}

fn value(kind: &DataType, parameter: &Parameter) -> Option<ScalarValue> {
    let Some(text) = &parameter.text else {
        return ScalarValue::try_from(kind).ok();
    };
    match kind {
        // PostgreSQL writes booleans as one letter.
        DataType::Boolean => match text.trim().to_lowercase().as_str() {
            "t" | "true" | "1" | "on" | "yes" => Some(ScalarValue::Boolean(Some(true))),
            "f" | "false" | "0" | "off" | "no" => Some(ScalarValue::Boolean(Some(false))),
            _ => None,
        },
        kind => ScalarValue::try_from_string(text.clone(), kind)
            .ok()
            .filter(|value| !value.is_null()),
    }
}

fn replace(plan: LogicalPlan, values: Vec<ScalarValue>) -> Result<LogicalPlan, Refusal> {
    if values.is_empty() {
        return Ok(plan);
    }
    plan.replace_params_with_values(&ParamValues::from(values))
        .map_err(|error| refusal::planning(&error))
}
