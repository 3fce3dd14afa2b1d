//! What a reader sees instead of a value: each treatment as an expression that keeps the column's type and gives a
//! value, or NULL, for every input there is. A treatment that does not fit a column is refused, never skipped.

#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder, StringViewBuilder};
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::{ScalarValue, internal_err};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use schemas::Treatment;

/// What becomes of a column.
pub(crate) struct Masked {
    pub expr: Expr,
    /// The released value is the stored value, so a predicate on one is a predicate on the other.
    pub as_stored: bool,
}

/// The expression for a treatment of `column`, which has type `kind` and holds tokens if `token`. `None`: does not fit.
pub(crate) fn masked(treatment: Treatment, column: Expr, kind: &DataType, token: bool) -> Option<Masked> {
    let text = matches!(kind, DataType::Utf8 | DataType::Utf8View);
    let fits = match treatment {
        Treatment::Clear | Treatment::Null => true,
        // Only `lake` has the key; here a column either holds tokens already or cannot be shown as tokens.
        Treatment::Token => token,
        Treatment::Fixed => fixed(kind).is_some(),
        Treatment::Year | Treatment::Month => *kind == DataType::Date32,
        Treatment::Name1
        | Treatment::AddressToCounty
        | Treatment::First4
        | Treatment::Last4
        | Treatment::Id6x4
        | Treatment::Phone3x4 => text,
    };
    if !fits {
        return None;
    }
    let as_stored = matches!(treatment, Treatment::Clear | Treatment::Token);
    let expr = match treatment {
        Treatment::Clear | Treatment::Token => column,
        Treatment::Null => Expr::Literal(ScalarValue::try_from(kind).ok()?, None),
        Treatment::Fixed => Expr::Literal(fixed(kind)?, None),
        other => ScalarUDF::new_from_impl(Mask::new(other)).call(vec![column]),
    };
    Some(Masked { expr, as_stored })
}

/// The constant of a type. It also stands for NULL: whether a value was there is not told.
fn fixed(kind: &DataType) -> Option<ScalarValue> {
    Some(match kind {
        DataType::Utf8 => ScalarValue::Utf8(Some(text::FIXED.to_owned())),
        DataType::Utf8View => ScalarValue::Utf8View(Some(text::FIXED.to_owned())),
        DataType::Date32 => ScalarValue::Date32(Some(0)),
        DataType::Boolean => ScalarValue::Boolean(Some(false)),
        kind if kind.is_numeric() => ScalarValue::new_zero(kind).ok()?,
        _ => return None,
    })
}

/// A treatment as a function of the engine. Opaque to it: no rule rewrites or reorders what is inside.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Mask {
    treatment: Treatment,
    signature: Signature,
}

impl Mask {
    fn new(treatment: Treatment) -> Mask {
        Mask {
            treatment,
            signature: Signature::any(1, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Mask {
    fn name(&self) -> &str {
        "mask"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match kinds {
            [kind] => Ok(kind.clone()),
            _ => internal_err!("a mask has one argument"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [array] = arrays.as_slice() else {
            return internal_err!("a mask has one argument");
        };
        Ok(ColumnarValue::Array(apply(self.treatment, array)?))
    }
}

/// Masks an array, keeping its type and its NULLs.
fn apply(treatment: Treatment, array: &ArrayRef) -> Result<ArrayRef> {
    let masked: ArrayRef = match (treatment, array.data_type()) {
        (Treatment::Year | Treatment::Month, DataType::Date32) => {
            let day = |day: i32| text::first_day(day, treatment == Treatment::Year);
            Arc::new(array.as_primitive::<Date32Type>().unary::<_, Date32Type>(day))
        }
        (treatment, DataType::Utf8View) => {
            let values = array.as_string_view();
            let mut masked = StringViewBuilder::with_capacity(values.len());
            each(treatment, values.iter(), |value| masked.append_option(value));
            Arc::new(masked.finish())
        }
        (treatment, DataType::Utf8) => {
            let values = array.as_string::<i32>();
            let mut masked = StringBuilder::with_capacity(values.len(), values.len() * 8);
            each(treatment, values.iter(), |value| masked.append_option(value));
            Arc::new(masked.finish())
        }
        _ => return internal_err!("a mask met a type it was not made for"),
    };
    Ok(masked)
}

fn each<'a>(
    treatment: Treatment,
    values: impl Iterator<Item = Option<&'a str>>,
    mut append: impl FnMut(Option<&str>),
) {
    let mut masked = String::new();
    for value in values {
        append(value.map(|value| {
            text::mask(treatment, value, &mut masked);
            masked.as_str()
        }));
    }
}
