//! A file being written row by row: charset, damage and truth on the way. No more of the file than a buffer is in
//! memory, so a file of a gigabyte needs as much as one of a kilobyte.

mod harm;

use std::io::{self, Write};

use schemas::{BuiltinRule, Contract, Field, FieldRuleKind, FieldType, Period, ValidatorKind};

use crate::damage::{Damage, Ground, Harm, damages};
use crate::file::{Charset, Encoder, push_record};
use crate::record::{Look, Record, Value};
use crate::truth::{Planted, Sum, Truth};

/// What may happen to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// It may be damaged.
    Ordinary,
    /// A comparison counts on it: it may be sent twice, nothing else.
    Kept,
    /// It is there to be refused, and is left out where no more refused rows are allowed.
    Spare,
}

/// How a department writes its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Habit {
    /// Headers by their other names, where the contract knows any.
    pub aliases: bool,
    pub slashes: bool,
    /// Amounts in ten thousand yuan, said in the header.
    pub wan: bool,
}

/// The file for one slot.
pub(crate) struct SheetPlan<'a> {
    pub contract: &'a Contract,
    pub period: &'a Period,
    /// Whether the reporting unit is a county.
    pub county: bool,
    pub habit: Habit,
    pub charset: Charset,
    /// About this many rows of a thousand are damaged.
    pub per_mille: u16,
    /// Which damage comes first.
    pub turn: u64,
}

/// A file in the making.
pub(crate) struct Sheet<'a> {
    out: Encoder<'a>,
    columns: Vec<&'a Field>,
    record: Record,
    damages: Vec<Damage>,
    /// Rule that remarks on the number of a person, by column.
    person_rules: Vec<Option<&'a str>>,
    key_rule: String,
    sums: Vec<Sum>,
    per_mille: u64,
    turn: u64,
    remark_turn: u64,
    next_strike: u64,
    ppm_max: u64,
    record_no: u64,
    truth: Truth,
}

impl<'a> Sheet<'a> {
    /// Writes the header: those of the named fields that the contract has.
    pub fn open(plan: &SheetPlan<'a>, fields: &[&str], out: &'a mut dyn Write) -> io::Result<Self> {
        let columns: Vec<&Field> = fields
            .iter()
            .filter_map(|name| plan.contract.field(name))
            .collect();
        let looks: Vec<Look> = columns.iter().map(|field| look(field, plan.habit)).collect();
        let ground = Ground {
            contract: plan.contract,
            columns: &columns,
            period: plan.period,
            county: plan.county,
        };
        let key = plan
            .contract
            .key()
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let mut sheet = Self {
            damages: damages(&ground),
            person_rules: columns.iter().map(|field| person_rule(field)).collect(),
            key_rule: BuiltinRule::Key.id(key),
            sums: looks
                .iter()
                .map(|look| Sum {
                    scale: look.scale,
                    ..Sum::default()
                })
                .collect(),
            out: Encoder::new(out, plan.charset),
            columns,
            per_mille: u64::from(plan.per_mille),
            turn: plan.turn,
            remark_turn: plan.turn,
            next_strike: 3 + plan.turn % 11,
            ppm_max: u64::from(plan.contract.intake().bad_rows_ppm_max),
            record_no: 1,
            truth: Truth::default(),
            record: Record::new(looks),
        };
        let titles: Vec<String> = sheet
            .columns
            .iter()
            .map(|field| title(field, plan.habit))
            .collect();
        push_record(sheet.out.text(), titles.iter().map(String::as_str));
        sheet.out.flush_if_full()?;
        Ok(sheet)
    }

    /// The next row, empty.
    pub fn row(&mut self) -> &mut Record {
        self.record.clear();
        &mut self.record
    }

    /// Ends the row.
    pub fn push(&mut self, care: Care) -> io::Result<()> {
        debug_assert_eq!(
            self.record.len(),
            self.columns.len(),
            "cells and columns differ in number"
        );
        let Some(damage) = self.struck(care) else {
            if care == Care::Spare {
                return Ok(());
            }
            return self.write(true, None);
        };
        match damage.harm {
            Harm::Repeat => {
                self.write(true, None)?;
                self.truth.duplicate += 1;
                self.write(false, Some(&damage))
            }
            Harm::RepeatChanged => {
                self.write(true, None)?;
                let changed = format!("{}（补）", self.record.cell(damage.column));
                self.record.replace(damage.column, &changed, Value::Text);
                self.truth.quarantined += 1;
                self.write(false, Some(&damage))
            }
            _ => {
                self.harm(&damage);
                if damage.refuses {
                    self.truth.quarantined += 1;
                }
                self.write(!damage.refuses, Some(&damage))
            }
        }
    }

    /// Ends the file.
    pub fn close(mut self) -> io::Result<Truth> {
        self.out.finish()?;
        for (field, sum) in self.columns.iter().zip(&self.sums) {
            let counted = matches!(field.kind, FieldType::Decimal { .. } | FieldType::Integer);
            if counted && sum.count > 0 {
                self.truth.totals.insert(field.name.clone(), *sum);
            }
        }
        Ok(self.truth)
    }

    fn write(&mut self, commits: bool, damage: Option<&Damage>) -> io::Result<()> {
        self.record_no += 1;
        self.truth.rows += 1;
        push_record(self.out.text(), self.record.cells());
        for (column, value) in self.record.values().iter().enumerate() {
            match value {
                Value::Person => {
                    if let Some(rule) = self.person_rules.get(column).copied().flatten() {
                        self.truth.find(rule);
                    }
                }
                Value::Number(number) if commits => {
                    if let Some(sum) = self.sums.get_mut(column) {
                        sum.value += i128::from(*number);
                        sum.count += 1;
                    }
                }
                _ => {}
            }
        }
        if commits {
            self.truth.committed += 1;
        }
        if let Some(damage) = damage {
            let whole_row = matches!(damage.harm, Harm::Repeat | Harm::RepeatChanged);
            let field = self.columns.get(damage.column).filter(|_| !whole_row);
            let rule = if whole_row { &self.key_rule } else { &damage.rule };
            self.truth.find(rule);
            self.truth.planted.push(Planted {
                record_no: self.record_no,
                damage: damage.name,
                field: field.map(|field| field.name.clone()).unwrap_or_default(),
                rule: rule.clone(),
                refuses: damage.refuses,
            });
        }
        self.out.flush_if_full()
    }

    /// The damage for this row, if it shall have one.
    fn struck(&mut self, care: Care) -> Option<Damage> {
        if self.per_mille == 0 {
            return None;
        }
        let due = self.truth.rows >= self.next_strike;
        if !due && care != Care::Spare {
            return None;
        }
        // Ahead of the limit at every row, so that the file as a whole keeps it.
        let rows = self.truth.rows + 1;
        let may_refuse = (self.truth.quarantined + 1) * 1_000_000 * 5 <= rows * self.ppm_max * 4;
        if care == Care::Spare && !may_refuse {
            return None;
        }
        let count = u64::try_from(self.damages.len())
            .ok()
            .filter(|count| *count > 0)?;
        let fits = |damage: &Damage| {
            let allowed = match care {
                Care::Ordinary => may_refuse || !damage.refuses,
                Care::Kept => damage.harm == Harm::Repeat,
                Care::Spare => damage.refuses && damage.harm != Harm::RepeatChanged,
            };
            allowed && self.applies(damage)
        };
        // While nothing may be refused, what may leave a remark has a turn of its own, so that nothing is passed over.
        let from = if may_refuse { self.turn } else { self.remark_turn };
        let mut turns = (0..count).map(|step| from + step);
        let (turn, damage) = turns.find_map(|turn| {
            let at = usize::try_from(turn % count).ok()?;
            let damage = self.damages.get(at)?;
            fits(damage).then(|| (turn, damage.clone()))
        })?;
        match care {
            Care::Kept => {}
            _ if may_refuse => self.turn = turn + 1,
            _ => self.remark_turn = turn + 1,
        }
        let stride = 1_000 / self.per_mille;
        self.next_strike = rows + stride / 2 + (self.turn * 7) % stride.max(1);
        Some(damage)
    }
}

fn look(field: &Field, habit: Habit) -> Look {
    let scale = match field.kind {
        FieldType::Decimal { scale, .. } => u8::try_from(scale).unwrap_or(0),
        _ => 0,
    };
    Look {
        scale,
        wan: habit.wan && field.unit.as_deref() == Some("元"),
        slashes: habit.slashes,
    }
}

fn title(field: &Field, habit: Habit) -> String {
    let alias = field.aliases.first().filter(|_| habit.aliases);
    let name = alias.unwrap_or(&field.title.zh);
    if look(field, habit).wan {
        format!("{name}（万元）")
    } else {
        name.clone()
    }
}

fn person_rule(field: &Field) -> Option<&str> {
    let checks = |kind: &FieldRuleKind| {
        matches!(
            kind,
            FieldRuleKind::Validator(ValidatorKind::TaxpayerId | ValidatorKind::CitizenId)
        )
    };
    let rule = field.rules.iter().find(|rule| checks(&rule.kind));
    rule.map(|rule| rule.id.as_str())
}
