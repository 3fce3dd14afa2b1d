//! Rules across the fields of a row, and across the rows of a file, as data. `check` turns them into expressions.

use super::{Condition, Severity};
use crate::values::decimal::Decimal;

/// A rule across fields of one row, or across the rows of one file. But for `Implies` it does not apply where any field
/// it names is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowRule {
    /// `R-<first field>-<kind>` unless the contract names it; unique in the contract.
    pub id: String,
    pub severity: Severity,
    pub kind: RowRuleKind,
    /// Rows for which the rule is silent.
    pub unless: Option<Condition>,
    /// The text code of the finding, e.g. `check.sum`.
    pub text: String,
}

/// The kinds of row rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowRuleKind {
    /// |total − Σ parts| ≤ tolerance.
    Sum {
        total: String,
        parts: Vec<String>,
        tolerance: Decimal,
    },
    /// min ≤ num / den ≤ max. Compared without dividing: `min × den ≤ num ≤ max × den`, turned around where den < 0;
    /// silent where den = 0.
    Ratio {
        num: String,
        den: String,
        min: Option<Decimal>,
        max: Option<Decimal>,
    },
    /// Date `first` is not after date `then`.
    Order { first: String, then: String },
    /// |Π factors − total| ≤ within × |total|.
    Product {
        total: String,
        factors: Vec<String>,
        within: Decimal,
    },
    /// Where `when` holds, `then` holds.
    Implies { when: Condition, then: Condition },
    /// Over the kept rows that agree in `by`: |Σ of − is| ≤ tolerance. Such a rule is always a remark, because its rows
    /// have been handed on by the time the sum is known. It is silent for a group that lacks a value or of which a row
    /// was refused: the sender will send that one again.
    GroupSum {
        of: String,
        by: Vec<String>,
        is: Decimal,
        tolerance: Decimal,
    },
}

impl RowRuleKind {
    /// Every field the rule reads, the one its findings name first.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            RowRuleKind::Sum { total, parts, .. } => {
                std::iter::once(total).chain(parts).map(String::as_str).collect()
            }
            RowRuleKind::Ratio { num, den, .. } => vec![num, den],
            RowRuleKind::Order { first, then } => vec![first, then],
            RowRuleKind::Product { total, factors, .. } => std::iter::once(total)
                .chain(factors)
                .map(String::as_str)
                .collect(),
            RowRuleKind::Implies { when, then } => vec![&then.field, &when.field],
            RowRuleKind::GroupSum { of, by, .. } => {
                std::iter::once(of).chain(by).map(String::as_str).collect()
            }
        }
    }
}
