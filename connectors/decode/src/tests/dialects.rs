//! Delimiters, headers, and the lines around a table.

use super::*;
use crate::Delimiter;

#[test]
fn the_delimiter_is_found_and_the_contract_wins() {
    for delimiter in [
        ",", ";", "\t", "|", "^", "~", "#", "\u{1}", "\u{1f}", "||", "::", "^|^", ", ", "|+|",
    ] {
        let text = "id,名称,备注\n1,甲 乙,x y\n2,丙,\n3,丁,\"x,y\"\n".replace(',', delimiter);
        let whole = read(&text);
        assert_eq!(whole.evidence.delimiter.as_str(), delimiter);
        assert_eq!(whole.rows()[0], row(&["1", "甲 乙", "x y"]));
        assert_eq!(whole.rows()[2], row(&["3", "丁", &format!("x{delimiter}y")]));
        assert_eq!(whole.defects(), []);
    }
    // Amounts with decimal commas would look more regular than the real thing.
    let text = "id;betrag\n1;1,5\n2;2,5\n3;3,5\n";
    assert_eq!(read(text).rows()[0], row(&["1", "1,5"]));
    let dialect = Dialect {
        delimiter: Some(Delimiter::COMMA),
        ..Dialect::default()
    };
    let whole = read_with(text.as_bytes(), &dialect, &Limits::default(), 10).unwrap();
    assert_eq!(whole.evidence.delimiter, Delimiter::COMMA);
    assert!(!whole.evidence.header_matched);
}

#[test]
fn single_quotes_are_quotes_only_where_they_go_around_fields() {
    let whole = read("id,a\n'1','x, y'\n'2','it''s'\n");
    assert_eq!(whole.evidence.quote, b'\'');
    assert_eq!(whole.rows(), [row(&["1", "x, y"]), row(&["2", "it's"])]);
    assert_eq!(read("id,a\n1,'tis\n2,don't\n").rows()[0], row(&["1", "'tis"]));
}

#[test]
fn the_header_is_found_below_a_title_and_a_unit_line() {
    let whole = read("2025年1月用电量,,\n单位：千瓦时,,\n\n户号,户名,电量\n01,甲,5\n");
    assert_eq!(whole.evidence.header_row_no, 4);
    assert_eq!(whole.header, row(&["户号", "户名", "电量"]));
    use RowKind::{Data, Header, Preamble};
    assert_eq!(whole.kinds(), [Preamble, Preamble, Preamble, Header, Data]);
}

#[test]
fn without_a_known_header_the_first_wide_record_stands_in() {
    let whole = read("报表\na,b,c\n1,2,3\n4,5,6\n");
    assert!(!whole.evidence.header_matched);
    assert_eq!(whole.header, row(&["a", "b", "c"]));
    assert_eq!(whole.rows().len(), 2);
}

#[test]
fn blanks_totals_and_signatures_are_no_data_and_repeated_headers_are_headers() {
    let text = "户号,户名,电量\n01,合计有限公司,5\n,,\n\n　,  ,\n户号,户名,电量\n02,甲,6\n合 计,,11\n填表人：张三,审核人：李四\n备注\n\u{1A}";
    use RowKind::{Blank, Data, Header, Total};
    assert_eq!(
        read(text).kinds(),
        [
            Header, Data, Blank, Blank, Blank, Header, Data, Total, Total, Total, Blank
        ]
    );
    let text = "id,a,b\n1,x,y\n第1页,,\n第 2 页，共 2 页,,\n数据来源：某系统,,\n以下空白,,\nPage 1 of 2,,\n页岩砖厂,,\n";
    assert_eq!(
        read(text).kinds(),
        [Header, Data, Total, Total, Total, Total, Total, Data]
    );
    // A full row is data, whatever its first word; so is a row with another defect.
    assert_eq!(
        read("id,a,b\n合计,1,2\n小计,\u{0},\n").kinds(),
        [Header, Data, Data]
    );
}

#[test]
fn ragged_rows_are_row_defects_and_trailing_delimiters_are_not() {
    let whole = read("id,a,b\n1,x\n2,x,y,z\n3,x,y,,\n4,x,y\n");
    let few = DefectKind::TooFewFields {
        found: 2,
        expected: 3,
    };
    let many = DefectKind::TooManyFields {
        found: 4,
        expected: 3,
    };
    assert_eq!(whole.defects(), [(2, few), (3, many)]);
    assert_eq!(whole.rows()[0], row(&["1", "x", ""]));
    assert_eq!(read("id,a,\n1,x,\n2,y\n").defects(), []);
}

#[test]
fn line_ends_of_every_system_are_understood() {
    for text in [
        "id,a\r\r\n1,x\r\r\n2,\"y\"\r\r\n",
        "id,a\n1,x\n2,y",
        "id,a\r\n1,x\r\n2,y\r\n",
        "id,a\r1,x\r2,y\r",
        "id,a\n1,x\r\n2,y\r",
    ] {
        let whole = read(text);
        assert_eq!(whole.rows(), [row(&["1", "x"]), row(&["2", "y"])], "{text:?}");
        assert_eq!(whole.defects(), [], "{text:?}");
    }
}

#[test]
fn a_carriage_return_ends_a_record_where_a_whole_one_stands_before_it() {
    let whole = read("id,a,b\n1,x,y\r2,x,y\n3,x,y\n4,x\ry,z\n");
    let ids: Vec<String> = whole.rows().iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    let defects: Vec<u64> = whole.defects().iter().map(|(row_no, _)| *row_no).collect();
    assert_eq!(defects, [5], "inside a cell it is a defect");
}

#[test]
fn nul_and_bare_carriage_return_are_defects_with_their_offset() {
    let control = |offset| DefectKind::ControlCharacter { offset };
    let text = "id,a\n1,x\ry\n2,\"a\rb\"\n3,\0\n4,\"\0\"\n5,z\n".to_owned() + &"6,a\n".repeat(30);
    let whole = read(text);
    assert_eq!(
        whole.defects(),
        [(2, control(8)), (4, control(21)), (5, control(26))]
    );
    assert_eq!(whole.rows()[1][1], "a\rb");
}

#[test]
fn long_fields_and_records_cost_their_row() {
    let limits = Limits {
        field_bytes_max: 10,
        record_bytes_max: 64,
        ..Limits::default()
    };
    let text = format!(
        "id,a\n1,{}\n2,{}\n3,\"{}\n4,x\n",
        "y".repeat(11),
        "z".repeat(70),
        "q".repeat(70)
    );
    let whole = read_with(text.as_bytes(), &Dialect::default(), &limits, 10).unwrap();
    let long = DefectKind::FieldTooLong { column: 1 };
    assert_eq!(
        whole.defects(),
        [
            (2, long),
            (3, DefectKind::RecordTooLong),
            (4, DefectKind::RecordTooLong)
        ]
    );
    assert_eq!(whole.rows()[3], row(&["4", "x"]));
}

#[test]
fn a_longer_delimiter_is_not_its_parts() {
    // A column that is always empty reads as a doubled delimiter too; the shorter one explains no less.
    assert_eq!(
        read("id\t\ta\tb\n1\t\tx\tv\n2\t\ty\tw\n")
            .evidence
            .delimiter
            .as_str(),
        "\t"
    );
    assert_eq!(read("id||a\n1||x|y\n2||z\n").rows()[0], row(&["1", "x|y"]));
}

#[test]
fn a_backslash_escapes_only_where_the_file_uses_it_so() {
    let whole = read("id,a,b\n1,\"say \\\"hi\\\", ok\",x\n2,\"back\\\\slash\",\\N\n3,\"two\"\"two\",y\n");
    assert_eq!(whole.evidence.escape, Some(b'\\'));
    let rows = [
        row(&["1", "say \"hi\", ok", "x"]),
        row(&["2", "back\\slash", ""]),
        row(&["3", "two\"two", "y"]),
    ];
    assert_eq!(whole.rows(), rows);
    assert_eq!(whole.defects(), []);
    let whole = read("id,a\n1,\"C:\\data\\\"\n2,\"D:\\\"\n");
    assert_eq!(
        (whole.evidence.escape, whole.rows()[1][1].as_str()),
        (None, "D:\\")
    );
}

#[test]
fn remarks_are_no_rows() {
    let whole = read("# made on 2025-02-01\nid,a,b\n1,x,y\n# as late as, that\n2,#x,z\n");
    use RowKind::{Data, Header, Preamble, Total};
    assert_eq!(whole.kinds(), [Preamble, Header, Data, Total, Data]);
    assert!(whole.evidence.remarks);
    // Where rows begin so, it is what they begin with.
    let whole = read("id,a\n#1,x\n#2,y\n#3\n");
    assert_eq!(whole.rows().len(), 3);
}
