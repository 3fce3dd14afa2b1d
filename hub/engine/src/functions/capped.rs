//! Functions that could fill the memory in one call. The engine allocates their result outside of its memory pool, and
//! an allocation of that size aborts the process, so the size is estimated first.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::config::ConfigOptions;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use crate::refusal::{Reason, Refusal};

/// Bytes that one call over one batch may build.
pub(super) const RESULT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How long a result can get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Growth {
    /// `repeat(text, n)`.
    Repeated,
    /// `lpad(text, n [, fill])`: `n` characters.
    Padded,
    /// `replace(text, from, to)`.
    Replaced,
    /// `regexp_replace(text, pattern, to, …)`: `to` may quote what was found.
    ReplacedByPattern,
}

/// The function, refusing calls whose result would exceed [`RESULT_BYTES_MAX`].
pub(super) fn capped(function: Arc<ScalarUDF>, growth: Growth) -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::new_from_impl(Capped { function, growth }))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Capped {
    function: Arc<ScalarUDF>,
    growth: Growth,
}

impl ScalarUDFImpl for Capped {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        self.function.return_type(kinds)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.function.return_field_from_args(args)
    }

    fn with_updated_config(&self, _: &ConfigOptions) -> Option<ScalarUDF> {
        None
    }

    /// The function's own rewrites would put the uncapped one in its place.
    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args
            .args
            .iter()
            .all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let total = (0..rows).fold(0_u64, |total, row| {
            total.saturating_add(self.growth.bytes(&args.args, row))
        });
        if total > RESULT_BYTES_MAX {
            let refusal = Refusal::new(Reason::FunctionLimit);
            let refusal = refusal
                .with("function", self.name())
                .with("max", RESULT_BYTES_MAX);
            return Err(DataFusionError::External(Box::new(refusal)));
        }
        self.function.invoke_with_args(args)
    }
}

impl Growth {
    /// An upper bound of one row's result.
    fn bytes(self, args: &[ColumnarValue], row: usize) -> u64 {
        let text = |index: usize| args.get(index).map_or(0, |arg| text_bytes(arg, row));
        let number = |index: usize| args.get(index).map_or(0, |arg| number(arg, row));
        match self {
            Growth::Repeated => text(0).saturating_mul(number(1)),
            // Four bytes is the longest character.
            Growth::Padded => text(0).saturating_add(number(1).saturating_mul(4)),
            Growth::Replaced => text(0).saturating_add((text(0) + 1).saturating_mul(text(2))),
            Growth::ReplacedByPattern => {
                // Every sign of `to` may stand for all of the text, but all matches together are no longer than it.
                let once = text(0).saturating_mul(text(2).max(1));
                once.saturating_add((text(0) + 1).saturating_mul(text(2)))
            }
        }
    }
}

fn text_bytes(value: &ColumnarValue, row: usize) -> u64 {
    let length = match value {
        ColumnarValue::Scalar(scalar) => scalar.try_as_str().flatten().map_or(0, str::len),
        ColumnarValue::Array(array) if array.is_null(row) => 0,
        ColumnarValue::Array(array) => match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().value(row).len(),
            DataType::LargeUtf8 => array.as_string::<i64>().value(row).len(),
            DataType::Utf8View => array.as_string_view().value(row).len(),
            _ => 0,
        },
    };
    length as u64
}

/// Negative counts build nothing; a number of another type is as bad as the largest.
fn number(value: &ColumnarValue, row: usize) -> u64 {
    let number = match value {
        ColumnarValue::Scalar(scalar) if scalar.is_null() => 0,
        ColumnarValue::Scalar(ScalarValue::Int64(Some(number))) => *number,
        ColumnarValue::Array(array) if array.is_null(row) => 0,
        ColumnarValue::Array(array) if *array.data_type() == DataType::Int64 => {
            array.as_primitive::<Int64Type>().value(row)
        }
        _ => i64::MAX,
    };
    u64::try_from(number).unwrap_or(0)
}
