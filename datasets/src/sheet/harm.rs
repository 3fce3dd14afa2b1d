//! Damage to the row at hand: whether it can be done, and doing it.

use chrono::{NaiveDate, TimeDelta};

use super::Sheet;
use crate::codes;
use crate::damage::{Damage, Harm};
use crate::place::COUNTIES;
use crate::record::Value;

impl Sheet<'_> {
    /// Whether there is something to harm.
    pub(super) fn applies(&self, damage: &Damage) -> bool {
        let value = |column: usize| self.record.value(column);
        let number = |column: usize| match value(column) {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let day = |column: usize| matches!(value(column), Value::Day(_));
        match &damage.harm {
            Harm::Serial | Harm::OtherDay(_) => day(damage.column),
            Harm::Negative => number(damage.column).is_some_and(|number| number > 0),
            Harm::Positive => number(damage.column).is_some(),
            Harm::Add { others } => {
                number(damage.column).is_some() && others.iter().all(|other| number(*other).is_some())
            }
            // Large enough to be noticed whatever the usual price is, and no overflow.
            Harm::TenThousandfold { per } => {
                number(damage.column).is_some_and(|number| (10_000..1_i64 << 44).contains(&number))
                    && number(*per).is_some_and(|per| per > 0)
            }
            Harm::After { other } | Harm::Before { other } => day(damage.column) && day(*other),
            Harm::LoseDigits(left) => self.record.cell(damage.column).len() > *left,
            Harm::WidenCode | Harm::BreakCode | Harm::OldNumber => {
                self.record.cell(damage.column).len() == 18 && value(damage.column) != Value::Person
            }
            _ => true,
        }
    }

    pub(super) fn harm(&mut self, damage: &Damage) {
        let column = damage.column;
        let cell = self.record.cell(column).to_owned();
        let day = match self.record.value(column) {
            Value::Day(day) => Some(day),
            _ => None,
        };
        let number = match self.record.value(column) {
            Value::Number(number) => number,
            _ => 0,
        };
        let other_day = |other: usize| match self.record.value(other) {
            Value::Day(day) => Some(day),
            _ => None,
        };
        let text = |text: &str| (text.to_owned(), Value::Text);
        let (text, value) = match &damage.harm {
            Harm::Write(word) => text(word),
            Harm::Empty => (String::new(), Value::Empty),
            Harm::BreakCode => text(&codes::broken_credit_code(&cell)),
            Harm::WidenCode => text(&codes::full_width(&cell)),
            Harm::OldNumber => text(&format!("433101{}", cell.get(8..17).unwrap_or_default())),
            Harm::LoseDigits(left) => text(cell.get(cell.len() - left..).unwrap_or_default()),
            Harm::OtherLabel(label) => text(label),
            Harm::OtherCounty => {
                let other = COUNTIES.iter().find(|county| county.code != cell);
                text(other.map_or("", |county| county.code))
            }
            Harm::Serial => match day {
                Some(day) => (serial(day), Value::Day(day)),
                None => return,
            },
            Harm::OtherDay(days) => return self.move_day(column, day, *days),
            Harm::After { other } => return self.move_day(column, other_day(*other), 3),
            Harm::Before { other } => return self.move_day(column, other_day(*other), -3),
            Harm::Negative => return self.record.replace_number(column, -number.abs().max(100)),
            Harm::Positive => return self.record.replace_number(column, number.abs().max(100)),
            Harm::Add { .. } => return self.record.replace_number(column, number + 100_000),
            Harm::TenThousandfold { .. } => return self.record.replace_number(column, number * 10_000),
            Harm::Repeat | Harm::RepeatChanged => return,
        };
        self.record.replace(column, &text, value);
    }

    fn move_day(&mut self, column: usize, from: Option<NaiveDate>, days: i64) {
        if let Some(day) = from.and_then(|day| day.checked_add_signed(TimeDelta::days(days))) {
            self.record.replace_day(column, day);
        }
    }
}

/// Days since the last of 1899, as spreadsheets count.
fn serial(day: NaiveDate) -> String {
    let origin = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or(day);
    day.signed_duration_since(origin).num_days().to_string()
}
