//! Bounds that are written and read back: never narrower than the values, and equal to them where they say so.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use rand::{Rng, SeedableRng};
use schemas::{DataClass, Level};

use super::*;

fn column(kind: StorageType) -> StorageColumn {
    StorageColumn {
        name: "c".into(),
        kind,
        nullable: true,
        statistics: true,
        token: false,
        level: Level::L1,
        class: DataClass::Organisation,
    }
}

fn through_the_log(array: impl Array + 'static, kind: StorageType) -> Bounds {
    let field = Field::new("c", array.data_type().clone(), true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(array)]).unwrap();
    let columns = [column(kind)];
    let footer = footer(&batch);
    let (rows, bounds) = read(&statistics(&footer, &columns), &columns).unwrap();
    assert_eq!(rows, batch.num_rows() as u64);
    bounds["c"].clone()
}

/// Of a file with two row groups: the bounds of the file are those of both. Texts are whole, as in data files.
fn footer(batch: &RecordBatch) -> ParquetMetaData {
    let whole = WriterProperties::builder()
        .set_statistics_truncate_length(None)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(whole)).unwrap();
    let half = batch.num_rows() / 2;
    writer.write(&batch.slice(0, half)).unwrap();
    writer.flush().unwrap();
    writer.write(&batch.slice(half, batch.num_rows() - half)).unwrap();
    writer.close().unwrap()
}

#[test]
fn decimals_of_up_to_fifteen_digits_come_back_to_the_last_one() {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    for _ in 0..20_000 {
        let precision = random.random_range(1..=15u8);
        let scale = random.random_range(0..=precision);
        let limit = 10i64.pow(precision.into());
        let value = random.random_range(-limit + 1..limit);
        let scale = i8::try_from(scale).unwrap();
        let json = exact(&Value::Decimal {
            unscaled: value,
            scale,
        })
        .unwrap();
        let json: Json = serde_json::from_str(&json.to_string()).unwrap();
        let back = super::value(&json, StorageType::Decimal(precision, scale));
        assert_eq!(
            back,
            Some(Value::Decimal {
                unscaled: value,
                scale
            }),
            "{json}"
        );
    }
}

#[test]
fn longer_decimals_have_no_bounds_at_all() {
    for (precision, has) in [(15, true), (16, false), (38, false)] {
        let array = Decimal128Array::from(vec![1, 5])
            .with_precision_and_scale(precision, 2)
            .unwrap();
        let bounds = through_the_log(array, StorageType::Decimal(precision, 2));
        assert_eq!(
            (bounds.min.is_some(), bounds.max.is_some(), bounds.nulls),
            (has, has, Some(0)),
            "{precision}"
        );
    }
}

#[test]
fn all_other_types_come_back_too() {
    let bounds = through_the_log(
        Int64Array::from(vec![Some(i64::MAX), None, Some(i64::MIN)]),
        StorageType::Int64,
    );
    assert_eq!(
        (bounds.min, bounds.max),
        (Some(Value::Int64(i64::MIN)), Some(Value::Int64(i64::MAX)))
    );
    assert_eq!((bounds.nulls, bounds.exact), (Some(1), true));
    let bounds = through_the_log(Date32Array::from(vec![-719_162, 0, 20_089]), StorageType::Date);
    assert_eq!(
        (bounds.min, bounds.max),
        (Some(Value::Date(-719_162)), Some(Value::Date(20_089)))
    );
    let bounds = through_the_log(BooleanArray::from(vec![true, false]), StorageType::Boolean);
    assert_eq!(
        (bounds.min, bounds.max),
        (Some(Value::Boolean(false)), Some(Value::Boolean(true)))
    );
    let bounds = through_the_log(StringArray::from(vec![None::<&str>, None]), StorageType::Utf8);
    assert_eq!(
        bounds,
        Bounds {
            min: None,
            max: None,
            nulls: Some(2),
            exact: false
        }
    );
}

#[test]
fn long_texts_are_cut_outwards_and_say_so() {
    let long = |last: &str| format!("{}{last}", "县".repeat(32));
    let cases = [
        (vec![long("甲"), long("龥"), long("\u{10fffe}")], true),
        (vec![long(""), long("a")], true),
        // Nothing sorts after the last character: better no bound than a false one.
        (vec![long("\u{10ffff}z"), "a".into()], false),
    ];
    for (texts, bounded_above) in cases {
        let bounds = through_the_log(StringArray::from(texts.clone()), StorageType::Utf8);
        assert!(!bounds.exact);
        assert_eq!(bounds.max.is_some(), bounded_above, "{texts:?}");
        for text in texts {
            let text = Value::Utf8(text);
            assert!(bounds.min.as_ref().is_some_and(|min| *min <= text));
            assert!(bounds.max.as_ref().is_none_or(|max| text <= *max));
        }
    }
    let bounds = through_the_log(StringArray::from(vec!["b", "a"]), StorageType::Utf8);
    assert!(bounds.exact);
    assert_eq!(bounds.max, Some(Value::Utf8("b".into())));
}

#[test]
fn columns_without_statistics_are_not_collected_and_not_believed() {
    let secret = StorageColumn {
        statistics: false,
        ..column(StorageType::Int64)
    };
    let token = StorageColumn {
        token: true,
        ..column(StorageType::Utf8)
    };
    let field = Field::new("c", DataType::Int64, true);
    let batch = RecordBatch::try_new(
        Arc::new(Schema::new(vec![field])),
        vec![Arc::new(Int64Array::from(vec![7]))],
    )
    .unwrap();
    for column in [secret, token] {
        let columns = [column];
        assert!(!statistics(&footer(&batch), &columns).contains("\"c\""));
        let foreign = r#"{"numRecords":1,"minValues":{"c":7},"maxValues":{"c":7},"nullCount":{"c":0}}"#;
        assert_eq!(read(foreign, &columns).unwrap(), (1, BTreeMap::new()));
    }
    assert_eq!(read("{}", &[]), Err(LakeError::Log));
}
