//! One row in the making: its cells as text, and what damage and totals need to know about each.

use chrono::{Datelike, NaiveDate};

/// What a cell holds, beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Value {
    #[default]
    Empty,
    Text,
    /// Unscaled, at the scale of the column.
    Number(i64),
    Day(NaiveDate),
    /// The number of a person, on which every validator remarks: nobody is that old.
    Person,
}

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    /// Digits behind the point in the stored value.
    pub scale: u8,
    /// In ten thousand yuan, as the header says.
    pub wan: bool,
    /// Dates as `2025/7/1` instead of `2025-07-01`.
    pub slashes: bool,
}

/// The cells of a row, one behind the other in one text.
#[derive(Debug, Default)]
pub(crate) struct Record {
    text: String,
    ends: Vec<usize>,
    values: Vec<Value>,
    looks: Vec<Look>,
}

impl Record {
    pub fn new(looks: Vec<Look>) -> Self {
        Self {
            looks,
            ..Self::default()
        }
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.values.clear();
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let cell = self.text.get(from..*end).unwrap_or_default();
            from = *end;
            cell
        })
    }

    pub fn cell(&self, column: usize) -> &str {
        let from = column
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        self.ends
            .get(column)
            .and_then(|end| self.text.get(from..*end))
            .unwrap_or_default()
    }

    pub fn value(&self, column: usize) -> Value {
        self.values.get(column).copied().unwrap_or_default()
    }

    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub fn look(&self, column: usize) -> Look {
        self.looks.get(column).copied().unwrap_or_default()
    }

    fn end(&mut self, value: Value) -> &mut Self {
        self.ends.push(self.text.len());
        self.values.push(value);
        self
    }

    pub fn empty(&mut self) -> &mut Self {
        self.end(Value::Empty)
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self.end(if text.is_empty() {
            Value::Empty
        } else {
            Value::Text
        })
    }

    /// A text if there is one.
    pub fn maybe(&mut self, text: Option<&str>) -> &mut Self {
        self.text(text.unwrap_or_default())
    }

    /// The number of a person.
    pub fn person(&mut self, number: &str) -> &mut Self {
        self.text.push_str(number);
        self.end(Value::Person)
    }

    /// A number at the scale of the column: fen where it has two digits, thousandths of a kilogram where it has three.
    pub fn number(&mut self, unscaled: i64) -> &mut Self {
        let look = self.look(self.len());
        push_number(&mut self.text, unscaled, look);
        self.end(Value::Number(unscaled))
    }

    pub fn maybe_number(&mut self, unscaled: Option<i64>) -> &mut Self {
        match unscaled {
            Some(unscaled) => self.number(unscaled),
            None => self.empty(),
        }
    }

    pub fn day(&mut self, day: NaiveDate) -> &mut Self {
        let look = self.look(self.len());
        push_day(&mut self.text, day, look.slashes);
        self.end(Value::Day(day))
    }

    pub fn maybe_day(&mut self, day: Option<NaiveDate>) -> &mut Self {
        match day {
            Some(day) => self.day(day),
            None => self.empty(),
        }
    }

    /// Puts another text into a cell.
    pub fn replace(&mut self, column: usize, text: &str, value: Value) {
        let (was, from) = (self.cell(column).len(), self.start(column));
        let Some(end) = self.ends.get(column).copied() else {
            return;
        };
        self.text.replace_range(from..end, text);
        for end in self.ends.iter_mut().skip(column) {
            *end = *end - was + text.len();
        }
        if let Some(slot) = self.values.get_mut(column) {
            *slot = value;
        }
    }

    pub fn replace_number(&mut self, column: usize, unscaled: i64) {
        let mut text = String::new();
        push_number(&mut text, unscaled, self.look(column));
        self.replace(column, &text, Value::Number(unscaled));
    }

    pub fn replace_day(&mut self, column: usize, day: NaiveDate) {
        let mut text = String::new();
        push_day(&mut text, day, self.look(column).slashes);
        self.replace(column, &text, Value::Day(day));
    }

    fn start(&self, column: usize) -> usize {
        column
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0)
    }
}

fn push_number(text: &mut String, unscaled: i64, look: Look) {
    let scale = usize::from(look.scale) + if look.wan { 4 } else { 0 };
    if unscaled < 0 {
        text.push('-');
    }
    let digits = unscaled.unsigned_abs().to_string();
    let Some(whole) = digits.len().checked_sub(scale).filter(|whole| *whole > 0) else {
        text.push_str("0.");
        (digits.len()..scale).for_each(|_| text.push('0'));
        text.push_str(&digits);
        return;
    };
    let (whole, part) = digits.split_at(whole);
    text.push_str(whole);
    if !part.is_empty() {
        text.push('.');
        text.push_str(part);
    }
}

fn push_day(text: &mut String, day: NaiveDate, slashes: bool) {
    let (mark, width) = if slashes { ('/', 1) } else { ('-', 2) };
    push_padded(text, day.year().unsigned_abs(), 4);
    text.push(mark);
    push_padded(text, day.month(), width);
    text.push(mark);
    push_padded(text, day.day(), width);
}

fn push_padded(text: &mut String, value: u32, width: usize) {
    let mut power = 10_u32.pow(u32::try_from(width.saturating_sub(1)).unwrap_or(0));
    while value / 10 >= power {
        power *= 10;
    }
    let mut rest = value;
    while power > 0 {
        text.push(char::from_digit(rest / power, 10).unwrap_or('0'));
        rest %= power;
        power /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(look: Look) -> Record {
        Record::new(vec![look; 3])
    }

    #[test]
    fn numbers_are_written_at_the_scale_of_their_column() {
        let yuan = Look {
            scale: 2,
            ..Look::default()
        };
        let mut row = record(yuan);
        row.number(-5).number(1_234).number(0);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["-0.05", "12.34", "0.00"]);
        let mut row = record(Look { wan: true, ..yuan });
        row.number(300_000_000).number(1);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["300.000000", "0.000001"]);
        let mut row = record(Look::default());
        row.number(17).number(0);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["17", "0"]);
    }

    #[test]
    fn days_are_written_in_two_ways() {
        let day = NaiveDate::from_ymd_opt(2025, 7, 1).unwrap();
        let mut row = record(Look {
            slashes: true,
            ..Look::default()
        });
        row.day(day);
        assert_eq!(row.cell(0), "2025/7/1");
        let mut row = record(Look::default());
        row.day(day);
        assert_eq!(row.cell(0), "2025-07-01");
        assert_eq!(row.value(0), Value::Day(day));
    }

    #[test]
    fn a_cell_can_be_replaced_without_moving_the_others() {
        let mut row = record(Look::default());
        row.text("甲").text("乙").text("丙");
        row.replace(1, "乙二", Value::Text);
        row.replace(0, "", Value::Empty);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["", "乙二", "丙"]);
        assert_eq!((row.cell(2), row.value(0)), ("丙", Value::Empty));
    }
}
