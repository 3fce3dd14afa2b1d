//! What the fuzzer begins with: one small file of every kind, kept in `tests/fuzz/corpus`, so that it need not find out
//! by itself what a workbook is. `DECODE_WRITE_SEEDS=1` writes them anew.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::xls_made::{Book, Stream};
use super::*;

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

const TABLE: &str = "户号,户名,电量\n0001,\"吉首市,某厂\",12.50\n0002,甲,7\n合计,,19.50\n";

/// Name under the target's folder → content.
fn seeds() -> BTreeMap<&'static str, Vec<u8>> {
    let xls = Stream::default()
        .header(0)
        .label(1, 0, "湘西")
        .number(1, 1, 1, 45_682.0);
    let json = r#"{"code":0,"data":{"rows":[{"id":1,"名":"湘西"},{"id":"2","名":null,"x":[1.50]}]}}"#;
    let lines = "{\"id\":1,\"a\":\"\\u6e58\"}\n{\"id\":2,\"a\":true}\n";
    let xml =
        "<?xml version=\"1.0\"?><d><row no=\"1\"><id>1</id><a>x &amp; y</a></row><row><id>2</id></row></d>";
    let page = "<html><table><tr><td>户号</td><td>电量</td></tr><tr><td rowspan=2>1</td><td x:num=\"1.5\">1.5</td></tr></table></html>";
    let spreadsheet = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"a\"><Table><Row><Cell><Data>户号</Data></Cell></Row><Row ss:Index=\"3\"><Cell><Data ss:Type=\"Number\">12</Data></Cell></Row></Table></Worksheet></Workbook>";
    let fixed = "00H20250131\r\n0001吉首市某  00001250\r\n0002甲一      00000005\r\n99000002000000001255\r\n";
    let chosen = |choice: u8, text: Vec<u8>| [vec![choice], text].concat();
    BTreeMap::from([
        (
            "file/archive.zip",
            super::archives::zipped(&[("a/表.csv", TABLE.as_bytes()), ("x.txt", b"x\n")]),
        ),
        ("file/comma.csv", TABLE.into()),
        ("file/dbase.dbf", super::dbf::some_table()),
        ("file/document.json", json.into()),
        ("file/document.xml", xml.into()),
        ("file/gbk.csv", gbk(TABLE)),
        ("file/lines.json", lines.into()),
        ("file/packed.gz", super::archives::gzipped(&gbk(TABLE))),
        ("file/page.xls", page.into()),
        ("file/rows.parquet", super::columnar::small()),
        ("file/sheet.xlsx", super::workbooks::small()),
        ("file/spreadsheet.xls", spreadsheet.into()),
        ("file/utf16.csv", utf16(TABLE)),
        ("file/workbook.xls", Book::default().sheet("表", xls).bytes()),
        ("fixed/gbk", chosen(24, gbk(fixed))),
        (
            "fixed/plain",
            chosen(1, b"0001abcd    000012500\n0002ab      000000050\n".to_vec()),
        ),
        ("text/comma", chosen(0, TABLE.into())),
        ("text/gbk", chosen(2, gbk(TABLE))),
        (
            "text/levels",
            chosen(0, "# x\n,用电,用电\nid,电量||kWh,电费\n1,2,3\n".into()),
        ),
        (
            "text/quotes",
            chosen(8, b"id;'a;b'\n1;\"x\n2;\"y\"\"z\"\r\n3;\\\"\0\n".to_vec()),
        ),
        ("text/utf16", chosen(3, utf16(TABLE))),
    ])
}

#[test]
fn the_seeds_of_the_fuzzer_are_files_of_every_format_and_stand_as_they_were_made() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus");
    let mut formats = Vec::new();
    for (name, made) in seeds() {
        let path = corpus.join(name);
        if std::env::var_os("DECODE_WRITE_SEEDS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Archives and Parquet files may be written otherwise by another version of their library.
        if ![
            "file/archive.zip",
            "file/packed.gz",
            "file/rows.parquet",
            "file/sheet.xlsx",
        ]
        .contains(&name)
        {
            assert!(
                kept == made,
                "{name} is not what the tests make: write the seeds anew"
            );
        }
        if name.starts_with("file/") {
            let whole = read(&kept);
            assert!(!whole.rows().is_empty(), "{name} has no rows");
            formats.push(whole.evidence.format);
        }
    }
    for format in [
        Format::Text,
        Format::Xlsx,
        Format::Xls,
        Format::Html,
        Format::SpreadsheetXml,
        Format::Dbf,
        Format::Json,
        Format::JsonLines,
        Format::Xml,
        Format::Parquet,
    ] {
        assert!(formats.contains(&format), "no seed is {format:?}");
    }
}
