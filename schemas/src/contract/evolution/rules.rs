//! The rules of two contracts side by side: which are new, gone, stricter or wider.

use std::collections::BTreeMap;

use super::compared::change;
use super::{Change, Step};
use crate::contract::{Contract, FieldRule, FieldRuleKind, RowRule, Severity};

/// What a rule is, whatever its words.
#[derive(PartialEq)]
enum Kept<'a> {
    Field(&'a FieldRule),
    Row(&'a RowRule),
}

impl Kept<'_> {
    fn is_same_but_for_severity(&self, other: &Kept<'_>) -> bool {
        match (self, other) {
            (Kept::Field(one), Kept::Field(other)) => one.kind == other.kind && one.unless == other.unless,
            (Kept::Row(one), Kept::Row(other)) => one.kind == other.kind && one.unless == other.unless,
            _ => false,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Kept::Field(rule) => rule.severity,
            Kept::Row(rule) => rule.severity,
        }
    }

    /// Does every value that `other` lets through pass here too?
    fn is_wider_than(&self, other: &Kept<'_>) -> bool {
        let (Kept::Field(one), Kept::Field(other)) = (self, other) else {
            return false;
        };
        one.unless == other.unless
            && match (&one.kind, &other.kind) {
                (FieldRuleKind::Range { min, max }, FieldRuleKind::Range { min: low, max: high }) => {
                    let below = min.is_none_or(|min| low.is_some_and(|low| min <= low));
                    below && max.is_none_or(|max| high.is_some_and(|high| max >= high))
                }
                (FieldRuleKind::Digits { min, max }, FieldRuleKind::Digits { min: low, max: high }) => {
                    min <= low && max >= high
                }
                (FieldRuleKind::OneOf(more), FieldRuleKind::OneOf(values)) => {
                    values.iter().all(|value| more.contains(value))
                }
                (FieldRuleKind::NoneOf(fewer), FieldRuleKind::NoneOf(values)) => {
                    fewer.iter().all(|value| values.contains(value))
                }
                _ => false,
            }
    }
}

fn named(contract: &Contract) -> BTreeMap<&str, Kept<'_>> {
    let of_fields = contract.fields().iter().flat_map(|field| &field.rules);
    let of_fields = of_fields.map(|rule| (rule.id.as_str(), Kept::Field(rule)));
    let of_rows = contract
        .rules()
        .iter()
        .map(|rule| (rule.id.as_str(), Kept::Row(rule)));
    of_fields.chain(of_rows).collect()
}

/// Rules that came, went, or are stricter or wider than they were.
pub(super) fn compared(old: &Contract, new: &Contract) -> Vec<Change> {
    let (before, after) = (named(old), named(new));
    // A new column's rules come with the column.
    let of_new_field = |id: &str| {
        let new_fields = new
            .fields()
            .iter()
            .filter(|field| old.field(&field.name).is_none());
        new_fields
            .flat_map(|field| &field.rules)
            .any(|rule| rule.id == id)
    };
    let mut found = Vec::new();
    for id in before.keys().filter(|id| !after.contains_key(*id)) {
        found.push(change(
            Step::Minor,
            format!("rules.{id}"),
            "evolution.rule_gone",
            *id,
        ));
    }
    for (id, rule) in &after {
        let warns = rule.severity() == Severity::Warning;
        let step = if warns { Step::Minor } else { Step::Major };
        let place = format!("rules.{id}");
        match before.get(id) {
            None if of_new_field(id) => {}
            None => found.push(change(step, place, "evolution.rule_new", *id)),
            Some(known) if known == rule => {}
            Some(known) if known.is_same_but_for_severity(rule) => {
                match (known.severity(), rule.severity()) {
                    (Severity::Warning, Severity::Error) => {
                        found.push(change(Step::Major, place, "evolution.rule_stricter", *id));
                    }
                    (Severity::Error, Severity::Warning) => {
                        found.push(change(Step::Minor, place, "evolution.rule_wider", *id));
                    }
                    _ => found.push(change(Step::Words, place, "evolution.words", *id)),
                }
            }
            Some(known) if rule.is_wider_than(known) && known.severity() >= rule.severity() => {
                found.push(change(Step::Minor, place, "evolution.rule_wider", *id));
            }
            Some(_) => found.push(change(step, place, "evolution.rule_stricter", *id)),
        }
    }
    found
}
