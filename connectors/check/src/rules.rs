//! The contract's rules as Polars expressions over a frame. Each expression is true where its rule is broken, and silent
//! where a value it reads is missing.

mod numbers;

use arrow::array::{Array, ArrayRef, BooleanArray};
use polars::prelude::{Column, DataFrame, Expr, IntoLazy, NamedFrom, Series, col, lit};
use schemas::{Condition, FieldRuleKind, RowRuleKind};

use self::numbers::{Number, number, product, range, ratio, sum};
use crate::CheckError;
use crate::bridge;
use crate::plan::{Plan, index_of};

/// The expressions of a plan.
pub(crate) struct RuleSet {
    /// Rule index and expression.
    expressions: Vec<(usize, Expr)>,
    /// Fields that the expressions read.
    fields: Vec<usize>,
}

impl RuleSet {
    pub fn new(plan: &Plan<'_>) -> Self {
        let contract = plan.job.contract;
        let mut set = Self {
            expressions: Vec::new(),
            fields: Vec::new(),
        };
        for (index, field) in plan
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.is_some())
        {
            for rule in &field.field.rules {
                let column = col(field.field.name.as_str());
                let expression = match &rule.kind {
                    FieldRuleKind::Range { min, max } => range(number(plan, index), *min, *max),
                    FieldRuleKind::Pattern(pattern) => Some(unlike(column, pattern)),
                    FieldRuleKind::NotPattern(pattern) => Some(unlike(column, pattern).not()),
                    FieldRuleKind::Digits { min, max } => {
                        Some(unlike(column, &format!("^[0-9]{{{min},{max}}}$")))
                    }
                    FieldRuleKind::OneOf(values) => Some(is_one_of(column, values).not()),
                    FieldRuleKind::NoneOf(values) => Some(is_one_of(column, values)),
                    FieldRuleKind::Validator(_) => None,
                };
                set.add(plan, &rule.id, expression, &[index]);
            }
        }
        for rule in contract.rules() {
            let fields: Option<Vec<usize>> = rule
                .kind
                .fields()
                .into_iter()
                .map(|name| index_of(contract, Some(name)))
                .collect();
            let fields = fields.unwrap_or_default();
            let present = |field: &usize| {
                plan.fields
                    .get(*field)
                    .is_some_and(|field| field.column.is_some())
            };
            // The rule does not apply when a field it names is missing, unless it asks for one.
            let applies = match &rule.kind {
                RowRuleKind::Implies { .. } => fields.last().is_some_and(present),
                _ => fields.iter().all(present),
            };
            if fields.is_empty() || !applies {
                continue;
            }
            let numbers: Vec<Number> = fields.iter().map(|field| number(plan, *field)).collect();
            let expression = match (&rule.kind, numbers.as_slice()) {
                (RowRuleKind::Sum { tolerance, .. }, [total, parts @ ..]) => {
                    Some(sum(total, parts, *tolerance))
                }
                (RowRuleKind::Ratio { min, max, .. }, [num, den]) => ratio(num, den, *min, *max),
                (RowRuleKind::Product { within, .. }, [total, factors @ ..]) => {
                    Some(product(total, factors, *within))
                }
                (RowRuleKind::Implies { when, then }, _) => Some(holds(when).and(holds(then).not())),
                // Over many rows: see `groups`.
                (RowRuleKind::GroupSum { .. }, _) => None,
                (RowRuleKind::Order { first, then }, _) => Some(col(first.as_str()).gt(col(then.as_str()))),
                _ => None,
            };
            set.add(plan, &rule.id, expression, &fields);
        }
        set
    }

    fn add(&mut self, plan: &Plan<'_>, id: &str, expression: Option<Expr>, fields: &[usize]) {
        if let (Some(expression), Some(rule)) = (expression, plan.rule(id)) {
            self.expressions.push((rule, expression.alias(rule.to_string())));
            self.fields.extend(fields);
            self.fields.sort_unstable();
            self.fields.dedup();
        }
    }

    /// For each rule, where it is broken.
    pub fn broken(
        &self,
        plan: &Plan<'_>,
        columns: &[ArrayRef],
    ) -> Result<Vec<(usize, BooleanArray)>, CheckError> {
        let rows = columns.first().map_or(0, |column| column.len());
        if self.expressions.is_empty() || rows == 0 {
            return Ok(Vec::new());
        }
        let mut series: Vec<Column> = Vec::new();
        for field in &self.fields {
            if let (Some(field), Some(column)) = (plan.fields.get(*field), columns.get(*field)) {
                let imported = bridge::to_polars(&field.field.name, column)?;
                // Decimals as the integers they are.
                series.push(imported.to_physical_repr().into_owned().into());
            }
        }
        let frame = DataFrame::new(rows, series).map_err(CheckError::engine)?;
        let expressions: Vec<Expr> = self
            .expressions
            .iter()
            .map(|(_, expression)| expression.clone())
            .collect();
        let answers = frame
            .lazy()
            .select(expressions)
            .collect()
            .map_err(CheckError::engine)?;
        let rules = self.expressions.iter().map(|(rule, _)| *rule);
        rules
            .zip(answers.columns())
            .map(|(rule, answer)| Ok((rule, bridge::to_boolean(answer.as_materialized_series())?)))
            .collect()
    }
}

/// Where the condition holds; a missing value is no value.
fn holds(condition: &Condition) -> Expr {
    let column = col(condition.field.as_str());
    match &condition.is {
        Some(value) => column.eq(lit(value.as_str())).fill_null(lit(false)),
        None => column.is_not_null(),
    }
}

fn unlike(column: Expr, pattern: &str) -> Expr {
    column.str().contains(lit(pattern), true).not()
}

fn is_one_of(column: Expr, values: &[String]) -> Expr {
    column.is_in(lit(Series::new("values".into(), values)).implode(false), false)
}
