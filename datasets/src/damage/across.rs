//! Damages that need more than one cell: sums, ratios, orders of dates, and rows that come twice.

use schemas::{BuiltinRule, FieldRuleKind, FieldType, RowRuleKind, Severity};

use super::{Damage, Ground, Harm};

impl Ground<'_> {
    /// Rules across fields of a row.
    pub(super) fn between(&self, found: &mut Vec<Damage>) {
        for rule in self.contract.rules() {
            if rule.unless.is_some() {
                continue;
            }
            let refuses = rule.severity == Severity::Error;
            let columns: Option<Vec<usize>> = rule
                .kind
                .fields()
                .into_iter()
                .map(|name| self.column(name))
                .collect();
            let Some(columns) = columns else { continue };
            let harmed = match &rule.kind {
                RowRuleKind::Sum { .. } => self.sum(&columns),
                RowRuleKind::Ratio { num, max, .. } => match columns.as_slice() {
                    [num_column, den]
                        if max.is_some() && self.in_row_rules(num) == 1 && !self.capped(num) =>
                    {
                        Some(("unit_error", *num_column, Harm::TenThousandfold { per: *den }))
                    }
                    _ => None,
                },
                RowRuleKind::Order { first, then } => match columns.as_slice() {
                    [first_column, then_column] => {
                        let period = |name: &String| self.contract.period_field() == Some(name);
                        if !period(then) && self.in_row_rules(then) == 1 {
                            Some(("wrong_order", *then_column, Harm::Before { other: *first_column }))
                        } else if !period(first) && self.in_row_rules(first) == 1 {
                            Some(("wrong_order", *first_column, Harm::After { other: *then_column }))
                        } else {
                            None
                        }
                    }
                    _ => None,
                },
                // Products are left alone: what would break one breaks the range of a factor too.
                RowRuleKind::Product { .. } | RowRuleKind::Implies { .. } | RowRuleKind::GroupSum { .. } => {
                    None
                }
            };
            if let Some((name, column, harm)) = harmed {
                found.push(Damage {
                    name,
                    column,
                    harm,
                    rule: rule.id.clone(),
                    refuses,
                });
            }
        }
    }

    /// Whether a rule reads the field even where it is missing, or sums it over rows: a damage there would be noticed in
    /// more than one place.
    pub(super) fn is_tied(&self, name: &str) -> bool {
        let mut rules = self.contract.rules().iter();
        rules.any(|rule| {
            let tied = matches!(
                rule.kind,
                RowRuleKind::Implies { .. } | RowRuleKind::GroupSum { .. }
            );
            tied && rule.kind.fields().contains(&name)
        })
    }

    /// The last part that can grow without breaking a rule of its own.
    fn sum(&self, columns: &[usize]) -> Option<(&'static str, usize, Harm)> {
        let (_, parts) = columns.split_first()?;
        let grows = |column: &&usize| {
            self.columns
                .get(**column)
                .is_some_and(|field| !self.capped(&field.name) && self.in_row_rules(&field.name) == 1)
        };
        let part = parts.iter().rfind(grows)?;
        let others = columns.iter().copied().filter(|column| column != part).collect();
        Some(("sum_mismatch", *part, Harm::Add { others }))
    }

    fn capped(&self, name: &str) -> bool {
        self.contract.field(name).is_some_and(|field| {
            let mut rules = field.rules.iter();
            rules.any(|rule| matches!(rule.kind, FieldRuleKind::Range { max: Some(_), .. }))
        })
    }

    pub(super) fn repeated(&self, found: &mut Vec<Damage>) {
        let Some(key) = self.contract.key().first() else {
            return;
        };
        let rule = BuiltinRule::Key.id(key);
        let column = self.column(key).unwrap_or(0);
        found.push(Damage {
            name: "duplicate_row",
            column,
            harm: Harm::Repeat,
            rule: rule.clone(),
            refuses: false,
        });
        let free = self.columns.iter().position(|field| {
            matches!(field.kind, FieldType::Text { length_max } if length_max >= 100)
                && field.required
                && field.rules.is_empty()
                && !self.is_key(&field.name)
        });
        if let Some(column) = free {
            found.push(Damage {
                name: "key_twice",
                column,
                harm: Harm::RepeatChanged,
                rule,
                refuses: true,
            });
        }
    }
}
