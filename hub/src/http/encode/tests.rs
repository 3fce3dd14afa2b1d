//! What each form of an answer looks like, byte by byte where it matters.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};

use super::{Format, RowWriter};

fn batch() -> RecordBatch {
    let amounts = Decimal128Array::from(vec![Some(12_345_678_901_234_567_890), None]);
    let columns: [(&str, ArrayRef); 3] = [
        (
            "name",
            Arc::new(StringArray::from(vec![Some("甲, \"乙\""), None])),
        ),
        (
            "amount",
            Arc::new(amounts.with_precision_and_scale(38, 2).unwrap()),
        ),
        ("count", Arc::new(Int64Array::from(vec![1, 2]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

fn written(format: Format) -> String {
    let batch = batch();
    let mut writer = RowWriter::new(format, batch.schema());
    let mut bytes = writer.begin(&serde_json::json!({ "epoch": 1 })).unwrap();
    bytes.extend(writer.batch(&batch).unwrap());
    bytes.extend(writer.batch(&batch.slice(0, 0)).unwrap());
    bytes.extend(writer.batch(&batch.slice(1, 1)).unwrap());
    bytes.extend(writer.end().unwrap());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn json_is_one_document_with_exact_decimals() {
    let document: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(document["columns"][1]["type"], "numeric(38,2)");
    assert_eq!(document["rows"][0]["amount"], "123456789012345678.90");
    assert_eq!(document["rows"][0]["name"], "甲, \"乙\"");
    assert_eq!(document["rows"][1]["amount"], serde_json::Value::Null);
    assert_eq!(document["rows"].as_array().unwrap().len(), 3);
    assert_eq!(document["rows_total"], 3);
    assert_eq!(document["complete"], true);
}

#[test]
fn lines_are_one_object_each() {
    let text = written(Format::Lines);
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["count"], 2);
}

#[test]
fn csv_quotes_what_needs_quotes() {
    assert_eq!(
        written(Format::Csv),
        "name,amount,count\n\"甲, \"\"乙\"\"\",123456789012345678.90,1\n,,2\n,,2\n"
    );
}

#[test]
fn the_accept_header_chooses() {
    assert_eq!(Format::accepted(None), Some(Format::Json));
    assert_eq!(
        Format::accepted(Some("text/html, application/x-ndjson;q=0.9, */*")),
        Some(Format::Lines)
    );
    assert_eq!(
        Format::accepted(Some("application/vnd.apache.arrow.stream")),
        Some(Format::Arrow)
    );
    assert_eq!(Format::accepted(Some("image/png")), None);
}
