//! Functions that only views and models have. Each is total: it gives a value or NULL whatever its arguments are, so a
//! hidden row can fail nobody's query. Not here: the aggregate that lists evidence (`evidence`).

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use sha2::{Digest, Sha256};

/// Scalar functions of views and models.
pub(crate) const SCALAR: [&str; 3] = ["days_after", "evidence_joined", "lead_key"];

pub(super) fn scalar() -> Vec<ScalarUDF> {
    [Kind::DaysAfter, Kind::EvidenceJoined, Kind::LeadKey]
        .map(|kind| ScalarUDF::new_from_impl(Function::new(kind)))
        .into()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// `days_after(date, n)`: the day `n` whole days later; NULL if there is none.
    DaysAfter,
    /// `evidence_joined(a, b)`: two lists of evidence as one. NULL is the empty list.
    EvidenceJoined,
    /// `lead_key(part, …)`: `lead_` and the first 32 hexadecimal digits of SHA-256 over the parts, each with its length in
    /// front, so that no two lists of parts run together. NULL is a part of its own.
    LeadKey,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    kind: Kind,
    signature: Signature,
}

impl Function {
    fn new(kind: Kind) -> Function {
        let signature = match kind {
            Kind::DaysAfter | Kind::EvidenceJoined => Signature::any(2, Volatility::Immutable),
            Kind::LeadKey => Signature::variadic_any(Volatility::Immutable),
        };
        Function { kind, signature }
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        match self.kind {
            Kind::DaysAfter => "days_after",
            Kind::EvidenceJoined => "evidence_joined",
            Kind::LeadKey => "lead_key",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::DaysAfter => DataType::Date32,
            Kind::EvidenceJoined | Kind::LeadKey => DataType::Utf8,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays: Result<Vec<ArrayRef>> = args
            .args
            .into_iter()
            .map(|value| value.into_array(rows))
            .collect();
        let arrays = arrays?;
        let made: ArrayRef = match (self.kind, arrays.as_slice()) {
            (Kind::DaysAfter, [from, days]) => days_after(from, days)?,
            (Kind::EvidenceJoined, [first, second]) => joined(&text(first)?, &text(second)?),
            (Kind::LeadKey, parts) => {
                let parts: Result<Vec<StringArray>> = parts.iter().map(text).collect();
                lead_keys(&parts?, rows)
            }
            _ => return exec_err!("two arguments"),
        };
        Ok(ColumnarValue::Array(made))
    }
}

/// Any column as texts; what has no text becomes NULL.
pub(super) fn text(array: &ArrayRef) -> Result<StringArray> {
    Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn days_after(from: &ArrayRef, days: &ArrayRef) -> Result<ArrayRef> {
    let from = cast(from, &DataType::Date32)?;
    let days = cast(days, &DataType::Int64)?;
    let (from, days) = (
        from.as_primitive::<Date32Type>(),
        days.as_primitive::<Int64Type>(),
    );
    let later = from.iter().zip(days.iter()).map(|(from, days)| {
        let later = i64::from(from?).checked_add(days?)?;
        // Beyond four-digit years a day has no text of the usual form.
        i32::try_from(later)
            .ok()
            .filter(|day| FOUR_DIGIT_YEARS.contains(day))
    });
    Ok(Arc::new(later.collect::<datafusion::arrow::array::Date32Array>()))
}

/// 0001-01-01 to 9999-12-31, in days since 1970-01-01.
const FOUR_DIGIT_YEARS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;

fn joined(first: &StringArray, second: &StringArray) -> ArrayRef {
    let inner = |list: Option<&str>| {
        let list = list.unwrap_or_default();
        let list = list.strip_prefix('[').unwrap_or(list);
        list.strip_suffix(']').unwrap_or(list).to_owned()
    };
    let both = first.iter().zip(second.iter()).map(|(first, second)| {
        let parts = [inner(first), inner(second)];
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        Some(format!("[{}]", parts.join(",")))
    });
    Arc::new(both.collect::<StringArray>())
}

fn lead_keys(parts: &[StringArray], rows: usize) -> ArrayRef {
    let key = |row: usize| {
        let mut hash = Sha256::new();
        hash.update(b"taxhub lead v1\0");
        for part in parts {
            if part.is_null(row) {
                hash.update(u64::MAX.to_le_bytes());
            } else {
                let part = part.value(row);
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        let digest = hash.finalize();
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("lead_{hex}")
    };
    Arc::new(StringArray::from_iter_values((0..rows).map(key)))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Date32Array, Decimal128Array};

    use super::*;

    #[test]
    fn keys_depend_on_every_part_and_where_it_ends() {
        let key = |parts: &[Option<&str>]| {
            let parts: Vec<StringArray> = parts.iter().map(|part| StringArray::from(vec![*part])).collect();
            lead_keys(&parts, 1).as_string::<i32>().value(0).to_owned()
        };
        let keys = [
            key(&[Some("a"), Some("b")]),
            key(&[Some("ab"), Some("")]),
            key(&[Some("a"), None]),
            key(&[Some("a"), Some("")]),
            key(&[Some("a")]),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(key(&[Some("a"), Some("b")]), keys[0]);
        // The form is part of the interface: keys are written on tax certificates.
        assert_eq!(keys[4].len(), 37);
        assert_eq!(keys[4], "lead_aa6e663b8a15fb66f9d5d95855c159e9");
    }

    #[test]
    fn a_day_that_does_not_exist_is_null() {
        let from: ArrayRef = Arc::new(Date32Array::from(vec![Some(0), Some(0), Some(2_932_896), None]));
        let days = Decimal128Array::from(vec![Some(60_00000000), None, Some(1_00000000), Some(0)]);
        let days: ArrayRef = Arc::new(days.with_precision_and_scale(16, 8).unwrap());
        let later = days_after(&from, &days).unwrap();
        let later: Vec<_> = later.as_primitive::<Date32Type>().iter().collect();
        assert_eq!(later, [Some(60), None, None, None]);
    }

    #[test]
    fn lists_of_evidence_are_joined() {
        let of = |text: Option<&str>| StringArray::from(vec![text]);
        let both = |a, b| joined(&of(a), &of(b)).as_string::<i32>().value(0).to_owned();
        assert_eq!(both(Some("[1,2]"), Some("[3]")), "[1,2,3]");
        assert_eq!(both(Some("[1]"), None), "[1]");
        assert_eq!(both(None, Some("[]")), "[]");
    }
}
