//! JSON documents and lines.

use super::*;

fn read_as(text: &str, dialect: &Dialect) -> Result<Whole, DecodeError> {
    read_with(text.as_bytes(), dialect, &Limits::default(), 3)
}

#[test]
fn objects_are_rows_and_their_names_are_columns_in_the_order_of_their_first_use() {
    let whole = read(
        r#"[ {"户号": "001", "电量": 7800.10},
             {"电量": 1E+3, "备注": null, "户号": "002"},
             {"户号": "003", "退补": true} ]"#,
    );
    assert_eq!(whole.header, ["户号", "电量", "备注", "退补"]);
    assert_eq!(
        whole.rows(),
        [
            row(&["001", "7800.10", "", ""]),
            row(&["002", "1000", "", ""]),
            row(&["003", "", "", "true"]),
        ]
    );
    assert_eq!(whole.defects(), []);
    assert_eq!(
        (whole.evidence.label(), whole.evidence.header_row_no),
        ("json", 0)
    );
    assert!(whole.evidence.header_matched);
    assert_eq!(whole.frames[0].row_no, [1, 2, 3]);
}

#[test]
fn an_identity_number_written_as_a_number_keeps_all_its_digits() {
    let whole = read(r#"[{"id": 433101190001011234, "fee": 0.30000000000000004}]"#);
    assert_eq!(
        whole.rows(),
        [row(&["433101190001011234", "0.30000000000000004"])]
    );
}

#[test]
fn the_array_with_the_header_is_found_wherever_it_stands() {
    let whole = read(
        r#"{"code": 0, "links": [{"rel": "next"}], "data": {"total": 2, "pages": [1, 2],
            "rows": [{"id": "1", "owner": {"name": "甲", "kind": {"code": 1}}}, {"id": "2"}]}, "log": "…"}"#,
    );
    assert_eq!(whole.header, ["id", "owner/name", "owner/kind/code"]);
    assert_eq!(whole.rows(), [row(&["1", "甲", "1"]), row(&["2", "", ""])]);
}

#[test]
fn two_arrays_with_the_header_are_refused_by_name_unless_the_contract_says_which() {
    let text = r#"{"a": [{"id": 1}], "b": {"c": [{"id": 2}, {"id": 3}]}}"#;
    let refusal = read_as(text, &Dialect::default()).err().unwrap();
    assert_eq!(refusal.code(), "decode.several_tables");
    assert_eq!(refusal.args(), [("names", "a, b/c".to_owned())]);
    let declared = Dialect {
        records: Some("b/c".to_owned()),
        ..Dialect::default()
    };
    assert_eq!(
        read_as(text, &declared).unwrap().rows(),
        [row(&["2"]), row(&["3"])]
    );
    // Someone else's document is looked through as if nothing had been declared.
    assert_eq!(
        read_as(r#"[{"id": 1}]"#, &declared).unwrap().rows(),
        [row(&["1"])]
    );
}

#[test]
fn a_broken_line_costs_one_record() {
    let text = "{\"id\": 1}\n{\"id\": 2\n\n[3]\n{\"id\": 4, \"x\": \"\\u0000\"}\r\n{\"id\": 5}";
    let whole = read(text);
    assert_eq!(whole.evidence.label(), "ndjson");
    assert_eq!(
        whole.kinds(),
        [
            RowKind::Data,
            RowKind::Data,
            RowKind::Blank,
            RowKind::Data,
            RowKind::Data,
            RowKind::Data
        ]
    );
    assert_eq!(
        whole.defects(),
        [
            (2, DefectKind::Malformed { offset: 19 }),
            (4, DefectKind::Malformed { offset: 20 }),
            (5, DefectKind::ControlCharacter { offset: 24 }),
        ]
    );
    assert_eq!(whole.rows().last(), Some(&row(&["5", ""])));
}

#[test]
fn one_object_after_another_may_span_lines() {
    let whole = read("{\n  \"id\": 1\n}\n{\n  \"id\": 2\n}\n");
    assert_eq!(whole.rows(), [row(&["1"]), row(&["2"])]);
    let whole = read(r#"{"id": 1}{"id": 2}"#);
    assert_eq!(whole.rows(), [row(&["1"]), row(&["2"])]);
    // One record alone, with a list that is none.
    let whole = read(r#"{"id": 1, "tags": ["a", "b"], "more": [{"x": 1}]}"#);
    assert_eq!(whole.header, ["id", "tags", "more"]);
    assert_eq!(whole.rows(), [row(&["1", r#"["a", "b"]"#, r#"[{"x": 1}]"#])]);
}

#[test]
fn arrays_under_an_array_of_names_are_rows() {
    let whole = read(r#"{"rows": [["id", "电量"], ["1", 2.50], ["2"], [3, 4, 5]]}"#);
    assert_eq!(whole.header, ["id", "电量"]);
    assert_eq!(whole.evidence.header_row_no, 1);
    assert_eq!(whole.kinds().first(), Some(&RowKind::Header));
    assert_eq!(whole.rows().first(), Some(&row(&["1", "2.50"])));
    assert_eq!(
        whole.defects(),
        [
            (
                3,
                DefectKind::TooFewFields {
                    found: 1,
                    expected: 2
                }
            ),
            (
                4,
                DefectKind::TooManyFields {
                    found: 3,
                    expected: 2
                }
            ),
        ]
    );
}

#[test]
fn a_name_twice_is_a_defect_of_its_record() {
    let whole = read(r#"[{"id": 1, "a": 1, "a": 2}, {"id": 2, "a": 3}]"#);
    assert_eq!(whole.defects(), [(1, DefectKind::Twice { column: 1 })]);
}

#[test]
fn documents_in_any_charset_are_read() {
    // The second byte of 昞 in GBK is a backslash, that of 丗 an opening bracket.
    let text = r#"[{"户号": "昞丗", "名": "湘西"}, {"户号": "2", "名": "\u6e58"}]"#;
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    let utf16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, charset) in [
        (gbk.to_vec(), "gb18030"),
        (utf16, "utf-16le"),
        (text.into(), "utf-8"),
    ] {
        let whole = read(bytes);
        assert_eq!(whole.evidence.charset.label(), charset);
        assert_eq!(whole.rows(), [row(&["昞丗", "湘西"]), row(&["2", "湘"])]);
    }
}

#[test]
fn bytes_that_are_no_character_are_located() {
    let whole = read(b"[{\"id\": \"1\", \"a\": \"\xFF\"},\n {\"id\": \"\xE7\x94\xB5\", \"a\": \"\xE7\x94\xB5\xE7\x94\xB5\"}]");
    assert_eq!(whole.defects(), [(1, DefectKind::Undecodable { offset: 19 })]);
}

#[test]
fn what_is_no_table_of_records_is_refused_as_what_it_is() {
    for (text, code) in [
        ("[]", "decode.empty"),
        (r#"{"data": []}"#, "decode.empty"),
        ("[1, 2, 3", "decode.not_records"),
        (r#"{"a": {"b": 1}} x"#, "decode.broken"),
        (r#"[{"id": 1} {"id": 2}]"#, "decode.broken"),
        (r#"[{"id": 1}, {"id" 2}]"#, "decode.broken"),
        (r#"[{"id": 1}] [{"id": 2}]"#, "decode.broken"),
        (r#"[{"id": 1}, {"id": "2"#, "decode.truncated"),
        (r#"{"data": [{"id": 1}]"#, "decode.truncated"),
    ] {
        // A list of numbers is not even taken for JSON.
        if code == "decode.not_records" {
            assert!(!matches!(read(text).evidence.format, Format::Json), "{text}");
        } else {
            assert_eq!(refused(text), code, "{text}");
        }
    }
    let refusal = read_as(r#"[{"id": 1}, {"id" 2}]"#, &Dialect::default())
        .err()
        .unwrap();
    assert_eq!(refusal.args(), [("offset", "18".to_owned())]);
}

#[test]
fn a_record_beyond_its_limit_costs_itself_and_names_have_a_limit_too() {
    let limits = Limits {
        record_bytes_max: 40,
        field_bytes_max: 8,
        columns_max: 3,
        rows_max: 3,
        ..Limits::default()
    };
    let read = |text: &str| read_with(text.as_bytes(), &Dialect::default(), &limits, 10);
    let long = "x".repeat(50);
    let whole = read(&format!(r#"[{{"id":1}},{{"id":"{long}"}},{{"id":"123456789"}}]"#)).unwrap();
    assert_eq!(
        whole.defects(),
        [
            (2, DefectKind::RecordTooLong),
            (3, DefectKind::FieldTooLong { column: 0 })
        ]
    );
    let code = |text: &str| read(text).err().map(|refusal| refusal.code());
    assert_eq!(
        code(r#"[{"id":1,"a":2,"b":3,"c":4}]"#),
        Some("decode.too_many_columns")
    );
    assert_eq!(code(r#"[{"id":1},{},{},{}]"#), Some("decode.too_many_rows"));
    assert_eq!(code("{\"id\":1}\n{}\n{}\n{}\n"), Some("decode.too_many_rows"));
}

#[test]
fn nesting_without_end_is_no_stack() {
    let deep = "[".repeat(300_000);
    assert_eq!(refused(format!(r#"[{{"id": {deep}"#)), "decode.truncated");
    let deep = r#"{"a":"#.repeat(100_000);
    assert_eq!(refused(&deep), "decode.truncated");
    let closed = format!("{}1{}", r#"{"a":"#.repeat(3000), "}".repeat(3000));
    let whole = read(format!(r#"[{{"id": 1, "x": {closed}}}]"#));
    assert_eq!(whole.rows().len(), 1);
}

#[test]
fn totals_are_told_from_rows() {
    let whole = read(r#"[{"户号": "1", "电量": 2, "电费": 3}, {"户号": "合计", "电量": 2}]"#);
    assert_eq!(whole.kinds(), [RowKind::Data, RowKind::Total]);
}
