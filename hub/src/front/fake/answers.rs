//! Answers of the made-up house, by the name of the relation that is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use engine::{Parameter, Reason, Refusal};
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::FakeHouse;

impl FakeHouse {
    pub(super) fn answer(
        &self,
        parameters: &[Parameter],
        sql: &str,
    ) -> (SchemaRef, BoxStream<'static, Result<RecordBatch, Refusal>>) {
        let rows = rows();
        let schema = rows.schema();
        let batches = if sql.contains("v_endless") {
            let told = Told(self.stopped.clone());
            let endless = stream::unfold((rows, told), |(rows, told)| async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Ok(rows.clone()), (rows, told)))
            });
            endless.boxed()
        } else if sql.contains("v_breaks") {
            stream::iter([Ok(rows), Err(Refusal::new(Reason::Memory))]).boxed()
        } else if sql.contains("v_refused") {
            stream::iter([Err(Refusal::new(Reason::DivisionByZero))]).boxed()
        } else if sql.contains("v_echo") {
            let texts: StringArray = parameters.iter().map(|value| value.text.clone()).collect();
            let echoed = RecordBatch::try_from_iter([("value", Arc::new(texts) as ArrayRef)]).unwrap();
            return (echoed.schema(), stream::iter([Ok(echoed)]).boxed());
        } else if sql.contains("v_none") {
            stream::empty().boxed()
        } else {
            stream::iter([Ok(rows.slice(0, 2)), Ok(rows.slice(2, 1))]).boxed()
        };
        (schema, batches)
    }
}

struct Told(Arc<AtomicBool>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn rows() -> RecordBatch {
    let amounts = Decimal128Array::from(vec![
        Some(150),
        Some(99_999_999_999_999_999_999_999_999_999_999_999_999),
        None,
    ]);
    let columns: [(&str, ArrayRef); 4] = [
        (
            "county_code",
            Arc::new(StringArray::from(vec![Some("433101"), Some("吉首"), None])),
        ),
        ("kwh", Arc::new(amounts.with_precision_and_scale(38, 2).unwrap())),
        (
            "subjects_n",
            Arc::new(Int64Array::from(vec![Some(5), Some(-6), None])),
        ),
        (
            "month",
            Arc::new(Date32Array::from(vec![Some(20_089), Some(0), None])),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}
