//! Sums over the rows of a file that belong together, such as the shares of the owners of one house. They are known at
//! the end, when the rows have been handed on, so what is wrong with one is a remark on its first row.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use schemas::{FieldType, RowRuleKind};

use crate::keys::{Fingerprinted, Fingerprints};
use crate::plan::{Plan, index_of};
use crate::tally::Fate;
use crate::{Finding, Severity};

/// The groups of every such rule of the contract, at 48 bytes a group.
pub(crate) struct Groups(Vec<Rule>);

struct Rule {
    /// Index in `Plan::rules`.
    rule: usize,
    of: usize,
    by: Vec<usize>,
    /// Unscaled, at the scale of the field.
    lowest: i128,
    highest: i128,
    groups: HashMap<u64, Group, BuildHasherDefault<Fingerprinted>>,
}

struct Group {
    first_row: u64,
    rows: u32,
    /// None once it cannot be told: a value is missing, or a row was refused and will come again.
    sum: Option<i128>,
}

impl Groups {
    pub fn new(plan: &Plan<'_>) -> Self {
        let contract = plan.job.contract;
        let rules = contract.rules().iter().filter_map(|rule| {
            let RowRuleKind::GroupSum {
                of,
                by,
                is,
                tolerance,
            } = &rule.kind
            else {
                return None;
            };
            let of = index_of(contract, Some(of))?;
            let by: Vec<usize> = by
                .iter()
                .filter_map(|name| index_of(contract, Some(name)))
                .collect();
            let present = |field: &usize| {
                plan.fields
                    .get(*field)
                    .is_some_and(|field| field.column.is_some())
            };
            if !present(&of) || !by.iter().all(present) {
                return None;
            }
            let scale = match contract.fields().get(of)?.kind {
                FieldType::Decimal { scale, .. } => u8::try_from(scale).unwrap_or(0),
                _ => 0,
            };
            // The contract was refused if they did not fit.
            let (is, tolerance) = (is.at_scale(scale)?, tolerance.at_scale(scale)?);
            Some(Rule {
                rule: plan.rule(&rule.id)?,
                of,
                by,
                lowest: is.checked_sub(tolerance)?,
                highest: is.checked_add(tolerance)?,
                groups: HashMap::default(),
            })
        });
        Self(rules.collect())
    }

    /// Takes the rows of a frame in. A duplicate counts once, like the row it repeats.
    pub fn frame(&mut self, typed: &[ArrayRef], fates: &[Fate], row_no: &[u64]) {
        for rule in &mut self.0 {
            let mut key = Fingerprints::of_keys(fates.len());
            let by: Vec<&ArrayRef> = rule.by.iter().filter_map(|field| typed.get(*field)).collect();
            by.iter().copied().for_each(|column| key.fold(column));
            let Some(of) = typed.get(rule.of) else { continue };
            for (row, ((fate, row_no), key)) in fates.iter().zip(row_no).zip(&key.0).enumerate() {
                let told = matches!(fate, Fate::Committed | Fate::Quarantined);
                if !told || by.iter().any(|column| column.is_null(row)) {
                    continue;
                }
                let value = (*fate == Fate::Committed).then(|| value(of, row)).flatten();
                let group = rule.groups.entry(*key).or_insert(Group {
                    first_row: *row_no,
                    rows: 0,
                    sum: Some(0),
                });
                group.rows = group.rows.saturating_add(1);
                group.sum = group
                    .sum
                    .zip(value)
                    .and_then(|(sum, value)| sum.checked_add(value));
            }
        }
    }

    /// What does not add up, by rule and then by first row, and how many groups in all per rule.
    pub fn findings(&self, plan: &Plan<'_>, mut max: u64) -> (Vec<Finding>, Vec<(usize, u64)>) {
        let mut findings = Vec::new();
        let mut counts = Vec::new();
        for rule in &self.0 {
            let wrong = |group: &&Group| {
                group
                    .sum
                    .is_some_and(|sum| sum < rule.lowest || sum > rule.highest)
            };
            let mut wrong: Vec<&Group> = rule.groups.values().filter(wrong).collect();
            wrong.sort_unstable_by_key(|group| group.first_row);
            counts.push((rule.rule, wrong.len() as u64));
            for group in wrong {
                if max == 0 {
                    break;
                }
                max -= 1;
                findings.extend(finding(plan, rule, group));
            }
        }
        (findings, counts)
    }
}

fn finding(plan: &Plan<'_>, rule: &Rule, group: &Group) -> Option<Finding> {
    let told = plan.rules.get(rule.rule)?;
    let mut args = told.args.clone();
    args.insert("rows".to_owned(), group.rows.to_string());
    Some(Finding {
        row: Some(group.first_row),
        column: Some(plan.title(rule.of)),
        rule: told.id.clone(),
        severity: Severity::Warning,
        // The sum is no value of the row, and no mask fits it.
        value_masked: None,
        text: told.contract_text.clone()?,
        args,
        offset: None,
        suggestion: None,
        advice: None,
    })
}

fn value(column: &ArrayRef, row: usize) -> Option<i128> {
    if column.is_null(row) {
        return None;
    }
    if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
        return Some(decimals.value(row));
    }
    Some(i128::from(column.as_primitive_opt::<Int64Type>()?.value(row)))
}
