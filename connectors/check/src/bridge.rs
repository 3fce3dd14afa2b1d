//! Arrow arrays into Polars and back without copying, through the Arrow C data interface: the only unsafe code of the
//! project. Both sides describe the same memory with structs of the same layout; here they change owner.
#![allow(
    unsafe_code,
    reason = "the C data interface is handed over by value; nothing safe converts between the two crates' structs"
)]

use std::mem::transmute;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, make_array};
use arrow::datatypes::{DataType, Field};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use polars::prelude::{CompatLevel, Series};
use polars_arrow::ffi as polars_ffi;

use crate::CheckError;

/// The types that check hands over. On some others Polars panics, or means something else by them (zoned timestamps).
fn is_understood(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::Int64 | DataType::Date32 | DataType::Boolean | DataType::Decimal128(..)
    )
}

/// An Arrow array as a Polars series. The buffers are shared and freed by the last user; text gets views on its bytes.
pub(crate) fn to_polars(name: &str, array: &ArrayRef) -> Result<Series, CheckError> {
    if !is_understood(array.data_type()) {
        return Err(CheckError::engine("a type that does not cross the bridge"));
    }
    // The field, not its type, carries the name.
    let field = Field::new(name, array.data_type().clone(), true);
    let c_field = FFI_ArrowSchema::try_from(&field).map_err(CheckError::engine)?;
    let c_array = FFI_ArrowArray::new(&array.to_data());
    // SAFETY: `FFI_ArrowSchema` and `FFI_ArrowArray` of arrow-rs and `ArrowSchema` and `ArrowArray` of polars-arrow are
    // the `repr(C)` structs of the C data interface, and `transmute` holds their sizes equal. Each has a `Drop` that calls
    // `release` once, and `transmute` moves, so exactly one owner releases. The content is valid for the declared type,
    // because arrow-rs exported it from a safe `ArrayRef`.
    let (field, array) = unsafe {
        let c_field = transmute::<FFI_ArrowSchema, polars_ffi::ArrowSchema>(c_field);
        let field = polars_ffi::import_field_from_c(&c_field).map_err(CheckError::engine)?;
        let c_array = transmute::<FFI_ArrowArray, polars_ffi::ArrowArray>(c_array);
        let array =
            polars_ffi::import_array_from_c(c_array, field.dtype.clone()).map_err(CheckError::engine)?;
        (field, array)
    };
    Series::try_from((&field, array)).map_err(CheckError::engine)
}

/// A series of yes and no as one Arrow array.
pub(crate) fn to_boolean(series: &Series) -> Result<BooleanArray, CheckError> {
    let array = to_arrow(&series.rechunk())?;
    let boolean = array.as_any().downcast_ref::<BooleanArray>();
    boolean
        .cloned()
        .ok_or_else(|| CheckError::engine("a rule that does not answer yes or no"))
}

/// The first chunk of a series as an Arrow array.
fn to_arrow(series: &Series) -> Result<ArrayRef, CheckError> {
    let level = CompatLevel::newest();
    let c_field = polars_ffi::export_field_to_c(&series.field().to_arrow(level));
    let c_array = polars_ffi::export_array_to_c(series.to_arrow(0, level));
    // SAFETY: as above, in the other direction; polars exported the content from a safe array.
    let data = unsafe {
        let c_field = transmute::<polars_ffi::ArrowSchema, FFI_ArrowSchema>(c_field);
        let c_array = transmute::<polars_ffi::ArrowArray, FFI_ArrowArray>(c_array);
        from_ffi(c_array, &c_field).map_err(CheckError::engine)?
    };
    Ok(Arc::new(make_array(data)))
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use arrow::array::{Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray};
    use arrow::buffer::{Buffer, ScalarBuffer};

    use super::*;

    fn samples() -> Vec<ArrayRef> {
        let decimals = Decimal128Array::from(vec![Some(-150), None, Some(i128::from(i64::MAX) * 1000)]);
        vec![
            Arc::new(StringArray::from(vec![
                Some("短"),
                None,
                Some("比十二个字节更长的字符串"),
            ])),
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(7)])),
            Arc::new(Date32Array::from(vec![Some(-1), None, Some(20_089)])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            Arc::new(decimals.with_precision_and_scale(30, 2).unwrap()),
        ]
    }

    #[test]
    fn values_survive_the_crossing_sliced_and_empty_too() {
        for whole in samples() {
            for array in [whole.clone(), whole.slice(1, 2), whole.slice(0, 0)] {
                let series = to_polars("列", &array).unwrap();
                assert_eq!((series.name().as_str(), series.len()), ("列", array.len()));
                assert_eq!(series.null_count(), array.null_count());
                let back = to_arrow(&series).unwrap();
                assert_eq!(&arrow::compute::cast(&back, array.data_type()).unwrap(), &array);
            }
        }
    }

    #[test]
    fn other_types_are_refused_at_the_bridge() {
        let array: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        assert!(to_polars("x", &array).is_err());
    }

    #[test]
    fn chunked_answers_come_back_whole() {
        let array: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None]));
        let mut series = to_polars("x", &array).unwrap();
        series.append(&to_polars("x", &array).unwrap()).unwrap();
        assert_eq!(
            to_boolean(&series).unwrap(),
            BooleanArray::from(vec![Some(true), None, Some(true), None])
        );
    }

    #[test]
    fn memory_lives_as_long_as_its_last_user_and_is_freed_once() {
        let owner = Arc::new(vec![7i64; 1000]);
        let pointer = NonNull::new(owner.as_ptr() as *mut u8).unwrap();
        // SAFETY: the vector outlives the buffer, which holds a reference to it, and nobody writes to it.
        let buffer = unsafe { Buffer::from_custom_allocation(pointer, 8000, owner.clone()) };
        let array: ArrayRef = Arc::new(Int64Array::new(ScalarBuffer::new(buffer, 0, 1000), None));
        let series = to_polars("x", &array).unwrap();
        drop(array);
        let back = to_arrow(&series).unwrap();
        drop(series);
        assert_eq!(Arc::strong_count(&owner), 2);
        assert_eq!(back.as_any().downcast_ref::<Int64Array>().unwrap().value(999), 7);
        drop(back);
        assert_eq!(Arc::strong_count(&owner), 1);
    }
}
