//! The damages that fit a feed, worked out from its contract: whatever the contract can notice is done to some row, and
//! the rule that must notice is known beforehand. A row carries at most one damage, so a finding has one cause.

mod across;

use schemas::{
    BuiltinRule, Contract, Field, FieldRule, FieldRuleKind, FieldType, Period, RowRuleKind, Severity,
    ValidatorKind,
};

/// What is done to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Harm {
    /// This text is put into the cell.
    Write(&'static str),
    /// The cell is emptied.
    Empty,
    /// The last character of the credit code is wrong.
    BreakCode,
    /// The credit code is typed in full-width digits; the value can be read all the same.
    WidenCode,
    /// The 15-digit number of before 2015.
    OldNumber,
    /// The date as the number a spreadsheet keeps inside.
    Serial,
    /// Another period: a label, or so many days before or after the date.
    OtherLabel(String),
    OtherDay(i64),
    /// One number in place of another, by its sign.
    Negative,
    Positive,
    /// A thousand more, so that parts and total disagree. The other columns of the sum must have a value.
    Add {
        others: Vec<usize>,
    },
    /// Ten thousand times as much: yuan where ten thousand yuan were meant, or the other way round.
    TenThousandfold {
        per: usize,
    },
    /// The day after the other one.
    After {
        other: usize,
    },
    /// The day before the other one.
    Before {
        other: usize,
    },
    /// A county of another reporting unit.
    OtherCounty,
    /// A spreadsheet ate leading digits.
    LoseDigits(usize),
    /// The row once more.
    Repeat,
    /// The row once more, with another text in this column.
    RepeatChanged,
}

/// One way to damage a row of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    pub name: &'static str,
    pub column: usize,
    pub harm: Harm,
    /// The rule that must notice.
    pub rule: String,
    pub refuses: bool,
}

/// The contract, and which of its fields the file has in which column.
pub(crate) struct Ground<'a> {
    pub contract: &'a Contract,
    pub columns: &'a [&'a Field],
    pub period: &'a Period,
    /// Whether the reporting unit is a county.
    pub county: bool,
}

/// Every damage that fits, field by field, then those of whole rows.
pub(crate) fn damages(ground: &Ground<'_>) -> Vec<Damage> {
    let mut found = Vec::new();
    for (column, field) in ground.columns.iter().enumerate() {
        ground.builtin(&mut found, column, field);
        for rule in &field.rules {
            ground.ruled(&mut found, column, field, rule);
        }
    }
    found.retain(|damage| {
        let field = ground.columns.get(damage.column);
        field.is_none_or(|field| !ground.is_tied(&field.name))
    });
    ground.between(&mut found);
    ground.repeated(&mut found);
    found
}

impl Ground<'_> {
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|field| field.name == name)
    }

    /// In how many rules across fields a field takes part, dates apart from numbers.
    fn in_row_rules(&self, name: &str) -> usize {
        let rules = self.contract.rules().iter();
        rules.filter(|rule| rule.kind.fields().contains(&name)).count()
    }

    fn is_key(&self, name: &str) -> bool {
        self.contract.key().iter().any(|key| key == name)
    }

    fn builtin(&self, found: &mut Vec<Damage>, column: usize, field: &Field) {
        let name = field.name.as_str();
        let mut add = |name, harm, rule: BuiltinRule, refuses| {
            found.push(Damage {
                name,
                column,
                harm,
                rule: rule.id(&field.name),
                refuses,
            });
        };
        if field.required {
            add("missing_required", Harm::Empty, BuiltinRule::Required, true);
        }
        match &field.kind {
            FieldType::Decimal { .. } | FieldType::Integer => {
                add("not_a_number", Harm::Write("约五百"), BuiltinRule::Type, true);
            }
            FieldType::Date => {
                add("wrong_date", Harm::Write("2025-02-30"), BuiltinRule::Type, true);
                add("spreadsheet_date", Harm::Serial, BuiltinRule::Type, false);
            }
            FieldType::Code { .. } => add("unknown_code", Harm::Write("待核"), BuiltinRule::Code, true),
            FieldType::Text { .. } | FieldType::Boolean => {}
        }
        if self.contract.period_field() == Some(name)
            && let Some(harm) = self.other_period(name, &field.kind)
        {
            add("other_period", harm, BuiltinRule::Period, true);
        }
        if self.county && self.contract.region().field.as_deref() == Some(name) {
            add("other_county", Harm::OtherCounty, BuiltinRule::Region, true);
        }
    }

    /// Another period that breaks no order of dates.
    fn other_period(&self, name: &str, kind: &FieldType) -> Option<Harm> {
        if !matches!(kind, FieldType::Date) {
            let label = self.period.label();
            // The same part of the year before, so that a quarter stays a quarter.
            let year: u32 = label.get(..4)?.parse().ok()?;
            return Some(Harm::OtherLabel(format!("{}{}", year - 1, label.get(4..)?)));
        }
        let role = |first: bool| {
            self.contract.rules().iter().any(|rule| match &rule.kind {
                RowRuleKind::Order { first: one, then } => {
                    if first {
                        one == name
                    } else {
                        then == name
                    }
                }
                _ => false,
            })
        };
        match (role(true), role(false)) {
            (true, true) => None,
            (false, true) => Some(Harm::OtherDay(400)),
            _ => Some(Harm::OtherDay(-400)),
        }
    }

    fn ruled(&self, found: &mut Vec<Damage>, column: usize, field: &Field, rule: &FieldRule) {
        let error = rule.severity == Severity::Error;
        let mut add = |name, harm, refuses| {
            found.push(Damage {
                name,
                column,
                harm,
                rule: rule.id.clone(),
                refuses,
            });
        };
        // Two rows that both lost their key would meet in what is left of it.
        let meets = self.is_key(&field.name) && !error;
        match &rule.kind {
            FieldRuleKind::Validator(kind) => match kind {
                ValidatorKind::Uscc => {
                    add("bad_check_character", Harm::BreakCode, error);
                    add("full_width_code", Harm::WidenCode, false);
                }
                ValidatorKind::TaxpayerId => {
                    add("bad_check_character", Harm::BreakCode, error);
                    add("fifteen_digits", Harm::OldNumber, false);
                }
                ValidatorKind::CitizenId => add("impossible_birth_date", Harm::Write(NEVER_BORN), error),
                ValidatorKind::RealestateUnit => add("unit_cut_off", Harm::Write("4331010010"), error),
                ValidatorKind::Industry => add("unknown_industry", Harm::Write("9811"), error),
                ValidatorKind::Region => add("foreign_place", Harm::Write("某市某区"), error),
                ValidatorKind::Vin if !meets => add("no_vin", Harm::Write("无"), error),
                _ => {}
            },
            FieldRuleKind::Digits { min, .. } if *min > 1 && !meets => {
                let left = usize::try_from(min - 1).unwrap_or(1);
                add("lost_digits", Harm::LoseDigits(left), error);
            }
            FieldRuleKind::NoneOf(values) => {
                // The lists that ship are short words; each is known to the generator.
                for word in ["3", "1", "4", "无"] {
                    if values.first().is_some_and(|first| first == word) {
                        add("not_to_be_sent", Harm::Write(word), error);
                    }
                }
            }
            FieldRuleKind::Pattern(pattern) if !meets => {
                let other = if pattern.starts_with("^[^0-9]") {
                    "00000"
                } else {
                    "见附件"
                };
                add("other_pattern", Harm::Write(other), error);
            }
            FieldRuleKind::Range { min, max }
                if rule.unless.is_none() && self.in_row_rules(&field.name) == 0 =>
            {
                match (min, max) {
                    (Some(_), _) => add("negative", Harm::Negative, error),
                    (None, Some(_)) => add("positive", Harm::Positive, error),
                    (None, None) => {}
                }
            }
            _ => {}
        }
    }
}

/// Well-formed, with the right check character; the year 1990 had no 30 February.
const NEVER_BORN: &str = "43310119900230002X";
