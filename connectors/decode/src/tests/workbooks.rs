//! Workbooks, made part by part so that a test can write what no spreadsheet program would.

use std::io::Write as _;

use super::*;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook to be: sheets by name and attributes, with the XML of their rows.
#[derive(Default)]
struct Book {
    sheets: Vec<(&'static str, &'static str, String)>,
    strings: Option<String>,
    is_1904: bool,
    more: Vec<(&'static str, Vec<u8>)>,
}

impl Book {
    fn sheet(mut self, name: &'static str, rows: impl Into<String>) -> Self {
        self.sheets.push((name, "", rows.into()));
        self
    }

    fn hidden_sheet(mut self, name: &'static str, rows: impl Into<String>) -> Self {
        self.sheets.push((name, "state=\"hidden\"", rows.into()));
        self
    }

    fn part(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.more.push((name, bytes.into()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let mut part = |name: &str, content: &[u8]| {
            archive
                .start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(content).unwrap();
        };
        let relation = |id: usize, kind: &str, target: &str| {
            format!(r#"<Relationship Id="rId{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#)
        };
        part("[Content_Types].xml", b"<Types/>");
        part(
            "_rels/.rels",
            format!(
                "<Relationships>{}</Relationships>",
                relation(1, "officeDocument", "xl/workbook.xml")
            )
            .as_bytes(),
        );
        let (mut listed, mut relations) = (String::new(), String::new());
        for (index, (name, attributes, rows)) in self.sheets.iter().enumerate() {
            let id = index + 1;
            listed += &format!(r#"<sheet name="{name}" sheetId="{id}" {attributes} r:id="rId{id}"/>"#);
            relations += &relation(id, "worksheet", &format!("worksheets/sheet{id}.xml"));
            let sheet = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#);
            part(&format!("xl/worksheets/sheet{id}.xml"), sheet.as_bytes());
        }
        let system = if self.is_1904 {
            "<workbookPr date1904=\"1\"/>"
        } else {
            ""
        };
        part(
            "xl/workbook.xml",
            format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{system}<sheets>{listed}</sheets></workbook>"#).as_bytes(),
        );
        part(
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships>{relations}</Relationships>").as_bytes(),
        );
        // Style 1 is a day.
        let styles = format!(
            r#"<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
        );
        part("xl/styles.xml", styles.as_bytes());
        if let Some(strings) = &self.strings {
            part("xl/sharedStrings.xml", strings.as_bytes());
        }
        for (name, content) in &self.more {
            part(name, content);
        }
        archive.finish().unwrap().into_inner()
    }
}

fn text(cell: &str, text: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
}

fn number(cell: &str, number: &str) -> String {
    format!(r#"<c r="{cell}"><v>{number}</v></c>"#)
}

fn line(number: u32, cells: impl IntoIterator<Item = String>) -> String {
    let cells: String = cells.into_iter().collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

fn header(number: u32) -> String {
    line(
        number,
        [
            text(&format!("A{number}"), "户号"),
            text(&format!("B{number}"), "电量"),
        ],
    )
}

/// One row, for those who damage it.
pub(super) fn small() -> Vec<u8> {
    Book::default()
        .sheet(
            "表",
            header(1) + &line(2, [text("A2", "湘西"), number("B2", "1.5")]),
        )
        .bytes()
}

fn read_book(bytes: &[u8], limits: &Limits, frame_rows: usize) -> Result<Whole, DecodeError> {
    let mut reader = open(Cursor::new(bytes), &Dialect::default(), &is_header, limits)?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame(frame_rows)? {
        assert!(frame.rows() <= frame_rows && frame.rows() > 0);
        assert_eq!(frame.kind.len(), frame.rows());
        assert!(
            frame
                .columns
                .iter()
                .all(|column| column.offsets.len() == frame.rows() + 1)
        );
        frames.push(frame);
    }
    Ok(Whole {
        evidence: reader.evidence().clone(),
        header: reader.header().to_vec(),
        frames,
    })
}

fn book(book: &Book) -> Whole {
    read_book(&book.bytes(), &Limits::default(), 1000).unwrap()
}

fn refused(bytes: &[u8]) -> &'static str {
    match read_book(bytes, &Limits::default(), 1000) {
        Ok(whole) => panic!("read as {:?}", whole.evidence),
        Err(refusal) => refusal.code(),
    }
}

#[test]
fn the_first_sheet_that_has_the_header_is_read_and_the_others_are_named() {
    let notes = line(1, [text("A1", "填报说明")]);
    let made = Book::default()
        .sheet("说明", notes)
        .sheet("空表", "")
        .sheet(
            "一月",
            header(1) + &line(2, [number("A2", "12"), number("B2", "7800.1")]),
        )
        .sheet("二月", header(1))
        .hidden_sheet("码表", line(1, [text("A1", "户号")]));
    let whole = book(&made);
    let sheet = whole.evidence.sheet.clone().unwrap();
    assert_eq!((whole.evidence.label(), sheet.name.as_str()), ("xlsx", "一月"));
    assert_eq!(sheet.ignored, ["说明", "二月", "码表"]);
    assert_eq!(whole.header, ["户号", "电量"]);
    assert_eq!(whole.rows(), [row(&["12", "7800.1"])]);
}

#[test]
fn every_row_with_a_value_is_one_record_under_its_number_in_the_sheet() {
    let rows = line(1, [text("A1", "用电量月报")])
        + &header(3)
        + &line(4, [text("A4", "a"), number("B4", "1")])
        + &line(5, [r#"<c r="A5" s="1"/>"#.to_owned()])
        + &line(7, [text("A7", "  ")])
        + r#"<row r="9" hidden="1"><c r="A9"><v>9</v></c></row>"#
        + &header(20)
        + &line(21, [text("A21", "合计"), String::new()])
        + &line(1_048_576, [text("A1048576", "z"), number("C1048576", "5")]);
    let whole = book(&Book::default().sheet("表", rows));
    let numbers: Vec<u64> = whole
        .frames
        .iter()
        .flat_map(|frame| frame.row_no.clone())
        .collect();
    assert_eq!(numbers, [1, 3, 4, 7, 9, 20, 21, 1_048_576]);
    use RowKind::*;
    assert_eq!(
        whole.kinds(),
        [Preamble, Header, Data, Blank, Data, Header, Total, Data]
    );
    assert_eq!(whole.evidence.header_row_no, 3);
    assert_eq!(whole.evidence.sheet.as_ref().unwrap().hidden_rows, 1);
    assert_eq!(
        whole.defects(),
        [(
            1_048_576,
            DefectKind::TooManyFields {
                found: 3,
                expected: 2
            }
        )]
    );
}

#[test]
fn errors_and_lost_digits_are_defects_of_their_cell() {
    let error = r#"<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#.to_owned();
    let rows = header(1)
        + &line(2, [text("A2", "a"), error])
        + &line(3, [number("A3", "433101199001011234"), number("B3", "1")])
        + &line(4, [number("A4", "4.3310119900101E+17"), number("B4", "1.0")])
        + &line(
            5,
            [
                number("A5", "123456789012345"),
                r#"<c r="B5" t="b"><v>1</v></c>"#.to_owned(),
            ],
        );
    let whole = book(&Book::default().sheet("表", rows));
    assert_eq!(
        whole.defects(),
        [
            (2, DefectKind::CellError { column: 1 }),
            (3, DefectKind::DigitsLost { column: 0 }),
            (4, DefectKind::DigitsLost { column: 0 }),
        ]
    );
    let rows = whole.rows();
    assert_eq!(rows[0], row(&["a", "#DIV/0!"]));
    assert_eq!(rows[3], row(&["123456789012345", "TRUE"]));
    assert_eq!(crate::cell_address(1, 2), "B2");
    assert_eq!(crate::cell_address(16_383, 1_048_576), "XFD1048576");
    assert_eq!(crate::cell_address(26, 1), "AA1");
}

#[test]
fn days_come_out_as_days_in_either_system() {
    for (is_1904, serial) in [(false, "45682"), (true, "44220")] {
        let day = format!(r#"<c r="B2" s="1"><v>{serial}</v></c>"#);
        let made = Book {
            is_1904,
            ..Book::default()
        };
        let whole = book(&made.sheet("表", header(1) + &line(2, [text("A2", "a"), day])));
        assert_eq!(whole.rows(), [row(&["a", "2025-01-25"])]);
    }
}

#[test]
fn frames_come_in_any_size_and_hold_the_same_rows() {
    let rows: String = (2..40_000)
        .map(|n| line(n, [number(&format!("A{n}"), &n.to_string())]))
        .collect();
    let bytes = Book::default().sheet("表", header(1) + &rows).bytes();
    let whole = read_book(&bytes, &Limits::default(), usize::MAX).unwrap();
    for frame_rows in [1000, 16_384, 20_000] {
        let parts = read_book(&bytes, &Limits::default(), frame_rows).unwrap();
        assert_eq!(parts.rows(), whole.rows());
    }
    let limits = Limits {
        rows_max: 100,
        ..Limits::default()
    };
    assert_eq!(
        read_book(&bytes, &limits, 10).err().unwrap().code(),
        "decode.too_many_rows"
    );
}

#[test]
fn a_sheet_that_spans_sixteen_billion_cells_with_two_costs_what_two_cost() {
    let far = line(1, [text("A1", "户号")]) + &line(1_048_576, [number("XFD1048576", "1")]);
    let whole = book(&Book::default().sheet("表", far));
    assert_eq!(
        whole.defects(),
        [(
            1_048_576,
            DefectKind::TooManyFields {
                found: 16_384,
                expected: 1
            }
        )]
    );
    let nothing_known = line(1, [number("A1", "1")]) + &line(1_048_576, [number("XFD1048576", "1")]);
    let whole = book(&Book::default().sheet("表", nothing_known));
    assert!(!whole.evidence.header_matched && whole.frames.is_empty());
}

#[test]
fn workbooks_that_ask_for_too_much_are_refused_before_they_are_parsed() {
    let small = || Book::default().sheet("表", header(1));
    let strings = |sst: &str| Book {
        strings: Some(sst.to_owned()),
        ..small()
    };
    assert_eq!(
        refused(&strings(r#"<sst uniqueCount="4000000000"/>"#).bytes()),
        "decode.workbook_too_large"
    );
    let spaced = format!(
        "{}<sst count = '1' uniqueCount = '99999999999999999999999'></sst>",
        "<!-- x -->".repeat(50_000)
    );
    assert_eq!(refused(&strings(&spaced).bytes()), "decode.workbook_too_large");
    assert_eq!(
        refused(&small().part("xl/theme/theme1.xml", vec![b' '; 300 << 20]).bytes()),
        "decode.workbook_too_large"
    );
    let flood = format!(
        "<worksheet {}/>",
        (0..100_000).map(|n| format!("a{n}=\"\" ")).collect::<String>()
    );
    assert_eq!(
        refused(&small().part("xl/worksheets/sheet9.xml", flood).bytes()),
        "decode.workbook_damaged"
    );
}

#[test]
fn damaged_foreign_and_protected_workbooks_are_told_apart() {
    let whole = Book::default()
        .sheet("表", header(1) + &line(2, [number("A2", "1")]))
        .bytes();
    assert_eq!(refused(&whole[..whole.len() / 2]), "decode.truncated");
    let twice = line(1, [text("A1", "户号"), text("A1", "户号")]);
    assert_eq!(
        refused(&Book::default().sheet("表", twice).bytes()),
        "decode.workbook_damaged"
    );
    let backwards = header(5) + &line(2, [number("A2", "1")]);
    assert_eq!(
        refused(&Book::default().sheet("表", backwards).bytes()),
        "decode.workbook_damaged"
    );
    assert_eq!(refused(&Book::default().sheet("表", "").bytes()), "decode.empty");
    assert_eq!(
        refused(&Book::default().part("xl/workbook.bin", "x").bytes()),
        "decode.workbook"
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("a.csv", zip::write::SimpleFileOptions::default())
        .unwrap();
    assert_eq!(refused(&archive.finish().unwrap().into_inner()), "decode.empty");
}

#[test]
fn every_byte_of_a_workbook_may_be_wrong_without_a_crash() {
    let bytes = Book::default()
        .sheet("表", header(1) + &line(2, [number("A2", "1")]))
        .bytes();
    for at in 0..bytes.len() {
        let mut wrong = bytes.clone();
        wrong[at] ^= 0x41;
        // Read or refused; what matters is that it comes back.
        let _ = read_book(&wrong, &Limits::default(), 10);
    }
}

#[test]
fn the_workbooks_of_others_neither_crash_nor_take_long() {
    let archive = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/xlsx/calamine_tests.tar.zst"
    );
    if !std::path::Path::new(archive).exists() {
        eprintln!("skipped: no folder of other people's workbooks");
        return;
    }
    let folder = std::env::temp_dir().join(format!("workbooks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let unpacked = std::process::Command::new("tar")
        .args(["--zstd", "-xf", archive, "-C"])
        .arg(&folder)
        .status();
    assert!(unpacked.unwrap().success());
    let (mut read, mut codes, mut slowest) = (0, std::collections::BTreeMap::<_, u32>::new(), 0);
    for entry in std::fs::read_dir(folder.join("tests")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let started = std::time::Instant::now();
        let opened = open(
            Cursor::new(&bytes),
            &Dialect::default(),
            &|_| true,
            &Limits::default(),
        );
        match opened {
            Ok(mut reader) => {
                while let Ok(Some(_)) = reader.next_frame(1000) {}
                read += 1;
            }
            Err(refusal) => *codes.entry(refusal.code()).or_default() += 1,
        }
        slowest = slowest.max(started.elapsed().as_millis());
        assert!(slowest < 1000);
    }
    std::fs::remove_dir_all(&folder).unwrap();
    eprintln!("{read} read, slowest {slowest} ms, refused {codes:?}");
    assert!(read > 50);
}
