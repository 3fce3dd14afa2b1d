//! `evidence(feed, submission, row, field, value)`: the rows a lead rests on, as a JSON list. An aggregate of views and
//! models; total, and the same in whatever order rows come: it keeps the first few in the order of their text.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{ScalarValue, exec_err};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use serde_json::json;

use super::functions::text;

/// Aggregates of views and models.
pub(crate) const AGGREGATE: [&str; 1] = ["evidence"];
/// Rows that are named; how many there are in all is said at the end if there are more.
const ROWS_MAX: usize = 20;

pub(super) fn aggregate() -> AggregateUDF {
    AggregateUDF::new_from_impl(Evidence {
        signature: Signature::any(5, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Evidence {
    signature: Signature,
}

impl AggregateUDFImpl for Evidence {
    fn name(&self) -> &str {
        "evidence"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Rows::default()))
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name: &str, kind| Arc::new(Field::new(name, kind, true));
        Ok(vec![
            field("rows", DataType::Int64),
            field("first", DataType::Utf8),
        ])
    }
}

/// How many rows there were, and the first few as JSON objects. JSON has no raw line break, so one separates them.
#[derive(Debug, Default)]
struct Rows {
    count: i64,
    first: BTreeSet<String>,
    bytes: usize,
}

impl Rows {
    fn keep(&mut self, row: String) {
        let bytes = row.len();
        if self.first.insert(row) {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        while self.first.len() > ROWS_MAX {
            if let Some(dropped) = self.first.pop_last() {
                self.bytes = self.bytes.saturating_sub(dropped.len());
            }
        }
    }
}

impl Accumulator for Rows {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let texts: Vec<StringArray> = values.iter().map(text).collect::<Result<_>>()?;
        let [feed, submission, row, field, value] = texts.as_slice() else {
            return exec_err!("five arguments");
        };
        for index in 0..feed.len() {
            let word = |array: &StringArray| (!array.is_null(index)).then(|| array.value(index).to_owned());
            // The left join's empty side is no evidence.
            if submission.is_null(index) {
                continue;
            }
            self.count = self.count.saturating_add(1);
            let number = word(row).and_then(|row| row.parse::<i64>().ok());
            self.keep(
                json!({
                    "feed": word(feed), "submission": word(submission), "row": number,
                    "field": word(field), "value": word(value),
                })
                .to_string(),
            );
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [counts, firsts] = states else {
            return exec_err!("two states");
        };
        let (counts, firsts) = (counts.as_primitive::<Int64Type>(), text(firsts)?);
        for (count, first) in counts.iter().zip(firsts.iter()) {
            self.count = self.count.saturating_add(count.unwrap_or_default());
            for row in first
                .unwrap_or_default()
                .split('\n')
                .filter(|row| !row.is_empty())
            {
                self.keep(row.to_owned());
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let first: Vec<&str> = self.first.iter().map(String::as_str).collect();
        Ok(vec![
            ScalarValue::Int64(Some(self.count)),
            ScalarValue::Utf8(Some(first.join("\n"))),
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut items: Vec<String> = self.first.iter().cloned().collect();
        if usize::try_from(self.count).is_ok_and(|count| count > items.len()) {
            items.push(json!({"rows": self.count}).to_string());
        }
        Ok(ScalarValue::Utf8(Some(format!("[{}]", items.join(",")))))
    }

    fn size(&self) -> usize {
        std::mem::size_of_val(self).saturating_add(self.bytes.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;

    use super::*;

    fn batch(rows: std::ops::Range<i64>) -> Vec<ArrayRef> {
        let count = rows.clone().count();
        let same = |word: &str| -> ArrayRef { Arc::new(StringArray::from(vec![word; count])) };
        let numbers = Int64Array::from_iter_values(rows);
        vec![
            same("tob_leaf"),
            same("sub_1"),
            Arc::new(numbers),
            same("price_paid"),
            same("1.00"),
        ]
    }

    #[test]
    fn evidence_is_the_same_however_rows_are_split_and_ordered() {
        let mut whole = Rows::default();
        whole.update_batch(&batch(0..50)).unwrap();
        let mut parts = Rows::default();
        for range in [30..50, 0..7, 7..30] {
            let mut part = Rows::default();
            part.update_batch(&batch(range)).unwrap();
            let states: Vec<ArrayRef> = part
                .state()
                .unwrap()
                .iter()
                .map(|state| state.to_array().unwrap())
                .collect();
            parts.merge_batch(&states).unwrap();
        }
        let text = |rows: &mut Rows| rows.evaluate().unwrap().to_string();
        assert_eq!(text(&mut whole), text(&mut parts));
        let list: Vec<serde_json::Value> = serde_json::from_str(&text(&mut whole)).unwrap();
        assert_eq!(list.len(), 21);
        assert_eq!(list[20], json!({"rows": 50}));
        assert_eq!(
            list[0],
            json!({"feed": "tob_leaf", "submission": "sub_1", "row": 0, "field": "price_paid", "value": "1.00"})
        );
    }

    #[test]
    fn nothing_is_an_empty_list() {
        assert_eq!(Rows::default().evaluate().unwrap().to_string(), "[]");
    }
}
