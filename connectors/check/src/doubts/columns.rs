//! Columns whose contents fit another column: two filled in for each other, a run of them shifted, a date that is
//! always later than the one it should precede.

use std::collections::BTreeMap;

use schemas::RowRuleKind;

use super::fits::{fits, is_peculiar, is_telling};
use super::{EXPLAINED, ROWS_MIN, Seen};
use crate::file_rules::finding;
use crate::plan::index_of;
use crate::{Finding, Severity};

/// Columns that a shift must explain.
const SHIFTED_MIN: usize = 3;

pub(super) fn findings(seen: &Seen<'_>, sample: &[usize]) -> Vec<Finding> {
    let look = Look::new(seen, sample);
    let mut found = match look.shift() {
        Some(shift) => vec![shift],
        None => look.swaps(),
    };
    found.extend(late(seen, sample));
    found
}

struct Look<'a> {
    seen: &'a Seen<'a>,
    sample: &'a [usize],
    /// Fields most of whose values do not fit, by column.
    misfits: BTreeMap<usize, usize>,
}

impl<'a> Look<'a> {
    fn new(seen: &'a Seen<'a>, sample: &'a [usize]) -> Self {
        let mut look = Self {
            seen,
            sample,
            misfits: BTreeMap::new(),
        };
        for (index, field) in seen.plan.fields.iter().enumerate() {
            if let Some(column) = field
                .column
                .filter(|_| field.part.is_none() && is_telling(field.field))
                && look
                    .share(index, column)
                    .is_some_and(|(fitting, of)| fitting * 2 < of)
            {
                look.misfits.insert(column, index);
            }
        }
        look
    }

    /// How many of the cells of a column fit a field, of how many that are not empty; none if there are too few.
    fn share(&self, field: usize, column: usize) -> Option<(usize, usize)> {
        let plan = self.seen.plan;
        let field = plan.fields.get(field)?;
        let raw = self.seen.raw.get(column)?;
        let told = self
            .sample
            .iter()
            .filter_map(|row| fits(plan, field, raw.value(*row)));
        let (fitting, of) = told.fold((0, 0), |(fitting, of), fits| {
            (fitting + usize::from(fits), of + 1)
        });
        (of >= ROWS_MIN).then_some((fitting, of))
    }

    fn fits(&self, field: usize, column: usize) -> bool {
        self.share(field, column)
            .is_some_and(|(fitting, of)| fitting * 100 >= of * EXPLAINED)
    }

    /// A run of columns whose contents stand a column or two beside their headers.
    fn shift(&self) -> Option<Finding> {
        let explained = |by: isize| {
            let beside = |(column, field): (&usize, &usize)| {
                let beside = column.checked_add_signed(by)?;
                self.fits(*field, beside).then_some(*column)
            };
            self.misfits.iter().filter_map(beside).collect::<Vec<usize>>()
        };
        let of_each = [1, -1, 2, -2].map(|by: isize| (by, explained(by)));
        let (by, columns) = of_each
            .into_iter()
            .max_by_key(|(by, columns)| (columns.len(), -by.abs()))?;
        if columns.len() < SHIFTED_MIN || columns.len() * 3 < self.misfits.len() * 2 {
            return None;
        }
        let title = |column: Option<&usize>| {
            let title = column.and_then(|column| self.seen.plan.header.titles.get(*column));
            title.cloned().unwrap_or_default()
        };
        let args = [
            ("first", title(columns.first())),
            ("last", title(columns.last())),
            ("by", by.unsigned_abs().to_string()),
            ("rows", self.sample.len().to_string()),
        ];
        Some(finding(
            "F-columns_shifted",
            Severity::Warning,
            "check.columns_shifted",
            &args,
        ))
    }

    /// Pairs of columns of which each fits the other's field.
    fn swaps(&self) -> Vec<Finding> {
        let plan = self.seen.plan;
        let mut found = Vec::new();
        for (column, field) in &self.misfits {
            let peculiar = plan
                .fields
                .get(*field)
                .is_some_and(|field| is_peculiar(field.field));
            for (other, other_field) in plan.fields.iter().enumerate() {
                let Some(other_column) = other_field.column.filter(|other| other != column) else {
                    continue;
                };
                let told = is_telling(other_field.field);
                let misfit = self.misfits.contains_key(&other_column);
                // A pair is told once, from its first column; a text that takes anything is no first.
                let first = !misfit || *column < other_column;
                let fits_back = !told || (misfit && self.fits(other, *column));
                if first && (told || peculiar) && fits_back && self.fits(*field, other_column) {
                    let args = [
                        ("one", plan.title(*field)),
                        ("other", plan.title(other)),
                        ("rows", self.sample.len().to_string()),
                    ];
                    found.push(Finding {
                        column: Some(plan.title(*field)),
                        ..finding(
                            "F-columns_swapped",
                            Severity::Warning,
                            "check.columns_swapped",
                            &args,
                        )
                    });
                }
            }
        }
        found
    }
}

/// Rules of order that fail almost everywhere.
fn late(seen: &Seen<'_>, sample: &[usize]) -> Vec<Finding> {
    let contract = seen.plan.job.contract;
    let of_rule = |rule: &schemas::RowRule| {
        let RowRuleKind::Order { first, then } = &rule.kind else {
            return None;
        };
        let index = seen
            .plan
            .rule(&rule.id)
            .filter(|index| seen.fails_everywhere(*index))?;
        let failing = seen
            .hits
            .0
            .iter()
            .filter(|hit| hit.rule == index)
            .flat_map(|hit| &hit.rows);
        let bad = failing.filter(|row| sample.contains(&(**row as usize))).count();
        let title = |name: &str| index_of(contract, Some(name)).map(|field| seen.plan.title(field));
        let args = [
            ("first", title(first)?),
            ("then", title(then)?),
            ("rows", sample.len().to_string()),
            ("bad", bad.to_string()),
        ];
        Some(Finding {
            column: title(first),
            ..finding(
                "F-columns_swapped",
                Severity::Warning,
                "check.columns_late",
                &args,
            )
        })
    };
    contract.rules().iter().filter_map(of_rule).collect()
}
