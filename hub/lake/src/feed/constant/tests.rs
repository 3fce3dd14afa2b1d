//! What a plain reader makes of constant chunks: values, bounds and page indexes, beside a column of the library's own.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Date32Type, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::arrow::arrow_writer::compute_leaves;
use parquet::file::metadata::PageIndexPolicy;

use super::*;

/// A file of row groups with these numbers of rows: a constant text that may be null, a constant day, and row numbers.
fn file(groups: &[usize]) -> Bytes {
    let schema = Arc::new(Schema::new(vec![
        Field::new("county", DataType::Utf8, true),
        Field::new("day", DataType::Date32, false),
        Field::new("n", DataType::Utf8, false),
    ]));
    let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), None).unwrap();
    let (mut writer, encoders) = writer.into_serialized_writer().unwrap();
    let described = writer.schema_descr().columns().to_vec();
    for (index, rows) in groups.iter().enumerate() {
        let mut encoded = encoders.create_column_writers(index).unwrap();
        let numbers: StringArray = (0..*rows).map(|n| Some(n.to_string())).collect();
        let mut numbered = encoded.pop().unwrap();
        for leaf in compute_leaves(schema.field(2), &(Arc::new(numbers) as _)).unwrap() {
            numbered.write(&leaf).unwrap();
        }
        let mut group = writer.next_row_group().unwrap();
        let values = [Constant::Text("433101".to_owned()), Constant::Date(20_100)];
        for (column, value) in described.iter().zip(values) {
            let (bytes, close) = chunk(column, &value, *rows).unwrap();
            group.append_column(&bytes, close).unwrap();
        }
        numbered.close().unwrap().append_to_row_group(&mut group).unwrap();
        group.close().unwrap();
    }
    writer.into_inner().unwrap().into()
}

fn builder(file: &Bytes) -> ParquetRecordBatchReaderBuilder<Bytes> {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap()
}

fn same(batches: &[RecordBatch]) -> usize {
    for batch in batches {
        let (county, day) = (
            batch.column(0).as_string::<i32>(),
            batch.column(1).as_primitive::<Date32Type>(),
        );
        assert!(county.iter().all(|value| value == Some("433101")));
        assert!(day.iter().all(|value| value == Some(20_100)));
    }
    batches.iter().map(RecordBatch::num_rows).sum()
}

#[test]
fn a_reader_sees_the_value_in_every_row() {
    for groups in [&[1][..], &[63, 64], &[127, 128, 8191], &[100_000, 70_000]] {
        let file = file(groups);
        let read: Vec<_> = builder(&file).build().unwrap().map(Result::unwrap).collect();
        assert_eq!(same(&read), groups.iter().sum::<usize>());
    }
}

#[test]
fn a_reader_that_skips_rows_finds_the_value_in_those_it_reads() {
    let file = file(&[100_000]);
    let some = RowSelection::from(vec![
        RowSelector::skip(99_000),
        RowSelector::select(10),
        RowSelector::skip(500),
        RowSelector::select(490),
    ]);
    let read = builder(&file).with_row_selection(some).build().unwrap();
    let read: Vec<_> = read.map(Result::unwrap).collect();
    assert_eq!(same(&read), 500);
    assert_eq!(read[0].column(2).as_string::<i32>().value(0), "99000");
}

#[test]
fn bounds_and_counts_are_in_the_footer() {
    let file = file(&[10, 20]);
    let footer = builder(&file).metadata().clone();
    for group in footer.row_groups() {
        let county = group.column(0).statistics().unwrap();
        assert_eq!(county.min_bytes_opt(), Some("433101".as_bytes()));
        assert_eq!(
            (county.max_bytes_opt(), county.null_count_opt()),
            (county.min_bytes_opt(), Some(0))
        );
        assert!(county.min_is_exact() && county.max_is_exact());
        assert_eq!(group.column(0).num_values(), group.num_rows());
    }
    let pages = &footer.offset_index().unwrap()[1][0].page_locations;
    assert_eq!(pages.len(), 1);
}
