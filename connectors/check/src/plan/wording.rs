//! What the findings of each rule say: text codes and their arguments, under the names the sender uses.

use std::collections::BTreeMap;

use schemas::values::decimal::{self, Decimal};
use schemas::{
    BuiltinRule, Condition, Contract, Field, FieldRuleKind, FieldType, RowRuleKind, ValidatorKind,
};

use super::{Detail, Plan, Rule, index_of};
use crate::Severity;

impl<'a> Plan<'a> {
    fn push(&mut self, rule: Rule) -> usize {
        self.rules.push(rule);
        self.rules.len() - 1
    }

    pub(super) fn builtin(
        &mut self,
        field: usize,
        kind: BuiltinRule,
        text: &'static str,
        args: &[(&str, String)],
    ) -> usize {
        let name = self
            .job
            .contract
            .fields()
            .get(field)
            .map(|field| field.name.as_str())
            .unwrap_or_default();
        self.push(Rule {
            id: kind.id(name),
            severity: Severity::Error,
            text,
            contract_text: None,
            field: Some(field),
            args: owned(args),
            unless: None,
            asks: false,
            detail: Detail::Nothing,
        })
    }

    pub(super) fn type_rule(&mut self, index: usize, field: &Field) -> usize {
        let (text, args) = match &field.kind {
            FieldType::Decimal { scale, .. } => ("value.decimal_shape", vec![("scale", scale.to_string())]),
            FieldType::Integer => ("value.integer_not_whole", Vec::new()),
            FieldType::Date => ("value.date_shape", Vec::new()),
            _ => ("value.flag_shape", Vec::new()),
        };
        let unit = field.unit.clone().map(|unit| ("unit", unit));
        let args: Vec<(&str, String)> = args.into_iter().chain(unit).collect();
        let rule = self.builtin(index, BuiltinRule::Type, text, &args);
        if let Some(rule) = self.rules.get_mut(rule).filter(|_| field.kind == FieldType::Date) {
            rule.detail = Detail::Date;
        }
        rule
    }

    pub(super) fn length_rule(&mut self, index: usize, field: &Field) -> usize {
        let max = if let FieldType::Text { length_max } = field.kind {
            length_max
        } else {
            0
        };
        self.builtin(
            index,
            BuiltinRule::Length,
            "check.length",
            &[("max", max.to_string())],
        )
    }

    pub(super) fn code_rule(&mut self, index: usize, field: &Field) -> usize {
        let list = if let FieldType::Code { list } = &field.kind {
            list.clone()
        } else {
            String::new()
        };
        self.builtin(index, BuiltinRule::Code, "check.code_unknown", &[("list", list)])
    }

    /// The contract's rules on a field; returns its validators.
    pub(super) fn field_rules(&mut self, index: usize, field: &'a Field) -> Vec<(usize, ValidatorKind)> {
        let mut validators = Vec::new();
        for rule in &field.rules {
            let bound = |bound: &Option<Decimal>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            let args = match &rule.kind {
                FieldRuleKind::Range { min, max } => vec![("min", bound(min)), ("max", bound(max))],
                FieldRuleKind::Digits { min, max } => {
                    vec![("min", min.to_string()), ("max", max.to_string())]
                }
                FieldRuleKind::OneOf(values) => vec![("values", values.join(", "))],
                _ => Vec::new(),
            };
            let mut detail = Detail::Nothing;
            if let FieldRuleKind::Validator(kind) = rule.kind {
                validators.push((self.rules.len(), kind));
                detail = Detail::Validator(kind);
            }
            let unless = self.unless(&rule.unless);
            self.push(Rule {
                id: rule.id.clone(),
                severity: rule.severity.into(),
                text: "",
                contract_text: Some(rule.text.clone()),
                field: Some(index),
                args: owned(&args),
                unless,
                asks: false,
                detail,
            });
        }
        validators
    }

    pub(super) fn row_rules(&mut self) {
        let contract = self.job.contract;
        let called = |plan: &Self, name: &str| {
            index_of(contract, Some(name))
                .map(|field| plan.title(field))
                .unwrap_or_default()
        };
        let listed = |plan: &Self, names: &[String]| {
            let called: Vec<String> = names.iter().map(|name| called(plan, name)).collect();
            called.join(", ")
        };
        for rule in contract.rules() {
            let names = rule.kind.fields();
            let first = names.first().and_then(|name| index_of(contract, Some(name)));
            let args = match &rule.kind {
                RowRuleKind::Sum {
                    total,
                    parts,
                    tolerance,
                } => {
                    vec![
                        ("total", called(self, total)),
                        ("parts", listed(self, parts)),
                        ("tolerance", tolerance.to_string()),
                    ]
                }
                RowRuleKind::Ratio { num, den, min, max } => vec![
                    ("num", called(self, num)),
                    ("den", called(self, den)),
                    ("min", min.map_or("…".to_owned(), |min| min.to_string())),
                    ("max", max.map_or("…".to_owned(), |max| max.to_string())),
                ],
                RowRuleKind::Order { first, then } => {
                    vec![("first", called(self, first)), ("then", called(self, then))]
                }
                RowRuleKind::Product {
                    total,
                    factors,
                    within,
                } => vec![
                    ("total", called(self, total)),
                    ("factors", listed(self, factors)),
                    ("within", percent(*within)),
                ],
                RowRuleKind::Implies { when, then } => vec![
                    ("when", called(self, &when.field)),
                    ("when_is", meant(contract, when)),
                    ("then", called(self, &then.field)),
                    ("then_is", meant(contract, then)),
                ],
                RowRuleKind::GroupSum {
                    of,
                    by,
                    is,
                    tolerance,
                } => vec![
                    ("of", called(self, of)),
                    ("by", listed(self, by)),
                    ("is", is.to_string()),
                    ("tolerance", tolerance.to_string()),
                ],
            };
            let unless = self.unless(&rule.unless);
            self.push(Rule {
                id: rule.id.clone(),
                severity: rule.severity.into(),
                text: "",
                contract_text: Some(rule.text.clone()),
                field: first,
                args: owned(&args),
                unless,
                asks: matches!(rule.kind, RowRuleKind::Implies { .. }),
                detail: Detail::Nothing,
            });
        }
    }

    fn unless(&self, unless: &Option<Condition>) -> Option<(usize, Option<String>)> {
        let unless = unless.as_ref()?;
        Some((
            index_of(self.job.contract, Some(&unless.field))?,
            unless.is.clone(),
        ))
    }
}

/// The value of a condition as the sender knows it: the name of a code.
fn meant(contract: &Contract, condition: &Condition) -> String {
    let Some(is) = condition.is.as_deref() else {
        return String::new();
    };
    let named = match contract.field(&condition.field).map(|field| &field.kind) {
        Some(FieldType::Code { list }) => contract.code_list(list).and_then(|list| list.entry(is)),
        _ => None,
    };
    named.map_or(is, |entry| entry.title.zh.as_str()).to_owned()
}

/// A share as a percentage: `0.01` is `1%`.
fn percent(share: Decimal) -> String {
    let text = decimal::format(share.unscaled().saturating_mul(100), share.scale());
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text}%")
}

fn owned(args: &[(&str, String)]) -> BTreeMap<String, String> {
    args.iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}
