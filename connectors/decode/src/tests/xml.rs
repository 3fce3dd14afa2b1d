//! XML documents.

use super::*;

#[test]
fn the_repeated_element_is_a_row_whatever_is_around_it() {
    let whole = read(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rows SYSTEM "rows.dtd">
<ns:response xmlns:ns="urn:x"><head><code>0</code></head>
  <ns:rows count="2">
    <ns:row no="1"><ns:户号>001</ns:户号><电量>7800.10</电量><owner><name>甲 &amp; 乙</name></owner></ns:row>
    <!-- <row/> -->
    <ns:row no="2"><户号><![CDATA[<2>]]></户号><owner/><备注>&#28248;</备注></ns:row>
  </ns:rows>
</ns:response>
"#,
    );
    assert_eq!(whole.header, ["no", "户号", "电量", "owner/name", "备注"]);
    assert_eq!(
        whole.rows(),
        [
            row(&["1", "001", "7800.10", "甲 & 乙", ""]),
            row(&["2", "<2>", "", "", "湘"]),
        ]
    );
    assert_eq!(whole.defects(), []);
    assert_eq!(whole.evidence.label(), "xml");
}

#[test]
fn attributes_alone_are_a_row() {
    let whole = read("<rows><row id='1' a=\"x>y\"/><row a='&lt;' id='2'/></rows>");
    assert_eq!(whole.header, ["id", "a"]);
    assert_eq!(whole.rows(), [row(&["1", "x>y"]), row(&["2", "<"])]);
}

#[test]
fn fields_that_say_their_name_in_an_attribute_are_columns_by_that_name() {
    let whole = read(
        r#"<resultset><row><field name="id">1</field><field name="电量">2</field></row>
           <row><field name="电量">3</field><field name="id" /></row></resultset>"#,
    );
    assert_eq!(whole.header, ["id", "电量"]);
    assert_eq!(whole.rows(), [row(&["1", "2"]), row(&["", "3"])]);
}

#[test]
fn the_declared_element_is_the_record() {
    let text = "<d><a><id>1</id></a><b><id>2</id></b><b><id>3</id></b></d>";
    let rows = |records: &str| {
        let dialect = Dialect {
            records: Some(records.to_owned()),
            ..Dialect::default()
        };
        read_with(text.as_bytes(), &dialect, &Limits::default(), 1)
            .unwrap()
            .rows()
    };
    assert_eq!(rows("d/a"), [row(&["1"])]);
    assert_eq!(rows("b"), [row(&["2"]), row(&["3"])]);
    // Found by itself it is the more frequent of two that are alike.
    assert_eq!(read(text).rows(), [row(&["2"]), row(&["3"])]);
}

#[test]
fn a_value_twice_is_a_defect_of_its_record() {
    let whole = read("<r><x><id>1</id><a>1</a><a>2</a></x><x><id>2</id><a>3</a></x></r>");
    assert_eq!(whole.defects(), [(1, DefectKind::Twice { column: 1 })]);
}

#[test]
fn documents_in_any_charset_are_read() {
    let text = "<?xml version='1.0' encoding='GBK'?><r><x><户号>昞丗</户号><名>]]&gt;</名></x></r>";
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    let whole = read(&gbk);
    assert_eq!(whole.evidence.charset.label(), "gb18030");
    assert_eq!(whole.rows(), [row(&["昞丗", "]]>"])]);
    let utf16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read(utf16).rows(), [row(&["昞丗", "]]>"])]);
    let whole = read("<r><x><id>\u{7535}\u{7535}</id></x><x><id>?</id></x></r>".replace('?', "\u{7535}"));
    assert_eq!(whole.rows().len(), 2);
}

#[test]
fn bytes_that_are_no_character_are_located() {
    let text = "<r><x><id>\u{7535}\u{7535}\u{7535}</id></x><x><id>?</id></x></r>";
    let bytes: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'?' { 0xFF } else { byte })
        .collect();
    let at = bytes.iter().position(|byte| *byte == 0xFF).unwrap() as u64;
    assert_eq!(
        read(bytes).defects(),
        [(2, DefectKind::Undecodable { offset: at })]
    );
}

#[test]
fn entities_that_a_document_defines_are_refused() {
    let lol = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]><r><x><id>&b;</id></x></r>";
    assert_eq!(refused(lol), "decode.entities");
    let file = "<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><r><x><id>&f;</id></x></r>";
    assert_eq!(refused(file), "decode.entities");
    // One that nobody defined stays as it is.
    assert_eq!(read("<r><x><id>&f;</id></x></r>").rows(), [row(&["&f;"])]);
}

#[test]
fn what_is_no_document_is_broken_at_a_place() {
    for (text, code) in [
        ("<r><x><id>1</id></y></r>", "decode.broken"),
        ("<r><x><id>1</id></x></r><r/>", "decode.broken"),
        ("<r><x><id>1</id></x></r>text", "decode.broken"),
        ("<r><x><id>1</id></x>", "decode.truncated"),
        ("<r><x><id>1</i", "decode.truncated"),
        ("<r><!-- <x/>", "decode.truncated"),
        ("<r/>", "decode.no_records"),
        ("<r>text</r>", "decode.no_records"),
    ] {
        assert_eq!(refused(text), code, "{text}");
    }
    assert_eq!(refused("<a>".repeat(100_000)), "decode.broken");
    assert_eq!(
        refused(format!("<r {}", "a='1' ".repeat(30_000))),
        "decode.broken"
    );
}

#[test]
fn a_record_beyond_its_limit_costs_itself() {
    let limits = Limits {
        record_bytes_max: 60,
        field_bytes_max: 10,
        ..Limits::default()
    };
    let (long, longer) = ("x".repeat(20), "y".repeat(200));
    let text = format!(
        "<r><x><id>{long}</id></x><x><id>{longer}</id></x><x><id><![CDATA[{longer}]]></id></x><x><id>4</id></x></r>"
    );
    let whole = read_with(text.as_bytes(), &Dialect::default(), &limits, 10).unwrap();
    assert_eq!(
        whole.defects(),
        [
            (1, DefectKind::FieldTooLong { column: 0 }),
            (2, DefectKind::RecordTooLong),
            (3, DefectKind::RecordTooLong),
        ]
    );
    assert_eq!(whole.rows().last(), Some(&row(&["4"])));
}
