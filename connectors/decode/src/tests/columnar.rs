//! Parquet files.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Int32Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::*;

fn file(columns: Vec<(&str, ArrayRef)>, compression: Compression, group_rows: usize) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(group_rows))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn table(rows: i64, compression: Compression) -> Vec<u8> {
    let ids: StringArray = (0..rows).map(|id| Some(format!("{id:04}"))).collect();
    let names: StringArray = (0..rows).map(|id| (id % 3 > 0).then_some("湘西")).collect();
    file(
        vec![("id", Arc::new(ids)), ("名", Arc::new(names))],
        compression,
        700,
    )
}

/// Three rows, for those who damage them.
pub(super) fn small() -> Vec<u8> {
    table(3, Compression::SNAPPY)
}

#[test]
fn every_compression_gives_the_same_rows() {
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::BROTLI(Default::default()),
    ] {
        let bytes = table(2000, compression);
        let whole = read_with(&bytes, &Dialect::default(), &Limits::default(), 333).unwrap();
        assert_eq!(whole.header, ["id", "名"]);
        assert_eq!(whole.rows().len(), 2000, "{compression}");
        assert_eq!(whole.rows()[0], row(&["0000", ""]));
        assert_eq!(whole.rows()[1999], row(&["1999", "湘西"]));
        assert_eq!(
            (whole.evidence.label(), whole.evidence.header_row_no),
            ("parquet", 0)
        );
        let numbers: Vec<u64> = whole
            .frames
            .iter()
            .flat_map(|frame| frame.row_no.clone())
            .collect();
        assert_eq!(numbers, (1..=2000).collect::<Vec<u64>>());
    }
}

#[test]
fn values_become_exact_text() {
    let decimals = Decimal128Array::from(vec![Some(780_010), Some(-5), None])
        .with_precision_and_scale(38, 2)
        .unwrap();
    // 2025-01-24 16:00 in UTC is midnight in Shanghai.
    let instants = vec![Some(1_737_734_400_000_000), Some(1_737_734_400_500_000), None];
    let utc = TimestampMicrosecondArray::from(instants.clone()).with_timezone("UTC");
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
        Some(vec![Some(1), None]),
        Some(vec![]),
        None,
    ]);
    let names: ArrayRef = Arc::new(StringArray::from(vec!["甲", "乙", "丙"]));
    let owner = StructArray::try_new(
        vec![Field::new("name", DataType::Utf8, false)].into(),
        vec![names],
        Some(NullBuffer::from(vec![true, false, true])),
    )
    .unwrap();
    let bytes = file(
        vec![
            (
                "id",
                Arc::new(Int64Array::from(vec![433_101_190_001_011_234, 2, 3])),
            ),
            ("money", Arc::new(decimals)),
            (
                "float",
                Arc::new(Float64Array::from(vec![Some(7800.1), Some(202_501.0), None])),
            ),
            (
                "day",
                Arc::new(Date32Array::from(vec![Some(20_113), None, Some(0)])),
            ),
            ("utc", Arc::new(utc)),
            ("local", Arc::new(TimestampMicrosecondArray::from(instants))),
            (
                "yes",
                Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
            ),
            (
                "bytes",
                Arc::new(BinaryArray::from(vec![Some("湘".as_bytes()), None, Some(b"")])),
            ),
            ("owner", Arc::new(owner)),
            ("list", Arc::new(lists)),
        ],
        Compression::SNAPPY,
        10,
    );
    let whole = read(bytes);
    assert_eq!(whole.header[8..], ["owner/name", "list"]);
    assert_eq!(
        whole.rows(),
        [
            row(&[
                "433101190001011234",
                "7800.10",
                "7800.1",
                "2025-01-25",
                "2025-01-25",
                "2025-01-24 16:00:00",
                "true",
                "湘",
                "甲",
                "[1, ]"
            ]),
            row(&[
                "2",
                "-0.05",
                "202501",
                "",
                "2025-01-25 00:00:00.500",
                "2025-01-24 16:00:00.500",
                "false",
                "",
                "",
                "[]"
            ]),
            row(&["3", "", "", "1970-01-01", "", "", "", "", "丙", ""]),
        ]
    );
    assert_eq!(whole.defects(), []);
}

#[test]
fn digits_that_a_float_lost_and_bytes_that_are_no_text_are_defects() {
    let bytes = file(
        vec![
            (
                "id",
                Arc::new(Float64Array::from(vec![433_101_190_001_011_234.0, 1.0, 2.0])),
            ),
            (
                "a",
                Arc::new(BinaryArray::from(vec![Some(&b"x"[..]), Some(b"\xFF\xFE"), None])),
            ),
        ],
        Compression::SNAPPY,
        10,
    );
    assert_eq!(
        read(bytes).defects(),
        [
            (1, DefectKind::FloatDigits { column: 0 }),
            (2, DefectKind::NotText { column: 1 })
        ]
    );
}

#[test]
fn a_long_value_takes_its_place_once_and_is_refused_each_time() {
    let long = "x".repeat(100_000);
    let values: StringArray = (0..3000).map(|_| Some(long.as_str())).collect();
    let ids: StringArray = (0..3000).map(|id| Some(id.to_string())).collect();
    let bytes = file(
        vec![("id", Arc::new(ids)), ("a", Arc::new(values))],
        Compression::SNAPPY,
        5000,
    );
    let whole = read(bytes);
    assert_eq!(whole.defects().len(), 3000);
    assert_eq!(whole.defects()[0], (1, DefectKind::FieldTooLong { column: 1 }));
}

#[test]
fn files_that_are_cut_changed_or_lie_are_refused() {
    let bytes = table(100, Compression::SNAPPY);
    assert_eq!(refused(&bytes[..bytes.len() - 1]), "decode.truncated");
    assert_eq!(refused(&bytes[..bytes.len() / 2]), "decode.truncated");
    let mut lying = bytes.clone();
    let footer = lying.len() - 8;
    lying[footer..footer + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(refused(&lying), "decode.parquet_damaged");
    let mut encrypted = bytes;
    let end = encrypted.len();
    encrypted[end - 4..].copy_from_slice(b"PARE");
    assert_eq!(refused(&encrypted), "decode.encrypted");
}

#[test]
fn too_many_rows_or_columns_refuse_the_file() {
    let limits = Limits {
        columns_max: 1,
        rows_max: 99,
        ..Limits::default()
    };
    let code = |limits: &Limits| {
        let bytes = table(100, Compression::SNAPPY);
        read_with(&bytes, &Dialect::default(), limits, 10)
            .err()
            .map(|refusal| refusal.code())
    };
    assert_eq!(code(&limits), Some("decode.too_many_rows"));
    let limits = Limits {
        rows_max: 100,
        ..limits
    };
    assert_eq!(code(&limits), Some("decode.too_many_columns"));
}
